/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * load --dynamic: each main and each library is loaded separately, under its own name, so that a
 * library can serve mains that are loaded later.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/opts.h"
#include "bpfld/command.h"

struct loaded {
	struct bpfld_module *module;
	const char *name;
	bool library;
	bool ours;   /* this command creates its directory */
	bool reused; /* a library that was already loaded */
	bool published;
};

struct session {
	struct request *q;
	struct bpfld_dyn *d;
	struct loaded *v;  /* room for all of q->args */
	bool *prefix_used; /* by q->prefixes */
	size_t n, mains;
	const char *noted; /* last main that was reported as linked statically */
};

static bool is_library_word(const char *arg)
{
	return !strncmp(arg, "-l", 2) && arg[2];
}

/* The file for -lNAME in the first directory that has one. */
static const char *find_library(struct request *q, const char *name)
{
	static const char *const forms[] = {"%s/lib%s.bpf.o", "%s/lib%s.o", "%s/lib%s.a"};

	for (size_t i = 0; i < q->library_paths.n; i++) {
		const char *dir = q->library_paths.v[i];

		for (size_t k = 0; k < sizeof(forms) / sizeof(forms[0]); k++) {
			const char *path = pool_printf(q->pool, forms[k], dir, name);
			struct stat st;

			if (*name == ':')
				path = pool_printf(q->pool, "%s/%s", dir, name + 1);
			/* Opening a FIFO would block. */
			if (!stat(path, &st) && S_ISREG(st.st_mode))
				return path;
		}
	}
	report_error(q->report, "library-not-found",
		     "unable to find library -l%s" LD_HELP
		     "add its directory with -L or BPFLD_LIBRARY_PATH",
		     name);
	return NULL;
}

/* The value of --prefix for a library, or NULL. */
static const char *find_prefix(struct session *s, const char *path)
{
	for (size_t i = 0; i < s->q->prefixes.n; i++) {
		const char *option = s->q->prefixes.v[i];

		if (ld_prefix_applies(option, path)) {
			s->prefix_used[i] = true;
			return option;
		}
	}
	return NULL;
}

/* Adds a library whose names get a prefix: a link of its own renames them. */
static struct bpfld_module *add_prefixed(struct session *s, const char *path, const char *prefix)
{
	const char *const prefixes[] = {prefix, NULL};
	struct bpfld_opts opts = BPFLD_OPTS_INIT;
	struct bpfld_module *module = NULL;
	struct bpfld *link;
	const void *image;
	size_t size;

	opts.output = BPFLD_PARTIAL;
	opts.prefixes = prefixes;
	opts.diag = report_diag;
	opts.diag_ctx = s->q->report;
	link = bpfld_new(&opts, NULL);
	if (!link)
		return NULL;
	bpfld_input_mode(link, BPFLD_WHOLE_ARCHIVE);
	bpfld_add_file(link, path);
	if (!bpfld_link(link)) {
		image = bpfld_image(link, &size);
		module = bpfld_dyn_add_library_mem(s->d, base_name(path), image, size, NULL);
	}
	bpfld_free(link);
	return module;
}

static struct bpfld_module *add_library(struct session *s, const char *path)
{
	const char *prefix = find_prefix(s, path);

	return prefix ? add_prefixed(s, path, prefix) : bpfld_dyn_add_library(s->d, path, NULL);
}

static enum exit_status check_prefixes(struct session *s)
{
	for (size_t i = 0; i < s->q->prefixes.n; i++)
		if (!s->prefix_used[i])
			return fail(s->q, "prefix", "--prefix=%s: no library has this name",
				    s->q->prefixes.v[i]);
	return EXIT_DONE;
}

static enum exit_status add(struct session *s, const char *arg)
{
	struct request *q = s->q;
	struct loaded *l = &s->v[s->n];
	const char *path = arg;

	l->library = is_library_word(arg);
	if (l->library) {
		path = find_library(q, arg + 2);
		if (!path)
			return EXIT_FAILED;
		l->module = add_library(s, path);
	} else {
		l->module = bpfld_dyn_add_main(s->d, path, NULL);
	}
	if (!l->module)
		return EXIT_FAILED;
	l->name = q->name && !l->library ? q->name : name_of(q, path);
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->v[i].name, l->name))
			return fail(q, "already-loaded",
				    "two objects would be loaded as '%s'" LD_HELP
				    "rename one with --name, or rename a file",
				    l->name);
	s->n++;
	return check_name(q, l->name);
}

/* Reuses a library that is already loaded. A static link shares nothing. */
static enum exit_status reuse(struct session *s, struct loaded *l)
{
	struct request *q = s->q;

	if (!l->library || q->mode == BPFLD_DYN_STATIC || bpfld_dyn_no_replace(s->d) ||
	    !exists(q, l->name, NULL))
		return EXIT_DONE;
	if (!is_library(q, l->name))
		return fail(q, "already-loaded", "'%s' is loaded, but is not a library", l->name);
	l->reused = true;
	return bpfld_dyn_reuse(l->module, dir_of(q, l->name, NULL)) ? EXIT_FAILED : EXIT_DONE;
}

static struct loaded *find_file(struct session *s, const char *file)
{
	size_t i = 0;

	/* s->v is in the order of the operands; --bind names files. */
	for (; i < s->n; i++) {
		const char *arg = s->q->args.v[i];
		const char *path = is_library_word(arg) ? find_library(s->q, arg + 2) : arg;

		if (!strcmp(base_name(path), file))
			return &s->v[i];
	}
	report_error(s->q->report, "usage", "--bind: no object '%s'", file);
	return NULL;
}

static enum exit_status bind_all(struct session *s)
{
	const struct words *b = &s->q->binds;

	for (size_t i = 0; i + 4 <= b->n; i += 4) {
		struct loaded *main = find_file(s, b->v[i]);
		struct loaded *lib = main ? find_file(s, b->v[i + 2]) : NULL;

		if (!lib)
			return EXIT_FAILED;
		if (main->library || !lib->library)
			return fail(s->q, "usage", "--bind: %s must be a main, and %s a library",
				    b->v[i], b->v[i + 2]);
		if (bpfld_dyn_bind(s->d, main->module, b->v[i + 1], lib->module, b->v[i + 3]))
			return EXIT_FAILED;
	}
	return EXIT_DONE;
}

/* Notes each statically linked main once; its imports are adjacent. */
static int note_static(void *ctx, const struct bpfld_dyn_import *import)
{
	struct session *s = ctx;

	if (import->served != BPFLD_SERVED_LINKED || (s->noted && !strcmp(s->noted, import->main)))
		return 0;
	s->noted = pool_printf(s->q->pool, "%s", import->main);
	report_note(s->q->report, "linked-statically",
		    "libraries were linked statically into %s: %s", import->main,
		    s->q->mode == BPFLD_DYN_STATIC ? "requested by --dynamic=static"
						   : import->no_replace);
	return 0;
}

static enum exit_status link_all(struct session *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (reuse(s, &s->v[i]))
			return EXIT_FAILED;
	if (bind_all(s))
		return EXIT_FAILED;
	for (size_t i = 0; i < s->n && !s->mains; i++)
		if (bpfld_dyn_load(s->v[i].module))
			return EXIT_FAILED;
	if (bpfld_dyn_link(s->d))
		return EXIT_FAILED;
	bpfld_dyn_each_import(s->d, note_static, s);
	return EXIT_DONE;
}

static enum exit_status attach_main(struct session *s, const struct loaded *l)
{
	struct bpf_object *obj = bpfld_dyn_object(l->module);
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj)
	{
		if (bpf_program__autoload(prog) && attach(s->q, l->name, prog))
			return EXIT_FAILED;
	}
	return EXIT_DONE;
}

static enum exit_status pin(struct session *s, struct loaded *l)
{
	struct request *q = s->q;

	l->ours = !exists(q, l->name, NULL);
	if (l->reused && l->ours)
		return fail(q, "not-loaded", "'%s' was unloaded in the meantime", l->name);
	if (!l->library && !l->ours)
		return already_loaded(q, l->name);
	if (!l->library && make_dirs(q, l->name))
		return EXIT_FAILED;
	return bpfld_dyn_pin_module(l->module, l->ours ? new_dir_of(q, l->name, NULL)
						       : dir_of(q, l->name, NULL))
		   ? EXIT_FAILED
		   : EXIT_DONE;
}

/* A library without loaded functions has no directory. */
static enum exit_status publish_all(struct session *s)
{
	struct request *q = s->q;
	enum exit_status status = EXIT_DONE;

	for (int mains = 0; mains < 2; mains++)
		for (size_t i = 0; i < s->n && !status; i++) {
			struct loaded *l = &s->v[i];

			if (l->library == mains || !l->ours)
				continue;
			l->ours = is_new(q, l->name);
			status = l->ours ? publish(q, l->name) : EXIT_DONE;
			l->published = l->ours && !status;
		}
	return status;
}

/* Pins libraries before the mains that use them. Hooks are last. */
static enum exit_status pin_all(struct session *s)
{
	for (int mains = 0; mains < 2; mains++)
		for (size_t i = 0; i < s->n; i++)
			if (s->v[i].library != mains && pin(s, &s->v[i]))
				return EXIT_FAILED;
	for (size_t i = 0; i < s->n && s->q->attach; i++)
		if (!s->v[i].library && attach_main(s, &s->v[i]))
			return EXIT_FAILED;
	return publish_all(s);
}

static void undo(struct session *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].published)
			unpublish(s->q, s->v[i].name);
	bpfld_dyn_unpin(s->d);
}

static enum exit_status print_all(struct session *s)
{
	struct request *q = s->q;
	enum exit_status status = EXIT_DONE;
	bool first = true;

	if (q->json)
		printf("[");
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].published)
			status |= print_loaded(q, s->v[i].name, &first);
	if (q->json)
		printf("]\n");
	return status;
}

static enum exit_status run(struct session *s)
{
	enum exit_status status = EXIT_DONE;

	for (size_t i = 0; i < s->q->args.n && !status; i++)
		status = add(s, s->q->args.v[i]);
	if (!status)
		status = check_prefixes(s);
	if (!status && !s->mains && s->q->mode != BPFLD_DYN_STATIC && bpfld_dyn_no_replace(s->d))
		return fail(s->q, "cannot-replace", "%s: cannot load a library without a main",
			    bpfld_dyn_no_replace(s->d));
	if (!status)
		status = link_all(s);
	if (!status)
		status = begin_change(s->q);
	if (status)
		return status;
	status = pin_all(s);
	if (status)
		undo(s);
	return end_change(s->q, status) ? status : print_all(s);
}

enum exit_status load_dynamic(struct request *q)
{
	struct bpfld_dyn_opts opts = BPFLD_DYN_OPTS_INIT;
	struct session s = {.q = q};
	enum exit_status status;

	for (size_t i = 0; i < q->args.n; i++)
		s.mains += !is_library_word(q->args.v[i]);
	if (q->name && s.mains != 1)
		return usage_error(q, "--name requires exactly one main");
	if (!s.mains && q->mode == BPFLD_DYN_STATIC)
		return usage_error(q, "--dynamic=static requires at least one main");
	opts.diag = report_diag;
	opts.diag_ctx = q->report;
	opts.mode = q->mode;
	s.v = (struct loaded *)pool_alloc(q->pool, q->args.n * sizeof(*s.v));
	memset(s.v, 0, q->args.n * sizeof(*s.v));
	s.prefix_used = (bool *)pool_alloc(q->pool, q->prefixes.n);
	memset(s.prefix_used, 0, q->prefixes.n);
	s.d = bpfld_dyn_new(&opts, NULL);
	if (!s.d)
		return EXIT_FAILED;
	status = run(&s);
	bpfld_dyn_free(s.d);
	return status;
}
