/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Prototypes that the verifier accepts for a global function, which it checks without callers. */
#ifndef LD_KERNEL_PROTOTYPES_H
#define LD_KERNEL_PROTOTYPES_H

#include "btf/btf.h"
#include "kernel/limits.h"

/*
 * Why kernels reject a FUNC as a global function ("it returns a pointer"), or NULL. *accepting is
 * the first kernel that accepts it nevertheless, or NULL; accepting may be NULL. Ignores decl tags.
 */
const char *ld_bad_prototype(struct ld_arena *a, const struct ld_btf *btf, uint32_t in_func,
			     const struct ld_kernel **accepting);

/* Whether the type is a pointer to the context of a program of some type. */
bool ld_is_context(const struct ld_btf *btf, uint32_t type);

#endif
