/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
int twice(int a)
{
	return 2 * a;
}

int unused(int a)
{
	return 3 * a;
}
