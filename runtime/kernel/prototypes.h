/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Prototypes that the verifier accepts for a global function, which it checks without callers. */
#ifndef LD_KERNEL_PROTOTYPES_H
#define LD_KERNEL_PROTOTYPES_H

#include "btf/btf.h"
#include "kernel/limits.h"

/*
 * Why some of *kernels reject a FUNC as a global function ("it returns a pointer"), or NULL. Stores
 * those that do. If they have different reasons, returns that of most of them.
 */
const char *ld_bad_prototype(struct ld_arena *a, const struct ld_btf *btf, uint32_t in_func,
			     uint32_t *kernels);

/* The kernels that accept any pointer as parameter number index, for its declaration tags. */
uint32_t ld_accepting_tags(const struct ld_btf *btf, uint32_t in_func, uint32_t index);

/* Whether a FUNC returns a number of at most 64 bits: LD_RULE_TAIL_CALL_VOID is about those that do
 * not. */
bool ld_returns_number(const struct ld_btf *btf, uint32_t in_func);

/* The number of parameters that the type of a FUNC has. */
uint32_t ld_nr_params(const struct ld_btf *btf, uint32_t in_func);

/* Whether the type is a pointer to the context of a program of some type. */
bool ld_is_context(const struct ld_btf *btf, uint32_t type);

#endif
