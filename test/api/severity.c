/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A warning can be made an error, or dropped by its id. The warning here: an object without BTF
 * among those that have it.
 *
 * RUN: %objects
 * RUN: %clang -target bpf -O2 -c %S/Inputs/b.c -o b.o
 * RUN: %build-api %s
 * RUN: ./static && ./shared
 */
#include "api.h"

struct seen {
	int count[3];
	char id[48];
};

static void record(void *ctx, const struct bpfld_diag *diag)
{
	struct seen *seen = ctx;

	seen->count[diag->severity]++;
	snprintf(seen->id, sizeof(seen->id), "%s", diag->id);
}

static struct seen link_with(struct bpfld_opts opts, int expected)
{
	struct seen seen = {0};
	struct bpfld *l;

	opts.sz = sizeof(opts);
	opts.diag = record;
	opts.diag_ctx = &seen;
	l = bpfld_new(&opts, NULL);
	CHECK(l);
	CHECK(!bpfld_add_file(l, "a.o"));
	CHECK(!bpfld_add_file(l, "b.o"));
	CHECK((bpfld_link(l) < 0) == (expected < 0));
	bpfld_free(l);
	return seen;
}

int main(void)
{
	struct seen plain = link_with((struct bpfld_opts){0}, 0);
	const char *ids[] = {"something-else", plain.id, NULL};
	struct seen fatal = link_with((struct bpfld_opts){.fatal_warnings = true}, -1);
	struct seen dropped =
	    link_with((struct bpfld_opts){.no_warn = ids, .fatal_warnings = true}, 0);

	CHECK(plain.count[BPFLD_WARNING] == 1 && !plain.count[BPFLD_ERROR]);
	CHECK(fatal.count[BPFLD_ERROR] == 1 && !fatal.count[BPFLD_WARNING]);
	CHECK(!strcmp(fatal.id, plain.id));
	CHECK(!dropped.count[BPFLD_WARNING] && !dropped.count[BPFLD_ERROR]);
	return 0;
}
