/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "dyn.h"

long calls;

int by(int x)
{
	calls++;
	hide(x);
	return x * 100;
}
