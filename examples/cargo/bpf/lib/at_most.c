/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "buckets.h"

unsigned int at_most(unsigned int value, unsigned int limit)
{
	return value < limit ? value : limit;
}
