/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
int twice(int a);

__attribute__((section("socket"), used)) int prog(void *ctx)
{
	return twice(3);
}
