/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * This directory: what kernels accept, as tables. rules.def has limits and features by series, with
 * the places in the kernel's sources that they were read from; helpers.h the helpers, prototypes.h
 * the prototypes of global functions, targets.h names of series. Passes decide what a fact means
 * for a link; no pass has a number of the kernel of its own, and nothing here knows a link or ELF.
 *
 * Sets of series are masks: bit i is ld_kernels[i].
 */
#ifndef LD_KERNEL_LIMITS_H
#define LD_KERNEL_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

/* Rules that are the same in all series. */
enum {
#define SAME(id, diagnostic, value, meaning) LD_KERNEL_##id = value,
#include "kernel/rules.def"
};

enum ld_rule {
#define RULE(id, diagnostic, v61, v612, v618, v72, meaning) LD_RULE_##id,
#include "kernel/rules.def"
};

enum { LD_NR_KERNELS = 4, LD_ALL_KERNELS = (1 << LD_NR_KERNELS) - 1 };

/* The series for which a row of a table has 0. */
#define LD_ZEROS(v61, v612, v618, v72)                                                             \
	(((v61) ? 0 : 1) | ((v612) ? 0 : 2) | ((v618) ? 0 : 4) | ((v72) ? 0 : 8))

/* Names of the series, in order: "6.1". */
extern const char *const ld_kernels[LD_NR_KERNELS];

/* The value of a rule in a series. */
uint32_t ld_rule(enum ld_rule rule, int kernel);

/* The series that have a lower limit than value, or that are known not to have a feature (1). */
uint32_t ld_kernels_below(enum ld_rule rule, uint32_t value);

/* The series that are known to have a feature. */
uint32_t ld_kernels_with(enum ld_rule rule);

/* The series after those of the mask, which must not have the last one. */
const char *ld_kernel_after(uint32_t kernels);

/* The rule that says whether this kfunc may be called under bpf_spin_lock(). */
enum ld_rule ld_locked_kfunc_rule(const char *kfunc);

/* Whether some kernel gives the functions of a program in this section private stacks. */
bool ld_may_have_private_stack(const char *section);

/* Whether the kernel lets a program of this license call helpers for GPL programs only; NULL: no
 * license. */
bool ld_is_gpl_compatible(const char *license);

/* The compatible license that a text such as "gpl" means, which the kernel does not recognize. Or
 * NULL. */
const char *ld_misspelt_license(const char *license);

#endif
