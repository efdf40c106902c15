/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Changes the packet: since 6.12 kernels want the stub to do that, too. */
#include "dyn.h"

static long (*adjust_head)(struct xdp_md *ctx, int by) = (void *)44;

int verdict(struct xdp_md *ctx, int x)
{
	adjust_head(ctx, 0);
	hide(x);
	return x;
}
