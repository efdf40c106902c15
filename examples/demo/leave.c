/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The second file: uses the counts of enter.c, and reports failures in a ring buffer. */
#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "demo.h"

/* The members that are read. When the program is loaded, libbpf finds where this kernel has them.
 */
struct task_struct {
	struct task_struct *group_leader;
	char comm[NAME_SIZE];
} __attribute__((preserve_access_index));

extern struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NR_COUNTS);
	__type(key, unsigned int);
	__type(value, long);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

extern long last_syscall;

const volatile char wanted[NAME_SIZE] = ""; /* the process's name; set by the loader */

int is_wanted(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	char name[NAME_SIZE] = {};
	int i;

	BPF_CORE_READ_STR_INTO(&name, task, group_leader, comm);
	for (i = 0; i < NAME_SIZE; i++)
		if (name[i] != wanted[i])
			return 0;
	return 1;
}

static long nr;

static void __attribute__((noinline)) note(unsigned int what)
{
	nr++;
	bpf_map_update_elem(&counts, &what, &nr, BPF_ANY);
}

SEC("raw_tp/sys_exit")
int leave(struct bpf_raw_tracepoint_args *ctx)
{
	long result = ctx->args[1];
	struct event *event;

	if (result >= 0 || result < -4095 || !is_wanted())
		return 0;
	note(FAILED);
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->nr = nr;
	event->syscall = last_syscall;
	event->error = -result;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
