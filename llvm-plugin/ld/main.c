/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "ld/ld.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "common/explain.h"

static int print_version(FILE *f)
{
	fprintf(f, "ld.bpf (bpfld) %s (compatible with GNU linkers)\n", bpfld_version());
	return fflush(f) || ferror(f);
}

#define FILES_AT_ONCE 1024

/* Adds the files at the start of in; returns how many. from_driver: a compiler runs the linker. */
static size_t add_files(struct bpfld *l, const struct input *in, size_t nr, bool from_driver)
{
	const char *paths[FILES_AT_ONCE];
	size_t n = 0;

	if (from_driver && is_temporary(in->name)) {
		if (!bpfld_add_file(l, in->name))
			bpfld_mark_temporary(l);
		return 1;
	}
	while (n < nr && n < FILES_AT_ONCE && in[n].kind == INPUT_FILE &&
	       !(from_driver && is_temporary(in[n].name))) {
		paths[n] = in[n].name;
		n++;
	}
	bpfld_add_files(l, paths, n);
	return n;
}

/* Inputs that cannot be read make the link fail later, so that all of them are reported. */
static void add_inputs(struct bpfld *l, const struct input *in, size_t nr, bool from_driver)
{
	for (size_t i = 0, n; i < nr; i += n) {
		n = 1;
		switch (in[i].kind) {
		case INPUT_FILE: n = add_files(l, in + i, nr - i, from_driver); break;
		case INPUT_LIBRARY: bpfld_add_library(l, in[i].name); break;
		case INPUT_MODE: bpfld_input_mode(l, in[i].mode); break;
		}
	}
}

/* Outputs other than the object. TEXT is standard output. */
enum {
	MAP,
	DEPENDENCIES,
	TIME_TRACE,
	WHY_EXTRACT,
	REPORT_HTML,
	REPORT_JSON,
	SKEL,
	SUBSKEL,
	TEXT,
	NR_OUTPUTS
};

static void put_text(struct bpfld *l, enum bpfld_text which, const struct output *out)
{
	size_t size = 0;
	const char *text = bpfld_text(l, which, &size);

	if (text)
		fwrite(text, 1, size, out->f);
}

static int open_texts(struct output outs[NR_OUTPUTS], const struct options *o, struct pool *pool,
		      struct report *r)
{
	const char *paths[NR_OUTPUTS] = {o->map,         o->dependency_file, o->time_trace,
					 o->why_extract, o->report_html,     o->report_json,
					 o->skeleton,    o->subskeleton,     "-"};
	int err = 0;

	for (int i = 0; i < NR_OUTPUTS; i++)
		if (paths[i])
			err |= open_output(&outs[i], pool, r, paths[i], NULL);
	return err;
}

static int write_texts(struct output outs[NR_OUTPUTS], struct bpfld *l, const struct options *o,
		       struct report *r)
{
	size_t errors = r->errors;
	int err = 0;

	if (o->map)
		put_text(l, BPFLD_TEXT_MAP, &outs[MAP]);
	if (o->cref)
		put_text(l, BPFLD_TEXT_CREF, &outs[o->map ? MAP : TEXT]);
	if (o->print_stats)
		put_text(l, BPFLD_TEXT_STATS, &outs[TEXT]);
	if (o->lib.report_against)
		put_text(l, BPFLD_TEXT_COMPARISON, &outs[TEXT]);
	if (o->dependency_file)
		put_text(l, BPFLD_TEXT_DEPENDENCIES, &outs[DEPENDENCIES]);
	if (o->why_extract)
		put_text(l, BPFLD_TEXT_WHY_EXTRACT, &outs[WHY_EXTRACT]);
	if (o->report_html)
		put_text(l, BPFLD_TEXT_REPORT_HTML, &outs[REPORT_HTML]);
	if (o->report_json)
		put_text(l, BPFLD_TEXT_REPORT_JSON, &outs[REPORT_JSON]);
	/* Several may go to standard output, and one error is enough. */
	for (int i = 0; i < NR_OUTPUTS && !err; i++)
		if (i != TIME_TRACE && outs[i].f)
			err = close_output(&outs[i], r);
	return err || r->errors > errors;
}

/* Written last: it includes the time to write the object. */
static int write_time_trace(struct output *out, struct bpfld *l, struct report *r)
{
	if (!out->f)
		return 0;
	put_text(l, BPFLD_TEXT_TIME_TRACE, out);
	return close_output(out, r) || place_output(out, r);
}

/*
 * Writes all outputs or none: all files are complete under temporary names before the first is
 * renamed, the object is renamed last, and on error the others are restored.
 */
static int write_all(struct bpfld *l, const struct options *o, struct pool *pool, struct report *r)
{
	struct output outs[NR_OUTPUTS] = {0};
	int err = open_texts(outs, o, pool, r);

	if (!err && o->skeleton)
		err = write_skeleton(o, pool, r, l, SKELETON, &outs[SKEL]);
	if (!err && o->subskeleton)
		err = write_skeleton(o, pool, r, l, SUBSKELETON, &outs[SUBSKEL]);
	if (!err)
		err = write_texts(outs, l, o, r);
	for (int i = 0; i < NR_OUTPUTS && !err; i++)
		if (i != TIME_TRACE)
			err = place_output(&outs[i], r);
	if (!err)
		report_step(r, o->output);
	if (!err)
		err = bpfld_write_file(l, o->output);
	for (int i = 0; i < NR_OUTPUTS && !err; i++)
		if (i != TIME_TRACE)
			keep_output(&outs[i]);
	if (!err) {
		err = write_time_trace(&outs[TIME_TRACE], l, r);
		keep_output(&outs[TIME_TRACE]);
	}
	for (int i = 0; i < NR_OUTPUTS; i++)
		drop_output(&outs[i]);
	return err;
}

/* --verbose: prints the files read since the last call. Returns whether there are any. */
static bool print_read(struct bpfld *l, struct report *r, size_t *printed)
{
	size_t size = 0, before = *printed;
	const char *paths = bpfld_text(l, BPFLD_TEXT_INPUTS, &size);

	for (; paths && *printed < size; *printed += strlen(paths + *printed) + 1)
		report_step(r, paths + *printed);
	return *printed > before;
}

/* Warns about values that nothing knows, like the library does about other unused options. */
static void warn_unused(const struct options *o, struct bpfld *l)
{
	for (size_t i = 0; i < o->unused.n; i++)
		bpfld_report(l, BPFLD_WARNING, "unused-option", o->unused.v[i]);
}

/* Returns whether the warning is an error. Without bitcode, the library warns about --lto. */
static int check_lto(const struct options *o, struct pool *pool, struct report *r, struct bpfld *l)
{
	size_t errors = r->errors;

	if (o->lto_option && !o->compiled && !o->lib.lto_fat)
		bpfld_report(l, BPFLD_WARNING, "unused-option",
			     pool_printf(pool,
					 "%s has no effect: no input is LLVM bitcode" LD_HELP
					 "add --lto to use the bitcode of objects that have both",
					 o->lto_option));
	return r->errors > errors;
}

/* --target-btf: the table of results, also if they are errors. */
static void print_targets(const struct options *o, struct bpfld *l, struct report *r)
{
	const char *text = o->target_btf.n ? bpfld_text(l, BPFLD_TEXT_TARGETS, NULL) : NULL;

	if (text)
		fputs(text, r->out);
}

/* Keeps the link reachable for leak checkers; volatile, or the store would be optimized away. */
static struct bpfld *volatile last_link;

static int link_inputs(struct options *o, struct pool *pool, struct report *r, bool from_driver)
{
	struct bpfld *l;
	size_t printed = 0;
	int err = 0;

	if (check_outputs(o, pool, r) || (o->reproduce && check_reproduction(o, r)))
		return 1;
	report_full_files();
	o->lib.diag = report_diag;
	o->lib.diag_ctx = r;
	l = bpfld_new(&o->lib, &err);
	if (!l)
		return report_error(r, "out-of-memory", "cannot start the link: %s",
				    strerror(-err));
	warn_unused(o, l);
	catch_truncation(r, drop_outputs);
	add_inputs(l, o->inputs.v, o->inputs.n, from_driver);
	for (size_t i = 0; i < o->nr_binds; i++)
		bpfld_bind(l, o->binds[i].object, o->binds[i].name, o->binds[i].to_object,
			   o->binds[i].target);
	print_read(l, r, &printed);
	/* Write it now, in case the link crashes, and again if the link reads more files. */
	err = check_outputs_again(o, pool, r, l);
	if (!err && o->reproduce)
		err = write_reproduction(o, pool, r, l);
	if (!err)
		err = bpfld_link(l) || check_lto(o, pool, r, l);
	print_targets(o, l, r);
	if (print_read(l, r, &printed) && (check_outputs_again(o, pool, r, l) ||
					   (o->reproduce && write_reproduction(o, pool, r, l))))
		err = 1;
	if (!err)
		err = write_all(l, o, pool, r);
	/* Do not free l: the kernel unmaps a thousand files faster when the process exits. */
	last_link = l;
	return err || r->errors;
}

/*
 * Texts go to standard error if the object goes to standard output. As JSON, they are lines of
 * their own, which end_texts() prints.
 */
static void begin_texts(struct report *r, const char *output, char **text, size_t *size)
{
	bool to_stderr = !strcmp(output, "-");

	r->out = to_stderr && r->json ? open_memstream(text, size) : NULL;
	if (!r->out)
		r->out = to_stderr ? stderr : stdout;
}

static void end_texts(struct report *r, char **text)
{
	if (r->out == stdout || r->out == stderr)
		return;
	fclose(r->out);
	r->out = stderr;
	if (*text && **text)
		print_json_text(stderr, "text", *text);
	free(*text);
}

/* --explain: the operands are ids. */
static int explain_inputs(const struct options *o, struct report *r)
{
	struct words ids = {0};
	int err;

	for (size_t i = 0; i < o->inputs.n; i++)
		if (o->inputs.v[i].kind == INPUT_FILE)
			words_add(&ids, o->inputs.v[i].name);
	err = explain(r, ids.v, ids.n);
	words_free(&ids);
	return fflush(stdout) || ferror(stdout) || err;
}

static int run(struct options *o, struct pool *pool, struct report *r, enum personality personality)
{
	char *text = NULL;
	size_t size = 0;
	int err = 0;

	if (o->want_help)
		return print_help();
	if (o->want_explanation)
		return explain_inputs(o, r);
	if (o->want_version)
		return print_version(stdout);
	begin_texts(r, o->output, &text, &size);
	r->verbose = o->verbose;
	if (o->version_first && print_version(r->out))
		err = 1;
	else if (o->any_file)
		err = link_inputs(o, pool, r,
				  personality == CALLED_GCC || personality == CALLED_COLLECT2);
	else if (!o->version_first)
		err = report_error(r, "no-input",
				   "no input files" LD_HELP "specify the objects to link");
	end_texts(r, &text);
	return err;
}

int main(int argc, char **argv)
{
	enum personality personality = personality_of(argc ? argv[0] : "");
	struct words given = {0}, args = {0}, response_files = {0};
	struct options o = {0};
	struct report r = {0};
	struct pool pool = {0};
	bool done = false;
	int err;

	report_color(&r, COLOR_AUTO);
	report_format_early(&r, (const char *const *)argv);
	err = expand_args(&given, &response_files, &pool, &r, 1, (size_t)argc,
			  (const char *const *)argv);
	if (!err && personality == CALLED_GCC) {
		struct words own = {0};

		err = translate_gcc(&own, &pool, &r, &given, argv);
		/* For -Wl,@file. */
		if (!err)
			err = expand_args(&args, &response_files, &pool, &r, 0, own.n, own.v);
		words_free(&own);
	} else if (!err && personality == CALLED_BPF_LINKER) {
		err = translate_bpf_linker(&args, &pool, &r, &given);
		done = err > 0;
	} else if (!err) {
		args = given;
		given = (struct words){0};
	}
	if (!err)
		err = parse_options(&o, &pool, &r, &args, personality);
	o.response_files = response_files;
	if (!err)
		err = run(&o, &pool, &r, personality);
	free_options(&o);
	words_free(&given);
	words_free(&args);
	pool_free(&pool);
	err = err && !done;
	report_end(&r, err);
	return err;
}
