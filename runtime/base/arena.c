/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/arena.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/pages.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define CHUNK_SIZE                                                                                 \
	((size_t)16 * 1024) /* ASan clears allocations and quarantines them for a while */
#define REUSED_CHUNK ((size_t)64 * 1024)
#define GAP ((size_t)16) /* between blocks, so that ASan detects overruns */
#define forbid(p, size) ASAN_POISON_MEMORY_REGION(p, size)
#define permit(p, size) ASAN_UNPOISON_MEMORY_REGION(p, size)
#else
/*
 * Large enough for calloc() to map fresh zero pages, which take no memory until they are touched.
 * calloc() would have to clear smaller chunks.
 */
#define CHUNK_SIZE ((size_t)256 * 1024)
#define REUSED_CHUNK ((size_t)1 << 20)
#define GAP ((size_t)0)
#define forbid(p, size) ((void)0)
#define permit(p, size) ((void)0)
#endif
#define ALIGN ((size_t)16)

struct ld_arena_chunk {
	struct ld_arena_chunk *older, *newer;
	enum ld_chunk_from { FROM_CALLOC, FROM_PAGES, MAPPED } from;
	size_t size; /* bytes; 0 for FROM_CALLOC */
	max_align_t data[];
};

static _Noreturn void out_of_memory(struct ld_arena *a)
{
	longjmp(*a->oom, 1);
}

static struct ld_arena_chunk *chunk_from(struct ld_arena_chunk *c, enum ld_chunk_from from,
					 size_t size)
{
	c->from = from;
	c->size = size;
	return c;
}

static struct ld_arena_chunk *map_chunk(size_t size)
{
	struct ld_arena_chunk *c =
	    mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return c == MAP_FAILED ? NULL : chunk_from(c, MAPPED, size);
}

static struct ld_arena_chunk *remap_chunk(struct ld_arena_chunk *c, size_t size)
{
	void *p = mremap(c, c->size, size, MREMAP_MAYMOVE);

	return p == MAP_FAILED ? NULL : chunk_from(p, MAPPED, size);
}

static struct ld_arena_chunk *get_pages(const struct ld_arena *a, size_t size)
{
	struct ld_arena_chunk *c = ld_pages_get(a->pages, size);

	return c ? chunk_from(c, FROM_PAGES, size) : NULL;
}

static void free_chunk(struct ld_arena_chunk *c)
{
	if (c->from == FROM_CALLOC) {
		free(c);
		return;
	}
	permit(c, c->size);
	if (c->from == MAPPED)
		munmap(c, c->size);
}

static struct ld_arena_chunk *get_chunk(const struct ld_arena *a, size_t size)
{
	struct ld_arena_chunk *c;

	c = a->pages ? get_pages(a, size) : NULL;
	if (c)
		return c;
	/*
	 * Chunks that are freed before the link ends do not come from malloc(): freeing one raises
	 * its mmap threshold, and it would then clear later chunks of this size.
	 */
	return a->chunk ? map_chunk(size) : calloc(1, size);
}

static void *new_chunk(struct ld_arena *a, size_t size)
{
	struct ld_arena_chunk *c = get_chunk(a, sizeof(*c) + size);

	if (!c)
		out_of_memory(a);
	c->older = a->chunks;
	if (c->older)
		c->older->newer = c;
	a->chunks = c;
	return c->data;
}

static size_t chunk_size(const struct ld_arena *a)
{
	return a->chunk ? a->chunk : CHUNK_SIZE;
}

/* A large block gets its own chunk; the rest of the newest chunk stays in use. */
static bool is_large(const struct ld_arena *a, size_t size)
{
	return size > chunk_size(a) / 4;
}

void ld_arena_expect(struct ld_arena *a, size_t size)
{
	a->first = 512 + 4 * (size < CHUNK_SIZE ? size : CHUNK_SIZE);
}

/* Adds a chunk with room for size bytes. */
static void begin_chunk(struct ld_arena *a, size_t size)
{
	size_t bytes = chunk_size(a);

	if (a->first && a->first < bytes) {
		bytes = a->first > size ? a->first : size;
		a->first = bytes * 2;
	}
	a->next = new_chunk(a, bytes);
	a->left = bytes;
	if (a->chunk && !a->reused)
		a->reused = a->chunks;
	forbid(a->next, a->left);
}

void ld_arena_pass_rest(struct ld_arena *from, struct ld_arena *to)
{
	if (from->left > to->left) {
		to->next = from->next;
		to->left = from->left;
		from->next = NULL;
		from->left = 0;
	}
}

/* Bytes that a block takes in a chunk. */
static size_t room_for(size_t size)
{
	return (size ? (size + ALIGN - 1) & ~(ALIGN - 1) : ALIGN) + GAP;
}

void *ld_alloc(struct ld_arena *a, size_t size)
{
	size_t room;
	void *p;

	if (size > SIZE_MAX - REUSED_CHUNK)
		out_of_memory(a);
	if (is_large(a, size))
		return new_chunk(a, size);
	room = room_for(size);
	if (room > a->left)
		begin_chunk(a, room);
	p = a->next;
	a->next += room;
	a->left -= room;
	permit(p, size);
	return p;
}

/* The chunk of a large block. */
static struct ld_arena_chunk *chunk_of(void *block)
{
	return (struct ld_arena_chunk *)((char *)block - offsetof(struct ld_arena_chunk, data));
}

/* Changes the size of the chunk of a large block in place, if it is the most recent of a->pages. */
static bool resize_chunk(const struct ld_arena *a, struct ld_arena_chunk *c, size_t size)
{
	size += sizeof(*c);
	if (c->from != FROM_PAGES || !ld_pages_resize(a->pages, c, c->size, size))
		return false;
	c->size = size;
	return true;
}

void ld_trim(struct ld_arena *a, void *block, size_t size, size_t used)
{
	size_t back = room_for(size) - room_for(used);

	/* Elsewhere, untouched pages of a large block take no memory. */
	if (is_large(a, size)) {
		resize_chunk(a, chunk_of(block), used);
		return;
	}
	if ((char *)block + room_for(size) != a->next)
		return;
	a->next -= back;
	a->left += back;
	forbid((char *)block + used, size - used);
}

void *ld_realloc(struct ld_arena *a, void *block, size_t old, size_t size)
{
	struct ld_arena_chunk *c = is_large(a, old) ? chunk_of(block) : NULL, *bigger;
	void *p;

	if (c && size <= SIZE_MAX - REUSED_CHUNK && resize_chunk(a, c, size))
		return block;
	if (!c || c->from == FROM_PAGES || size > SIZE_MAX - REUSED_CHUNK) {
		p = ld_alloc(a, size);
		if (old)
			memcpy(p, block, old);
		return p;
	}
	bigger =
	    c->from == MAPPED ? remap_chunk(c, sizeof(*c) + size) : realloc(c, sizeof(*c) + size);
	if (!bigger)
		out_of_memory(a);
	c = bigger;
	*(c->newer ? &c->newer->older : &a->chunks) = c;
	if (c->older)
		c->older->newer = c;
	return c->data;
}

void *ld_alloc_array(struct ld_arena *a, size_t nr, size_t size)
{
	if (size && nr > SIZE_MAX / size)
		out_of_memory(a);
	return ld_alloc(a, nr * size);
}

void *ld_memdup(struct ld_arena *a, const void *src, size_t size)
{
	void *p = ld_alloc(a, size);

	if (size)
		memcpy(p, src, size);
	return p;
}

char *ld_strdup(struct ld_arena *a, const char *s)
{
	return ld_memdup(a, s, strlen(s) + 1);
}

char *ld_vprintf(struct ld_arena *a, const char *fmt, va_list args)
{
	va_list again;
	char *s;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0)
		out_of_memory(a);
	s = ld_alloc(a, (size_t)len + 1);
	vsnprintf(s, (size_t)len + 1, fmt, args);
	return s;
}

char *ld_printf(struct ld_arena *a, const char *fmt, ...)
{
	va_list args;
	char *s;

	va_start(args, fmt);
	s = ld_vprintf(a, fmt, args);
	va_end(args);
	return s;
}

void ld_arena_free(struct ld_arena *a)
{
	struct ld_arena_chunk *c, *older;

	for (c = a->chunks; c; c = older) {
		older = c->older;
		free_chunk(c);
	}
	a->chunks = a->reused = NULL;
	a->next = NULL;
	a->left = 0;
}

void ld_arena_expect_reuse(struct ld_arena *a)
{
	a->chunk = REUSED_CHUNK;
}

void ld_arena_reset(struct ld_arena *a)
{
	struct ld_arena_chunk *c, *older;
	char *data;

	for (c = a->chunks; c; c = older) {
		older = c->older;
		if (c != a->reused)
			free_chunk(c);
	}
	a->chunks = a->reused;
	a->left = 0;
	if (!a->reused)
		return;
	a->reused->older = a->reused->newer = NULL;
	data = (char *)a->reused->data;
	/* If chunks were added after it, all of it may be in use. */
	if (a->next < data || a->next > data + a->chunk)
		a->next = data + a->chunk;
	permit(data, a->chunk);
	memset(data, 0, (size_t)(a->next - data));
	a->next = data;
	a->left = a->chunk;
	forbid(data, a->chunk);
}

void *ld_vec_grow(struct ld_arena *a, void *v, size_t nr, size_t *cap, size_t size)
{
	size_t bigger = *cap ? *cap * 2 : 8;
	if (bigger > SIZE_MAX / size)
		out_of_memory(a);
	v = ld_realloc(a, v, nr * size, bigger * size);
	*cap = bigger;
	return v;
}
