/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "flow.h"
#include "limit.h"

int flow_total;

int flow_count(int n)
{
	return flow_total += flow_limited(n);
}
