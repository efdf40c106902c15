/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <string.h>

#include "bpfld/command.h"

enum exit_status cannot(struct request *q, const char *what, const char *path, int error)
{
	return fail(q, "failed", "cannot %s %s: %s", what, path, strerror(error));
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
		    "'%s' is already loaded: run bpfld unload %s, or use another --name", name,
		    name);
}

enum exit_status not_loaded(struct request *q, const char *name)
{
	return fail(q, "not-loaded", "'%s' is not loaded", name);
}
