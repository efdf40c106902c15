/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* lto.c for BPFLD_STATIC: a static executable cannot load a module. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lto/lto.h"

int lto_compile(void *ctx, const struct bpfld_lto_job *job)
{
	char *text;
	int err;

	(void)ctx;
	if (asprintf(&text,
		     "%s: cannot compile bitcode: this build has no link-time optimization, "
		     "because it is one static file\n"
		     ">>> help: compile without -flto, or use bpfld with shared libraries",
		     job->modules[0].name) < 0)
		return -ENOMEM;
	err = job->report(job, BPFLD_ERROR, "lto-no-llvm", text);
	free(text);
	return err ? err : -EINVAL;
}

const struct bpfld_lto lto_default = {
    .sz = sizeof(lto_default),
    .compile = lto_compile,
};
