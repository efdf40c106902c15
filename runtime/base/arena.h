/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * This directory has what any program needs: memory, strings, hashes, files, diagnostics, threads.
 * Nothing here knows ELF, BTF or a link, or includes a header of another directory.
 *
 * An arena frees all of its memory at once. Nothing in the model is freed separately, so pointers
 * into it stay valid until the link ends.
 *
 * If memory runs out, the arena jumps to an escape that the API's entry point or the start of a
 * thread's task has set. Passes therefore need no checks that only fault injection could test. Code
 * between the entry point and an allocation must not own anything that the arena's owner does not
 * record.
 */
#ifndef LD_BASE_ARENA_H
#define LD_BASE_ARENA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An allocation never fails: for compilers and analyzers. */
#define LD_NEVER_NULL __attribute__((returns_nonnull))

struct ld_arena_chunk;
struct ld_pages;

struct ld_arena {
	struct ld_arena_chunk *chunks; /* newest first */
	char *next;                    /* free bytes in the newest chunk */
	size_t left;
	size_t first;                  /* size of the next chunk if it is to be smaller; or 0 */
	size_t chunk;                  /* size of the others; 0: the default */
	struct ld_arena_chunk *reused; /* chunk that ld_arena_reset() keeps */
	struct ld_pages *pages;        /* source of chunks; NULL: calloc() */
	jmp_buf *oom; /* jump target if out of memory; must be set before the first use */
};

/*
 * Moves the free bytes of from's newest chunk to to, unless that has more. The chunk stays from's:
 * to must not outlive it.
 */
void ld_arena_pass_rest(struct ld_arena *from, struct ld_arena *to);

/*
 * Sizes the arena for an input of size bytes. Call before the first use. Chunks start in proportion
 * to that and double: there may be a hundred thousand small inputs.
 */
void ld_arena_expect(struct ld_arena *a, size_t size);

/* Returns size zero bytes, aligned to 16. Never returns NULL, even for size 0. */
void *ld_alloc(struct ld_arena *a, size_t size) LD_NEVER_NULL;

/* Returns nr * size zero bytes; the product may overflow. */
void *ld_alloc_array(struct ld_arena *a, size_t nr, size_t size) LD_NEVER_NULL;

/*
 * Returns a block of size bytes that starts with the old bytes of block; the rest is undefined. The
 * block may move, and the old one may be freed.
 */
void *ld_realloc(struct ld_arena *a, void *block, size_t old, size_t size) LD_NEVER_NULL;

/*
 * Returns the end of the most recent block, after the first used bytes, to the arena. It must still
 * be zero.
 */
void ld_trim(struct ld_arena *a, void *block, size_t size, size_t used);

#define LD_NEW(a, type) ((type *)ld_alloc((a), sizeof(type)))
#define LD_NEW_ARRAY(a, type, nr) ((type *)ld_alloc_array((a), (nr), sizeof(type)))

void *ld_memdup(struct ld_arena *a, const void *src, size_t size) LD_NEVER_NULL;
char *ld_strdup(struct ld_arena *a, const char *s) LD_NEVER_NULL;
char *ld_printf(struct ld_arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3))) LD_NEVER_NULL;
char *ld_vprintf(struct ld_arena *a, const char *fmt, va_list args) LD_NEVER_NULL;

void ld_arena_free(struct ld_arena *a);

/* Prepares the arena to be reset for one input after another. Call before the first use. */
void ld_arena_expect_reuse(struct ld_arena *a);

/* Frees everything but a chunk for the next input. */
void ld_arena_reset(struct ld_arena *a);

/*
 * A vector in an arena: struct { T *v; size_t nr, cap; }. Growing leaves the old array behind, so
 * pointers to elements are valid only until the next push; store indexes.
 */
#define LD_VEC(type)                                                                               \
	struct {                                                                                   \
		type *v;                                                                           \
		size_t nr, cap;                                                                    \
	}

void *ld_vec_grow(struct ld_arena *a, void *v, size_t nr, size_t *cap, size_t size) LD_NEVER_NULL;

#define LD_PUSH(a, vec, ...)                                                                       \
	do {                                                                                       \
		if ((vec)->nr == (vec)->cap)                                                       \
			(vec)->v =                                                                 \
			    ld_vec_grow((a), (vec)->v, (vec)->nr, &(vec)->cap, sizeof(*(vec)->v)); \
		(vec)->v[(vec)->nr++] = (__VA_ARGS__);                                             \
	} while (0)

#endif
