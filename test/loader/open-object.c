/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A link becomes a bpf_object: from files and from memory, under the name that the caller or the
 * first file gives it; it outlives the link, and is open, not loaded. What goes wrong is said.
 *
 * REQUIRES: bpf-load
 * RUN: %objects && mv a.o a.bpf.o && mv b.o b.bpf.o
 * RUN: %build-loader %s
 * RUN: ./static && ./shared
 */
#include <bpf/libbpf.h>
#include <bpfld/loader.h>

#include "api.h"

struct said {
	int errors;
	char id[64], text[256];
};

static void keep(void *ctx, const struct bpfld_diag *d)
{
	struct said *s = ctx;

	s->errors += d->severity == BPFLD_ERROR;
	snprintf(s->id, sizeof(s->id), "%s", d->id);
	snprintf(s->text, sizeof(s->text), "%s", d->message);
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

static void load(struct bpf_object *obj)
{
	CHECK(bpf_object__btf_fd(obj) < 0);
	CHECK(!bpf_object__load(obj) && bpf_object__btf_fd(obj) >= 0);
	bpf_object__close(obj);
}

static void from_files(void)
{
	struct said s;
	struct bpfld *l = new_link(&s);
	struct bpf_object *obj;
	int err = 1;

	CHECK(!bpfld_add_file(l, "a.bpf.o") && !bpfld_add_file(l, "b.bpf.o"));
	obj = bpfld_open_object(l, NULL, &err);
	bpfld_free(l);
	CHECK(obj && !err && !s.errors && !strcmp(bpf_object__name(obj), "a"));
	load(obj);
}

static void from_memory(void)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .kernel_log_level = 1);
	struct bytes a = read_file("a.bpf.o"), b = read_file("b.bpf.o");
	struct said s;
	struct bpfld *l = new_link(&s);
	struct bpf_object *obj, *again;

	CHECK(!bpfld_add_buffer(l, "first", a.data, a.size));
	CHECK(!bpfld_add_buffer(l, "second", b.data, b.size));
	CHECK(!bpfld_link(l));
	obj = bpfld_open_object(l, &opts, NULL);
	opts.object_name = "mine";
	again = bpfld_open_object(l, &opts, NULL);
	bpfld_free(l);
	free(a.data);
	free(b.data);
	CHECK(obj && again && !s.errors);
	CHECK(!strcmp(bpf_object__name(obj), "linked") && !strcmp(bpf_object__name(again), "mine"));
	load(obj);
	load(again);
}

static int silent(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level, (void)format, (void)args;
	return 0;
}

static void errors(void)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .kconfig = "CONFIG_BROKEN");
	struct said s;
	struct bpfld *l = new_link(&s);
	int err = 0;

	/* The link's own. */
	CHECK(!bpfld_add_file(l, "a.bpf.o"));
	CHECK(!bpfld_open_object(l, NULL, &err) && err < 0 && s.errors);
	CHECK(!strcmp(s.id, "undefined-symbol"));
	CHECK(!bpfld_open_object(l, NULL, &err) && err == -EINVAL);
	bpfld_free(l);

	/* libbpf's: it takes no options that it doesn't know. */
	l = new_link(&s);
	CHECK(!bpfld_add_file(l, "a.bpf.o") && !bpfld_add_file(l, "b.bpf.o") && !bpfld_link(l));
	opts.sz = 1;
	opts.object_name = "x";
	CHECK(!bpfld_open_object(l, &opts, &err) && err == -EINVAL && s.errors == 1);
	CHECK(!strcmp(s.id, "cannot-open-object") && strstr(s.text, ": Invalid argument"));
	/* What was linked is still there. */
	CHECK(bpfld_image(l, NULL));
	bpf_object__close(bpfld_open_object(l, NULL, &err));
	CHECK(!err);
	bpfld_free(l);
}

int main(void)
{
	from_files();
	from_memory();
	libbpf_set_print(silent);
	errors();
	return 0;
}
