/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Programs that report nothing do without this file: its ring buffer is not in them. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "flow.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} flow_events SEC(".maps");

int flow_report(enum flow_kind kind, unsigned int count)
{
	struct flow_event event = {kind, count};

	return bpf_ringbuf_output(&flow_events, &event, sizeof(event), 0);
}
