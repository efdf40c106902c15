/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Names that were probably meant. */
#ifndef LD_BASE_NEAR_H
#define LD_BASE_NEAR_H

#include <stdint.h>

/* The best candidate so far. Set typed, and name to NULL. */
struct ld_near {
	const char *typed;
	const char *name;  /* NULL: nothing was near enough */
	uint32_t distance; /* of name */
};

/* Looks at one more candidate; whether it is the best one now. */
int ld_near_try(struct ld_near *n, const char *name);

#endif
