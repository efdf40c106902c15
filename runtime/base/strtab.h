/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Builds a string table: NUL-terminated strings, each stored once. */
#ifndef LD_BASE_STRTAB_H
#define LD_BASE_STRTAB_H

#include <string.h>

#include "base/blob.h"

struct ld_strtab_slot {
	uint32_t hash;
	uint32_t place; /* offset of the string + 1; 0: the slot is empty */
};

struct ld_strtab {
	struct ld_blob bytes;
	struct ld_strtab_slot *slots;
	size_t nr, cap; /* cap is a power of two */
};

/* Makes room for nr strings. */
void ld_strtab_reserve(struct ld_arena *a, struct ld_strtab *t, size_t nr);

/* Returns the offset of s, of size bytes with its NUL. Adds a copy if it is new. */
uint32_t ld_strtab_put(struct ld_arena *a, struct ld_strtab *t, const char *s, size_t size);

static inline uint32_t ld_strtab_add(struct ld_arena *a, struct ld_strtab *t, const char *s)
{
	return ld_strtab_put(a, t, s, strlen(s) + 1);
}

#endif
