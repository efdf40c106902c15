/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/io.h"
#include "bpfld/tune.h"

void tune_list_programs(struct tune *t)
{
	struct bpf_object *obj = bpf_object__open_mem(t->plain.image, t->plain.size, NULL);
	struct bpf_program *prog;

	if (!obj)
		return;
	bpf_object__for_each_program(prog, obj)
	{
		t->nr_programs++;
	}
	t->programs =
	    (const char **)pool_alloc(t->q->pool, (t->nr_programs + 1) * sizeof(*t->programs));
	t->nr_programs = 0;
	bpf_object__for_each_program(prog, obj)
	{
		t->programs[t->nr_programs++] =
		    pool_printf(t->q->pool, "%s", bpf_program__name(prog));
	}
	bpf_object__close(obj);
}

size_t tune_program(const struct tune *t, const char *name)
{
	size_t i = 0;

	while (i < t->nr_programs && strcmp(t->programs[i], name))
		i++;
	return i;
}

/* Why the object cannot be measured, or NULL. */
static const char *read_result(struct tune *t, const struct result *r, struct cost *cost)
{
	const char *why = NULL;
	size_t not_loaded = 0;

	*cost = (struct cost){0};
	if (r->error)
		return r->error;
	if (r->n != t->nr_programs)
		return "its programs are different";
	cost->insns =
	    (unsigned long long *)pool_alloc(t->q->pool, (r->n + 1) * sizeof(*cost->insns));
	for (size_t i = 0; i < r->n; i++) {
		const struct checked *p = &r->v[i];
		size_t at = tune_program(t, p->name);
		bool loads = p->verdict == LOADS;

		if (at == t->nr_programs)
			return "its programs are different";
		if (p->verdict == NOT_LOADED || p->verdict == NOT_PERMITTED) {
			why = pool_printf(t->q->pool, "program '%s' is %s: %s", p->name,
					  verdict_words[p->verdict], p->trouble.message);
			not_loaded++;
		}
		cost->insns[at] = loads ? p->insns : REFUSED_COST;
		cost->total += cost->insns[at];
		cost->refused += !loads;
	}
	/* A kernel may lack what some programs need. */
	return not_loaded == r->n ? why : NULL;
}

/* The verifier of this kernel, or its guest, does not survive the object. */
static void refuse_all(struct tune *t, struct cost *cost)
{
	cost->insns = (unsigned long long *)pool_alloc(t->q->pool,
						       (t->nr_programs + 1) * sizeof(*cost->insns));
	for (size_t i = 0; i < t->nr_programs; i++)
		cost->insns[i] = REFUSED_COST;
	cost->total = t->nr_programs * REFUSED_COST;
	cost->refused = t->nr_programs;
	cost->error = NULL;
}

static void take_result(struct tune *t, size_t k, struct candidate *c, const struct result *r)
{
	struct cost cost;

	cost.error = read_result(t, r, &cost);
	if (cost.error && !c->choice.plain)
		refuse_all(t, &cost);
	if (!cost.error)
		tune_save_load(t, c->hash, t->releases[k], &cost);
	else
		c->costs = (struct cost *)memcpy(pool_alloc(t->q->pool, sizeof(cost)), &cost,
						 sizeof(cost));
}

static void load_here(struct tune *t, size_t k, struct candidate **v, size_t n)
{
	for (size_t i = 0; i < n && !tune_interrupted; i++) {
		struct results all = {0};
		struct result *r = add_result(&all, "tuned.o", t->q->kernels.v[k]);

		load_alone(t->q, r, v[i]->image, v[i]->size);
		take_result(t, k, v[i], r);
		free_results(&all);
		t->nr_loads++;
		tune_progress(t, "loading");
	}
}

static void take_answers(struct tune *t, size_t k, struct candidate **v, size_t n)
{
	for (size_t i = 0; i < n && !tune_interrupted; i++) {
		const char *answer = tune_guest_answer(t, k, i);
		struct results all = {0};

		if (!answer || !read_results(t->q->pool, &all, answer) || all.n != 1) {
			free_results(&all);
			add_result(&all, "tuned.o", t->q->kernels.v[k])->error =
			    tune_guest_error(t, k) ? tune_guest_error(t, k)
						   : "the guest ended without a result";
		}
		if (!tune_guest_error(t, k) || v[i]->choice.plain)
			take_result(t, k, v[i], &all.v[0]);
		free_results(&all);
	}
}

static bool is_guest(const struct tune *t, size_t k)
{
	return strcmp(t->q->kernels.v[k], "running") != 0;
}

/* The kernel that the budget is about: the running one, or else the first. */
static size_t find_lead(const struct tune *t)
{
	for (size_t k = 0; k < t->q->kernels.n; k++)
		if (!is_guest(t, k))
			return k;
	return 0;
}

/* Fills missing with candidates whose costs on kernel k are not known, and returns their number. */
static size_t list_missing(struct tune *t, size_t k, struct candidate **v, size_t n,
			   struct candidate **missing)
{
	size_t nr = 0, lead = find_lead(t);

	for (size_t i = 0; i < n; i++) {
		bool again = !v[i]->linked || v[i]->rejected || v[i]->measured ||
			     tune_find_load(t, v[i]->hash, t->releases[k]);

		for (size_t m = 0; m < nr; m++)
			again |= missing[m]->hash == v[i]->hash;
		/* All kernels load the same. */
		if (!again && (k != lead && !is_guest(t, lead)
				   ? tune_find_load(t, v[i]->hash, t->releases[lead]) != NULL
				   : t->nr_loads + nr < t->max_loads))
			missing[nr++] = v[i];
	}
	/* Known from the cache, but not loaded. */
	for (size_t i = 0; i < nr; i++) {
		if (!missing[i]->image)
			tune_relink(t, missing[i]);
		if (!missing[i]->image)
			missing[i--] = missing[--nr];
	}
	return nr;
}

/*
 * The ratio to plain on one kernel. A program that is rejected with the plan and without it says
 * nothing: others of the object may gain.
 */
static double find_ratio(const struct tune *t, const struct cost *cost, const struct cost *plain)
{
	double now = 0, before = 0;

	for (size_t i = 0; i < t->nr_programs; i++) {
		if (cost->insns[i] == REFUSED_COST && plain->insns[i] == REFUSED_COST)
			continue;
		now += (double)cost->insns[i];
		before += (double)plain->insns[i];
	}
	return before > 0 ? now / before : 1;
}

/* By the kernels that have loaded it; the costs are set if all have. */
static void set_score(struct tune *t, struct candidate *c)
{
	size_t n = t->q->kernels.n, known = 0;
	struct cost *costs = (struct cost *)pool_alloc(t->q->pool, (n + 1) * sizeof(*costs));

	c->score = 0;
	c->refused = 0;
	for (size_t k = 0; k < n; k++) {
		const struct cost *cost = tune_find_load(t, c->hash, t->releases[k]);
		double ratio;

		if (!cost)
			continue;
		costs[k] = *cost;
		known++;
		ratio = find_ratio(t, cost, t->plain.measured ? &t->plain.costs[k] : cost);
		c->refused += cost->refused;
		if (ratio > c->score)
			c->score = ratio;
	}
	if (known == n) {
		c->costs = costs;
		c->measured = true;
	} else if (known && t->plain.measured && !t->all_kernels && !tune_is_better(c, &t->best)) {
		/* Other kernels can only make it worse. */
		c->measured = true;
	}
}

bool tune_is_better(const struct candidate *a, const struct candidate *b)
{
	if (a->refused != b->refused)
		return a->refused < b->refused;
	return a->score < b->score * GAIN;
}

static void set_scores(struct tune *t, struct candidate **v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i]->linked && !v[i]->rejected && !v[i]->measured)
			set_score(t, v[i]);
}

/* The running kernel has its release in the cache, others the name that the user gave. */
static void name_releases(struct tune *t)
{
	struct utsname host;

	for (size_t k = 0; k < t->q->kernels.n; k++)
		if (!is_guest(t, k) && !uname(&host))
			t->releases[k] = pool_printf(t->q->pool, "%s", host.release);
}

static void measure_in_guests(struct tune *t, struct candidate **v, size_t n)
{
	struct candidate **lists[MAX_KERNELS] = {NULL};
	size_t nr[MAX_KERNELS] = {0}, lead = find_lead(t);

	for (size_t k = 0; k < t->q->kernels.n; k++) {
		if (!is_guest(t, k))
			continue;
		lists[k] = (struct candidate **)pool_alloc(t->q->pool, (n + 1) * sizeof(**lists));
		nr[k] = list_missing(t, k, v, n, lists[k]);
		if (nr[k])
			tune_ask_guest(t, k, lists[k], nr[k]);
	}
	tune_await_guests(t);
	for (size_t k = 0; k < t->q->kernels.n; k++) {
		if (nr[k])
			take_answers(t, k, lists[k], nr[k]);
		if (k == lead)
			t->nr_loads += nr[k];
	}
	set_scores(t, v, n);
}

void tune_measure(struct tune *t, struct candidate **v, size_t n)
{
	size_t lead = find_lead(t), nr;
	struct candidate **missing = calloc(n + 1, sizeof(*missing));

	if (!missing)
		out_of_memory();
	name_releases(t);
	if (!is_guest(t, lead)) {
		nr = list_missing(t, lead, v, n, missing);
		load_here(t, lead, missing, nr);
		set_scores(t, v, n);
	}
	measure_in_guests(t, v, n);
	free(missing);
}
