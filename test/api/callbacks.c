/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A callback that uses the handle that is at work gets an error, and one that frees it makes the
 * call under way fail: nothing crashes. Other handles are free to be used.
 *
 * RUN: %objects
 * RUN: %build-api %s
 * RUN: ./static && ./shared
 */
#include "api.h"

static struct bpfld *l;
static int calls, said_in_use;
static bool frees;

static void misuse(void *ctx, const struct bpfld_diag *diag)
{
	struct bytes *b = ctx;
	const char *path = "a.o";
	struct bpfld *other;
	size_t size = 77;

	calls++;
	said_in_use += !strcmp(diag->id, "handle-in-use");
	CHECK(bpfld_link(l) == -EBUSY);
	CHECK(bpfld_add_file(l, path) == -EBUSY && bpfld_add_files(l, &path, 1) == -EBUSY);
	CHECK(bpfld_add_buffer(l, "b.o", b->data, b->size) == -EBUSY);
	CHECK(bpfld_add_library(l, "x") == -EBUSY && bpfld_input_mode(l, 0) == -EBUSY);
	CHECK(bpfld_mark_temporary(l) == -EBUSY && bpfld_name_input(l, "x") == -EBUSY);
	CHECK(bpfld_bind(l, "a", "b", "c", "d") == -EBUSY && bpfld_write_file(l, "x") == -EBUSY);
	CHECK(!bpfld_text(l, BPFLD_TEXT_INPUTS, &size) && size == 77);
	bpfld_report(l, BPFLD_ERROR, "again", "and again");
	if (frees)
		bpfld_free(l);
	other = bpfld_new(NULL, NULL);
	CHECK(other && !bpfld_add_buffer(other, "b.o", b->data, b->size));
	bpfld_free(other);
}

static struct bpfld *new_link(struct bytes *b)
{
	struct bpfld_opts opts = BPFLD_OPTS_INIT;

	opts.diag = misuse;
	opts.diag_ctx = b;
	calls = said_in_use = 0;
	return bpfld_new(&opts, NULL);
}

/* In each call that reports: 0 for one that is not to be made to fail. */
static void run(struct bytes *a, struct bytes *b)
{
	int err;

	l = new_link(b);
	CHECK(!bpfld_add_buffer(l, "a.o", a->data, a->size));
	err = bpfld_link(l);
	CHECK(err == (frees ? -EBUSY : -EINVAL) && calls == 1 + frees && said_in_use == frees);
	bpfld_free(l);

	l = new_link(b);
	err = bpfld_add_file(l, "missing.o");
	CHECK(err == (frees ? -EBUSY : -ENOENT) && calls == 1 + frees);
	CHECK(bpfld_add_library(l, "missing") < 0);
	CHECK(bpfld_link(l) == -EINVAL);
	bpfld_free(l);

	l = new_link(b);
	CHECK(!bpfld_add_buffer(l, "a.o", a->data, a->size) &&
	      !bpfld_add_buffer(l, "b.o", b->data, b->size) && !bpfld_link(l) && !calls);
	bpfld_report(l, BPFLD_WARNING, "mine", "a word");
	CHECK(calls == 1 + frees);
	CHECK(bpfld_write_file(l, "no/where") < 0);
	bpfld_free(l);
}

/* bpfld_image() leaves the handle alone: all of what its memory holds stays as it is. */
static void look(struct bytes *a, struct bytes *b)
{
	struct bpfld_opts opts = BPFLD_OPTS_INIT;
	struct bytes before;
	size_t size;

	l = bpfld_new(NULL, NULL);
	CHECK(!bpfld_add_buffer(l, "a.o", a->data, a->size) &&
	      !bpfld_add_buffer(l, "b.o", b->data, b->size) && !bpfld_link(l));
	before = copy_of(l, 256);
	CHECK(bpfld_image(l, &size) && bpfld_image(l, NULL) == bpfld_image(l, &size));
	CHECK(!memcmp(before.data, l, 256));
	bpfld_free(l);
	free(before.data);

	/* Without it, the output is written as ever. */
	opts.no_image = true;
	l = bpfld_new(&opts, NULL);
	CHECK(!bpfld_add_buffer(l, "a.o", a->data, a->size) &&
	      !bpfld_add_buffer(l, "b.o", b->data, b->size) && !bpfld_link(l));
	CHECK(!bpfld_image(l, &size) && !bpfld_write_file(l, "out.o"));
	bpfld_free(l);
	before = read_file("out.o");
	CHECK(before.size == size);
	free(before.data);
}

int main(void)
{
	struct bytes a = read_file("a.o"), b = read_file("b.o");

	run(&a, &b);
	frees = true;
	run(&a, &b);
	look(&a, &b);
	free(a.data);
	free(b.data);
	return 0;
}
