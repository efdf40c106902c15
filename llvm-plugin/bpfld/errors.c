/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <errno.h>
#include <string.h>

#include "bpfld/command.h"

enum exit_status cannot(struct request *q, const char *what, const char *path, int error)
{
	if (error == EPERM)
		return fail(q, "failed",
			    "cannot %s %s: %s%" LD_LINES LD_HELP
			    "run it as root, or with CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON",
			    what, path, strerror(error), message_lines(q));
	return fail(q, "failed", "cannot %s %s: %s%" LD_LINES, what, path, strerror(error),
		    message_lines(q));
}

enum exit_status refused(struct request *q, const char *what, const char *path, int err,
			 const struct ld_refusal *why)
{
	if (!why->id)
		return cannot(q, what, path, -err);
	return fail(q, why->id, "%s" LD_HELP "%s, or use another --root=DIR", why->text, why->help);
}

enum exit_status already_loaded(struct request *q, const char *name)
{
	return fail(q, "already-loaded",
		    "'%s' is already loaded" LD_HELP
		    "unload it first: bpfld unload %s; or load under another name: --name=NAME",
		    name, name);
}

enum exit_status not_loaded(struct request *q, const char *name)
{
	return fail(q, "not-loaded",
		    "'%s' is not loaded" LD_HELP
		    "run bpfld ls to list loaded objects; each --root=DIR has its own names",
		    name);
}
