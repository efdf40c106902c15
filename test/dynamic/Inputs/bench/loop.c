/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A thousand calls. With INLINE the function is part of the loop, which is what calls are held against. */
#include "../dyn.h"

#ifdef INLINE
static inline __attribute__((always_inline)) int leaf(int x)
{
	hide(x);
	return x + 1;
}
#else
extern int leaf(int x);
#endif

SEC("xdp") int loop(struct xdp_md *ctx)
{
	int sum = 0;

	for (int i = 0; i < 1000; i++)
		sum += leaf(i);
	return sum ? 2 : 1;
}
