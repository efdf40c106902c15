/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Counts packets by size. */
#include "sizes.h"

SEC("xdp")
int count_sizes(struct xdp_md *ctx)
{
	count(ctx->data_end - ctx->data);
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
