/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A library with an import of its own, which is linked into it. */
#include "dyn.h"

extern int by(int x);

int verdict(struct xdp_md *ctx, int x)
{
	hide(x);
	return by(x) + 30;
}
