/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * load --dynamic: each main and each library is loaded by itself, under a name of its own, so that
 * a library serves mains that come later, too.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bpfld/command.h"

struct loaded {
	struct bpfld_module *module;
	const char *name;
	bool library;
	bool ours;   /* this command makes its directory */
	bool reused; /* a library that was loaded before */
	bool published;
};

struct session {
	struct request *q;
	struct bpfld_dyn *d;
	struct loaded *v; /* as many as q->args has words */
	size_t n, mains;
	const char *told; /* the main of which it was said how it was linked */
};

static bool is_library_word(const char *arg)
{
	return !strncmp(arg, "-l", 2) && arg[2];
}

/* The file that -lNAME means, in the first folder that has one. */
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
			/* What is searched for is a file, and no pipe to wait for. */
			if (!stat(path, &st) && S_ISREG(st.st_mode))
				return path;
		}
	}
	report_error(q->report, "library-not-found",
		     "unable to find library -l%s: name its folder with -L or BPFLD_LIBRARY_PATH",
		     name);
	return NULL;
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
		l->module = bpfld_dyn_add_library(s->d, path, NULL);
	} else {
		l->module = bpfld_dyn_add_main(s->d, path, NULL);
	}
	if (!l->module)
		return EXIT_FAILED;
	l->name = q->name && !l->library ? q->name : name_of(q, path);
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->v[i].name, l->name)) {
			report_error(q->report, "already-loaded",
				     "two of these would be loaded as '%s'", l->name);
			return EXIT_FAILED;
		}
	s->n++;
	return check_name(q, l->name);
}

/* A library that is loaded already serves from there. In a static link nothing is shared. */
static enum exit_status reuse(struct session *s, struct loaded *l)
{
	struct request *q = s->q;

	if (!l->library || q->mode == BPFLD_DYN_STATIC || bpfld_dyn_no_replace(s->d) ||
	    !exists(q, l->name, NULL))
		return EXIT_DONE;
	if (!is_library(q, l->name)) {
		report_error(q->report, "already-loaded", "'%s' is loaded, and no library",
			     l->name);
		return EXIT_FAILED;
	}
	l->reused = true;
	return bpfld_dyn_reuse(l->module, dir_of(q, l->name, NULL)) ? EXIT_FAILED : EXIT_DONE;
}

static struct loaded *find_file(struct session *s, const char *file)
{
	size_t i = 0;

	/* s->v has them in the order of the words; modules go by the file's name. */
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
		if (main->library || !lib->library) {
			report_error(s->q->report, "usage",
				     "--bind: %s is to be a main and %s a library", b->v[i],
				     b->v[i + 2]);
			return EXIT_FAILED;
		}
		if (bpfld_dyn_bind(s->d, main->module, b->v[i + 1], lib->module, b->v[i + 3]))
			return EXIT_FAILED;
	}
	return EXIT_DONE;
}

/* Of each main once, in a row: which of the two ways it was is no secret. */
static int tell_way(void *ctx, const struct bpfld_dyn_import *import)
{
	struct bpfld_diag note = {sizeof(note), BPFLD_NOTE, "linked-statically", NULL};
	struct session *s = ctx;

	if (import->served != BPFLD_SERVED_LINKED || (s->told && !strcmp(s->told, import->main)))
		return 0;
	s->told = pool_printf(s->q->pool, "%s", import->main);
	note.message =
	    pool_printf(s->q->pool, "libraries were linked statically into %s: %s", import->main,
			s->q->mode == BPFLD_DYN_STATIC ? "--dynamic=static asks for it"
						       : import->no_replace);
	report_diag(s->q->report, &note);
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
	bpfld_dyn_each_import(s->d, tell_way, s);
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
	if (l->reused && l->ours) {
		report_error(q->report, "not-loaded", "'%s' was unloaded in the meantime", l->name);
		return EXIT_FAILED;
	}
	if (!l->library && !l->ours)
		return already_loaded(q, l->name);
	if (!l->library && make_dirs(q, l->name))
		return EXIT_FAILED;
	return bpfld_dyn_pin_module(l->module, l->ours ? new_dir_of(q, l->name, NULL)
						       : dir_of(q, l->name, NULL))
		   ? EXIT_FAILED
		   : EXIT_DONE;
}

/* A library of which nothing is loaded has no directory. */
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

/* Libraries before mains: what serves is there before what it serves. Hooks last. */
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
	if (!status && !s->mains && s->q->mode != BPFLD_DYN_STATIC && bpfld_dyn_no_replace(s->d)) {
		report_error(s->q->report, "cannot-replace", "%s: no library by itself",
			     bpfld_dyn_no_replace(s->d));
		return EXIT_FAILED;
	}
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
	if (q->name && s.mains != 1) {
		report_error(q->report, "usage", "--name is for one main");
		return EXIT_USAGE;
	}
	if (!s.mains && q->mode == BPFLD_DYN_STATIC) {
		report_error(q->report, "usage", "--dynamic=static: at least one main");
		return EXIT_USAGE;
	}
	opts.diag = report_diag;
	opts.diag_ctx = q->report;
	opts.mode = q->mode;
	s.v = (struct loaded *)pool_alloc(q->pool, q->args.n * sizeof(*s.v));
	memset(s.v, 0, q->args.n * sizeof(*s.v));
	s.d = bpfld_dyn_new(&opts, NULL);
	if (!s.d)
		return EXIT_FAILED;
	status = run(&s);
	bpfld_dyn_free(s.d);
	return status;
}
