/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Opens prog, finds the library's variables in it, and with an argument loads and runs it. */
#include "prog.skel.h"

#include "flow.subskel.h"

#include <bpf/bpf.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	static char packet[64];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet));
	struct prog *prog = prog__open();
	struct flow *flow = prog ? flow__open(prog->obj) : NULL;

	(void)argv;
	if (!flow)
		return 1;
	*flow->rodata.flow_limit = 5;
	if (argc > 1 &&
	    (prog__load(prog) || bpf_prog_test_run_opts(bpf_program__fd(prog->progs.prog), &opts)))
		return 1;
	printf("%d %u %d\n", prog->rodata->flow_limit, opts.retval, *flow->bss.flow_total);
	flow__destroy(flow);
	prog__destroy(prog);
	return 0;
}
