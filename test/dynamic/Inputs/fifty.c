/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Another library with a verdict(), and one of another name. */
#include "dyn.h"

int verdict(struct xdp_md *ctx, int x)
{
	hide(x);
	return 47 + x;
}

int sixty(struct xdp_md *ctx, int x)
{
	hide(x);
	return 57 + x;
}
