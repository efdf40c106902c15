/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Counts packets and bytes. Knows nothing of a dispatcher. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

static __attribute__((noinline)) void add(__u32 key, __u64 value)
{
	__u64 *counter = bpf_map_lookup_elem(&counters, &key);

	if (counter)
		__sync_fetch_and_add(counter, value);
}

SEC("xdp") int xdp_prog(struct xdp_md *ctx)
{
	add(0, 1);
	add(1, ctx->data_end - ctx->data);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
