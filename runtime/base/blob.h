/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Growing bytes in an arena, for sections and texts that the linker makes. */
#ifndef LD_BASE_BLOB_H
#define LD_BASE_BLOB_H

#include "base/arena.h"

struct ld_blob {
	uint8_t *data;
	size_t size, cap;
};

/* Makes room for size more bytes, so that it need not grow to that. */
void ld_blob_reserve(struct ld_arena *a, struct ld_blob *b, size_t size);

/* size zero bytes at the end; the pointer is valid until the next call. */
void *ld_blob_add(struct ld_arena *a, struct ld_blob *b, size_t size);

/* The same for a copy of data. */
void *ld_blob_put(struct ld_arena *a, struct ld_blob *b, const void *data, size_t size);
void ld_blob_put32(struct ld_arena *a, struct ld_blob *b, uint32_t v);

/* Text, without the NUL. */
void ld_blob_printf(struct ld_arena *a, struct ld_blob *b, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for people to read, with strings escaped: see base/text.h. */
void ld_blob_text(struct ld_arena *a, struct ld_blob *b, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
char *ld_vtext(struct ld_arena *a, const char *fmt, va_list args);
char *ld_text(struct ld_arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* s as a JSON string, with its quotes. */
void ld_blob_json(struct ld_arena *a, struct ld_blob *b, const char *s);

#endif
