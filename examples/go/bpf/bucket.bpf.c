/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Defines the buckets. */
#include "sizes.h"

/* The program that loads this may set it before. */
const volatile __u32 bytes_per_bucket = 500;

__u32 bucket_of(__u32 size)
{
	return at_most(size / bytes_per_bucket, NR_BUCKETS - 1);
}
