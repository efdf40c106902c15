/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A string table in the making: strings one after another, each ending in NUL, each once. */
#ifndef LD_BASE_STRTAB_H
#define LD_BASE_STRTAB_H

#include <string.h>

#include "base/blob.h"

struct ld_strtab_slot {
	uint32_t hash;
	uint32_t place; /* the string's offset + 1; 0: an empty slot */
};

struct ld_strtab {
	struct ld_blob bytes;
	struct ld_strtab_slot *slots;
	size_t nr, cap; /* cap is a power of two */
};

/* Makes room for nr strings, so that the table need not grow to that. */
void ld_strtab_reserve(struct ld_arena *a, struct ld_strtab *t, size_t nr);

/* The offset of s, of size bytes with its NUL, which is added if it is new. It is copied. */
uint32_t ld_strtab_put(struct ld_arena *a, struct ld_strtab *t, const char *s, size_t size);

static inline uint32_t ld_strtab_add(struct ld_arena *a, struct ld_strtab *t, const char *s)
{
	return ld_strtab_put(a, t, s, strlen(s) + 1);
}

#endif
