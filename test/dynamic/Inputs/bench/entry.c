/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A leaf() that the library calls itself, so that others get at it through an entry. */
#include "../dyn.h"

noinline int leaf(int x)
{
	hide(x);
	return x + 1;
}

int other(int x)
{
	return leaf(x) + leaf(x + 1);
}
