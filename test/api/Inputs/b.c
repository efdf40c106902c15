/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
extern int total;

int twice(int x)
{
	return total ? 0 : 2 * x;
}
