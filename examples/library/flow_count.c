/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "flow.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FLOW_NR_KINDS);
	__type(key, unsigned int);
	__type(value, unsigned int);
} flow_counts SEC(".maps");

unsigned int flow_total;

enum flow_kind flow_kind_of(unsigned int ethertype)
{
	switch (ethertype) {
	case 0x0800: return FLOW_IPV4;
	case 0x86dd: return FLOW_IPV6;
	default: return FLOW_OTHER;
	}
}

unsigned int flow_count(enum flow_kind kind)
{
	unsigned int key = kind, *count = bpf_map_lookup_elem(&flow_counts, &key);

	if (!count)
		return 0;
	__sync_fetch_and_add(&flow_total, 1);
	__sync_fetch_and_add(count, 1);
	return *count;
}
