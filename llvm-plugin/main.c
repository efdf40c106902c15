/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver.h"

#include <stdio.h>
#include <string.h>

static int print_version(const char *output)
{
	/* Standard output is no place for it if the object goes there. */
	FILE *f = strcmp(output, "-") ? stdout : stderr;

	fprintf(f, "ld.bpf (bpfld) %s (compatible with GNU linkers)\n", bpfld_version());
	return fflush(f) || ferror(f);
}

/* An input that can't be had fails the link later, so that all of them are named. */
static void add_input(struct bpfld *l, const struct input *in, bool made_up_names)
{
	switch (in->kind) {
	case INPUT_FILE:
		if (!bpfld_add_file(l, in->name) && made_up_names && is_temporary(in->name))
			bpfld_mark_temporary(l);
		break;
	case INPUT_LIBRARY: bpfld_add_library(l, in->name); break;
	case INPUT_MODE: bpfld_input_mode(l, in->mode); break;
	}
}

static int link_inputs(struct options *o, struct report *r, bool made_up_names)
{
	struct bpfld *l;
	int err = 0;

	o->lib.diag = report_diag;
	o->lib.diag_ctx = r;
	l = bpfld_new(&o->lib, &err);
	if (!l)
		return report_error(r, "out-of-memory", "cannot start the link: %s",
				    strerror(-err));
	for (size_t i = 0; i < o->inputs.n; i++)
		add_input(l, &o->inputs.v[i], made_up_names);
	err = bpfld_link(l);
	if (!err)
		err = bpfld_write_file(l, o->output);
	bpfld_free(l);
	return err || r->errors;
}

static int run(struct options *o, struct report *r, enum personality personality)
{
	if (o->want_help)
		return print_help();
	if (o->want_version)
		return print_version("");
	if (o->verbose && print_version(o->output))
		return 1;
	if (!o->any_file)
		return o->verbose ? 0 : report_error(r, "no-input", "no input files");
	return link_inputs(o, r, personality != CALLED_LD);
}

int main(int argc, char **argv)
{
	enum personality personality = personality_of(argc ? argv[0] : "");
	struct words given = {0}, args = {0};
	struct options o = {0};
	struct report r = {0};
	struct pool pool = {0};
	int err;

	report_color(&r, COLOR_AUTO);
	err = expand_args(&given, &pool, &r, 1, (size_t)argc, (const char *const *)argv);
	if (!err && personality == CALLED_GCC) {
		struct words own = {0};

		err = translate_gcc(&own, &pool, &r, &given, argv);
		/* -Wl,@file is the linker's to read. */
		if (!err)
			err = expand_args(&args, &pool, &r, 0, own.n, own.v);
		words_free(&own);
	} else if (!err) {
		args = given;
		given = (struct words){0};
	}
	if (!err)
		err = parse_options(&o, &pool, &r, &args, personality);
	if (!err)
		err = run(&o, &r, personality);
	free_options(&o);
	words_free(&given);
	words_free(&args);
	pool_free(&pool);
	return err ? 1 : 0;
}
