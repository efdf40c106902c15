/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Suggestions for misspelled names. Shared with the programs. */
#ifndef LD_BASE_NEAR_H
#define LD_BASE_NEAR_H

#include <stdint.h>

/* The best candidate so far. The caller sets typed and max, and name to NULL. */
struct ld_near {
	const char *typed;
	const char *name;  /* NULL: none */
	uint32_t distance; /* of name */
	uint32_t max;      /* edits */
};

/* Whether names differ in digits only: input1 is no misspelled input2. */
int ld_near_digits(const char *a, const char *b);

/* Tries a candidate. Returns whether it is the best one so far. */
int ld_near_try(struct ld_near *n, const char *name);

#endif
