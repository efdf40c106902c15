/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * From the types of many files to one graph in which no type stands twice. See dedup.c for how
 * and why.
 *
 * FUNC, VAR, DATASEC and DECL_TAG are left out: what stays of those depends on symbols, and the
 * merge_btf pass makes them anew. Everything else takes part, dead or alive; the caller drops
 * what nothing refers to afterwards.
 */
#ifndef LD_BTF_DEDUP_DEDUP_H
#define LD_BTF_DEDUP_DEDUP_H

#include "btf/btf.h"

/* What can be computed of one file without the others; opaque. */
struct ld_btf_digest;

/*
 * Thread-safe for different files; the result lives in a, refers to btf and to model. model is the
 * one that btf was parsed with, NULL or the digest of another file, and twins what came of that
 * (split.h): with many, the digest is cheap, and it is the same for any.
 */
struct ld_btf_digest *ld_btf_digest(struct ld_arena *a, const struct ld_btf *btf,
				    struct ld_btf_digest *model, uint32_t *twins);

/* Whether others can be compared with this one. If so it is made ready, with memory from a. */
bool ld_btf_make_model(struct ld_arena *a, struct ld_btf_digest *digest);

struct ld_btf_input {
	const struct ld_btf *btf;
	struct ld_btf_digest *digest;
	/* Out: by own type and by the base's types, the node number; 0 for void and decls. */
	uint32_t *canon, *base_canon;
	uint32_t base; /* of no use to callers */
};

static inline uint32_t *ld_btf_canon(const struct ld_btf_input *in, uint32_t in_type)
{
	return in_type < in->btf->base_types ? &in->base_canon[in_type]
					     : &in->canon[ld_btf_own(in->btf, in_type)];
}

/* A type of the merged graph, as it stands in the file that it was taken from. */
struct ld_btf_node {
	uint32_t input; /* index into the inputs */
	uint32_t type;  /* in_type there; references in it go through ld_btf_canon() of that */
};

struct ld_btf_graph {
	struct ld_btf_node *nodes; /* 1 .. nr - 1, ordered by first appearance in the inputs */
	uint32_t nr;
};

/*
 * Fills in graph and each input's canon[] and base_canon[]. The nodes live in a, canon[] with the
 * digest. Node
 * numbers depend on the order of the inputs only; the set of types does not depend even on that.
 * threads is an upper bound; the result is the same for any.
 */
void ld_btf_dedup(struct ld_arena *a, struct ld_btf_input *in, uint32_t nr_in, uint32_t threads,
		  struct ld_btf_graph *graph);

#endif
