/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Mends types that BTF cannot describe, as compilers write them for other languages than C. */
#ifndef LD_BTF_MEND_H
#define LD_BTF_MEND_H

#include "btf/btf.h"

/*
 * Whether the kernel rejects the type for a reason that ld_btf_mend() removes. Every offset is
 * known, but type ids may be out of range.
 */
bool ld_btf_is_broken(const struct ld_btf *btf, const struct btf_type *t);

/*
 * Copies the types, mends them and appends those that they need. Ids of the input keep their
 * meaning.
 */
void ld_btf_mend(struct ld_arena *a, struct ld_btf *btf);

#endif
