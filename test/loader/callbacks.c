/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Callbacks of dynamic linking that use the handle that is at work get an error, and one that frees
 * it makes the call under way fail. Modules go to handles of their own, in their own parts.
 *
 * RUN: %objects
 * RUN: %build-loader %s
 * RUN: ./static && ./shared
 */
#include <bpfld/loader.h>

#include "api.h"

static struct bpfld_dyn *d;
static struct bpfld_module *program, *library;
static int calls, said_in_use;

static int one_import(void *ctx, const struct bpfld_dyn_import *import)
{
	int err = 0;

	(void)ctx;
	calls += import != NULL;
	CHECK(bpfld_dyn_link(d) == -EBUSY && bpfld_dyn_attach(d) == -EBUSY);
	CHECK(bpfld_dyn_load(program) == -EBUSY && !bpfld_dyn_object(program));
	CHECK(bpfld_dyn_bind(d, program, "twice", library, "twice") == -EBUSY);
	CHECK(bpfld_dyn_bind_fd(d, program, "twice", 0) == -EBUSY);
	CHECK(!bpfld_dyn_add_main(d, "a.o", &err) && err == -EBUSY);
	CHECK(bpfld_dyn_each_import(d, one_import, NULL) == -EBUSY);
	CHECK(bpfld_dyn_pin(d, "dir") == -EBUSY && bpfld_dyn_pin_module(program, "dir") == -EBUSY);
	CHECK(bpfld_dyn_reuse(library, "dir") == -EBUSY);
	CHECK(bpfld_dyn_detach(program, "twice") == -EBUSY);
	CHECK(bpfld_dyn_replace(program, "twice", library, "twice") == -EBUSY);
	CHECK(bpfld_dyn_map_fd(program, "m") == -EBUSY);
	bpfld_dyn_unpin(d);
	bpfld_dyn_free(d);
	return 7;
}

static void misuse(void *ctx, const struct bpfld_diag *diag)
{
	said_in_use += !strcmp(diag->id, "handle-in-use");
	if (d)
		one_import(ctx, NULL);
}

int main(void)
{
	struct bpfld_dyn_opts opts = BPFLD_DYN_OPTS_INIT;
	struct bytes a = read_file("a.o"), b = read_file("b.o");
	struct bpfld_dyn *other;
	int err = 0;

	opts.diag = misuse;
	opts.mode = BPFLD_DYN_STATIC;
	d = bpfld_dyn_new(&opts, &err);
	CHECK(d && !err);
	program = bpfld_dyn_add_main_mem(d, "a.o", a.data, a.size, NULL);
	library = bpfld_dyn_add_library_mem(d, "b.o", b.data, b.size, NULL);
	CHECK(program && library);
	CHECK(bpfld_dyn_each_import(d, one_import, NULL) == -EBUSY && calls == 1 &&
	      said_in_use == 1);
	CHECK(!bpfld_dyn_add_main(d, "missing.o", &err) && err == -EBUSY && said_in_use == 2);

	/* The wrong kind, and another handle's. */
	CHECK(bpfld_dyn_bind(d, library, "twice", library, "twice") == -EINVAL);
	CHECK(bpfld_dyn_bind(d, program, "twice", program, "twice") == -EINVAL);
	CHECK(bpfld_dyn_replace(program, "twice", program, "prog") == -EINVAL);
	other = bpfld_dyn_new(NULL, NULL);
	CHECK(other && bpfld_dyn_bind(other, program, "twice", library, "twice") == -EINVAL);
	bpfld_dyn_free(other);
	bpfld_dyn_free(d);

	/* Padding may be an option of a newer library. */
	((char *)&opts)[sizeof(opts) - 1] = 1;
	opts.sz = sizeof(opts);
	d = NULL;
	CHECK(!bpfld_dyn_new(&opts, &err) && err == -E2BIG);
	free(a.data);
	free(b.data);
	return 0;
}
