// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
__attribute__((noinline)) int called(int a)
{
	asm volatile("" : "+r"(a));
	return a;
}
int apart(int a)
{
	return called(a) + 1;
}
