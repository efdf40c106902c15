/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Lines about all that differs between two declarations, for compare_types. */
#ifndef LD_PASSES_CHECK_REASONS_H
#define LD_PASSES_CHECK_REASONS_H

#include "passes/check/compare_types.h"

#define LD_MAX_REASONS 8 /* further ones are counted only */

/* One reason for each part of the declaration: a parameter, a member, an attribute. */
struct ld_reasons {
	struct {
		uint32_t part; /* the caller's number */
		const char *text;
	} list[LD_MAX_REASONS];
	uint32_t nr;
};

#define LD_MORE_PART 0x40000000u /* parts that ld_reasons_add_members() adds */

bool ld_reasons_has(const struct ld_reasons *r, uint32_t part);

/* Adds a reason, or replaces that of the part. */
void ld_reasons_add(struct ld_reasons *r, uint32_t part, const char *text);

/*
 * Adds the members from index first on whose declarations differ, or that only one of the two
 * structs has, by their names. Offsets that differ because of those are not worth a line.
 */
void ld_reasons_add_members(struct ld_reasons *r, struct ld_arena *a, const char *what,
			    const struct ld_btf *const *btf, const struct btf_type *const *t,
			    uint32_t first);

/* Moves the reasons to the finding. */
void ld_reasons_finish(const struct ld_reasons *r, struct ld_arena *a,
		       struct ld_types_finding *found);

#endif
