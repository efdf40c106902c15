/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Runs up to SLOTS programs in order, as long as what each returns is among its chain-call actions.
 * The programs are bound to prog0, prog1, ... when dispatch.c links them in. What is left is weak
 * and undefined: the linker takes these calls out, which nr_programs keeps from being made.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "dispatcher.h"

/* Sections of their own: user space finds them as maps that hold nothing else. */
const volatile struct dispatcher_config config SEC(".rodata.dispatcher");
__u64 results[SLOTS][ACTIONS] SEC(".data.dispatcher");

#define DECLARE(n) extern int prog##n(struct xdp_md *ctx) __attribute__((weak))
DECLARE(0);
DECLARE(1);
DECLARE(2);
DECLARE(3);
DECLARE(4);
DECLARE(5);
DECLARE(6);
DECLARE(7);
DECLARE(8);
DECLARE(9);

/* Whether the next program is to run. */
static __always_inline int goes_on(int slot, __u32 action)
{
	if (action >= ACTIONS)
		return 0;
	__sync_fetch_and_add(&results[slot][action], 1);
	return config.chain_call_actions[slot] >> action & 1;
}

#define RUN(n)                                                                                     \
	do {                                                                                       \
		if (n >= config.nr_programs)                                                       \
			return action;                                                             \
		action = prog##n(ctx);                                                             \
		if (!goes_on(n, action))                                                           \
			return action;                                                             \
	} while (0)

SEC("xdp") int dispatcher(struct xdp_md *ctx)
{
	int action = XDP_PASS;

	RUN(0);
	RUN(1);
	RUN(2);
	RUN(3);
	RUN(4);
	RUN(5);
	RUN(6);
	RUN(7);
	RUN(8);
	RUN(9);
	return action;
}

char LICENSE[] SEC("license") = "GPL";
