/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The types of a file that look like one of another's. */
#ifndef LD_BTF_DEDUP_TWINS_H
#define LD_BTF_DEDUP_TWINS_H

#include "btf/dedup/dedup.h"
#include "btf/dedup/label.h"
#include "btf/parse.h"

#define LD_BTF_RUNS 32

/*
 * Bytes that the string sections of a file and its model have in common, whole strings: at start in
 * the file's, at start - delta in the model's.
 */
struct ld_btf_run {
	uint32_t start, len, delta;
	uint32_t unused; /* the size is a power of two */
};

/* Type ids, none of them void, that stand in the same place in a type and in its twin. */
struct ld_btf_ref_pair {
	uint32_t type;       /* in_type */
	uint32_t ref, model; /* in its file and in the model */
};

struct ld_btf_twins {
	uint32_t *of; /* by in_type: a type of the model, or 0 */
	uint32_t nr;  /* how many have one */
	struct ld_btf_ref_pair *refs;
	uint32_t nr_refs;
	struct ld_btf_run runs[LD_BTF_RUNS];
	uint32_t nr_runs;

	/* For the search: */
	struct ld_btf_pair pair;
	uint32_t strs_len;   /* bytes */
	uint8_t *run_of;     /* by block of the strings: the run that covers it most likely */
	uint64_t run_budget; /* bytes that may still be read to find runs */
	uint32_t run_tries;  /* how many were too short to be one */
};

/*
 * Finds the types of a section that has been opened, and closes it. Each that has the same label
 * (label.h) as one of the model gets that one as its twin, if it is found; FUNC, VAR, DATASEC
 * and DECL_TAG have none. Of types with twins the names have been compared, and are in range; of
 * others nothing has been looked at.
 */
int ld_btf_find_twins(struct ld_btf_parser *parser, const struct ld_btf_digest *model,
		      struct ld_btf_twins *twins);

/* Makes a file ready to be a model. */
void ld_btf_index_names(struct ld_arena *a, struct ld_btf_digest *digest);

#endif
