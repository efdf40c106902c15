/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The caller's compiler for bitcode: what it is asked for, what it may hand over, and how it may
 * fail. The one here compiles nothing: it knows objects for its modules.
 *
 * RUN: %objects
 * RUN: %build-api %s
 * RUN: ./static >log 2>&1 && ./shared >>log 2>&1 && not grep . log
 */
#include "api.h"

/* Bitcode, as far as the library looks at it; what follows says which object it stands for. */
static const char module_a[] = "BC\xc0\xde"
			       "a";
static const char module_b[] = "BC\xc0\xde"
			       "b";

enum fault {
	NONE,
	SILENT,    /* fails without a word */
	REPORTS,   /* fails and says why */
	COMPLAINS, /* reports an error and goes on */
	NOTHING,   /* makes nothing of it */
	NO_OBJECT, /* makes what is no object */
	NO_MEMORY,
};

struct compiler {
	enum fault each, whole; /* on which job */
	struct bytes a, b, all; /* objects */
	enum bpfld_lto_want want;
	int each_jobs, whole_jobs;
};

struct seen {
	int errors;
	char id[48];
};

static void record(void *ctx, const struct bpfld_diag *diag)
{
	struct seen *seen = ctx;

	if (diag->severity == BPFLD_ERROR && !seen->errors++)
		snprintf(seen->id, sizeof(seen->id), "%s", diag->id);
}

static void check_job(const struct compiler *c, const struct bpfld_lto_job *job)
{
	CHECK(job->sz >= sizeof(*job) && job->nr_modules == 2 && !job->gc_sections);
	CHECK(!strcmp(job->modules[0].name, "a.bc") && !strcmp(job->modules[1].name, "b.bc"));
	CHECK(job->modules[0].size == sizeof(module_a));
	CHECK(!memcmp(job->modules[1].data, module_b, sizeof(module_b)));
	if (job->want == BPFLD_LTO_EACH) {
		CHECK(!job->modules[0].nr_symbols && !job->modules[1].nr_symbols);
		return;
	}
	/* All but twice() is for the loader: --export. */
	CHECK(job->want == c->want && !job->modules[0].nr_symbols);
	CHECK(job->modules[1].nr_symbols == 1 && !job->modules[1].symbols->drop);
	CHECK(!strcmp(job->modules[1].symbols->name, "twice") && job->modules[1].symbols->local);
}

static int hand_over(const struct compiler *c, const struct bpfld_lto_job *job)
{
	if (job->want != BPFLD_LTO_EACH) {
		CHECK(!job->take(job, 0, c->all.data, c->all.size));
		return 0;
	}
	/* In any order, each once. */
	CHECK(!job->take(job, 1, c->b.data, c->b.size));
	CHECK(job->take(job, 1, c->b.data, c->b.size) == -EINVAL);
	CHECK(job->take(job, 2, c->b.data, c->b.size) == -EINVAL);
	CHECK(!job->take(job, 0, c->a.data, c->a.size));
	return 0;
}

static int compile(void *ctx, const struct bpfld_lto_job *job)
{
	struct compiler *c = ctx;
	bool each = job->want == BPFLD_LTO_EACH;

	*(each ? &c->each_jobs : &c->whole_jobs) += 1;
	check_job(c, job);
	switch (each ? c->each : c->whole) {
	case SILENT: return -EIO;
	case REPORTS: CHECK(!job->report(job, BPFLD_ERROR, "own-id", "it is so")); return -EINVAL;
	case COMPLAINS:
		CHECK(!job->report(job, BPFLD_ERROR, "own-id", "it is so"));
		return hand_over(c, job);
	case NOTHING: return 0;
	case NO_OBJECT:
		CHECK(!job->take(job, 0, "x", 1) && (!each || !job->take(job, 1, "x", 1)));
		return 0;
	case NO_MEMORY: return -ENOMEM;
	case NONE: break;
	}
	return hand_over(c, job);
}

static struct bpfld *start(const struct bpfld_lto *lto, struct seen *seen, enum bpfld_lto_want want)
{
	static const char *const exports[] = {"total", NULL};
	struct bpfld_opts opts = BPFLD_OPTS_INIT;
	struct bpfld *l;

	opts.diag = record;
	opts.diag_ctx = seen;
	opts.lto = lto;
	opts.lto_want = want;
	opts.export_globs = exports;
	opts.verify = true;
	l = bpfld_new(&opts, NULL);
	CHECK(l);
	CHECK(!bpfld_add_buffer(l, "a.bc", module_a, sizeof(module_a)));
	CHECK(!bpfld_add_buffer(l, "b.bc", module_b, sizeof(module_b)));
	return l;
}

/* The id of the first error, or "" where it links; then *image is what came out. */
static const char *link_with(struct compiler *c, struct seen *seen, struct bytes *image)
{
	struct bpfld_lto lto = {sizeof(lto), c, compile};
	struct bpfld *l = start(&lto, seen, c->want);
	int err = bpfld_link(l);

	CHECK(!err == !seen->errors);
	if (!err)
		*image = image_of(l);
	bpfld_free(l);
	return seen->id;
}

static struct bytes link_objects(const struct compiler *c, enum bpfld_output output)
{
	struct bpfld_opts opts = BPFLD_OPTS_INIT;
	struct bpfld *l;
	struct bytes image;

	opts.output = output;
	l = bpfld_new(&opts, NULL);
	CHECK(l && !bpfld_add_buffer(l, "a.o", c->a.data, c->a.size));
	CHECK(!bpfld_add_buffer(l, "b.o", c->b.data, c->b.size) && !bpfld_link(l));
	image = image_of(l);
	bpfld_free(l);
	return image;
}

static void check_fault(const struct compiler *good, enum fault each, enum fault whole,
			const char *id)
{
	struct compiler c = *good;
	struct bytes image = {0};
	struct seen seen = {0};

	c.each = each;
	c.whole = whole;
	c.each_jobs = c.whole_jobs = 0;
	CHECK(!strcmp(link_with(&c, &seen, &image), id));
	CHECK(c.each_jobs == 1 && c.whole_jobs == (each == NONE));
	free(image.data);
}

int main(void)
{
	struct compiler c = {.a = read_file("a.o"), .b = read_file("b.o"), .want = BPFLD_LTO_WHOLE};
	struct bpfld_opts opts = BPFLD_OPTS_INIT;
	struct bpfld_lto none = {sizeof(none), NULL, NULL};
	struct bytes image = {0};
	struct seen seen = {0};
	struct bpfld *l;
	int err = 0;

	c.all = link_objects(&c, BPFLD_PARTIAL);
	CHECK(!*link_with(&c, &seen, &image) && c.each_jobs == 1 && c.whole_jobs == 1);
	CHECK(image.size > 64 && !memcmp(image.data, "\177ELF", 4));
	free(image.data);

	/* Something else than an object is handed through. */
	free(c.all.data);
	c.all = copy_of("text", 4);
	c.want = BPFLD_LTO_ASM;
	CHECK(!*link_with(&c, &seen, &image));
	check_same(image, c.all);
	free(image.data);
	c.want = BPFLD_LTO_WHOLE;

	check_fault(&c, SILENT, NONE, "lto-failed");
	check_fault(&c, NONE, SILENT, "lto-failed");
	check_fault(&c, REPORTS, NONE, "own-id");
	check_fault(&c, NONE, REPORTS, "own-id");
	check_fault(&c, COMPLAINS, NONE, "own-id");
	check_fault(&c, NONE, COMPLAINS, "own-id");
	check_fault(&c, NOTHING, NONE, "lto-failed");
	check_fault(&c, NONE, NOTHING, "lto-failed");
	check_fault(&c, NO_MEMORY, NONE, "out-of-memory");
	check_fault(&c, NONE, NO_MEMORY, "out-of-memory");
	check_fault(&c, NONE, NO_OBJECT, "not-an-object");

	/* Without a compiler it is an error, of each input. */
	l = start(NULL, &seen, BPFLD_LTO_WHOLE);
	CHECK(bpfld_link(l) == -EINVAL && seen.errors == 2 && !strcmp(seen.id, "bitcode-input"));
	bpfld_free(l);

	opts.lto = &none;
	CHECK(!bpfld_new(&opts, &err) && err == -EINVAL);
	free(c.a.data);
	free(c.b.data);
	free(c.all.data);
	return 0;
}
