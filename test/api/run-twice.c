/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Links in one process share nothing: a second one gives the same bytes, from files as from
 * memory, and a failed one in between leaves no trace.
 *
 * RUN: %objects
 * RUN: %build-api %s
 * RUN: ./static && llvm-readelf -s out.o | FileCheck %s && rm out.o
 * RUN: ./shared && llvm-readelf -s out.o | FileCheck %s
 * CHECK-DAG: FUNC GLOBAL DEFAULT {{.*}} prog
 * CHECK-DAG: FUNC GLOBAL DEFAULT {{.*}} twice
 * CHECK-DAG: OBJECT GLOBAL DEFAULT {{.*}} total
 */
#include "api.h"

static const struct bpfld_opts opts = {.sz = sizeof(opts), .diag = print_diag, .verify = true};

static struct bytes link_files(const char *out)
{
	struct bpfld *l = bpfld_new(&opts, NULL);
	struct bytes image;
	size_t size = 1;

	CHECK(l);
	CHECK(!bpfld_image(l, &size));
	CHECK(!bpfld_add_file(l, "a.o"));
	CHECK(!bpfld_add_file(l, "b.o"));
	CHECK(!bpfld_link(l));
	image = image_of(l);
	CHECK(!bpfld_write_file(l, out));
	CHECK(!bpfld_write_file(l, "/dev/null"));
	bpfld_free(l);
	return image;
}

/* The library keeps a copy of its own, so the caller's may go at once. */
static void add_copy(struct bpfld *l, const char *path)
{
	struct bytes b = read_file(path);
	char *name = malloc(strlen(path) + 1);

	CHECK(name);
	strcpy(name, path);
	CHECK(!bpfld_add_buffer(l, name, b.data, b.size));
	memset(b.data, 0xff, b.size);
	memset(name, 'x', strlen(path));
	free(b.data);
	free(name);
}

static struct bytes link_buffers(void)
{
	struct bpfld *l = bpfld_new(&opts, NULL);
	struct bytes image;

	add_copy(l, "a.o");
	add_copy(l, "b.o");
	CHECK(!bpfld_link(l));
	image = image_of(l);
	bpfld_free(l);
	return image;
}

static void fail(void)
{
	struct bpfld_opts quiet = BPFLD_OPTS_INIT;
	struct bpfld *l = bpfld_new(&quiet, NULL);

	CHECK(!bpfld_add_file(l, "a.o"));
	CHECK(!bpfld_add_file(l, "a.o"));
	CHECK(bpfld_link(l) < 0);
	CHECK(!bpfld_image(l, NULL));
	bpfld_free(l);
}

int main(void)
{
	struct bytes first = link_files("out.o"), out = read_file("out.o"), second, third;

	check_same(first, out);
	fail();
	second = link_files("out2.o");
	third = link_buffers();
	check_same(first, second);
	check_same(first, third);
	free(first.data);
	free(out.data);
	free(second.data);
	free(third.data);
	return 0;
}
