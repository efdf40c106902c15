/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * bpftool's command line, as far as build systems use it, so that BPFTOOL=bpfld moves a Makefile:
 * `gen object` is link, and the rest of gen, and btf, is bpftool's as before.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "bpfld/command.h"
#include "common/path.h"

/* As bpftool has it, which takes words cut short. */
static bool is_object(const char *word)
{
	return word && *word && !strncmp("object", word, strlen(word));
}

bool is_for_bpftool(char **argv)
{
	if (!argv[1])
		return false;
	return !strcmp(argv[1], "btf") ||
	       (!strcmp(argv[1], "gen") && argv[2] && !is_object(argv[2]));
}

enum exit_status hand_on(struct request *q, char **argv)
{
	const char *bpftool =
	    find_bpftool(q->pool, q->report, pool_printf(q->pool, "'%s' is left to", argv[1]));

	if (!bpftool)
		return EXIT_FAILED;
	argv[0] = (char *)(uintptr_t)bpftool;
	execv(bpftool, argv);
	return fail(q, "run", bpftool, errno);
}

enum exit_status command_gen(struct request *q)
{
	if (!q->args.n || !is_object(q->args.v[0])) {
		report_error(q->report, "usage", "gen: object, an output and at least one input");
		return EXIT_USAGE;
	}
	q->args.n--;
	memmove(q->args.v, q->args.v + 1, (q->args.n + 1) * sizeof(*q->args.v));
	return command_link(q);
}
