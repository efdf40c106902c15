/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Takes the last byte of each packet: what runs after it sees a shorter one. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp") int xdp_prog(struct xdp_md *ctx)
{
	return bpf_xdp_adjust_tail(ctx, -1) ? XDP_ABORTED : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
