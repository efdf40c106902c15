/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
extern int twice(int x);

int total;

__attribute__((section("socket"))) int prog(void *ctx)
{
	total += twice(21);
	return total;
}

char _license[] __attribute__((section("license"))) = "GPL";
