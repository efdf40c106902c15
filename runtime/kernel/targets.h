/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Names of kernels, as users write and read them. */
#ifndef LD_KERNEL_TARGETS_H
#define LD_KERNEL_TARGETS_H

#include <stdint.h>

struct ld_arena;

/*
 * Reads a list of kernels: "6.1", "6.1,7.2", "6.1..7.2", "running". Returns NULL and stores their
 * mask; or else the reason why not.
 */
const char *ld_parse_kernels(struct ld_arena *a, const char *text, uint32_t *kernels);

/* "Linux 6.1, 6.12 and 7.2" */
const char *ld_kernel_names(struct ld_arena *a, uint32_t kernels);

#endif
