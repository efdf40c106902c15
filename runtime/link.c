/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The public API, and the order of the passes: run_passes() is the table of contents.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/output.h"
#include "base/pages.h"
#include "base/pool.h"
#include "base/text.h"
#include "bpfld/bpfld.h"
#include "kernel/limits.h"
#include "kernel/targets.h"
#include "model/check_model.h"
#include "options.h"
#include "passes/passes.h"
#include "report/earlier.h"
#include "report/report.h"

#ifndef BPFLD_VERSION
#define BPFLD_VERSION "unknown"
#endif

#define DEFAULT_ERROR_LIMIT 20

struct bpfld {
	struct ld_options opt;
	struct ld_arena arena, scratch;
	struct ld_diags diags;
	struct ld_block *blocks;
	struct ld_link l;
	bpfld_diag_fn diag;
	void *diag_ctx;
	const char **no_warn; /* NULL-terminated */
	uint32_t error_limit, nr_errors;
	bool fatal_warnings, input_missing, no_image;
	bool busy;  /* a call is in progress: another one can only come from its callback */
	bool freed; /* such a callback has called bpfld_free() */
	enum { OPEN, LINKED, FAILED } state;
};

const char *bpfld_version(void)
{
	return BPFLD_VERSION;
}

/* ---- diagnostics ---- */

static bool is_silenced(const struct bpfld *b, const char *id)
{
	for (const char **p = b->no_warn; p && *p; p++)
		if (!strcmp(*p, id))
			return true;
	return false;
}

#define MAX_LOCATIONS 64

static void say(const struct bpfld *b, enum bpfld_severity severity, const struct ld_diag *diag)
{
	struct bpfld_location locations[MAX_LOCATIONS];
	const struct bpfld_location *list[MAX_LOCATIONS + 1] = {NULL};
	struct bpfld_diag d = {.sz = sizeof(d),
			       .severity = severity,
			       .id = diag->id,
			       .message = diag->message,
			       .help = ld_text_help(diag->message),
			       .locations = list};

	for (size_t i = 0; i < diag->nr_locations && i < MAX_LOCATIONS; i++) {
		const struct ld_location *at = &diag->locations[i];

		locations[i] = (struct bpfld_location){
		    sizeof(locations[i]), at->file,    at->line,  at->column,
		    at->object,           at->section, at->offset};
		list[i] = &locations[i];
	}
	if (b->diag)
		b->diag(b->diag_ctx, &d);
}

/* Delivers one diagnostic, unless options drop it. */
static void deliver(struct bpfld *b, const struct ld_diag *diag)
{
	static const struct ld_diag too_many = {
	    .id = "error-limit",
	    .message = "too many errors emitted, stopping now" LD_HELP
		       "fix the first ones, or use --error-limit=0 to see all errors"};
	enum bpfld_severity severity = (enum bpfld_severity)diag->severity;
	const char *id = diag->id;

	bool remark = diag->severity == LD_REMARK;

	if ((severity == BPFLD_NOTE || severity == BPFLD_WARNING || remark) && is_silenced(b, id))
		return;
	if (severity == BPFLD_WARNING && b->fatal_warnings)
		severity = BPFLD_ERROR;
	if (severity == BPFLD_NOTE || severity == BPFLD_WARNING || remark)
		LD_PUSH(&b->arena, &b->diags.delivered,
			(struct ld_diag){.severity = diag->severity,
					 .id = ld_strdup(&b->arena, id),
					 .message = ld_strdup(&b->arena, diag->message),
					 .locations = diag->locations,
					 .nr_locations = diag->nr_locations});
	if (remark)
		return;
	if (severity != BPFLD_ERROR || b->nr_errors++ < b->error_limit)
		say(b, severity, diag);
	else if (b->nr_errors == b->error_limit + 1)
		say(b, BPFLD_ERROR, &too_many);
}

/* Delivers what was reported since the last call. Returns -EINVAL if that includes errors. */
static int flush_diags(struct bpfld *b)
{
	struct ld_diags *d = &b->diags;

	for (; d->nr_delivered < d->list.nr; d->nr_delivered++)
		deliver(b, &d->list.v[d->nr_delivered]);
	return b->nr_errors ? -EINVAL : 0;
}

static int fail(struct bpfld *b, int err)
{
	b->state = FAILED;
	return err;
}

static int out_of_memory(struct bpfld *b)
{
	static const struct ld_diag diag = {.id = "out-of-memory", .message = "out of memory"};

	say(b, BPFLD_ERROR, &diag);
	return fail(b, -ENOMEM);
}

/* ---- calls ---- */

/* The arguments and result of an API function, as far as it has them. */
struct call {
	const char *name, *more[3];
	const void *data;
	size_t size;
	unsigned int number;
	const char *text; /* the result */
};

typedef int call_fn(struct bpfld *b, struct call *c);

#define ANY -1

/*
 * Runs an API function on a handle. valid: its arguments are valid; state: the state that it
 * requires, or ANY. Fails if another call is in progress: a callback must not change what its
 * caller works on.
 */
static int call(struct bpfld *b, call_fn *fn, int state, bool valid, struct call *c)
{
	static const struct ld_diag freed = {
	    .id = "handle-in-use",
	    .message = "bpfld_free() was ignored: a callback called it during the link" LD_HELP
		       "call it after bpfld_link() has returned"};
	jmp_buf oom;
	int err;

	if (!b || !valid)
		return -EINVAL;
	if (b->busy)
		return -EBUSY;
	if (state != ANY && b->state != (unsigned int)state)
		return -EINVAL;
	b->busy = true;
	b->arena.oom = b->scratch.oom = &oom;
	if (setjmp(oom)) {
		err = out_of_memory(b);
	} else {
		err = fn(b, c);
	}
	if (b->freed) {
		say(b, BPFLD_ERROR, &freed);
		err = fail(b, -EBUSY);
	}
	b->freed = b->busy = false;
	return err;
}

static int report(struct bpfld *b, struct call *c)
{
	const struct ld_diag diag = {
	    .severity = (enum ld_severity)c->number, .id = c->more[0], .message = c->name};

	deliver(b, &diag);
	return 0;
}

void bpfld_report(struct bpfld *b, enum bpfld_severity severity, const char *id,
		  const char *message)
{
	struct call c = {.name = message, .more = {id}, .number = severity};

	call(b, report, ANY, id && message && (unsigned int)severity <= BPFLD_INFO, &c);
}

/* ---- the passes ---- */

#define INPUT_PER_THREAD (512 * 1024) /* bytes; less is linked before a thread has started */

/* Bytes of input. What is freed before the link ends is less, in several places. */
#define WORTH_HUGE_PAGES (512 * 1024)
#define WORTH_HUGE_SCRATCH (8 * WORTH_HUGE_PAGES)

static void plan_resources(struct ld_link *l)
{
	uint64_t size = 0;

	ld_for_each(i, &l->inputs.files)
		size += l->inputs.files.v[i]->size;
	l->threads = ld_choose_threads(l->opt->threads, 1 + size / INPUT_PER_THREAD);
	if (size >= WORTH_HUGE_PAGES)
		l->arena->pages = l->pages = ld_pages_new();
	if (size >= WORTH_HUGE_SCRATCH) {
		l->inputs.digest_pages = ld_pages_new();
		l->scratch->pages = ld_pages_new();
	}
}

static void free_scratch(struct ld_link *l)
{
	if (!l->scratch->chunks)
		return;
	ld_arena_free(l->scratch);
	if (l->scratch->pages) {
		ld_pages_free(l->scratch->pages);
		l->scratch->pages = ld_pages_new();
	}
}

static void end_span(struct ld_link *l, struct ld_span span)
{
	ld_span_end(&span);
	LD_PUSH(l->arena, &l->spans, span);
}

/* Runs a pass, measures its time for the time trace, and frees its scratch memory. */
#define TIMED(pass, statement)                                                                     \
	do {                                                                                       \
		struct ld_span span = ld_span_begin(&#pass[strlen("ld_")], NULL);                  \
                                                                                                   \
		statement;                                                                         \
		end_span(l, span);                                                                 \
		free_scratch(l);                                                                   \
	} while (0)

/* Runs a pass; MAKE() stores what it returns. */
#define RUN(pass, ...) TIMED(pass, pass(__VA_ARGS__))
#define MAKE(result, pass, ...) TIMED(pass, result = pass(__VA_ARGS__))

#ifdef BPFLD_CHECK_MODEL
#define CHECK_MODEL(stage) ld_check_model(l, stage)
#else
#define CHECK_MODEL(stage) ((void)0)
#endif

/* Resolves the inputs: owners of global symbols, types, licenses. */
static int resolve_inputs(struct bpfld *b, bool check_types)
{
	struct ld_link *l = &b->l;
	struct ld_input_files *in = &l->inputs;
	struct ld_resolution *res = &l->res;
	bool pulled, added;
	int err;

	do {
		RUN(ld_read_bitcode, l, in);
		RUN(ld_parse_files, l, in);
		if ((err = flush_diags(b)))
			return err;
		RUN(ld_prefix_names, l, in);
		RUN(ld_bind_symbols, l, res);
		if ((err = flush_diags(b)))
			return err;
		MAKE(pulled, ld_pull_members, l, res);
		MAKE(added, ld_add_dependent_libraries, l, in);
	} while (pulled || added);
	RUN(ld_drop_unpulled, l, res);
	if ((err = flush_diags(b)))
		return err;
	/* From here on, no index, offset or id of an input needs a check. */
	CHECK_MODEL(LD_STAGE_PARSED);

	RUN(ld_dedup_types, l, in, res);
	RUN(ld_isolate_objects, l, res);
	RUN(ld_resolve_symbols, l, res);
	RUN(ld_find_callbacks, l, res);
	if (!l->diags->muted)
		ld_report_trace(l);
	RUN(ld_check_options, l);
	RUN(ld_merge_license, l, res);
	/* From here on, every defined symbol has one owner. */
	CHECK_MODEL(LD_STAGE_RESOLVED);

	if (check_types)
		RUN(ld_check_types, l);
	return 0;
}

/* Machine code replaces the bitcode, and resolution starts over. */
static int resolve_compiled(struct bpfld *b, const struct ld_compiled *compiled)
{
	struct ld_link *l = &b->l;
	int err;

	l->inputs = compiled->inputs;
	l->before_lto = l->res;
	l->res = (struct ld_resolution){0};
	/* The inputs have been checked. */
	l->diags->muted = true;
	err = resolve_inputs(b, false);
	l->diags->muted = false;
	return err;
}

static int run_passes(struct bpfld *b)
{
	struct ld_link *l = &b->l;
	struct ld_compiled compiled;
	int err;

	plan_resources(l);
	if ((err = resolve_inputs(b, !l->opt->no_check_types)))
		return err;
	MAKE(compiled, ld_compile_bitcode, l);
	if (compiled.any && (err = flush_diags(b)))
		return err;
	if (compiled.output.iov_base) {
		LD_PUSH(l->arena, &l->image.parts, compiled.output);
		l->image.size = compiled.output.iov_len;
		return 0;
	}
	if (compiled.any && (err = resolve_compiled(b, &compiled)))
		return err;
	/* From here on, there is no bitcode, and no input is added. */

	RUN(ld_mark_live, l);
	MAKE(l->imports, ld_make_stubs, l, &l->res);
	RUN(ld_make_entries, l, &l->res);
	RUN(ld_check_references, l);
	RUN(ld_fold_pieces, l);
	if ((err = flush_diags(b)))
		return err;
	/* From here on, `live` is final. */
	CHECK_MODEL(LD_STAGE_SELECTED);

	if (!l->opt->partial || l->opt->kernels) {
		MAKE(l->calls, ld_find_calls, l);
		RUN(ld_check_calls, l);
		RUN(ld_check_programs, l);
		RUN(ld_check_limits, l);
		RUN(ld_check_maps, l);
		RUN(ld_check_kernels, l);
	}
	if (!l->opt->partial) {
		RUN(ld_check_sections, l);
		RUN(ld_check_copies, l);
	}
	MAKE(l->layout, ld_layout_sections, l);
	if ((err = flush_diags(b)))
		return err;
	/* From here on, each live piece has its place in the output. */
	CHECK_MODEL(LD_STAGE_LAID_OUT);

	MAKE(l->out_syms, ld_choose_symbols, l, &l->layout);
	MAKE(l->import_table, ld_write_imports, l);
	/* From here on, symbols have their final indexes. */
	CHECK_MODEL(LD_STAGE_NUMBERED);

	MAKE(l->symtab, ld_make_symtab, l);
	MAKE(l->plan, ld_choose_btf, l);
	MAKE(l->btf, ld_merge_btf, l);
	RUN(ld_check_names, l);
	MAKE(l->btf_ext, ld_merge_btf_ext, l);
	if ((err = flush_diags(b)))
		return err;
	RUN(ld_apply_relocs, l);
	RUN(ld_settle_tests, l);
	RUN(ld_compress_debug, l);
	if ((err = flush_diags(b)))
		return err;
	MAKE(l->image, ld_emit, l);
	CHECK_MODEL(LD_STAGE_EMITTED);
	if (l->opt->verify)
		RUN(ld_verify, l, &l->inputs);
	if (*l->opt->target_btf)
		MAKE(l->targets, ld_check_targets, l, &l->inputs);
	return flush_diags(b);
}

/* The image in one block; built on first use. */
static const uint8_t *flat_image(struct ld_link *l)
{
	if (!l->flat && l->image.parts.nr)
		l->flat = ld_flatten(l->arena, &l->image);
	return l->flat;
}

static int link_all(struct bpfld *b, struct call *c)
{
	int err;

	(void)c;
	if (!b->l.inputs.files.nr && !b->input_missing)
		ld_error(&b->diags, "no-input",
			 "no input files" LD_HELP "specify the objects to link");
	if (b->opt.bad_kernels)
		ld_error(&b->diags, "target-kernel",
			 "invalid target kernel: %s" LD_HELP
			 "known versions are %s; specify one, a list (6.1,7.2), a range "
			 "(6.1..7.2), or 'running'",
			 b->opt.bad_kernels, ld_kernel_names(&b->arena, LD_ALL_KERNELS));
	b->l.earlier = ld_read_earlier(&b->l);
	err = flush_diags(b);
	if (b->input_missing)
		err = -EINVAL;
	if (!err)
		err = run_passes(b);
	if (err)
		return fail(b, err);
	/* bpfld_image() must not modify the handle, as several threads may call it. */
	if (!b->no_image)
		flat_image(&b->l);
	b->state = LINKED;
	return 0;
}

int bpfld_link(struct bpfld *b)
{
	return call(b, link_all, OPEN, true, NULL);
}

/* ---- handles ---- */

struct bpfld *bpfld_new(const struct bpfld_opts *in, int *err)
{
	struct bpfld_opts opts;
	struct bpfld *volatile b = NULL; /* read after a longjmp */
	jmp_buf oom;
	int ret = ld_read_opts(in, &opts);

	if (err)
		*err = ret;
	if (ret)
		return NULL;
	b = calloc(1, sizeof(*b));
	if (!b) {
		if (err)
			*err = -ENOMEM;
		return NULL;
	}
	b->arena.oom = &oom;
	b->diags.arena = &b->arena;
	b->l = (struct ld_link){.opt = &b->opt,
				.arena = &b->arena,
				.scratch = &b->scratch,
				.diags = &b->diags,
				.blocks = &b->blocks};
	ld_arena_expect_reuse(&b->scratch);
	if (setjmp(oom)) {
		bpfld_free(b);
		if (err)
			*err = -ENOMEM;
		return NULL;
	}
	b->diag = opts.diag;
	b->diag_ctx = opts.diag_ctx;
	b->no_warn = ld_copy_strings(&b->arena, opts.no_warn);
	b->error_limit = opts.error_limit ? opts.error_limit : DEFAULT_ERROR_LIMIT;
	/* One more than the limit is collected, to report that there are more. */
	b->diags.limit = b->error_limit == UINT32_MAX ? 0 : (size_t)b->error_limit + 1;
	b->fatal_warnings = opts.fatal_warnings;
	b->no_image = opts.no_image;
	ld_apply_opts(&b->arena, &b->opt, &opts);
	return b;
}

/* ---- inputs ---- */

/* Common to functions that add inputs. */
static int added(struct bpfld *b, int err)
{
	flush_diags(b);
	b->input_missing |= err != 0;
	return err;
}

/* data: the paths; size: their number. */
static int add_files(struct bpfld *b, struct call *c)
{
	return added(b, ld_add_files(&b->l, &b->l.inputs, c->data, c->size));
}

static int add_buffer(struct bpfld *b, struct call *c)
{
	return added(b, ld_add_buffer(&b->l, &b->l.inputs, c->name, c->data, c->size));
}

static int add_library(struct bpfld *b, struct call *c)
{
	return added(b, ld_add_library(&b->l, &b->l.inputs, c->name));
}

int bpfld_add_file(struct bpfld *b, const char *path)
{
	struct call c = {.data = &path, .size = 1};

	return call(b, add_files, OPEN, path, &c);
}

int bpfld_add_files(struct bpfld *b, const char *const *paths, size_t nr)
{
	struct call c = {.data = paths, .size = nr};

	return call(b, add_files, OPEN, paths || !nr, &c);
}

int bpfld_add_buffer(struct bpfld *b, const char *name, const void *data, size_t size)
{
	struct call c = {.name = name, .data = data, .size = size};

	return call(b, add_buffer, OPEN, name && (data || !size), &c);
}

int bpfld_add_library(struct bpfld *b, const char *name)
{
	struct call c = {.name = name};

	return call(b, add_library, OPEN, name, &c);
}

static int set_mode(struct bpfld *b, struct call *c)
{
	b->l.inputs.whole_archive = c->number & BPFLD_WHOLE_ARCHIVE;
	b->l.inputs.lazy = c->number & BPFLD_LAZY;
	return 0;
}

int bpfld_input_mode(struct bpfld *b, unsigned int mode)
{
	struct call c = {.number = mode};

	return call(b, set_mode, OPEN, !(mode & ~(unsigned int)(BPFLD_WHOLE_ARCHIVE | BPFLD_LAZY)),
		    &c);
}

static struct ld_file *last_input(struct bpfld *b)
{
	return b->l.inputs.files.nr ? b->l.inputs.files.v[b->l.inputs.files.nr - 1] : NULL;
}

static int mark_temporary(struct bpfld *b, struct call *c)
{
	struct ld_file *f = last_input(b);

	(void)c;
	if (!f)
		return -EINVAL;
	f->temporary = true;
	return 0;
}

int bpfld_mark_temporary(struct bpfld *b)
{
	return call(b, mark_temporary, OPEN, true, NULL);
}

static int name_input(struct bpfld *b, struct call *c)
{
	struct ld_file *f = last_input(b);

	if (!f || f->archive)
		return -EINVAL;
	f->path = ld_strdup(&b->arena, c->name);
	f->named = true;
	f->temporary = false;
	return 0;
}

int bpfld_name_input(struct bpfld *b, const char *name)
{
	struct call c = {.name = name};

	return call(b, name_input, OPEN, name && *name, &c);
}

static int bind_name(struct bpfld *b, struct call *c)
{
	struct ld_bind bind;

	bind.object = ld_strdup(&b->arena, c->more[0]);
	bind.name = ld_strdup(&b->arena, c->name);
	bind.to_object = ld_strdup(&b->arena, c->more[1]);
	bind.target = ld_strdup(&b->arena, c->more[2]);
	LD_PUSH(&b->arena, &b->opt.binds, bind);
	return 0;
}

int bpfld_bind(struct bpfld *b, const char *object, const char *name, const char *to_object,
	       const char *target)
{
	struct call c = {.name = name, .more = {object, to_object, target}};

	return call(b, bind_name, OPEN, object && name && *name && to_object && target && *target,
		    &c);
}

/* ---- output ---- */

const void *bpfld_image(const struct bpfld *b, size_t *size)
{
	if (!b || b->state != LINKED || !b->l.flat)
		return NULL;
	if (size)
		*size = b->l.image.size;
	return b->l.flat;
}

static const struct {
	ld_report_fn *write;
	bool reads_image, any_time;
} reports[] = {
    [BPFLD_TEXT_MAP] = {ld_report_map, true, false},
    [BPFLD_TEXT_CREF] = {ld_report_cref, false, false},
    [BPFLD_TEXT_STATS] = {ld_report_stats, true, false},
    [BPFLD_TEXT_TIME_TRACE] = {ld_report_time_trace, false, false},
    [BPFLD_TEXT_DEPENDENCIES] = {ld_report_dependencies, false, false},
    [BPFLD_TEXT_INPUTS] = {ld_report_inputs, false, true},
    [BPFLD_TEXT_WHY_EXTRACT] = {ld_report_why_extract, false, false},
    [BPFLD_TEXT_REPORT_JSON] = {ld_report_json, true, false},
    [BPFLD_TEXT_REPORT_HTML] = {ld_report_html, true, false},
    [BPFLD_TEXT_FILES] = {ld_report_files, false, true},
    [BPFLD_TEXT_TARGETS] = {ld_report_targets, false, true},
    [BPFLD_TEXT_TARGETS_JSON] = {ld_report_targets_json, false, true},
    [BPFLD_TEXT_COMPARISON] = {ld_report_comparison, true, false},
};

static int make_text(struct bpfld *b, struct call *c)
{
	struct ld_blob out = {0};

	if (b->state != LINKED && !reports[c->number].any_time)
		return -EINVAL;
	if (reports[c->number].reads_image && memcmp(flat_image(&b->l), ELFMAG, SELFMAG) != 0) {
		ld_error(&b->diags, "no-object",
			 "maps, reports and statistics require an object, but the output is "
			 "assembly or bitcode" LD_HELP
			 "omit --lto-emit-asm or --lto-emit-llvm, or the other option");
		return flush_diags(b);
	}
	reports[c->number].write(&b->arena, &out, &b->l);
	if (c->number == BPFLD_TEXT_DEPENDENCIES) {
		ld_check_dependencies(&b->l);
		flush_diags(b);
	}
	c->size = out.size;
	ld_blob_put(&b->arena, &out, "", 1);
	c->text = (const char *)out.data;
	return 0;
}

const char *bpfld_text(struct bpfld *b, enum bpfld_text which, size_t *size)
{
	struct call c = {.number = which};

	if (call(b, make_text, ANY, (size_t)which < sizeof(reports) / sizeof(reports[0]), &c))
		return NULL;
	if (size)
		*size = c.size;
	return c.text;
}

/* The archive at path, or NULL: its other members would be overwritten. */
static const char *find_archive(const struct ld_link *l, const char *path)
{
	struct stat st, in;

	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return NULL;
	ld_for_each(i, &l->inputs.images) {
		const struct ld_file *f = l->inputs.images.v[i];

		if (f->is_archive && f->opened && !stat(f->opened, &in) && in.st_dev == st.st_dev &&
		    in.st_ino == st.st_ino)
			return f->opened;
	}
	return NULL;
}

static int write_file(struct bpfld *b, struct call *c)
{
	const char *archive = find_archive(&b->l, c->name);
	char why[4200];
	int err;

	if (archive) {
		err = ld_error(&b->diags, "output-is-input",
			       "%s would replace the input %s, an archive" LD_HELP
			       "write to another file",
			       c->name, archive);
		flush_diags(b);
		return fail(b, err);
	}
	/* Reserved before the file is written: nothing may fail afterwards. */
	LD_PUSH(&b->arena, &b->l.spans, ld_span_begin("write_file", ld_strdup(&b->arena, c->name)));
	err = ld_write_file(c->name, b->l.image.parts.v, b->l.image.parts.nr);
	ld_span_end(&b->l.spans.v[b->l.spans.nr - 1]);
	if (!err)
		return 0;
	ld_error(&b->diags, "cannot-write", "cannot write %s: %s",
		 strcmp(c->name, "-") ? c->name : "standard output",
		 ld_write_error(c->name, err, why, sizeof(why)));
	flush_diags(b);
	return fail(b, -err);
}

int bpfld_write_file(struct bpfld *b, const char *path)
{
	struct call c = {.name = path};

	return call(b, write_file, LINKED, path, &c);
}

void bpfld_free(struct bpfld *b)
{
	struct ld_link *l;

	if (!b)
		return;
	b->freed = b->busy;
	if (b->freed)
		return;
	l = &b->l;
	ld_free_digests(&l->inputs);
	ld_arena_free(l->scratch);
	ld_pages_free(l->scratch->pages);
	if (l->inputs.open_fd)
		close(l->inputs.open_fd);
	ld_for_each(i, &l->inputs.files) {
		struct ld_file *f = l->inputs.files.v[i];

		ld_arena_free(&f->arena);
	}
	ld_for_each(i, &l->inputs.images) {
		struct ld_file *f = l->inputs.images.v[i];

		if (f->mapped)
			munmap((void *)(uintptr_t)f->image, f->size);
		ld_arena_free(&f->arena);
	}
	while (b->blocks) {
		struct ld_block *block = b->blocks;

		b->blocks = block->next;
		free(block);
	}
	ld_arena_free(l->arena);
	ld_pages_free(l->pages);
	free(b);
}
