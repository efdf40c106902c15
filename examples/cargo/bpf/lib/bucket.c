/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "buckets.h"

/* The program that loads this may set it before. */
const volatile unsigned int bytes_per_bucket = 1000;

unsigned int bucket_of(unsigned int size)
{
	return at_most(size / bytes_per_bucket, NR_BUCKETS - 1);
}
