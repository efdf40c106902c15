/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * --lto-cache: a directory that keeps what LLVM made. An entry is a file, named by a digest of all
 * that its contents depend on, so that it is never out of date. Many processes may use a directory
 * at the same time: entries appear complete, and a process that reads one keeps it open.
 *
 * The library of LLVM is not part of the name, as finding it means loading it. An entry names the
 * file that it was made with, and is used as long as that file has not changed.
 */
#ifndef LTO_CACHE_H
#define LTO_CACHE_H

#include "lto/blake2b.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lto_cache {
	int dir;        /* fd */
	uint64_t limit; /* bytes of all entries */
};

struct lto_cached {
	void *map;
	size_t map_size;
	const char *data;
	size_t size;
};

/*
 * Opens the directory, which is made if it does not exist. It must belong to this user, and no
 * other user may be able to write it. Returns 0, or a negative errno value with the reason in *why.
 */
int cache_open(struct lto_cache *c, const char *path, const char **why);

/* Whether there is an entry; if so, the caller frees it with cache_release(). */
bool cache_find(const struct lto_cache *c, const uint8_t key[BLAKE2B_SIZE], struct lto_cached *e);
void cache_release(struct lto_cached *e);

/*
 * Adds an entry made with the library of that path (NULL: it is a part of the module). Returns 0 or
 * a negative errno value.
 */
int cache_add(const struct lto_cache *c, const uint8_t key[BLAKE2B_SIZE], const char *library,
	      const char *data, size_t size);

/* If there is more than the limit, deletes the entries that were not used for longest. */
void cache_trim(const struct lto_cache *c);

void cache_close(struct lto_cache *c);

#endif
