/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The counts, and variables that the program that loads this reads and sets. */
#include "sizes.h"

__u64 packets[NR_BUCKETS];

int count(__u32 size)
{
	__u32 bucket = bucket_of(size);

	if (bucket < NR_BUCKETS)
		__sync_fetch_and_add(&packets[bucket], 1);
	return 0;
}
