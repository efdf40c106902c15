/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "bpfld/tune.h"

/* ---- one link ---- */

struct linking {
	struct tune *t;
	struct lto_options lto;
	bool list_inputs;
};

static void list_inputs(struct tune *t, const struct bpfld_lto_job *job)
{
	t->nr_inputs = job->nr_modules;
	t->inputs =
	    (struct lto_input *)pool_alloc(t->q->pool, (t->nr_inputs + 1) * sizeof(*t->inputs));
	for (size_t i = 0; i < job->nr_modules; i++) {
		const struct bpfld_lto_module *m = &job->modules[i];

		t->inputs[i].hash = lto_hash(m->data, m->size);
		t->inputs[i].name = pool_printf(t->q->pool, "%s", m->name);
		t->inputs_hash = t->inputs_hash * 31 + t->inputs[i].hash;
	}
}

static int compile(void *ctx, const struct bpfld_lto_job *job)
{
	struct linking *l = ctx;

	if (l->list_inputs && job->want == BPFLD_LTO_WHOLE)
		list_inputs(l->t, job);
	return lto_compile(&l->lto, job);
}

static void ignore(void *ctx, const struct bpfld_diag *diag)
{
	(void)ctx;
	(void)diag;
}

/* As ld.bpf --lto -S. The image, which the caller frees, or NULL. */
static char *link_with(struct linking *l, bool quiet, size_t *size)
{
	struct bpfld_opts opts = BPFLD_OPTS_INIT;
	struct request *q = l->t->q;
	struct bpfld_lto hook = {sizeof(hook), l, compile};
	struct bpfld *link;
	const void *image;
	char *copy = NULL;
	int err = 0;

	opts.strip = BPFLD_STRIP_DEBUG;
	opts.library_paths = q->library_paths.v;
	opts.prefixes = q->prefixes.v;
	opts.lto = &hook;
	opts.lto_fat = true;
	opts.threads = 1;
	opts.diag = quiet ? ignore : report_diag;
	opts.diag_ctx = q->report;
	link = bpfld_new(&opts, &err);
	if (!link)
		return NULL;
	add_inputs(q, link, 0);
	image = bpfld_link(link) ? NULL : bpfld_image(link, size);
	if (image && (copy = malloc(*size)))
		memcpy(copy, image, *size);
	bpfld_free(link);
	return copy;
}

/* ---- choices as plans ---- */

static void make_plan(const struct tune *t, const struct choice *c, struct lto_plan *plan)
{
	*plan = (struct lto_plan){.path = "plan", .order = c->order, .order_line = 1};
	if (c->keep_branches)
		plan->set[0] = (struct lto_setting){lto_settings[0], 0, 1};
	plan->entries = calloc(t->nr_functions + 1, sizeof(*plan->entries));
	if (!plan->entries)
		out_of_memory();
	for (size_t i = 0; i < t->nr_functions; i++) {
		if (!c->decisions || c->decisions[i] == AS_IN_SOURCE)
			continue;
		plan->entries[plan->nr_entries++] = (struct lto_entry){
		    .decision = (enum lto_decision)c->decisions[i],
		    .verb = lto_decisions[c->decisions[i]],
		    .function = t->functions[i].name,
		    .file = t->functions[i].file,
		    .line = 1,
		};
	}
}

static char *link_choice(struct tune *t, const struct choice *c, size_t *size)
{
	struct linking l = {.t = t, .lto = t->lto};
	struct lto_plan plan;
	char *image;

	if (c->plain)
		return link_with(&l, true, size);
	make_plan(t, c, &plan);
	l.lto.plan = &plan;
	image = link_with(&l, true, size);
	lto_free_plan(&plan);
	return image;
}

/* The bytes of code in an object of this machine's byte order. */
static uint64_t count_code(const char *image, size_t size)
{
	Elf64_Ehdr e;
	uint64_t code = 0;

	if (size < sizeof(e))
		return 0;
	memcpy(&e, image, sizeof(e));
	for (size_t i = 0; i < e.e_shnum; i++) {
		Elf64_Shdr s;

		if (e.e_shoff + (i + 1) * sizeof(s) > size)
			break;
		memcpy(&s, image + e.e_shoff + i * sizeof(s), sizeof(s));
		if (s.sh_flags & SHF_EXECINSTR)
			code += s.sh_size;
	}
	return code;
}

static void set_image(struct candidate *c, char *image, size_t size)
{
	c->linked = true;
	c->image = image;
	c->size = size;
	c->hash = lto_hash(image, size);
	c->code = count_code(image, size);
}

/* ---- the first link ---- */

static void add_function(void *ctx, const struct lto_function *f)
{
	struct tune *t = ctx;
	struct tunable *fn;

	if (!f->can)
		return;
	if (t->nr_functions == t->cap_functions) {
		t->cap_functions = t->cap_functions ? 2 * t->cap_functions : 64;
		t->functions = realloc(t->functions, t->cap_functions * sizeof(*t->functions));
		if (!t->functions)
			out_of_memory();
	}
	fn = &t->functions[t->nr_functions++];
	*fn = (struct tunable){.can = f->can, .size = f->size};
	fn->name = pool_printf(t->q->pool, "%s", f->name);
	if (f->ambiguous)
		fn->file = pool_printf(t->q->pool, "%s", f->file);
}

/* Files have their base names, unless functions of one name are in files of one name. */
static void shorten_files(struct tune *t)
{
	for (size_t i = 0; i < t->nr_functions; i++) {
		struct tunable *a = &t->functions[i];
		bool alone = true;

		for (size_t k = 0; a->file && k < t->nr_functions; k++) {
			const struct tunable *b = &t->functions[k];

			if (k != i && b->file && !strcmp(a->name, b->name))
				alone &= strcmp(base_name(a->file), base_name(b->file)) != 0;
		}
		if (a->file && alone)
			a->file = base_name(a->file);
	}
}

enum exit_status tune_first_link(struct tune *t)
{
	struct linking l = {.t = t, .list_inputs = true};
	struct lto_plan plan = {.path = "plan", .order = LTO_O2, .order_line = 1};
	char *image;
	size_t size;

	t->lto.release = &t->release;
	l.lto = t->lto;
	image = link_with(&l, false, &size);
	if (!image)
		return EXIT_FAILED;
	set_image(&t->plain, image, size);
	t->plain.choice.plain = true;
	if (!t->nr_inputs)
		return fail(t->q, "no-bitcode",
			    "no input has bitcode" LD_HELP
			    "compile with -Xclang -fembed-bitcode=all, or with -flto -Xclang "
			    "-disable-llvm-passes");
	/* Functions as they are before anything is optimized. */
	l.list_inputs = false;
	l.lto.plan = &plan;
	l.lto.function = add_function;
	l.lto.function_ctx = t;
	free(link_with(&l, true, &size));
	shorten_files(t);
	return EXIT_DONE;
}

/* ---- links in child processes ---- */

struct job {
	struct candidate *c;
	pid_t child;
	int out; /* memfd */
};

static void start(struct tune *t, struct job *j)
{
	pid_t parent = getpid();

	fflush(NULL);
	j->out = memfd_create("image", MFD_CLOEXEC);
	j->child = j->out < 0 ? -1 : fork();
	if (!j->child) {
		size_t size = 0;
		char *image;

		signal(SIGINT, SIG_DFL);
		signal(SIGTERM, SIG_DFL);
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		image = getppid() == parent ? link_choice(t, &j->c->choice, &size) : NULL;
		_exit(image && !ld_write_all(j->out, image, size) ? 0 : 1);
	}
}

static void finish(struct tune *t, struct job *j, int status)
{
	char *image = NULL;
	size_t size = 0;

	if (WIFEXITED(status) && !WEXITSTATUS(status) && !lseek(j->out, 0, SEEK_SET) &&
	    !ld_read_all(j->out, &image, &size)) {
		set_image(j->c, image, size);
		tune_save_link(t, j->c);
	} else {
		j->c->rejected = true;
	}
	close(j->out);
	j->child = 0;
}

static void wait_for_one(struct tune *t, struct job *jobs, size_t n)
{
	int status;
	/* Of this process group: guests have groups of their own. */
	pid_t child = waitpid(0, &status, 0);

	for (size_t i = 0; child > 0 && i < n; i++)
		if (jobs[i].child == child)
			finish(t, &jobs[i], status);
}

static size_t count_running(const struct job *jobs, size_t n)
{
	size_t running = 0;

	for (size_t i = 0; i < n; i++)
		running += jobs[i].child > 0;
	return running;
}

void tune_link(struct tune *t, struct candidate **v, size_t n)
{
	struct job *jobs = calloc(n + 1, sizeof(*jobs));
	size_t cores = (size_t)get_nprocs();

	if (!jobs)
		out_of_memory();
	for (size_t i = 0; i < n && !tune_is_over(t); i++) {
		if (v[i]->linked || v[i]->rejected || tune_find_link(t, v[i]))
			continue;
		while (count_running(jobs, n) >= cores && !tune_interrupted)
			wait_for_one(t, jobs, n);
		jobs[i].c = v[i];
		start(t, &jobs[i]);
	}
	while (count_running(jobs, n)) {
		for (size_t i = 0; tune_interrupted && i < n; i++)
			if (jobs[i].child > 0)
				kill(jobs[i].child, SIGTERM);
		wait_for_one(t, jobs, n);
	}
	free(jobs);
}

void tune_relink(struct tune *t, struct candidate *c)
{
	size_t size;
	char *image = link_choice(t, &c->choice, &size);

	if (image)
		set_image(c, image, size);
}
