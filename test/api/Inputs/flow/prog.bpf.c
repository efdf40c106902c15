/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "flow.h"

int other(void);

SEC("socket")
int prog(struct __sk_buff *ctx)
{
	return flow_count(10) + other();
}

char _license[] SEC("license") = "GPL";
