/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The first file: owns the counts; asks leave.c whether a task is the one to look at. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "demo.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NR_COUNTS);
	__type(key, unsigned int);
	__type(value, long);
} counts SEC(".maps");

int is_wanted(void); /* in leave.c */

long last_syscall; /* read by leave.c */

/* leave.c has a variable and a function of the same names. Each file must get its own. */
static long nr;

static void __attribute__((noinline)) note(unsigned int what)
{
	nr++;
	bpf_map_update_elem(&counts, &what, &nr, BPF_ANY);
}

SEC("raw_tp/sys_enter")
int enter(struct bpf_raw_tracepoint_args *ctx)
{
	if (!is_wanted())
		return 0;
	last_syscall = ctx->args[1];
	note(BEGUN);
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
