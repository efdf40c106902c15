/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
int never(int a)
{
	return 4 * a;
}
