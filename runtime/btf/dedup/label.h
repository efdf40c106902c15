/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The label of a type: all that it says apart from type ids, which mean something else in each
 * file. Kind, size, names, offsets, values.
 */
#ifndef LD_BTF_DEDUP_LABEL_H
#define LD_BTF_DEDUP_LABEL_H

#include "btf/btf.h"

#define LD_BTF_NAME_BUDGET 64 /* times a file's string section */

/*
 * The files of which types are compared. budget is what may be spent on comparing names of many
 * bytes: it keeps the time linear where thousands of types share one name of megabytes. What is
 * beyond it counts as different.
 */
struct ld_btf_pair {
	const struct ld_btf *a, *b;
	uint64_t budget; /* bytes */
};

bool ld_btf_same_name(struct ld_btf_pair *p, uint32_t a_off, uint32_t b_off);

/* Whether a type of a and one of b have the same label. */
bool ld_btf_same_label(struct ld_btf_pair *p, const struct btf_type *a, const struct btf_type *b);

#endif
