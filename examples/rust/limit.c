// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <stdbool.h>

typedef unsigned long long u64;

struct counts {
	u64 ip, bytes, other, shorts;
};

extern void bpf_throw(u64 cookie) __attribute__((section(".ksyms")));

volatile const u64 limit = 1000;

__attribute__((visibility("hidden"))) bool above_limit(const struct counts *counts)
{
	return counts->ip + counts->other > limit;
}

__attribute__((noreturn, visibility("hidden"))) void halt(void)
{
	bpf_throw(0);
	for (;;)
		;
}
