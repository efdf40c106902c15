/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A library: counts system calls. It is verified separately, without a main program. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "event.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} result SEC(".maps");

/* Raw tracepoints return 0, so functions that replace their stubs must do so, too. */
int note(struct event *event)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&result, &zero);

	if (event && count)
		__sync_fetch_and_add(count, 1);
	return 0;
}

char _license[] SEC("license") = "GPL";
