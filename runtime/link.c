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
#include "bpfld/bpfld.h"
#include "options.h"
#include "passes/beside.h"
#include "passes/passes.h"
#include "report/report.h"

#ifndef BPFLD_VERSION
#define BPFLD_VERSION "unknown"
#endif

#define DEFAULT_ERROR_LIMIT 20

struct bpfld {
	struct ld_link l;
	bpfld_diag_fn diag;
	void *diag_ctx;
	const char **no_warn; /* ends in NULL */
	uint32_t error_limit, nr_errors;
	bool fatal_warnings, input_missing;
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

static void say(const struct bpfld *b, enum bpfld_severity severity, const char *id,
		const char *message)
{
	struct bpfld_diag d = {sizeof(d), severity, id, message};

	if (b->diag)
		b->diag(b->diag_ctx, &d);
}

/* Says one diagnostic, as far as the options let it through. */
static void deliver(struct bpfld *b, enum bpfld_severity severity, const char *id,
		    const char *message)
{
	if ((severity == BPFLD_NOTE || severity == BPFLD_WARNING) && is_silenced(b, id))
		return;
	if (severity == BPFLD_WARNING && b->fatal_warnings)
		severity = BPFLD_ERROR;
	if (severity == BPFLD_NOTE || severity == BPFLD_WARNING)
		LD_PUSH(&b->l.arena, &b->l.diags.told,
			(struct ld_diag){(enum ld_severity)severity, ld_strdup(&b->l.arena, id),
					 ld_strdup(&b->l.arena, message)});
	if (severity != BPFLD_ERROR || b->nr_errors++ < b->error_limit)
		say(b, severity, id, message);
	else if (b->nr_errors == b->error_limit + 1)
		say(b, BPFLD_ERROR, "error-limit",
		    "too many errors emitted, stopping now "
		    "(use --error-limit=0 to see all errors)");
}

/* Hands what was reported since the last time to the callback. Returns -EINVAL if errors were. */
static int flush_diags(struct bpfld *b)
{
	struct ld_diags *d = &b->l.diags;

	for (; d->said < d->list.nr; d->said++) {
		const struct ld_diag *diag = &d->list.v[d->said];

		deliver(b, (enum bpfld_severity)diag->severity, diag->id, diag->message);
	}
	return b->nr_errors ? -EINVAL : 0;
}

static int fail(struct bpfld *b, int err)
{
	b->state = FAILED;
	return err;
}

static int out_of_memory(struct bpfld *b)
{
	say(b, BPFLD_ERROR, "out-of-memory", "out of memory");
	return fail(b, -ENOMEM);
}

void bpfld_report(struct bpfld *b, enum bpfld_severity severity, const char *id,
		  const char *message)
{
	jmp_buf oom;

	b->l.arena.oom = &oom;
	if (setjmp(oom))
		out_of_memory(b);
	else
		deliver(b, severity, id, message);
}

/* ---- the passes ---- */

#define INPUT_PER_THREAD (512 * 1024) /* bytes: less is linked before a thread has started */

#define WORTH_HUGE_PAGES (512 * 1024) /* bytes of input */
/* The same: with less a pass is done before a thread has started. */
#define WORTH_OVERLAP (16 << 20)

static void plan_resources(struct ld_link *l)
{
	uint64_t size = 0;

	ld_for_each(i, &l->inputs)
		size += l->inputs.v[i]->size;
	l->threads = ld_choose_threads(l->threads, 1 + size / INPUT_PER_THREAD);
	l->overlap = l->threads > 1 && size >= WORTH_OVERLAP;
	if (size >= WORTH_HUGE_PAGES)
		l->arena.pages = l->pages = ld_pages_new();
}

static void note_span(struct ld_link *l, struct ld_span span)
{
	ld_span_end(&span);
	LD_PUSH(&l->arena, &l->spans, span);
}

/* A pass, and how long it took. */
static void run(struct ld_link *l, struct ld_pass pass)
{
	struct ld_span span = ld_span_begin(pass.name, NULL);

	pass.run(l);
	note_span(l, span);
}

/* The same for one that tells whether another round is needed. */
static bool ask(struct ld_link *l, const char *name, bool (*pass)(struct ld_link *l))
{
	struct ld_span span = ld_span_begin(name, NULL);
	bool more = pass(l);

	note_span(l, span);
	return more;
}

#define NAME(pass) &#pass[strlen("ld_")]
#define PASS(pass) ((struct ld_pass){NAME(pass), pass})
#define RUN(pass) run(l, PASS(pass))
#define ASK(pass) ask(l, NAME(pass), pass)

static void begin_beside(struct ld_link *l, struct ld_pass pass)
{
	ld_begin_beside(l, &pass, 1);
}

/* Types are equal or not, whoever owns which name. */
static void end_dedup(struct ld_link *l)
{
	const struct ld_link *done = ld_end_beside(l);

	l->graph = done->graph;
	l->btf_files = done->btf_files;
}

/* They have strings of their own where they were made before .BTF was. */
static void end_lines(struct ld_link *l)
{
	const struct ld_link *done = ld_end_beside(l);

	l->ext[LD_EXT_LINE] = done->ext[LD_EXT_LINE];
	l->line_strs = done->line_strs;
}

/* Inputs to names that have owners, whose types agree. */
static int resolve_inputs(struct bpfld *b)
{
	struct ld_link *l = &b->l;
	bool more;
	int err;

	do {
		RUN(ld_read_bitcode);
		RUN(ld_parse_files);
		if ((err = flush_diags(b)))
			return err;
		RUN(ld_bind_symbols);
		if ((err = flush_diags(b)))
			return err;
		more = ASK(ld_pull_members);
		more |= ASK(ld_add_dependent_libraries);
	} while (more);
	RUN(ld_drop_unpulled);
	if ((err = flush_diags(b)))
		return err;
	/* From here on no index, offset or id of the input needs another check. */

	begin_beside(l, PASS(ld_dedup_types));
	RUN(ld_isolate_objects);
	RUN(ld_resolve_symbols);
	if (!l->diags.muted)
		ld_report_trace(l);
	RUN(ld_check_options);
	RUN(ld_merge_license);
	/* From here on every defined name has one owner. */

	end_dedup(l);
	if (!l->no_check_types)
		begin_beside(l, PASS(ld_check_types));
	return 0;
}

/* Bitcode is compiled, and functions are made, in a link that is right so far. */
static bool makes_code(const struct ld_link *l)
{
	ld_for_each(i, &l->files)
		if (l->files.v[i]->bitcode)
			return true;
	return l->dynamic || *l->entries;
}

static int run_passes(struct bpfld *b)
{
	const struct ld_pass while_btf_is_made[] = {PASS(ld_apply_relocs), PASS(ld_merge_lines)};
	struct ld_link *l = &b->l;
	int err;

	plan_resources(l);
	if ((err = resolve_inputs(b)))
		return err;
	if (makes_code(l))
		ld_end_beside(l);
	if (ASK(ld_compile_bitcode)) {
		if ((err = flush_diags(b)) || l->output.nr)
			return err;
		/* What there is to say of the inputs has been said. */
		l->diags.muted = l->no_check_types = true;
		if ((err = resolve_inputs(b)))
			return err;
		l->diags.muted = false;
	}
	/* From here on no bitcode is left, and no file is added. */

	RUN(ld_mark_live);
	RUN(ld_make_stubs);
	RUN(ld_make_entries);
	RUN(ld_check_references);
	RUN(ld_fold_pieces);
	ld_end_beside(l);
	if ((err = flush_diags(b)))
		return err;
	/* From here on `live` is final. */

	if (!l->partial) {
		RUN(ld_find_calls);
		RUN(ld_check_calls);
		RUN(ld_check_programs);
	}
	RUN(ld_layout_sections);
	if ((err = flush_diags(b)))
		return err;
	/* From here on each live piece has its place in the output. */

	RUN(ld_choose_symbols);
	RUN(ld_write_imports);
	/* From here on symbols have their final numbers. */

	begin_beside(l, PASS(ld_make_symtab));
	RUN(ld_choose_btf);
	l->symtab = ld_end_beside(l)->symtab;
	ld_begin_beside(l, while_btf_is_made, 2);
	RUN(ld_merge_btf);
	RUN(ld_merge_btf_ext);
	if ((err = flush_diags(b)))
		return err;
	end_lines(l);
	RUN(ld_join_btf_ext);
	if ((err = flush_diags(b)))
		return err;
	RUN(ld_emit);
	if (l->verify)
		RUN(ld_verify);
	return flush_diags(b);
}

int bpfld_link(struct bpfld *b)
{
	jmp_buf oom;
	int err;

	if (b->state != OPEN)
		return -EINVAL;
	b->l.arena.oom = &oom;
	if (setjmp(oom)) {
		ld_drop_beside(&b->l);
		return out_of_memory(b);
	}
	if (!b->l.inputs.nr && !b->input_missing)
		ld_error(&b->l.diags, "no-input", "no input files");
	err = flush_diags(b);
	if (b->input_missing)
		err = -EINVAL;
	if (!err)
		err = run_passes(b);
	ld_drop_beside(&b->l);
	if (err)
		return fail(b, err);
	b->state = LINKED;
	return 0;
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
	b->l.arena.oom = &oom;
	b->l.diags.arena = &b->l.arena;
	if (setjmp(oom)) {
		bpfld_free(b);
		if (err)
			*err = -ENOMEM;
		return NULL;
	}
	b->diag = opts.diag;
	b->diag_ctx = opts.diag_ctx;
	b->no_warn = ld_copy_strings(&b->l.arena, opts.no_warn);
	b->error_limit = opts.error_limit ? opts.error_limit : DEFAULT_ERROR_LIMIT;
	b->fatal_warnings = opts.fatal_warnings;
	ld_apply_opts(&b->l, &opts);
	return b;
}

/* ---- inputs ---- */

/* Runs one of the functions that add inputs, with what they have in common around it. */
enum how { ADD_FILES, ADD_BUFFER, ADD_LIBRARY };

/* data: the buffer, or paths; size: its bytes, or their number. */
static int add(struct bpfld *b, enum how how, const char *name, const void *data, size_t size)
{
	jmp_buf oom;
	int err = 0;

	if (b->state != OPEN)
		return -EINVAL;
	b->l.arena.oom = &oom;
	if (setjmp(oom))
		return out_of_memory(b);
	switch (how) {
	case ADD_FILES: err = ld_add_files(&b->l, data, size); break;
	case ADD_BUFFER: err = ld_add_buffer(&b->l, name, data, size); break;
	case ADD_LIBRARY: err = ld_add_library(&b->l, name); break;
	}
	flush_diags(b);
	b->input_missing |= err != 0;
	return err;
}

int bpfld_add_file(struct bpfld *b, const char *path)
{
	return add(b, ADD_FILES, NULL, &path, 1);
}

int bpfld_add_files(struct bpfld *b, const char *const *paths, size_t nr)
{
	return add(b, ADD_FILES, NULL, paths, nr);
}

int bpfld_add_buffer(struct bpfld *b, const char *name, const void *data, size_t size)
{
	return add(b, ADD_BUFFER, name, data, size);
}

int bpfld_add_library(struct bpfld *b, const char *name)
{
	return add(b, ADD_LIBRARY, name, NULL, 0);
}

int bpfld_input_mode(struct bpfld *b, unsigned int mode)
{
	if (b->state != OPEN || mode & ~(unsigned int)(BPFLD_WHOLE_ARCHIVE | BPFLD_LAZY))
		return -EINVAL;
	b->l.whole_archive = mode & BPFLD_WHOLE_ARCHIVE;
	b->l.lazy = mode & BPFLD_LAZY;
	return 0;
}

int bpfld_mark_temporary(struct bpfld *b)
{
	if (b->state != OPEN || !b->l.inputs.nr)
		return -EINVAL;
	b->l.inputs.v[b->l.inputs.nr - 1]->temporary = true;
	return 0;
}

int bpfld_name_input(struct bpfld *b, const char *name)
{
	struct ld_file *f;
	jmp_buf oom;

	if (b->state != OPEN || !b->l.inputs.nr || !name || !*name)
		return -EINVAL;
	f = b->l.inputs.v[b->l.inputs.nr - 1];
	if (f->archive)
		return -EINVAL;
	b->l.arena.oom = &oom;
	if (setjmp(oom))
		return out_of_memory(b);
	f->path = ld_strdup(&b->l.arena, name);
	f->named = true;
	f->temporary = false;
	return 0;
}

int bpfld_bind(struct bpfld *b, const char *object, const char *name, const char *to_object,
	       const char *target)
{
	struct ld_bind bind;
	jmp_buf oom;

	if (b->state != OPEN || !object || !name || !*name || !to_object || !target || !*target)
		return -EINVAL;
	b->l.arena.oom = &oom;
	if (setjmp(oom))
		return out_of_memory(b);
	bind.object = ld_strdup(&b->l.arena, object);
	bind.name = ld_strdup(&b->l.arena, name);
	bind.to_object = ld_strdup(&b->l.arena, to_object);
	bind.target = ld_strdup(&b->l.arena, target);
	LD_PUSH(&b->l.arena, &b->l.binds, bind);
	return 0;
}

/* ---- output ---- */

const void *bpfld_image(const struct bpfld *linked, size_t *size)
{
	struct bpfld *b = (struct bpfld *)(uintptr_t)linked;
	jmp_buf oom;

	if (b->state != LINKED)
		return NULL;
	b->l.arena.oom = &oom;
	if (setjmp(oom)) {
		out_of_memory(b);
		return NULL;
	}
	if (size)
		*size = b->l.output_size;
	return ld_make_image(&b->l);
}

const char *bpfld_text(struct bpfld *b, enum bpfld_text which, size_t *size)
{
	static const struct {
		ld_report_fn *write;
		bool reads_image;
	} reports[] = {
	    [BPFLD_TEXT_MAP] = {ld_report_map, true},
	    [BPFLD_TEXT_CREF] = {ld_report_cref, false},
	    [BPFLD_TEXT_STATS] = {ld_report_stats, true},
	    [BPFLD_TEXT_TIME_TRACE] = {ld_report_time_trace, false},
	    [BPFLD_TEXT_DEPENDENCIES] = {ld_report_dependencies, false},
	    [BPFLD_TEXT_INPUTS] = {ld_report_inputs, false},
	    [BPFLD_TEXT_WHY_EXTRACT] = {ld_report_why_extract, false},
	    [BPFLD_TEXT_REPORT_JSON] = {ld_report_json, true},
	    [BPFLD_TEXT_REPORT_HTML] = {ld_report_html, true},
	    [BPFLD_TEXT_FILES] = {ld_report_files, false},
	};
	struct ld_blob out = {0};
	jmp_buf oom;

	if ((size_t)which >= sizeof(reports) / sizeof(reports[0]) ||
	    (b->state != LINKED && which != BPFLD_TEXT_INPUTS && which != BPFLD_TEXT_FILES))
		return NULL;
	b->l.arena.oom = &oom;
	if (setjmp(oom)) {
		out_of_memory(b);
		return NULL;
	}
	if (reports[which].reads_image)
		ld_make_image(&b->l);
	reports[which].write(&b->l.arena, &out, &b->l);
	if (size)
		*size = out.size;
	ld_blob_put(&b->l.arena, &out, "", 1);
	return (const char *)out.data;
}

/* The archive that path is, or NULL: its other members would be lost. */
static const char *find_archive(const struct ld_link *l, const char *path)
{
	struct stat st, in;

	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return NULL;
	ld_for_each(i, &l->images) {
		const struct ld_file *f = l->images.v[i];

		if (f->is_archive && f->opened && !stat(f->opened, &in) && in.st_dev == st.st_dev &&
		    in.st_ino == st.st_ino)
			return f->opened;
	}
	return NULL;
}

static int write_output(struct bpfld *b, const char *path)
{
	const char *archive = find_archive(&b->l, path);
	int err;

	if (archive)
		return ld_error(&b->l.diags, "output-is-input",
				"%s would replace the input %s, an archive\n"
				">>> help: write to another file",
				path, archive);
	/* Noted before: once the file is there nothing may fail. */
	LD_PUSH(&b->l.arena, &b->l.spans,
		ld_span_begin("write_file", ld_strdup(&b->l.arena, path)));
	err = ld_write_file(path, b->l.output.v, b->l.output.nr);
	ld_span_end(&b->l.spans.v[b->l.spans.nr - 1]);
	if (err)
		ld_error(&b->l.diags, "cannot-write", "cannot write %s: %s", path,
			 ld_write_error(&b->l.arena, path, err));
	return -err;
}

int bpfld_write_file(struct bpfld *b, const char *path)
{
	jmp_buf oom;
	int err;

	if (b->state != LINKED)
		return -EINVAL;
	b->l.arena.oom = &oom;
	if (setjmp(oom))
		return out_of_memory(b);
	err = write_output(b, path);
	if (!err)
		return 0;
	flush_diags(b);
	return fail(b, err);
}

void bpfld_free(struct bpfld *b)
{
	struct ld_link *l;

	if (!b)
		return;
	l = &b->l;
	if (l->open_fd)
		close(l->open_fd);
	ld_for_each(i, &l->inputs) {
		struct ld_file *f = l->inputs.v[i];

		ld_arena_free(&f->arena);
	}
	ld_for_each(i, &l->images) {
		struct ld_file *f = l->images.v[i];

		if (f->mapped)
			munmap((void *)(uintptr_t)f->image, f->size);
		ld_arena_free(&f->arena);
	}
	while (l->blocks) {
		struct ld_block *block = l->blocks;

		l->blocks = block->next;
		free(block);
	}
	ld_arena_free(&l->arena);
	ld_pages_free(l->pages);
	free(b);
}
