/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "dyn.h"

int seen;

int zero(int x)
{
	seen += x;
	return 0;
}
