/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <string.h>

#include "bpfld/command.h"
#include "lto/lto.h"

void add_inputs(struct request *q, struct bpfld *l, size_t from)
{
	for (size_t i = from; i < q->args.n; i++) {
		const char *arg = q->args.v[i];

		if (!strncmp(arg, "-l", 2) && arg[2])
			bpfld_add_library(l, arg + 2);
		else
			bpfld_add_file(l, arg);
	}
	for (size_t i = 0; i + 4 <= q->binds.n; i += 4)
		bpfld_bind(l, q->binds.v[i], q->binds.v[i + 1], q->binds.v[i + 2],
			   q->binds.v[i + 3]);
}

void print_targets(struct request *q, struct bpfld *l)
{
	const char *text = q->target_btf.n ? bpfld_text(l, BPFLD_TEXT_TARGETS, NULL) : NULL;

	if (text)
		fputs(text, stdout);
}

/* As in bpftool: undefined and hidden symbols are kept, DWARF is dropped. */
enum exit_status command_link(struct request *q)
{
	struct bpfld_opts opts = BPFLD_OPTS_INIT;
	struct bpfld *l;
	int err = 0;

	if (q->args.n < 2)
		return usage_error(q, "link requires an output and at least one input");
	opts.output = BPFLD_PARTIAL;
	opts.strip = BPFLD_STRIP_DEBUG;
	opts.library_paths = q->library_paths.v;
	opts.prefixes = q->prefixes.v;
	opts.target_kernels = q->target_kernels;
	opts.lto = &lto_default;
	opts.target_btf = q->target_btf.v;
	opts.no_image = true;
	opts.diag = report_diag;
	opts.diag_ctx = q->report;
	l = bpfld_new(&opts, &err);
	if (!l)
		return cannot(q, "start", "a link", -err);
	add_inputs(q, l, 1);
	err = bpfld_link(l);
	print_targets(q, l);
	if (!err)
		err = bpfld_write_file(l, q->args.v[0]);
	bpfld_free(l);
	return err ? EXIT_FAILED : EXIT_DONE;
}
