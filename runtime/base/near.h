/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Spelling suggestions. */
#ifndef LD_BASE_NEAR_H
#define LD_BASE_NEAR_H

#include <stdint.h>

/* The best candidate so far. Initialize typed, and name to NULL. */
struct ld_near {
	const char *typed;
	const char *name;  /* NULL: none is near enough */
	uint32_t distance; /* of name */
};

/* Tries another candidate. Returns whether it is the best one now. */
int ld_near_try(struct ld_near *n, const char *name);

#endif
