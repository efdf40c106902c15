/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "buckets.h"

extern const volatile unsigned int bytes_per_bucket;

unsigned int first_size_of(unsigned int bucket)
{
	return bucket * bytes_per_bucket;
}
