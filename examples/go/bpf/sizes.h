/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Shared by both files of the BPF program. */
#ifndef SIZES_H
#define SIZES_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define NR_BUCKETS 3

/* The number of a packet's bucket, which is the last one for all large packets. In bucket.bpf.c. */
__u32 bucket_of(__u32 size);

/* Both files have a copy: Go loads an object only if each function has a name of its own. */
static __attribute__((noinline)) __u32 at_most(__u32 value, __u32 limit)
{
	return value < limit ? value : limit;
}

#endif
