/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The second program: only counts. */
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "flow.h"

SEC("socket")
int watch(struct __sk_buff *skb)
{
	return flow_count(flow_kind_of(bpf_ntohs(skb->protocol)));
}

char _license[] SEC("license") = "GPL";
