/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The commands of bpftool that build systems use, so that Makefiles work with BPFTOOL=bpfld: `gen
 * object` is link, and bpftool runs the rest of gen, and btf.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "bpfld/command.h"
#include "common/path.h"

bool is_word(const char *word, const char *full)
{
	return word && *word && !strncmp(full, word, strlen(word));
}

bool is_for_bpftool(char **argv)
{
	size_t i = 2;

	if (!argv[1] || strcmp(argv[1], "gen") != 0)
		return argv[1] && !strcmp(argv[1], "btf");
	while (argv[i] && argv[i][0] == '-')
		i++;
	return argv[i] && !is_word(argv[i], "object");
}

enum exit_status run_bpftool(struct request *q, char **argv)
{
	const char *bpftool = find_bpftool(q->pool, q->report, argv[1]);

	if (!bpftool)
		return EXIT_FAILED;
	argv[0] = (char *)(uintptr_t)bpftool;
	execv(bpftool, argv);
	return cannot(q, "run", bpftool, errno);
}

enum exit_status command_gen(struct request *q)
{
	if (!q->args.n || !is_word(q->args.v[0], "object"))
		return usage_error(
		    q, "gen requires the word 'object', an output and at least one input");
	q->args.n--;
	memmove(q->args.v, q->args.v + 1, (q->args.n + 1) * sizeof(*q->args.v));
	return command_link(q);
}
