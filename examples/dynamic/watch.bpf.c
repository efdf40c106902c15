/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The main program: at each system call of one process it calls note(), which a library defines. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "event.h"

extern int note(struct event *event);
extern int last_word(struct event *event) __weak;

const volatile unsigned int watched;

SEC("raw_tp/sys_enter") int watch(struct bpf_raw_tracepoint_args *ctx)
{
	struct event event = {
	    .pid = bpf_get_current_pid_tgid() >> 32,
	    .syscall = ctx->args[1],
	};

	if (event.pid != watched)
		return 0;
	note(&event);
	if (last_word)
		last_word(&event);
	return 0;
}

char _license[] SEC("license") = "GPL";
