/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Two imports of one type, which one function may serve both. */
#include "dyn.h"

extern int first(int x) DEFAULT(1);
extern int other(int x) DEFAULT(2);

SEC("socket") int sums(struct __sk_buff *skb)
{
	return first(1) + 1000 * other(2);
}
