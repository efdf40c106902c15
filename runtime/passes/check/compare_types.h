/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Decides whether the declarations of a symbol in two files agree, for check_types. */
#ifndef LD_PASSES_CHECK_COMPARE_TYPES_H
#define LD_PASSES_CHECK_COMPARE_TYPES_H

#include "model/model.h"

/* Ordered by gravity. Reported as type-mismatch, struct-layout, conflicting-types. */
enum ld_types_diff { LD_TYPES_AGREE, LD_TYPES_MISMATCH, LD_TYPES_LAYOUT, LD_TYPES_CONFLICT };

/* Two declarations; diagnostics name [0] first. */
struct ld_decl_pair {
	struct ld_file *file[2];
	uint32_t btf[2]; /* in_type of a FUNC or VAR */
	bool map[2];     /* defines or declares a map */
	bool both_ways;  /* maps: [1] must not have attributes that [0] lacks */
	bool undefined;  /* both are declarations: each may have attributes that the other lacks */
	bool ksym;       /* both declare a symbol of the kernel */
};

struct ld_types_finding {
	enum ld_types_diff diff;
	const char *reason; /* one line: "parameter count differs: 2 and 1" */
	const char *more;   /* lines of what else differs, each after LD_DETAIL */
	const char *what;   /* LD_TYPES_LAYOUT: the type, "struct foo" */
	const char *path;   /* LD_TYPES_LAYOUT: how the type is reached, or NULL */
};

struct ld_type_walk;
struct ld_type_walk *ld_type_walk_new(const struct ld_link *l);

/*
 * Compares two declarations. Pairs of the same two files should be consecutive: types behind
 * pointers are compared, and reported, only once for two files.
 */
struct ld_types_finding ld_compare_decls(struct ld_type_walk *w, const struct ld_decl_pair *pair);

#endif
