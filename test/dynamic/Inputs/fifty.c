/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Another library with a verdict(), and one of another name, which calls the first: that stays where
 * it can be called, and an entry calls it, too.
 */
#include "dyn.h"

noinline int verdict(struct xdp_md *ctx, int x)
{
	hide(x);
	return 47 + x;
}

int sixty(struct xdp_md *ctx, int x)
{
	return verdict(ctx, x) + 10;
}
