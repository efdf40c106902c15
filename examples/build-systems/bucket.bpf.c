/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What is a small packet, and what a large one. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "sizes.h"

/* The program that loads this may set them before. */
const volatile unsigned int small_below = 100;
const volatile unsigned int large_from = 1000;

unsigned int bucket_of(unsigned int size)
{
	if (size < small_below)
		return 0;
	return size < large_from ? 1 : 2;
}
