/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Finds what a function needs of the kernel, for check_kernels. */
#ifndef LD_PASSES_CHECK_SCAN_NEEDS_H
#define LD_PASSES_CHECK_SCAN_NEEDS_H

#include "model/calls.h"
#include "model/model.h"

/*
 * Whether a program has, in any code, a helper that all kernels refuse to programs of its type, a
 * lock, or no end.
 */
bool ld_may_need_too_much(const struct ld_func *func);

/* Fills in the needs of calls->funcs[index], whose calls are known. flags: LD_PATH_* by slot. */
void ld_find_needs(const struct ld_link *l, struct ld_calls *calls, uint32_t index,
		   const uint8_t *flags);

#endif
