/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Whether two declarations of one name, in two files, agree: the rules of check_types. */
#ifndef LD_PASSES_CHECK_COMPARE_TYPES_H
#define LD_PASSES_CHECK_COMPARE_TYPES_H

#include "model/model.h"

/* What is found, the gravest last. Reported as type-mismatch, struct-layout, conflicting-types. */
enum ld_types_diff { LD_TYPES_AGREE, LD_TYPES_MISMATCH, LD_TYPES_LAYOUT, LD_TYPES_CONFLICT };

/* Two declarations; [0] is the one that is named first in diagnostics. */
struct ld_decl_pair {
	struct ld_file *file[2];
	uint32_t btf[2]; /* in_type of a FUNC or VAR */
	bool map[2];     /* a map's definition or declaration */
	bool both_ways;  /* maps: [1] may not state more than [0] does */
	bool undefined;  /* both are declarations: each may state what the other leaves out */
	bool ksym;       /* both are declarations of something in the kernel */
};

struct ld_types_finding {
	enum ld_types_diff diff;
	const char *reason; /* one line: "parameter count differs: 2 and 1" */
	const char *what;   /* LD_TYPES_LAYOUT: the type, "struct foo" */
	const char *path;   /* LD_TYPES_LAYOUT: how it is reached, or NULL */
};

struct ld_type_walk;
struct ld_type_walk *ld_type_walk_new(struct ld_link *l);

/*
 * Compares. Pairs of the same two files should follow one another: what was compared once for two
 * files is not compared, nor reported, again for them where it lies behind a pointer.
 */
struct ld_types_finding ld_compare_decls(struct ld_type_walk *w, const struct ld_decl_pair *pair);

#endif
