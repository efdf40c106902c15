/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The commands that need libbpf, in builds without it. */
#include "bpfld/command.h"

static enum exit_status missing(struct request *q, const char *command)
{
	return fail(q, "no-libbpf",
		    "this build of bpfld cannot %s: it was built without libbpf" LD_HELP
		    "use a build with libbpf; this one supports link, gen, explain and version",
		    command);
}

enum exit_status command_check(struct request *q)
{
	return missing(q, "check");
}

enum exit_status command_tune(struct request *q)
{
	return missing(q, "tune");
}

enum exit_status command_load(struct request *q)
{
	return missing(q, "load");
}

enum exit_status command_ls(struct request *q)
{
	return missing(q, "list");
}

enum exit_status command_unload(struct request *q)
{
	return missing(q, "unload");
}

void take_messages(struct request *q)
{
	(void)q;
}

const char *message_lines(struct request *q)
{
	(void)q;
	return "";
}

void note_messages(struct request *q)
{
	(void)q;
}
