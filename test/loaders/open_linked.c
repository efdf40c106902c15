/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "open_linked.h"

#include <bpfld/loader.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_error(void *ctx, const struct bpfld_diag *diag)
{
	(void)ctx;
	if (diag->severity == BPFLD_ERROR)
		fprintf(stderr, "%s [%s]\n", diag->message, diag->id);
}

struct bpf_object *open_linked(const char *paths, const struct bpf_object_open_opts *open)
{
	struct bpfld_opts opts = BPFLD_OPTS_INIT;
	struct bpf_object *obj = NULL;
	char *list = strdup(paths);
	struct bpfld *l;
	int err = -ENOMEM;

	opts.diag = print_error;
	opts.verify = true;
	l = list ? bpfld_new(&opts, &err) : NULL;
	if (l) {
		err = 0;
		for (char *path = strtok(list, ","); path && !err; path = strtok(NULL, ","))
			err = bpfld_add_file(l, path);
		if (!err)
			obj = bpfld_open_object(l, open, &err);
	}
	bpfld_free(l);
	free(list);
	errno = -err;
	return obj;
}
