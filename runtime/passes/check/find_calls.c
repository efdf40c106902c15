/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Builds the call graph over all files. The nodes are the functions of live code, and scan_function
 * finds the edges. A depth-first walk then orders the functions, callees before callers, and finds
 * the calls that close a cycle. It keeps its own stack, as a chain of calls may be as long as the
 * program.
 */
#include <string.h>

#include "passes/check/scan_function.h"
#include "passes/passes.h"

static bool is_function(const struct ld_section *sec, const struct ld_sym *sym)
{
	return sym->type == STT_FUNC && sym->size && sym->piece && sym->piece->live &&
	       sym->value < sec->size;
}

/* As libbpf has it: hidden functions are static, also where they are not localized. */
static bool is_global(const struct ld_sym *sym)
{
	const struct ld_file *f = sym->sec->file;

	return sym->global && !sym->global->localized && sym->btf &&
	       sym->global->vis != STV_HIDDEN && sym->global->vis != STV_INTERNAL &&
	       ld_btf_vlen(ld_btf_type(&f->btf, sym->btf)) != BTF_FUNC_STATIC;
}

static void add_function(struct ld_calls *calls, const struct ld_section *sec,
			 const struct ld_sym *sym)
{
	struct ld_func *func = &calls->funcs[calls->nr_funcs];
	uint64_t left = sec->size - sym->value;

	/* Aliases are one function; prefer a global one. */
	if (calls->nr_funcs && func[-1].sec == sec && func[-1].off == sym->value) {
		func--;
		if (!func->global && is_global(sym))
			func->sym = sym;
	} else {
		/* Truncate overlapping functions, so that no code is scanned twice. */
		if (calls->nr_funcs && func[-1].sec == sec &&
		    func[-1].off + func[-1].size > sym->value)
			func[-1].size = sym->value - func[-1].off;
		func->sec = sec;
		func->off = sym->value;
		func->sym = sym;
		func->program = ld_is_program(sym->piece);
		calls->nr_funcs++;
	}
	if (sym->size > func->size)
		func->size = sym->size < left ? sym->size : left;
	func->global |= is_global(sym);
}

static void add_functions(const struct ld_link *l, struct ld_calls *calls)
{
	size_t nr = 0;

	ld_for_each(i, &l->res.files)
		nr += l->res.files.v[i]->nr_syms;
	calls->funcs = LD_NEW_ARRAY(l->arena, struct ld_func, nr);
	calls->first = LD_NEW_ARRAY(l->arena, uint32_t *, l->res.files.nr);
	ld_for_each(i, &l->res.files) {
		const struct ld_file *f = l->res.files.v[i];

		calls->first[i] = LD_NEW_ARRAY(l->arena, uint32_t, (size_t)f->nr_secs + 1);
		for (uint32_t k = 0; k < f->nr_secs; k++) {
			const struct ld_section *sec = &f->secs[k];

			calls->first[i][k] = calls->nr_funcs;
			for (uint32_t n = 0; sec->kind == LD_SEC_CODE && n < sec->nr_syms; n++)
				if (is_function(sec, &f->syms[sec->syms[n]]))
					add_function(calls, sec, &f->syms[sec->syms[n]]);
		}
		calls->first[i][f->nr_secs] = calls->nr_funcs;
	}
}

/* Marks the functions that are connected to another one, as far as sec shows. */
static void mark_linked(struct ld_calls *calls, const struct ld_section *sec)
{
	const uint32_t *first = calls->first[sec->file->index] + sec->index;
	uint32_t at = first[0];

	for (uint32_t i = 0; i < sec->nr_relocs && first[0] < first[1]; i++) {
		struct ld_target t = ld_live_target(sec->file, &sec->relocs[i]);
		uint32_t callee;

		if (!t.piece || t.piece->sec->kind != LD_SEC_CODE)
			continue;
		while (at + 1 < first[1] && calls->funcs[at + 1].off <= sec->relocs[i].off)
			at++;
		calls->funcs[at].linked = true;
		callee = ld_func_at_place(calls, t.piece->sec, t.piece->off + (uint64_t)t.off);
		if (callee < calls->nr_funcs)
			calls->funcs[callee].linked = true;
	}
}

static void mark_all_linked(const struct ld_link *l, struct ld_calls *calls)
{
	ld_for_each(i, &l->res.files)
		for (uint32_t k = 0; k < l->res.files.v[i]->nr_used; k++)
			if (l->res.files.v[i]->used[k]->kind == LD_SEC_CODE)
				mark_linked(calls, l->res.files.v[i]->used[k]);
}

/* ---- order and cycles ---- */

enum colour { WHITE, GREY, BLACK };

struct walk {
	struct ld_calls *calls;
	uint8_t *colour;
	uint32_t *stack; /* functions on the current path */
	uint32_t *next;  /* by function: the next call to follow */
	uint32_t nr_ordered;
};

static void walk_from(struct walk *w, uint32_t start)
{
	struct ld_calls *calls = w->calls;
	uint32_t depth = 0;

	w->colour[start] = GREY;
	w->stack[depth++] = start;
	while (depth) {
		uint32_t at = w->stack[depth - 1], i = w->next[at]++;
		struct ld_call *call;

		if (i == calls->funcs[at].call_end) {
			w->colour[at] = BLACK;
			calls->order[w->nr_ordered++] = at;
			depth--;
			continue;
		}
		call = &calls->calls.v[i];
		if (call->kind == LD_CALL_LATER)
			continue;
		if (w->colour[call->callee] == GREY) {
			call->circular = true;
		} else if (w->colour[call->callee] == WHITE) {
			w->colour[call->callee] = GREY;
			calls->parent[call->callee] = i + 1;
			w->stack[depth++] = call->callee;
		}
	}
}

static void order_functions(const struct ld_link *l, struct ld_calls *calls)
{
	struct walk w = {.calls = calls};

	w.colour = LD_NEW_ARRAY(l->arena, uint8_t, calls->nr_funcs);
	w.stack = LD_NEW_ARRAY(l->arena, uint32_t, calls->nr_funcs);
	w.next = LD_NEW_ARRAY(l->arena, uint32_t, calls->nr_funcs);
	calls->order = LD_NEW_ARRAY(l->arena, uint32_t, calls->nr_funcs);
	calls->parent = LD_NEW_ARRAY(l->arena, uint32_t, calls->nr_funcs);
	for (uint32_t i = 0; i < calls->nr_funcs; i++)
		w.next[i] = calls->funcs[i].call;
	for (uint32_t i = 0; i < calls->nr_funcs; i++)
		if (w.colour[i] == WHITE)
			walk_from(&w, i);
}

/* ---- reachability from programs ---- */

static void reach(const struct ld_link *l, struct ld_calls *calls, bool certain)
{
	uint32_t *todo = LD_NEW_ARRAY(l->arena, uint32_t, calls->nr_funcs), nr = 0;
	bool *seen = LD_NEW_ARRAY(l->arena, bool, calls->nr_funcs);

	for (uint32_t i = 0; i < calls->nr_funcs; i++)
		if (calls->funcs[i].program) {
			seen[i] = true;
			todo[nr++] = i;
		}
	while (nr) {
		struct ld_func *func = &calls->funcs[todo[--nr]];

		func->reached = true;
		func->certain |= certain;
		for (uint32_t i = func->call; i < func->call_end; i++) {
			const struct ld_call *call = &calls->calls.v[i];

			if (seen[call->callee] || (certain && !call->certain))
				continue;
			seen[call->callee] = true;
			todo[nr++] = call->callee;
		}
	}
}

const struct ld_calls *ld_find_calls(const struct ld_link *l)
{
	struct ld_calls *calls = LD_NEW(l->arena, struct ld_calls);
	struct ld_scan *scan;

	add_functions(l, calls);
	mark_all_linked(l, calls);
	scan = ld_scan_new(l, calls);
	for (uint32_t i = 0; i < calls->nr_funcs; i++)
		ld_scan_function(scan, i);
	/* A function that a timer may call need not run on its caller's stack. */
	ld_for_each(i, &calls->calls) {
		struct ld_call *call = &calls->calls.v[i];

		if (call->kind == LD_CALL_BACK && calls->funcs[call->callee].later)
			call->kind = LD_CALL_LATER;
	}
	calls->rejected = LD_NEW_ARRAY(l->arena, uint8_t, calls->nr_funcs);
	order_functions(l, calls);
	ld_scan_passed_pointers(scan);
	reach(l, calls, false);
	reach(l, calls, true);
	return calls;
}
