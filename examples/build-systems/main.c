/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Loads the program that the skeleton holds, runs it on packets of three sizes, prints the counts.
 */
#include "sizes.skel.h"

#include <bpf/bpf.h>
#include <stdio.h>

#include "sizes.h"

static int run(struct sizes *s, unsigned int size)
{
	static char packet[2000];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = size);

	return bpf_prog_test_run_opts(bpf_program__fd(s->progs.count_sizes), &opts);
}

int main(void)
{
	struct sizes *s = sizes__open();
	int err;

	if (!s)
		return 1;
	s->rodata->large_from = 600; /* a variable of bucket.bpf.c */
	err = sizes__load(s);
	if (!err && !run(s, 64) && !run(s, 200) && !run(s, 650) && !run(s, 1500))
		for (int i = 0; i < NR_BUCKETS; i++)
			printf("%lu\n", (unsigned long)s->bss->packets[i]);
	else
		err = 1;
	sizes__destroy(s);
	return err ? 1 : 0;
}
