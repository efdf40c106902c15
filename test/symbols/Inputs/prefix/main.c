/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "bpf_test.h"

int limit(void)
{
	return 1000;
}

int one(int n), two(int n);
SEC("socket") int prog(void *ctx)
{
	return one(1) + two(1);
}
char _license[] SEC("license") = "GPL";
