/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Another library: counts system calls of odd numbers. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "event.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} result SEC(".maps");

int note(struct event *event)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&result, &zero);

	if (event && count && event->syscall % 2)
		__sync_fetch_and_add(count, 1);
	return 0;
}

char _license[] SEC("license") = "GPL";
