/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* verdict() is x times ten, by a function of its own; tick() counts over all mains. */
#include "dyn.h"

int ticks_seen;

static noinline int times_ten(int x)
{
	hide(x);
	return x * 10;
}

int verdict(struct xdp_md *ctx, int x)
{
	return times_ten(x) + (ctx->data == ctx->data_end);
}

int tick(int by)
{
	ticks_seen += by;
	return ticks_seen;
}
