/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A main that may be called by tail calls. */
#include "dyn.h"

extern int by(int x) DEFAULT(0);

struct {
	int (*type)[3]; /* BPF_MAP_TYPE_PROG_ARRAY */
	int (*max_entries)[1];
	unsigned int *key, *value;
} jump SEC(".maps");

SEC("socket") int target(struct __sk_buff *skb)
{
	return by(1) + 3;
}
