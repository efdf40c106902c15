/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A version of the library from before there was a verdict(). */
#include "dyn.h"

int older(struct xdp_md *ctx)
{
	return ctx->data != 0;
}
