/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The label of a type: all that it says apart from type ids, which mean something else in each
 * file. Kind, size, names, offsets, values.
 */
#ifndef LD_FORMAT_BTF_LABEL_H
#define LD_FORMAT_BTF_LABEL_H

#include "format/btf.h"

#define LD_BTF_RUNS 8
#define LD_BTF_RUN_BLOCK 128  /* bytes */
#define LD_BTF_NAME_BUDGET 64 /* times a file's string section */

/* Bytes that two string sections have in common, whole strings: at start in a, start - delta in b.
 */
struct ld_btf_run {
	uint32_t start, len, delta;
};

/*
 * The files of which types are compared. budget is what may be spent on comparing names of many
 * bytes: it keeps the time linear where thousands of types share one name of megabytes. What is
 * beyond it counts as different.
 */
struct ld_btf_pair {
	const struct ld_btf *a, *b;
	uint64_t budget; /* bytes */

	/*
	 * Files made from the same headers have long stretches of strings in common: once found,
	 * a name in one need not be read again. Only for pairs that stay; b may change otherwise.
	 * run_of is NULL where runs are not wanted.
	 */
	uint8_t *run_of;     /* by block of a's strings: the run that covers most likely */
	uint64_t run_budget; /* bytes that may still be read to find runs */
	uint32_t nr_runs;
	struct ld_btf_run runs[LD_BTF_RUNS];
};

bool ld_btf_same_name(struct ld_btf_pair *p, uint32_t a_off, uint32_t b_off);

/* Whether a type of a and one of b have the same label. */
bool ld_btf_same_label(struct ld_btf_pair *p, const struct btf_type *a, const struct btf_type *b);

#endif
