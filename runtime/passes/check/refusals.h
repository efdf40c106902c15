/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* How passes report kernels that reject a program. */
#ifndef LD_PASSES_CHECK_REFUSALS_H
#define LD_PASSES_CHECK_REFUSALS_H

#include "kernel/limits.h"
#include "kernel/targets.h"
#include "model/calls.h"
#include "model/model.h"

/*
 * The kernels to name in a warning about what the given ones reject, or 0: those of the target
 * kernels; if there are none, only what all kernels reject is worth a warning.
 */
static inline uint32_t ld_warn_for(const struct ld_link *l, uint32_t refusing)
{
	if (l->opt->kernels)
		return refusing & l->opt->kernels;
	return refusing == LD_ALL_KERNELS ? refusing : 0;
}

/* Records that kernels certainly reject programs that reach a function. */
static inline void ld_reject(const struct ld_link *l, uint32_t func, uint32_t kernels)
{
	if (l->opt->kernels)
		kernels &= l->opt->kernels;
	l->calls->rejected[func] |= (uint8_t)kernels;
}

/* A line with the names of kernels, for "%" LD_LINES; "" without target kernels. */
static inline const char *ld_refused_by(const struct ld_link *l, uint32_t kernels)
{
	if (!l->opt->kernels)
		return "";
	return ld_printf(l->arena, "\n>>> rejected by %s", ld_kernel_names(l->arena, kernels));
}

#endif
