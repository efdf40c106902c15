/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "limit.h"

const volatile int flow_limit = 3;

int flow_limited(int n)
{
	return n > flow_limit ? flow_limit : n;
}
