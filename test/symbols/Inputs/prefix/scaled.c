/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "bpf_test.h"
#include "lib.h"

struct seen_map seen SEC(".maps");
int total;

int scaled(int n)
{
	struct state state = {VERSION};
	int key = VERSION;

	bpf_map_update_elem(&seen, &key, &state, 0);
	return n * VERSION * 10;
}
