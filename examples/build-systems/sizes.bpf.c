/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Counts packets by size. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "sizes.h"

unsigned long packets[NR_BUCKETS];

SEC("xdp")
int count_sizes(struct xdp_md *ctx)
{
	unsigned int bucket = bucket_of(ctx->data_end - ctx->data);

	/* bucket_of() is verified by itself: of its result nothing is known here. */
	if (bucket < NR_BUCKETS)
		__sync_fetch_and_add(&packets[bucket], 1);
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
