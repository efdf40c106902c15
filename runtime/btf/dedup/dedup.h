/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * From the types of many files to one graph without equal types. dedup.c explains how and why.
 *
 * FUNC, VAR, DATASEC and DECL_TAG do not take part: which of those the output has depends on
 * symbols, and merge_btf writes them. Everything else takes part, dead or alive; the caller drops
 * what nothing refers to afterwards.
 */
#ifndef LD_BTF_DEDUP_DEDUP_H
#define LD_BTF_DEDUP_DEDUP_H

#include "btf/btf.h"

/* The names of all files of a link, numbered (names.c); opaque. */
struct ld_btf_names;

struct ld_btf_names *ld_btf_names_new(struct ld_arena *a);

/* What can be computed of one file without the others; opaque. */
struct ld_btf_digest;

/*
 * Thread-safe for different files. The result lives in a, as what the names need more room for
 * does, and refers to btf; scratch holds nothing of value afterwards.
 */
struct ld_btf_digest *ld_btf_digest(struct ld_arena *a, struct ld_arena *scratch,
				    const struct ld_btf *btf, struct ld_btf_names *names);

struct ld_btf_input {
	const struct ld_btf *btf;
	struct ld_btf_digest *digest;
	uint32_t *canon; /* out: by type, the node's number; 0 for void and decls */
};

/* A type of the merged graph, where its definition was found. */
struct ld_btf_node {
	uint32_t input; /* index into the inputs */
	uint32_t type;  /* in_type there; references in it go through that input's canon[] */
};

struct ld_btf_graph {
	struct ld_btf_node *nodes; /* 1 .. nr - 1, ordered by first appearance in the inputs */
	uint32_t nr;
	bool has_fwds; /* there are forward declarations of names with several definitions */
};

/*
 * Fills in graph and each input's canon[], which live in a; scratch and the digests hold nothing of
 * value afterwards. threads is an upper bound; the result is the same for any.
 */
void ld_btf_dedup(struct ld_arena *a, struct ld_arena *scratch, struct ld_btf_input *in,
		  uint32_t nr_in, uint32_t threads, struct ld_btf_graph *graph);

#endif
