/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Which prototypes the verifier takes for a global function, which it checks without its callers.
 */
#ifndef LD_PASSES_CHECK_FUNC_TYPE_H
#define LD_PASSES_CHECK_FUNC_TYPE_H

#include "kernel/limits.h"
#include "model/model.h"

/*
 * Why kernels refuse that of f's FUNC, "it returns a pointer", or NULL. *taking is the first kernel
 * that takes it all the same, or NULL; taking may be NULL. Decl tags are not looked at.
 */
const char *ld_bad_prototype(struct ld_link *l, const struct ld_file *f, uint32_t in_func,
			     const struct ld_kernel **taking);

/* By in_type: whether a decl tag says something about a FUNC or its parameters. In l's arena. */
bool *ld_tagged_funcs(struct ld_link *l, const struct ld_file *f);

#endif
