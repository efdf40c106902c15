/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
extern int f0(void *), f1(void *), f2(void *), f3(void *);
__attribute__((section("socket"), used)) int sum(void *ctx)
{
	return f0(ctx) + f1(ctx) + f2(ctx) + f3(ctx);
}
char _license[] __attribute__((section("license"), used)) = "GPL";
