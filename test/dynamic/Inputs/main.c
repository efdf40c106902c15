/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Returns what verdict() and count() add up to: 2 by the stub. */
#include "dyn.h"

extern int verdict(struct xdp_md *ctx, int x) DEFAULT(2);
extern int count(struct flow *flow) weak;

SEC("xdp") int prog(struct xdp_md *ctx)
{
	struct flow flow = {5, 7};
	int sum = verdict(ctx, 3);

	if (count)
		sum += count(&flow);
	return sum;
}
