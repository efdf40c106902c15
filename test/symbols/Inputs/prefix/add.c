/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "bpf_test.h"
#include "lib.h"

int scaled(int n);
int limit(void);

static noinline int step(int n)
{
	return n + VERSION;
}

int add(int n)
{
	total += scaled(step(n));
	return limit();
}
