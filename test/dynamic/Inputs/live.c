/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Runs by itself: at every system call. by() is what the count rises by. */
#include "dyn.h"

long total;
extern int by(int x) DEFAULT(0);

SEC("tp/raw_syscalls/sys_enter") int on_enter(void *ctx)
{
	total += by(1);
	return 0;
}
