/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * From the types of many files to one graph in which no type stands twice. See btf_dedup.c for how
 * and why.
 *
 * FUNC, VAR, DATASEC and DECL_TAG are left out: what stays of those depends on symbols, and the
 * merge_btf pass makes them anew. Everything else takes part, dead or alive; the caller drops
 * what nothing refers to afterwards.
 */
#ifndef LD_FORMAT_BTF_DEDUP_H
#define LD_FORMAT_BTF_DEDUP_H

#include "format/btf.h"

/* What can be computed of one file without the others; opaque. */
struct ld_btf_digest;

/*
 * Thread-safe for different files; the result lives in a, refers to btf and to model. model is NULL
 * or the digest of another file, and makes this one cheap if the two have most types in common; the
 * digest is the same for any.
 */
struct ld_btf_digest *ld_btf_digest(struct ld_arena *a, const struct ld_btf *btf,
				    const struct ld_btf_digest *model);

/*
 * Whether digest is a better model for others than model is, which may be NULL. If so it is made
 * ready to be one, with memory from a.
 */
bool ld_btf_is_better_model(struct ld_arena *a, struct ld_btf_digest *digest,
			    const struct ld_btf_digest *model);

struct ld_btf_input {
	const struct ld_btf *btf;
	struct ld_btf_digest *digest;
	uint32_t *canon; /* out: by in_type, the node number; 0 for void and decls */
};

/* A type of the merged graph, as it stands in the file that it was taken from. */
struct ld_btf_node {
	uint32_t input; /* index into the inputs */
	uint32_t type;  /* in_type there; references in it go through that input's canon[] */
};

struct ld_btf_graph {
	struct ld_btf_node *nodes; /* 1 .. nr - 1, ordered by first appearance in the inputs */
	uint32_t nr;
};

/*
 * Fills in graph and each input's canon[]. The nodes live in a, canon[] with the digest. Node
 * numbers depend on the order of the inputs only; the set of types does not depend even on that.
 * threads is an upper bound; the result is the same for any.
 */
void ld_btf_dedup(struct ld_arena *a, struct ld_btf_input *in, uint32_t nr_in, uint32_t threads,
		  struct ld_btf_graph *graph);

#endif
