/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Another main, of two programs. */
#include "dyn.h"

extern int verdict(struct xdp_md *ctx, int x) DEFAULT(4);
extern int tick(int by) DEFAULT(1);

SEC("xdp") int second(struct xdp_md *ctx)
{
	return verdict(ctx, 1);
}

SEC("xdp") int ticks(struct xdp_md *ctx)
{
	return tick(1);
}

SEC("tc") int ticks_tc(struct __sk_buff *skb)
{
	return tick(10);
}
