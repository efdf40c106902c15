/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "dyn.h"

int count(struct flow *flow)
{
	return flow ? flow->key + flow->bytes : 0;
}
