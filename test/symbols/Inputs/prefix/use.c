/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "bpf_test.h"
#include "lib.h"

/* limit() is 1000, and each library has its own total. */
int USE(int n)
{
	int result, key = VERSION;
	struct state *s;

	result = add(n) + total;
	s = bpf_map_lookup_elem(&seen, &key);
	return s ? result + s->calls : -1;
}
