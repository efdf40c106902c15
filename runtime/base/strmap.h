/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A hash map from strings to pointers. Never iterate it: iterate the vector that has its values. */
#ifndef LD_BASE_STRMAP_H
#define LD_BASE_STRMAP_H

#include "base/arena.h"

struct ld_strmap_slot {
	const char *key; /* not copied; need not be NUL-terminated */
	uint32_t len;
	uint32_t hash;
	void *value;
};

struct ld_strmap {
	struct ld_strmap_slot *slots;
	size_t nr, cap; /* cap is a power of two */
};

/* Makes room in an empty map for nr keys. */
void ld_strmap_reserve(struct ld_arena *a, struct ld_strmap *m, size_t nr);

/* The slot of key; a new one has the value NULL. Valid until the next call. */
void **ld_strmap_slot(struct ld_arena *a, struct ld_strmap *m, const char *key, size_t len);

/* The value of key, or NULL. */
void *ld_strmap_get(const struct ld_strmap *m, const char *key, size_t len);

#endif
