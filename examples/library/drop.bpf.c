/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The first program: lets as many packets of each kind pass as the limit says, and reports the
 * rest. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "flow.h"

SEC("xdp")
int drop(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	enum flow_kind kind;
	unsigned int count;

	if (data + 14 > end)
		return XDP_PASS;
	kind = flow_kind_of(data[12] << 8 | data[13]);
	count = flow_count(kind);
	if (!flow_above_limit(count))
		return XDP_PASS;
	flow_report(kind, count);
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
