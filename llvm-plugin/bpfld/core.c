/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * core: looks up what objects need of kernels, in the BTF of these. The link that does it keeps all
 * of an object, as the loader would see it; its output is dropped.
 */
#include "bpfld/command.h"
#include "lto/lto.h"

#define RUNNING_KERNEL "/sys/kernel/btf"

static enum exit_status check_object(struct request *q, const char *path, bool first)
{
	struct bpfld_opts opts = BPFLD_OPTS_INIT;
	const char *text;
	struct bpfld *l;
	int err = 0;

	opts.output = BPFLD_PARTIAL;
	opts.strip = BPFLD_STRIP_DEBUG;
	opts.lto = &lto_default;
	opts.target_btf = q->target_btf.v;
	opts.dependency_target = path;
	opts.error_limit = ~0u;
	opts.diag = report_diag;
	opts.diag_ctx = q->report;
	l = bpfld_new(&opts, &err);
	if (!l)
		return cannot(q, "start", "a link", -err);
	bpfld_add_file(l, path);
	err = bpfld_link(l);
	text = bpfld_text(l, q->json ? BPFLD_TEXT_TARGETS_JSON : BPFLD_TEXT_TARGETS, NULL);
	if (text && q->json)
		printf("%s%s", first ? "" : ",", *text ? text : "null\n");
	else if (text && *text)
		print_text(stdout, "%s%s:\n%" LD_LINES, first ? "" : "\n", path, text);
	bpfld_free(l);
	return err ? EXIT_FAILED : EXIT_DONE;
}

enum exit_status command_core(struct request *q)
{
	enum exit_status status = EXIT_DONE;

	if (!q->args.n)
		return usage_error(q, "core requires an object");
	if (!q->target_btf.n)
		words_add(&q->target_btf, RUNNING_KERNEL);
	if (q->json)
		printf("[");
	for (size_t i = 0; i < q->args.n; i++)
		if (check_object(q, q->args.v[i], !i))
			status = EXIT_FAILED;
	if (q->json)
		printf("]\n");
	return status;
}
