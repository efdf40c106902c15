/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Limits of the kernel for a program with all functions that it reaches, which linking makes more
 * likely to be exceeded: the number of functions and of maps. And callbacks must not be global.
 *
 * libbpf appends to a program each function that it calls or whose address it takes, dead code
 * included, and the kernel counts them before it looks at the code.
 */
#include <string.h>

#include "base/text.h"
#include "elf/place.h"
#include "kernel/limits.h"
#include "model/calls.h"
#include "passes/check/refusals.h"
#include "passes/check/scan_function.h"
#include "passes/passes.h"

#define MAX_SHOWN 3 /* programs per kind */

/* Targets are functions, by their index, then maps. */
struct counter {
	const struct ld_link *l;
	const struct ld_calls *calls;
	struct ld_strmap maps; /* name of a section, or address of a map's piece -> its target */
	uint32_t nr_maps;
	LD_VEC(uint32_t) targets;
	size_t *first;   /* by function: its targets are [first[i], first[i + 1]) */
	uint32_t *seen;  /* by target: the last root that reached it + 1 */
	uint32_t *stack; /* functions to follow */
};

struct reached {
	uint32_t funcs, maps;
};

/* ---- targets of each function ---- */

static uint32_t map_target(struct counter *c, const struct ld_piece *p)
{
	struct ld_arena *a = c->l->arena;
	const char *key = ld_out_name(p);
	size_t len = strlen(key);
	void **slot;

	if (p->sec->role == LD_ROLE_MAPS) {
		len = sizeof(p);
		key = ld_memdup(a, &p, len);
	}
	slot = ld_strmap_slot(a, &c->maps, key, len);
	if (!*slot)
		*slot = (void *)(uintptr_t)++c->nr_maps;
	return c->calls->nr_funcs + (uint32_t)(uintptr_t)*slot - 1;
}

static void add_target(struct counter *c, const struct ld_target *t)
{
	const struct ld_section *sec = t->piece->sec;
	uint32_t target = UINT32_MAX;

	if (sec->kind == LD_SEC_CODE) {
		target = ld_func_at_place(c->calls, sec, t->piece->off + (uint64_t)t->off);
		if (target == c->calls->nr_funcs || c->calls->funcs[target].program)
			return;
	} else if (sec->role == LD_ROLE_MAPS || ld_role_has(sec->role, LD_TRAIT_BECOMES_MAP)) {
		target = map_target(c, t->piece);
	}
	if (target != UINT32_MAX)
		LD_PUSH(c->l->arena, &c->targets, target);
}

static void find_targets(struct counter *c)
{
	c->first = LD_NEW_ARRAY(c->l->arena, size_t, (size_t)c->calls->nr_funcs + 1);
	for (uint32_t i = 0; i < c->calls->nr_funcs; i++) {
		const struct ld_func *func = &c->calls->funcs[i];
		const struct ld_piece *p = func->sym->piece;

		c->first[i] = c->targets.nr;
		for (uint32_t k = p->rel; k < p->rel_end; k++) {
			const struct ld_reloc *r = &p->sec->relocs[k];
			struct ld_target t = ld_live_target(p->sec->file, r);

			if (t.piece && r->off >= func->off && r->off - func->off < func->size)
				add_target(c, &t);
		}
	}
	c->first[c->calls->nr_funcs] = c->targets.nr;
}

/* ---- programs ---- */

static bool exceeds(const struct reached *r)
{
	return r->funcs > LD_KERNEL_SUBPROGRAMS || r->maps > LD_KERNEL_USED_MAPS;
}

/* Counts what a program reaches; with early, only until that is too much. */
static struct reached reach(struct counter *c, uint32_t root, bool early)
{
	struct reached r = {.funcs = 1};
	uint32_t nr = 0, mark = 2 * root + early + 1;

	c->seen[root] = mark;
	c->stack[nr++] = root;
	while (nr && !(early && exceeds(&r))) {
		uint32_t at = c->stack[--nr];

		for (size_t i = c->first[at]; i < c->first[at + 1]; i++) {
			uint32_t to = c->targets.v[i];

			if (c->seen[to] == mark)
				continue;
			c->seen[to] = mark;
			if (to < c->calls->nr_funcs)
				c->stack[nr++] = to;
			*(to < c->calls->nr_funcs ? &r.funcs : &r.maps) += 1;
		}
	}
	return r;
}

static void report(const struct counter *c, uint32_t root, const struct reached *r,
		   const char *more)
{
	const struct ld_func *func = &c->calls->funcs[root];
	const char *place = ld_place(c->l, func->sec, func->off);
	const char *by = ld_refused_by(c->l, ld_warn_for(c->l, LD_ALL_KERNELS));

	if (r->funcs > LD_KERNEL_SUBPROGRAMS)
		ld_warn(c->l->diags, "program-limit",
			"program '%s' has %u functions, including all that it calls; the kernel "
			"allows %d\n>>> defined at %s%" LD_LINES "%" LD_LINES LD_HELP
			"inline small functions (static __always_inline), or split the program "
			"with tail calls",
			func->sym->name, r->funcs, LD_KERNEL_SUBPROGRAMS, place, by, more);
	else
		ld_warn(c->l->diags, "program-limit",
			"program '%s' and the functions that it calls use %u maps; the kernel "
			"allows %d\n>>> defined at %s%" LD_LINES "%" LD_LINES LD_HELP
			"put all variables into one section (each section is a map), merge maps, "
			"or split the program with tail calls",
			func->sym->name, r->maps, LD_KERNEL_USED_MAPS, place, by, more);
}

/* Whether the output has enough functions or maps for any program to exceed a limit. */
static bool may_exceed(const struct ld_link *l)
{
	size_t maps = 0;

	ld_for_each(i, &l->res.files) {
		const struct ld_file *f = l->res.files.v[i];

		for (uint32_t k = 0; k < f->nr_used; k++) {
			const struct ld_section *sec = f->used[k];

			if (sec->role == LD_ROLE_MAPS)
				maps += sec->nr_pieces;
			else
				maps += ld_role_has(sec->role, LD_TRAIT_BECOMES_MAP);
		}
	}
	return l->calls->nr_funcs > LD_KERNEL_SUBPROGRAMS || maps > LD_KERNEL_USED_MAPS;
}

static void check_programs(const struct ld_link *l)
{
	struct counter c = {.l = l, .calls = l->calls};
	LD_VEC(uint32_t) found = {0};

	if (!may_exceed(l))
		return;
	find_targets(&c);
	c.seen = LD_NEW_ARRAY(l->arena, uint32_t, (size_t)c.calls->nr_funcs + c.nr_maps);
	c.stack = LD_NEW_ARRAY(l->arena, uint32_t, (size_t)c.calls->nr_funcs + 1);
	for (uint32_t i = 0; i < c.calls->nr_funcs; i++) {
		struct reached r = {0};

		if (c.calls->funcs[i].program)
			r = reach(&c, i, true);
		if (!exceeds(&r))
			continue;
		LD_PUSH(l->arena, &found, i);
		ld_reject(l, i, LD_ALL_KERNELS);
	}
	for (size_t i = 0; i < found.nr && i < MAX_SHOWN; i++) {
		struct reached r = reach(&c, found.v[i], false);
		const char *more = "";

		if (i + 1 == MAX_SHOWN && found.nr > MAX_SHOWN)
			more =
			    ld_text(l->arena, "\n>>> and %zu more like it", found.nr - MAX_SHOWN);
		report(&c, found.v[i], &r, more);
	}
}

/* ---- callbacks ---- */

/* Whether the verifier is certain to see the callback. */
static bool is_certain_callback(const struct ld_calls *calls, const struct ld_call *call)
{
	return call->kind != LD_CALL_DIRECT && call->certain && calls->funcs[call->caller].certain;
}

/* Without BTF, there is no func_info, from which the kernel knows that a callback is static. */
static void check_callback_info(const struct ld_link *l)
{
	const struct ld_calls *calls = l->calls;
	uint32_t kernels = ld_kernels_below(LD_RULE_CALLBACK_INFO, 1);
	bool reported = false;

	for (size_t i = 0; !l->res.btf_files.nr && i < calls->calls.nr; i++) {
		const struct ld_call *call = &calls->calls.v[i];
		const struct ld_func *caller = &calls->funcs[call->caller];

		if (!is_certain_callback(calls, call))
			continue;
		ld_reject(l, call->caller, kernels);
		if (reported || !ld_warn_for(l, kernels))
			continue;
		reported = true;
		ld_warn(l->diags, "callback-without-btf",
			"the kernel requires BTF for callback '%s', but no input has BTF\n>>> used "
			"by %s at %s%" LD_LINES LD_HELP "compile with -g",
			calls->funcs[call->callee].sym->name, caller->sym->name,
			ld_place(l, caller->sec, call->off),
			ld_refused_by(l, ld_warn_for(l, kernels)));
	}
}

static void check_callbacks(const struct ld_link *l)
{
	const struct ld_calls *calls = l->calls;
	bool *reported = LD_NEW_ARRAY(l->arena, bool, calls->nr_funcs);

	ld_for_each(i, &calls->calls) {
		const struct ld_call *call = &calls->calls.v[i];
		const struct ld_func *caller = &calls->funcs[call->caller];
		const struct ld_func *callee = &calls->funcs[call->callee];

		if (!is_certain_callback(calls, call) || !callee->global)
			continue;
		ld_reject(l, call->caller, LD_ALL_KERNELS);
		if (reported[call->callee])
			continue;
		reported[call->callee] = true;
		ld_warn(l->diags, "callback-global",
			"callback '%s' is a global function; the kernel allows only static "
			"functions\n>>> used by %s at %s\n>>> defined at %s%" LD_LINES LD_HELP
			"make it static or __hidden",
			callee->sym->name, caller->sym->name, ld_place(l, caller->sec, call->off),
			ld_place(l, callee->sec, callee->off),
			ld_refused_by(l, ld_warn_for(l, LD_ALL_KERNELS)));
	}
}

void ld_check_limits(const struct ld_link *l)
{
	check_programs(l);
	check_callbacks(l);
	check_callback_info(l);
}
