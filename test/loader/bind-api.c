/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * bpfld_bind() and bpfld_name_input(): instances of one object under names of their own, from many
 * threads on links of their own; each result runs.
 *
 * REQUIRES: bpf-load
 * RUN: for f in main part; do %clang -target bpf -g -O2 -c %S/Inputs/bind/$f.c; done
 * RUN: %build-loader %s
 * RUN: ./static && ./shared
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <bpfld/loader.h>
#include <pthread.h>

#include "api.h"

#define THREADS 8
#define ROUNDS 5

struct said {
	int errors;
	char text[1024];
};

static void keep(void *ctx, const struct bpfld_diag *d)
{
	struct said *s = ctx;

	if (d->severity != BPFLD_ERROR)
		return;
	s->errors++;
	snprintf(s->text, sizeof(s->text), "%s [%s]", d->message, d->id);
}

static struct bpfld *new_link(struct said *s)
{
	struct bpfld_opts opts = BPFLD_OPTS_INIT;
	struct bpfld *l;

	memset(s, 0, sizeof(*s));
	opts.diag = keep;
	opts.diag_ctx = s;
	opts.verify = true;
	l = bpfld_new(&opts, NULL);
	CHECK(l);
	return l;
}

static void add(struct bpfld *l, struct bytes object, const char *name)
{
	CHECK(!bpfld_add_buffer(l, "same name for all", object.data, object.size));
	CHECK(!bpfld_name_input(l, name));
}

static int run(struct bpf_object *obj, const char *name)
{
	const struct bpf_program *prog = bpf_object__find_program_by_name(obj, name);
	char packet[64] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet));

	CHECK(prog && !bpf_prog_test_run_opts(bpf_program__fd(prog), &opts));
	return (int)opts.retval;
}

/* Instance i adds i to what it has counted; there are nr of them for the first calls. */
static void *link_and_run(void *arg)
{
	long nr = (long)arg;
	struct bytes object = read_file("main.o"), part = read_file("part.o");

	for (int round = 0; round < ROUNDS; round++) {
		struct said s;
		struct bpfld *l = new_link(&s);
		struct bpf_object *obj;
		char name[16], function[16];
		int err;

		add(l, object, "main");
		for (int i = 0; i < 4; i++) {
			snprintf(name, sizeof(name), "part%d", i);
			snprintf(function, sizeof(function), "f%d", i);
			if (i < nr)
				add(l, part, name);
			CHECK(!bpfld_bind(l, "main", function, i < nr ? name : "part0", "count"));
		}
		obj = bpfld_open_object(l, NULL, NULL);
		bpfld_free(l);
		if (!obj || s.errors)
			fprintf(stderr, "%ld instances: %s\n", nr, s.text);
		CHECK(obj && !s.errors);
		err = bpf_object__load(obj);
		if (err)
			fprintf(stderr, "%ld instances: load: %s\n", nr, strerror(-err));
		CHECK(!err);
		/* With one instance its counter goes on: 1, 2, 3, 4. */
		CHECK(run(obj, "sum") == (nr == 1   ? 1 + 2 + 3 + 4
					  : nr == 2 ? 1 + 2 + 3 + 1
					  : nr == 3 ? 1 + 2 + 1 + 1
						    : 4));
		CHECK((bpf_object__find_map_by_name(obj, "part1__counts") != NULL) == (nr > 1));
		bpf_object__close(obj);
	}
	free(object.data);
	free(part.data);
	return NULL;
}

static void arguments(void)
{
	struct bytes object = read_file("main.o");
	struct said s;
	struct bpfld *l = new_link(&s);

	CHECK(bpfld_name_input(l, "nothing to name yet") == -EINVAL);
	add(l, object, "main");
	CHECK(bpfld_name_input(l, "") == -EINVAL && bpfld_name_input(l, NULL) == -EINVAL);
	CHECK(bpfld_bind(l, "main", "", "part", "count") == -EINVAL);
	CHECK(bpfld_bind(l, "main", "f0", "part", NULL) == -EINVAL);
	CHECK(bpfld_bind(l, NULL, "f0", "part", "count") == -EINVAL);
	CHECK(!s.errors && !bpfld_bind(l, "main", "f0", "part", "count") && !s.errors);
	CHECK(bpfld_link(l) < 0 && s.errors == 1);
	CHECK(!strcmp(s.text, "cannot bind 'f0' of main to 'count' of part: "
			      "no input is called part [bind]"));
	CHECK(bpfld_bind(l, "main", "f0", "part", "count") == -EINVAL);
	CHECK(bpfld_name_input(l, "late") == -EINVAL);
	bpfld_free(l);
	free(object.data);
}

int main(void)
{
	pthread_t threads[THREADS];

	arguments();
	for (long i = 0; i < THREADS; i++)
		CHECK(!pthread_create(&threads[i], NULL, link_and_run, (void *)(i % 4 + 1)));
	for (int i = 0; i < THREADS; i++)
		CHECK(!pthread_join(threads[i], NULL));
	return 0;
}
