/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Of types of which no kernel replaces functions. */
#include "dyn.h"

long total;
extern int by(int x) DEFAULT(0);

SEC("tp_btf/sys_enter") int of_tp_btf(void *ctx)
{
	total += by(1);
	return 0;
}

SEC("fentry/bpf_fentry_test1") int of_fentry(void *ctx)
{
	total += by(0);
	return 0;
}

SEC("iter/task") int of_iter(void *ctx)
{
	total += by(0);
	return 0;
}
