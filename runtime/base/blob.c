/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/blob.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

void ld_blob_reserve(struct ld_arena *a, struct ld_blob *b, size_t size)
{
	size_t cap = b->cap ? b->cap : 256;

	if (size <= b->cap - b->size)
		return;
	while (cap - b->size < size)
		cap *= 2;
	b->data = ld_realloc(a, b->data, b->cap, cap);
	b->cap = cap;
}

/* Appends size bytes with undefined contents. */
static void *grow(struct ld_arena *a, struct ld_blob *b, size_t size)
{
	ld_blob_reserve(a, b, size);
	b->size += size;
	return b->data + (b->size - size);
}

void *ld_blob_add(struct ld_arena *a, struct ld_blob *b, size_t size)
{
	void *p = grow(a, b, size);

	if (size)
		memset(p, 0, size);
	return p;
}

void *ld_blob_put(struct ld_arena *a, struct ld_blob *b, const void *data, size_t size)
{
	void *p = grow(a, b, size);

	if (size)
		memcpy(p, data, size);
	return p;
}

void ld_blob_put32(struct ld_arena *a, struct ld_blob *b, uint32_t v)
{
	memcpy(grow(a, b, sizeof(v)), &v, sizeof(v));
}

void ld_blob_printf(struct ld_arena *a, struct ld_blob *b, const char *fmt, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, fmt);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n < 0)
		longjmp(*a->oom, 1);
	/* Drop the NUL that vsnprintf() writes. */
	text = ld_blob_add(a, b, (size_t)n + 1);
	va_start(args, fmt);
	vsnprintf(text, (size_t)n + 1, fmt, args);
	va_end(args);
	b->size--;
}

/* ---- escaped text ---- */

struct target {
	struct ld_arena *a;
	struct ld_blob *b;
};

static void put_text(void *ctx, const char *text, size_t size)
{
	struct target *to = ctx;

	ld_blob_put(to->a, to->b, text, size);
}

void ld_blob_text(struct ld_arena *a, struct ld_blob *b, const char *fmt, ...)
{
	struct target to = {a, b};
	va_list args;

	va_start(args, fmt);
	ld_text_vprint(put_text, &to, fmt, args);
	va_end(args);
}

char *ld_vtext(struct ld_arena *a, const char *fmt, va_list args)
{
	struct ld_blob b = {0};
	struct target to = {a, &b};

	ld_text_vprint(put_text, &to, fmt, args);
	ld_blob_put(a, &b, "", 1);
	return (char *)b.data;
}

char *ld_text(struct ld_arena *a, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = ld_vtext(a, fmt, args);
	va_end(args);
	return text;
}

void ld_blob_json(struct ld_arena *a, struct ld_blob *b, const char *s)
{
	struct target to = {a, b};

	ld_text_json(put_text, &to, s);
}
