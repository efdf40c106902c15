/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "bpf_test.h"

int v1_add(int n), v2_add(int n);
SEC("socket") int prog(void *ctx)
{
	return v1_add(1) + v2_add(1);
}
char _license[] SEC("license") = "GPL";
