/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "flow.h"

const volatile unsigned int flow_limit = 2;

int flow_above_limit(unsigned int count)
{
	return count > flow_limit;
}
