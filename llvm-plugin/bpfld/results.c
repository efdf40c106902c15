/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdlib.h>
#include <string.h>

#include "bpfld/check.h"

const char *const verdict_words[NR_VERDICTS] = {
    [LOADS] = "loads",           [REFUSED] = "rejected",
    [NOT_LOADED] = "not loaded", [NOT_PERMITTED] = "not permitted here",
    [NO_VERDICT] = "no verdict",
};

struct result *add_result(struct results *r, const char *object, const char *target)
{
	struct result *added;

	if (r->n == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 8;
		r->v = realloc(r->v, r->cap * sizeof(*r->v));
		if (!r->v)
			out_of_memory();
	}
	added = &r->v[r->n++];
	memset(added, 0, sizeof(*added));
	added->object = object;
	added->target = target;
	added->kernel = "";
	return added;
}

void free_trouble(struct trouble *t)
{
	words_free(&t->places);
	words_free(&t->names);
	words_free(&t->texts);
}

void free_results(struct results *r)
{
	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; k < r->v[i].n; k++)
			free_trouble(&r->v[i].v[k].trouble);
	free(r->v);
}

/* ---- by object ---- */

struct group group_results(const struct results *all, size_t input, size_t nr_inputs)
{
	struct group g = {0};

	for (size_t i = input; i < all->n; i += nr_inputs) {
		if (all->v[i].error)
			continue;
		g.v[g.n++] = &all->v[i];
		if (all->v[i].n > g.programs)
			g.programs = all->v[i].n;
	}
	return g;
}

const char *kernel_name(const struct result *r)
{
	return base_name(r->target);
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* Whether one message is enough for both. */
static bool same_trouble(const struct checked *a, const struct checked *b)
{
	const struct trouble *t = &a->trouble, *u = &b->trouble;

	return a->verdict == b->verdict && is_known(a) == is_known(b) &&
	       same_text(t->meaning, u->meaning) &&
	       (t->meaning || same_text(t->message, u->message)) && !t->log && !u->log;
}

bool is_known(const struct checked *p)
{
	return p->before && p->verdict != LOADS && p->before->verdict == p->verdict;
}

/* The program that does not load on kernel k, or NULL. */
static const struct checked *failing(const struct group *g, size_t k, size_t program)
{
	if (program >= g->v[k]->n || g->v[k]->v[program].verdict == LOADS)
		return NULL;
	return &g->v[k]->v[program];
}

size_t first_alike(const struct group *g, size_t program, size_t k)
{
	const struct checked *p = failing(g, k, program), *other;

	for (size_t i = 0; p && i < k; i++) {
		other = failing(g, i, program);
		if (other && same_trouble(other, p))
			return i;
	}
	return k;
}

static bool is_first(const struct group *g, size_t k, size_t program)
{
	return failing(g, k, program) && first_alike(g, program, k) == k;
}

bool next_trouble(struct pool *pool, const struct group *g, size_t program,
		  struct shared_trouble *t)
{
	while (t->next < g->n && !is_first(g, t->next, program))
		t->next++;
	if (t->next == g->n)
		return false;
	t->first = t->next;
	t->r = g->v[t->next];
	t->p = failing(g, t->next, program);
	t->kernels = "";
	for (size_t k = t->next++; k < g->n; k++) {
		const struct checked *p = failing(g, k, program);

		if (!p || (k != t->first && !same_trouble(t->p, p)))
			continue;
		t->p = p;
		t->last = g->v[k];
		t->kernels = pool_printf(pool, "%s%s%s", t->kernels, *t->kernels ? ", " : " on ",
					 kernel_name(g->v[k]));
	}
	return true;
}
