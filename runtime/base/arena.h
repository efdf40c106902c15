/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Memory that is freed all at once. Nothing in the model is freed singly, so pointers into it stay
 * valid until the link ends.
 *
 * Out of memory: an arena has an escape, set at the API's entry (or at the head of a thread's
 * task). Where the system has no more memory the arena jumps there, so that the passes are not
 * littered with checks that can be tested by fault injection only. Code between the entry and an
 * allocation therefore owns nothing that is not recorded in the arena's owner.
 */
#ifndef LD_BASE_ARENA_H
#define LD_BASE_ARENA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an arena returns: compilers and analyzers need no guess. */
#define LD_NEVER_NULL __attribute__((returns_nonnull))

struct ld_arena_chunk;
struct ld_pages;

struct ld_arena {
	struct ld_arena_chunk *chunks; /* newest first */
	char *next;                    /* free bytes of the newest chunk */
	size_t left;
	size_t first;                  /* bytes of the next chunk; 0: as large as all others */
	bool large;                    /* the first chunk will be filled, too */
	size_t chunk;                  /* bytes of the others; 0: the usual */
	struct ld_arena_chunk *reused; /* by ld_arena_reset() */
	struct ld_pages *pages;        /* where chunks are from; NULL: from calloc() */
	jmp_buf *oom; /* where to go when memory is out; must be set before the first use */
};

/* Lets a, before its first use, begin with memory of another arena, which must stay as long. */
void ld_arena_begin_in(struct ld_arena *a, struct ld_arena *other);

/* All that is other's belongs to a from now on, and is freed with it. */
void ld_arena_adopt(struct ld_arena *a, struct ld_arena *other);

/*
 * The arena is for an input of size bytes. Before its first use: one for a tiny input begins small,
 * so that a hundred thousand of them have room.
 */
void ld_arena_expect(struct ld_arena *a, size_t size);

/* The same for one of many, of which most may not be needed: memory follows the size. */
void ld_arena_begin_small(struct ld_arena *a, size_t size);

/* size bytes of zeros, aligned to 16. Never NULL, also for size 0. */
void *ld_alloc(struct ld_arena *a, size_t size) LD_NEVER_NULL;

/* The same for nr * size, where the product may overflow. */
void *ld_alloc_array(struct ld_arena *a, size_t nr, size_t size) LD_NEVER_NULL;

/*
 * block, of old bytes, with room for size: somewhere else perhaps, and then what is left behind may
 * be gone. The bytes behind the old ones may be anything.
 */
void *ld_realloc(struct ld_arena *a, void *block, size_t old, size_t size) LD_NEVER_NULL;

/*
 * Gives back what lies behind the first used bytes of the block that was allocated last. It must
 * still be zeros.
 */
void ld_trim(struct ld_arena *a, void *block, size_t size, size_t used);

/*
 * Gets the pages of a block that will be filled at once: a fault for each takes half as long again.
 */
void ld_use_soon(void *p, size_t size);

#define LD_NEW(a, type) ((type *)ld_alloc((a), sizeof(type)))
#define LD_NEW_ARRAY(a, type, nr) ((type *)ld_alloc_array((a), (nr), sizeof(type)))

void *ld_memdup(struct ld_arena *a, const void *src, size_t size) LD_NEVER_NULL;
char *ld_strdup(struct ld_arena *a, const char *s) LD_NEVER_NULL;
char *ld_printf(struct ld_arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3))) LD_NEVER_NULL;
char *ld_vprintf(struct ld_arena *a, const char *fmt, va_list args) LD_NEVER_NULL;

void ld_arena_free(struct ld_arena *a);

/* The arena is for what is needed of one input after the other. Before its first use. */
void ld_arena_expect_reuse(struct ld_arena *a);

/* Frees all at once, but memory for the next input. */
void ld_arena_reset(struct ld_arena *a);

/*
 * A vector in an arena: struct { T *v; size_t nr, cap; }. Growing leaves the old array behind, so
 * pointers to elements are stable only until the next push; store indexes.
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
