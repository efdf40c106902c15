/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The call graph, and the chain with the deepest stack for each program. That chain may be deeper
 * than those that check_calls warns about: it includes calls that the verifier may skip because of
 * constants known at load time.
 */
#include "base/bytes.h"
#include "report/facts.h"

struct worst {
	uint64_t stack, certain;
	uint32_t frames;
	uint32_t next; /* the callee with the deepest stack in the call graph, or LD_NO_INDEX */
};

struct gatherer {
	struct ld_arena *a;
	struct ld_facts *f;
	const struct ld_calls *calls;
	uint32_t *facts_of;  /* index in the call graph -> index of the function's facts */
	struct worst *worst; /* by function of the call graph */
};

static void gather_calls(struct gatherer *g)
{
	const struct ld_calls *calls = g->calls;
	/* By callee and kind: the index of the caller's entry for it + 1. */
	uint32_t *places = LD_NEW_ARRAY(g->a, uint32_t, (size_t)calls->nr_funcs * 3);

	for (uint32_t i = 0; i < calls->nr_funcs; i++) {
		size_t first = g->f->calls.nr;

		for (uint32_t k = calls->funcs[i].call; k < calls->funcs[i].call_end; k++) {
			const struct ld_call *call = &calls->calls.v[k];
			uint32_t *place = &places[(size_t)call->callee * 3 + call->kind];
			struct ld_call_facts c = {g->facts_of[i], g->facts_of[call->callee],
						  call->kind, false, 0};

			if (*place <= first) {
				LD_PUSH(g->a, &g->f->calls, c);
				*place = (uint32_t)g->f->calls.nr;
			}
			g->f->calls.v[*place - 1].places++;
			g->f->calls.v[*place - 1].circular |= call->circular;
		}
	}
}

static void find_worst(struct gatherer *g, uint32_t index)
{
	const struct ld_func *func = &g->calls->funcs[index];
	struct worst *w = &g->worst[index];

	w->next = LD_NO_INDEX;
	for (uint32_t i = func->call; i < func->call_end; i++) {
		const struct ld_call *call = &g->calls->calls.v[i];
		const struct worst *to = &g->worst[call->callee];

		if (call->kind == LD_CALL_LATER || call->circular)
			continue;
		if (w->next == LD_NO_INDEX || to->stack > w->stack) {
			w->stack = to->stack;
			w->next = call->callee;
		}
		if (call->certain && to->certain > w->certain)
			w->certain = to->certain;
		if (to->frames > w->frames)
			w->frames = to->frames;
	}
	w->stack += ld_align_up(func->frame, 16);
	w->certain += ld_align_up(func->verified, 16);
	w->frames++;
}

static void add_chain(struct gatherer *g, uint32_t root, bool later)
{
	const struct worst *w = &g->worst[root];
	struct ld_chain_facts c = {.root = g->facts_of[root], .later = later};

	c.stack = w->stack;
	c.certain = w->certain;
	c.frames = w->frames;
	LD_PUSH(g->a, &g->f->chains, c);
}

void ld_gather_chains(struct ld_arena *a, struct ld_facts *f)
{
	const struct ld_calls *calls = f->l->calls;
	struct gatherer g = {.a = a, .f = f, .calls = calls};
	bool *later = LD_NEW_ARRAY(a, bool, calls->nr_funcs);

	g.facts_of = LD_NEW_ARRAY(a, uint32_t, calls->nr_funcs);
	g.worst = LD_NEW_ARRAY(a, struct worst, calls->nr_funcs);
	ld_for_each(i, &f->funcs) {
		if (f->funcs.v[i].func)
			g.facts_of[f->funcs.v[i].func - calls->funcs] = (uint32_t)i;
	}
	gather_calls(&g);
	for (uint32_t i = 0; i < calls->nr_funcs; i++)
		find_worst(&g, calls->order[i]);
	for (uint32_t i = 0; i < calls->nr_funcs; i++)
		if (g.worst[i].next != LD_NO_INDEX)
			f->funcs.v[g.facts_of[i]].next = g.facts_of[g.worst[i].next];
	ld_for_each(i, &calls->calls) {
		if (calls->calls.v[i].kind == LD_CALL_LATER)
			later[calls->calls.v[i].callee] = true;
	}
	for (uint32_t i = 0; i < calls->nr_funcs; i++)
		if (calls->funcs[i].program || later[i])
			add_chain(&g, i, !calls->funcs[i].program);
}
