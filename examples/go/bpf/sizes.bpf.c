/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Counts packets by size. */
#include "sizes.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NR_BUCKETS);
	__type(key, __u32);
	__type(value, __u64);
} packets SEC(".maps");

SEC("xdp")
int count_sizes(struct xdp_md *ctx)
{
	__u32 bucket = at_most(bucket_of(ctx->data_end - ctx->data), NR_BUCKETS - 1);
	__u64 *count = bpf_map_lookup_elem(&packets, &bucket);

	if (count)
		__sync_fetch_and_add(count, 1);
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
