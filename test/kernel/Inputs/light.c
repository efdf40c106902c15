/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Loads a light skeleton (testprog, in prog.lskel.h) and runs its prog_a. */
#include <errno.h>
#include <stdio.h>

#include "prog.lskel.h"

int main(void)
{
	struct testprog *skel = testprog__open_and_load();
	union bpf_attr attr = {};
	char packet[64] = {};

	if (!skel) {
		perror("load");
		return 1;
	}
	attr.test.prog_fd = skel->progs.prog_a.prog_fd;
	attr.test.data_in = (unsigned long)packet;
	attr.test.data_size_in = sizeof(packet);
	if (skel_sys_bpf(BPF_PROG_TEST_RUN, &attr, sizeof(attr)) < 0) {
		perror("run");
		return 1;
	}
	testprog__destroy(skel);
	return 0;
}
