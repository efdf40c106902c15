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

/* Why the object cannot be measured, or NULL. */
static const char *read_result(struct tune *t, const struct result *r, struct cost *cost)
{
	*cost = (struct cost){0};
	if (r->error)
		return r->error;
	if (r->n != t->nr_programs)
		return "it has other programs";
	cost->insns =
	    (unsigned long long *)pool_alloc(t->q->pool, (r->n + 1) * sizeof(*cost->insns));
	for (size_t i = 0; i < r->n; i++) {
		const struct checked *p = &r->v[i];
		bool loads = p->verdict == LOADS;

		if (!loads && p->verdict != REFUSED && p->verdict != NO_VERDICT)
			return pool_printf(t->q->pool, "program '%s' is %s: %s", p->name,
					   verdict_words[p->verdict], p->trouble.message);
		cost->insns[i] = loads ? p->insns : REFUSED_COST;
		cost->total += cost->insns[i];
		cost->refused += !loads;
	}
	return NULL;
}

static void load_on(struct tune *t, const char *kernel, const char *id, struct candidate **v,
		    size_t n)
{
	struct results all = {0};
	struct input *inputs = calloc(n + 1, sizeof(*inputs));

	if (!inputs)
		out_of_memory();
	for (size_t i = 0; i < n; i++) {
		inputs[i] =
		    (struct input){.path = "tuned.o", .data = v[i]->image, .size = v[i]->size};
		inputs[i].copy = memfd_create("object", MFD_CLOEXEC);
		if (inputs[i].copy < 0 ||
		    ld_write_all(inputs[i].copy, inputs[i].data, inputs[i].size))
			out_of_memory();
	}
	if (strcmp(kernel, "running"))
		check_in_guest(t->q, &all, kernel, inputs, n);
	for (size_t i = 0; i < n && (all.n < n || i < all.n); i++) {
		if (!strcmp(kernel, "running")) {
			if (tune_interrupted)
				break;
			load_alone(t->q, add_result(&all, "tuned.o", kernel), inputs[i].data,
				   inputs[i].size);
			tune_progress(t, "loading");
		}
	}
	for (size_t i = 0; i < all.n; i++) {
		struct cost cost;
		const char *error = read_result(t, &all.v[i], &cost);

		cost.error = error;
		if (!strcmp(id, t->releases[0]))
			t->nr_loads++;
		if (!error)
			tune_save_load(t, v[i]->hash, id, &cost);
		else if (v[i]->choice.plain)
			v[i]->costs = (struct cost *)memcpy(pool_alloc(t->q->pool, sizeof(cost)),
							    &cost, sizeof(cost));
	}
	for (size_t i = 0; i < n; i++)
		close(inputs[i].copy);
	free_results(&all);
	free(inputs);
}

/* The running kernel has its release in the cache, others the name that the user gave. */
static const char *id_of(struct tune *t, const char *kernel)
{
	struct utsname host;

	if (strcmp(kernel, "running") || uname(&host))
		return kernel;
	return pool_printf(t->q->pool, "%s", host.release);
}

static void load_missing(struct tune *t, size_t k, struct candidate **v, size_t n)
{
	const char *kernel = t->q->kernels.v[k], *id = id_of(t, kernel);
	struct candidate **missing = calloc(n + 1, sizeof(*missing));
	size_t nr = 0;

	if (!missing)
		out_of_memory();
	t->releases[k] = id;
	for (size_t i = 0; i < n; i++) {
		bool again = !v[i]->linked || v[i]->rejected || tune_find_load(t, v[i]->hash, id);

		for (size_t m = 0; m < nr; m++)
			again |= missing[m]->hash == v[i]->hash;
		/* The budget is one of loads on each kernel; all kernels load the same. */
		if (!again && (k ? tune_find_load(t, v[i]->hash, t->releases[0]) != NULL
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
	if (nr)
		load_on(t, kernel, id, missing, nr);
	free(missing);
}

static void set_score(struct tune *t, struct candidate *c)
{
	struct cost *costs =
	    (struct cost *)pool_alloc(t->q->pool, (t->q->kernels.n + 1) * sizeof(*costs));

	for (size_t k = 0; k < t->q->kernels.n; k++) {
		const struct cost *cost = tune_find_load(t, c->hash, t->releases[k]);

		if (!cost)
			return;
		costs[k] = *cost;
	}
	c->costs = costs;
	c->measured = true;
	c->score = 0;
	c->refused = 0;
	for (size_t k = 0; k < t->q->kernels.n; k++) {
		const struct candidate *plain = t->plain.measured ? &t->plain : c;
		double ratio = (double)costs[k].total / (double)(plain->costs[k].total + 1);

		c->refused += costs[k].refused;
		if (ratio > c->score)
			c->score = ratio;
	}
}

void tune_measure(struct tune *t, struct candidate **v, size_t n)
{
	for (size_t k = 0; k < t->q->kernels.n; k++)
		load_missing(t, k, v, n);
	for (size_t i = 0; i < n; i++)
		if (v[i]->linked && !v[i]->rejected)
			set_score(t, v[i]);
}
