/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "../dyn.h"

int leaf(int x)
{
	hide(x);
	return x + 1;
}
