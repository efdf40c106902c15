/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Needs of a function: helpers, forms of instructions, and calls that kernels
 * refuse in some states. Only code that the verifier is certain to visit counts, except for forms
 * that it looks for in all code.
 */
#include "passes/check/scan_needs.h"

#include <string.h>

#include "elf/insn.h"
#include "kernel/forms.h"
#include "kernel/helpers.h"
#include "kernel/programs.h"
#include "kernel/prototypes.h"
#include "passes/check/scan_paths.h"

#define MAX_ROUNDS 32 /* over the code of a function */

struct finder {
	const struct ld_link *l;
	struct ld_calls *calls;
	struct ld_func *func;
	const uint8_t *code, *flags;
	uint32_t nr; /* slots */
	bool big;
	bool states; /* takes locks, disables preemption, or calls a function that does */
	bool leaf;   /* for its effect on callers: see find_effect */
};

static const uint8_t *insn_at(const struct finder *f, uint32_t slot)
{
	return f->code + (uint64_t)slot * LD_INSN_SIZE;
}

static bool is_helper_call(const struct ld_func *func, const uint8_t *insn, uint64_t off)
{
	return insn[0] == LD_OP_CALL && !ld_insn_src(insn, func->sec->file->big) &&
	       !ld_reloc_at(func->sec, off);
}

static void add_need(struct finder *f, uint32_t slot, unsigned int what, bool certain)
{
	struct ld_need need = {slot, (uint16_t)what, certain};

	for (size_t i = f->func->need; i < f->calls->needs.nr; i++) {
		struct ld_need *other = &f->calls->needs.v[i];

		if (other->what != what)
			continue;
		if (certain && !other->certain)
			*other = need;
		return;
	}
	LD_PUSH(f->l->arena, &f->calls->needs, need);
}

/* ---- calls in some states ---- */

static const struct ld_call *call_at(const struct finder *f, uint32_t slot)
{
	uint64_t off = f->func->off + (uint64_t)slot * LD_INSN_SIZE;

	for (uint32_t i = f->func->call; i < f->func->call_end; i++)
		if (f->calls->calls.v[i].off == off)
			return &f->calls->calls.v[i];
	return NULL;
}

/* The name of the kernel's function that is called, or NULL. */
static const char *kernel_callee(const struct ld_func *func, uint64_t off)
{
	const struct ld_reloc *r = ld_reloc_at(func->sec, off);

	return r && r->sym ? func->sec->file->syms[r->sym].name : NULL;
}

/*
 * States of the program before an instruction, on all paths that lead there. FREE: nothing is known
 * to be held. KEPT: the state of the caller.
 */
enum { UNREACHED, FREE, LOCKED, UNPREEMPTED, RCU, KEPT };

/* Whether the instruction calls a function of the output, rather than of the kernel. */
static bool calls_function(const struct finder *f, uint32_t slot)
{
	const struct ld_section *sec = f->func->sec;
	const struct ld_reloc *r = ld_reloc_at(sec, f->func->off + (uint64_t)slot * LD_INSN_SIZE);

	return r ? ld_live_target(sec->file, r).piece != NULL
		 : ld_insn_src(insn_at(f, slot), f->big) == LD_PSEUDO_CALL;
}

/* The state after a function of the output was called. The kernel checks that global ones keep it.
 */
static uint8_t after_function(const struct finder *f, uint32_t slot, uint8_t state)
{
	const struct ld_call *call = f->leaf ? NULL : call_at(f, slot);
	uint8_t effect;

	if (!call || call->kind != LD_CALL_DIRECT)
		return FREE;
	if (f->calls->funcs[call->callee].global)
		return state;
	effect = f->calls->funcs[call->callee].effect;
	return effect == KEPT ? state : effect == UNREACHED ? FREE : effect;
}

/* The state after an instruction. */
static uint8_t after(const struct finder *f, uint32_t slot, uint8_t state)
{
	const uint8_t *insn = insn_at(f, slot);
	const char *name;

	if (insn[0] != LD_OP_CALL)
		return state;
	if (calls_function(f, slot))
		return after_function(f, slot, state);
	name = kernel_callee(f->func, f->func->off + (uint64_t)slot * LD_INSN_SIZE);
	if (name && !strcmp(name, "bpf_preempt_disable"))
		return UNPREEMPTED;
	if (name && !strcmp(name, "bpf_rcu_read_lock"))
		return RCU;
	if (name && (!strcmp(name, "bpf_preempt_enable") || !strcmp(name, "bpf_rcu_read_unlock")))
		return FREE;
	if (!name && !ld_insn_src(insn, f->big)) {
		int32_t id = ld_insn_imm(insn, f->big);

		return id == LD_HELPER_SPIN_LOCK     ? LOCKED
		       : id == LD_HELPER_SPIN_UNLOCK ? FREE
						     : state;
	}
	return state;
}

/* Merges a state into that of a slot. Returns whether it changed. */
static bool flow_to(const struct finder *f, uint8_t *states, uint32_t slot, uint8_t state)
{
	uint8_t old;

	if (slot >= f->nr)
		return false;
	old = states[slot];
	if (old == UNREACHED)
		states[slot] = state;
	else if (old != state)
		states[slot] = FREE;
	return states[slot] != old;
}

/* Most functions need two rounds. Returns whether MAX_ROUNDS were enough. */
static bool find_states(const struct finder *f, uint8_t *states)
{
	bool changed = true;

	states[0] = f->leaf ? KEPT : FREE;
	for (uint32_t round = 0; changed && round < MAX_ROUNDS; round++) {
		changed = false;
		for (uint32_t i = 0; i < f->nr; i++) {
			const uint8_t *insn = insn_at(f, i);
			uint8_t state = after(f, i, states[i]);
			int64_t distance;

			if (states[i] == UNREACHED || f->flags[i] & LD_PATH_SECOND)
				continue;
			if (ld_insn_is_jump(insn, f->big, &distance))
				changed |=
				    flow_to(f, states, ld_jump_target(f->nr, i, distance), state);
			if (insn[0] == LD_OP_EXIT || ld_is_goto(insn[0]))
				continue;
			changed |=
			    flow_to(f, states, i + (insn[0] == LD_OP_LD_IMM64 ? 2 : 1), state);
		}
	}
	return !changed;
}

/*
 * The state in which a static function returns, on all its paths. Calls of further functions are
 * not followed, which is enough for functions that take or release a lock for their callers.
 */
static uint8_t find_effect(const struct ld_link *l, struct ld_calls *calls, struct ld_func *func)
{
	struct finder f = {.l = l, .calls = calls, .func = func, .leaf = true};
	uint8_t *states, *seconds, effect = UNREACHED;

	f.code = func->sec->data + func->off;
	f.nr = (uint32_t)(func->size / LD_INSN_SIZE);
	f.big = func->sec->file->big;
	if (!f.nr)
		return FREE;
	states = LD_NEW_ARRAY(l->arena, uint8_t, f.nr);
	f.flags = seconds = LD_NEW_ARRAY(l->arena, uint8_t, (size_t)f.nr + 1);
	for (uint32_t i = 0; i < f.nr; i++)
		if (!seconds[i] && insn_at(&f, i)[0] == LD_OP_LD_IMM64)
			seconds[i + 1] = LD_PATH_SECOND;
	if (!find_states(&f, states))
		return FREE;
	for (uint32_t i = 0; i < f.nr; i++) {
		if (seconds[i] || states[i] == UNREACHED)
			continue;
		if (insn_at(&f, i)[0] == LD_OP_JUMP_REG)
			return FREE;
		if (insn_at(&f, i)[0] == LD_OP_EXIT)
			effect = effect == UNREACHED || effect == states[i] ? states[i] : FREE;
	}
	return effect == UNREACHED ? FREE : effect;
}

/* Finds the effects of the static functions that f calls. */
static void find_effects(struct finder *f)
{
	for (uint32_t i = f->func->call; i < f->func->call_end; i++) {
		struct ld_func *callee = &f->calls->funcs[f->calls->calls.v[i].callee];

		if (callee->global || f->calls->calls.v[i].kind != LD_CALL_DIRECT)
			continue;
		if (callee->effect == UNREACHED)
			callee->effect = find_effect(f->l, f->calls, callee);
		f->states |= callee->effect != FREE && callee->effect != KEPT;
	}
}

/* Whether the code at slot leads to an exit in any case, without a change of the state. */
static bool leads_to_exit(const struct finder *f, const bool *leads, uint32_t slot)
{
	const uint8_t *insn = insn_at(f, slot);
	uint32_t next = slot + (insn[0] == LD_OP_LD_IMM64 ? 2 : 1);
	int64_t distance;

	if (insn[0] == LD_OP_EXIT)
		return true;
	if (insn[0] == LD_OP_JUMP_REG || (insn[0] == LD_OP_CALL && after(f, slot, KEPT) != KEPT))
		return false;
	if (ld_insn_is_jump(insn, f->big, &distance) &&
	    (distance < 0 || !leads[ld_jump_target(f->nr, slot, distance)]))
		return false;
	return ld_is_goto(insn[0]) || (next < f->nr && leads[next]);
}

/* The need of an exit in a state, or 0: callers may go on in this state. */
static unsigned int need_at_exit(const struct finder *f, uint8_t state)
{
	bool last = f->func->program || f->func->global;

	switch (state) {
	case LOCKED: return last ? LD_NEED_LOCKED_EXIT : LD_NEED_LOCKED_RETURN;
	case UNPREEMPTED: return last ? LD_NEED_UNPREEMPTED_EXIT : 0;
	case RCU: return last ? LD_NEED_RCU_EXIT : 0;
	default: return 0;
	}
}

/* Whether the verifier is certain to go on from slot to code that leads to an exit. */
static bool goes_to_exit(const struct finder *f, const bool *leads, uint32_t slot)
{
	uint8_t flags = f->flags[slot];
	int64_t distance;

	if (!(flags & LD_PATH_CERTAIN) || flags & LD_PATH_SECOND)
		return false;
	if (leads[slot])
		return true;
	if (ld_is_goto(insn_at(f, slot)[0]) ||
	    !ld_insn_is_jump(insn_at(f, slot), f->big, &distance))
		return false;
	return (flags & LD_PATH_CERTAIN_FALL && slot + 1 < f->nr && leads[slot + 1]) ||
	       (flags & LD_PATH_CERTAIN_JUMP && distance >= 0 &&
		leads[ld_jump_target(f->nr, slot, distance)]);
}

/* Exits of the function in a state that the kernel wants to have ended. */
static void find_exit_needs(struct finder *f, const uint8_t *states)
{
	bool *leads = LD_NEW_ARRAY(f->l->arena, bool, (size_t)f->nr + 1);

	for (uint32_t i = f->func->call; i < f->func->call_end; i++)
		if (f->calls->calls.v[i].kind != LD_CALL_DIRECT)
			return; /* callbacks may end a state */
	for (uint32_t i = f->nr; i-- > 0;)
		if (!(f->flags[i] & LD_PATH_SECOND))
			leads[i] = leads_to_exit(f, leads, i);
	for (uint32_t i = 0; i < f->nr; i++) {
		unsigned int need = need_at_exit(f, states[i]);

		if (need && goes_to_exit(f, leads, i))
			add_need(f, i, need, true);
	}
}

/* The need of a call of a helper or kfunc while a lock is held, or 0: all kernels accept it. */
static unsigned int need_under_lock(const struct finder *f, uint32_t slot)
{
	const uint8_t *insn = insn_at(f, slot);
	uint64_t off = f->func->off + (uint64_t)slot * LD_INSN_SIZE;
	int32_t id = ld_insn_imm(insn, f->big);
	const char *name;

	if (insn[0] != LD_OP_CALL || call_at(f, slot))
		return 0;
	if (is_helper_call(f->func, insn, off))
		return id == LD_HELPER_SPIN_UNLOCK || id == LD_HELPER_KPTR_XCHG
			   ? 0
			   : LD_NEED_LOCKED_HELPER;
	name = kernel_callee(f->func, off);
	if (!name)
		return 0;
	switch (ld_locked_kfunc_rule(name)) {
	case LD_RULE_LOCKED_GRAPH: return LD_NEED_LOCKED_GRAPH;
	case LD_RULE_LOCKED_PEEK: return LD_NEED_LOCKED_PEEK;
	case LD_RULE_LOCKED_ITERATOR: return LD_NEED_LOCKED_ITERATOR;
	case LD_RULE_LOCKED_ARENA: return LD_NEED_LOCKED_ARENA;
	case LD_RULE_LOCKED_STREAM: return LD_NEED_LOCKED_STREAM;
	default: return LD_NEED_LOCKED_KFUNC;
	}
}

/* Calls of functions while a lock is held or preemption is disabled. */
static void find_state_needs(struct finder *f)
{
	uint8_t *states = LD_NEW_ARRAY(f->l->arena, uint8_t, f->nr);

	if (!find_states(f, states))
		return;
	for (uint32_t i = f->func->call; i < f->func->call_end; i++) {
		const struct ld_call *call = &f->calls->calls.v[i];
		uint32_t slot = (uint32_t)((call->off - f->func->off) / LD_INSN_SIZE);
		bool global = f->calls->funcs[call->callee].global;

		if (call->kind != LD_CALL_DIRECT || !call->certain || slot >= f->nr)
			continue;
		if (states[slot] == LOCKED)
			add_need(f, slot, global ? LD_NEED_LOCKED_GLOBAL : LD_NEED_LOCKED_CALL,
				 true);
		else if (states[slot] == UNPREEMPTED && global)
			add_need(f, slot, LD_NEED_UNPREEMPTED_GLOBAL, true);
	}
	for (uint32_t i = 0; i < f->nr; i++) {
		unsigned int need = 0;

		if (states[i] == LOCKED && f->flags[i] & LD_PATH_CERTAIN &&
		    !(f->flags[i] & LD_PATH_SECOND))
			need = need_under_lock(f, i);
		if (need)
			add_need(f, i, need, true);
	}
	find_exit_needs(f, states);
}

/* ---- where code leads ---- */

/* Whether the function ends as the kernel wants it: in exit, goto, or a call of bpf_throw(). */
static bool has_end(const struct ld_func *func)
{
	uint64_t off = func->off + (func->size & ~(uint64_t)(LD_INSN_SIZE - 1)) - LD_INSN_SIZE;
	uint8_t op = func->sec->data[off];
	const char *name;

	if (op == LD_OP_EXIT || ld_is_goto(op) || op == LD_OP_JUMP_REG)
		return true;
	name = op == LD_OP_CALL ? kernel_callee(func, off) : NULL;
	return name && (!strcmp(name, "bpf_throw") || !strcmp(name, "__bpf_trap"));
}

bool ld_may_need_too_much(const struct ld_func *func)
{
	const struct ld_section_type *type =
	    func->program ? ld_section_type(func->sec->name) : NULL;

	if (func->program && func->size >= LD_INSN_SIZE && !has_end(func))
		return true;
	for (uint64_t off = func->off; type && off + LD_INSN_SIZE <= func->off + func->size;
	     off += LD_INSN_SIZE) {
		const uint8_t *insn = func->sec->data + off;
		int32_t id = ld_insn_imm(insn, func->sec->file->big);

		if (insn[0] == LD_OP_CALL && is_helper_call(func, insn, off) &&
		    (id == LD_HELPER_SPIN_LOCK || ld_kernels_without_sleep(id, type) ||
		     ld_kernels_without_helper(id, type) == LD_ALL_KERNELS))
			return true;
	}
	return false;
}

/* Adds the next instructions of one that is reached to the queue. Returns the new length. */
static uint32_t follow(struct finder *f, uint32_t slot, bool *reached, uint32_t *queue, uint32_t nr)
{
	const uint8_t *insn = insn_at(f, slot);
	uint32_t next[2] = {f->nr, f->nr};
	int64_t distance;

	if (insn[0] != LD_OP_EXIT && !ld_is_goto(insn[0]))
		next[0] = slot + (insn[0] == LD_OP_LD_IMM64 ? 2 : 1);
	if (ld_insn_is_jump(insn, f->big, &distance)) {
		next[1] = ld_jump_target(f->nr, slot, distance);
		if (next[1] == f->nr)
			add_need(f, slot, LD_NEED_FAR_JUMP, false);
	}
	for (unsigned int i = 0; i < 2; i++)
		if (next[i] < f->nr && !reached[next[i]]) {
			reached[next[i]] = true;
			queue[nr++] = next[i];
		}
	return nr;
}

/* A function with a tail call returns what another program does, so kernels want a number in its
 * BTF. */
static void find_tail_call_need(struct finder *f)
{
	const struct ld_func *func = f->func;

	if (!func->calls_tail || func->program || !func->sym->btf ||
	    ld_returns_number(&func->sec->file->btf, func->sym->btf))
		return;
	for (uint32_t i = 0; i < f->nr; i++)
		if (!(f->flags[i] & LD_PATH_SECOND) && insn_at(f, i)[0] == LD_OP_CALL &&
		    is_helper_call(func, insn_at(f, i), func->off + (uint64_t)i * LD_INSN_SIZE) &&
		    ld_insn_imm(insn_at(f, i), f->big) == LD_HELPER_TAIL_CALL)
			add_need(f, i, LD_NEED_TAIL_CALL_VOID, false);
}

/*
 * Kernels that pass arguments on the stack require those that the callee's type has. Compilers drop
 * parameters that are constant or not used from the code, but not from the type.
 */
static void find_unpassed_need(struct finder *f)
{
	for (uint32_t i = f->func->call; i < f->func->call_end; i++) {
		const struct ld_call *call = &f->calls->calls.v[i];
		const struct ld_func *callee = &f->calls->funcs[call->callee];

		if (call->kind == LD_CALL_DIRECT && call->certain && !callee->global &&
		    callee->sym->btf &&
		    ld_nr_params(&callee->sec->file->btf, callee->sym->btf) > LD_KERNEL_ARGS)
			add_need(f, (uint32_t)((call->off - f->func->off) / LD_INSN_SIZE),
				 LD_NEED_UNPASSED, true);
	}
}

/* The kernel looks for these before it follows values. */
static void find_path_needs(struct finder *f)
{
	bool *reached;
	uint32_t *queue, nr = 0;

	if (!f->nr || f->func->sym->size != f->func->size || f->func->size % LD_INSN_SIZE)
		return;
	if (!has_end(f->func))
		add_need(f, f->nr - 1, LD_NEED_NO_END, false);
	reached = LD_NEW_ARRAY(f->l->arena, bool, f->nr);
	queue = LD_NEW_ARRAY(f->l->arena, uint32_t, f->nr);
	reached[0] = true;
	queue[nr++] = 0;
	while (nr)
		nr = follow(f, queue[nr - 1], reached, queue, nr - 1);
	for (uint32_t i = 0; i < f->nr; i++)
		if (!reached[i] && !(f->flags[i] & LD_PATH_SECOND)) {
			add_need(f, i, LD_NEED_DEAD_CODE, false);
			return;
		}
}

static void find_call_needs(struct finder *f, uint32_t slot)
{
	const uint8_t *insn = insn_at(f, slot);
	uint64_t off = f->func->off + (uint64_t)slot * LD_INSN_SIZE;
	const char *name;

	if (is_helper_call(f->func, insn, off)) {
		int32_t id = ld_insn_imm(insn, f->big);

		if (id > 0 && id <= LD_HELPER_LAST)
			add_need(f, slot, (unsigned int)id, true);
		f->states |= id == LD_HELPER_SPIN_LOCK;
		return;
	}
	name = kernel_callee(f->func, f->func->off + (uint64_t)slot * LD_INSN_SIZE);
	f->states |=
	    name && (!strcmp(name, "bpf_preempt_disable") || !strcmp(name, "bpf_rcu_read_lock"));
}

static bool is_branch(const uint8_t *insn, bool big)
{
	int64_t distance;

	return ld_insn_is_jump(insn, big, &distance);
}

void ld_find_needs(const struct ld_link *l, struct ld_calls *calls, uint32_t index,
		   const uint8_t *flags)
{
	struct ld_func *func = &calls->funcs[index];
	struct finder f = {.l = l, .calls = calls, .func = func, .flags = flags};
	bool computed = false; /* jumps to computed addresses */
	bool straight = true;  /* no branch yet */
	bool passes = false;   /* arguments on the stack */

	f.code = func->sec->data + func->off;
	f.nr = (uint32_t)(func->size / LD_INSN_SIZE);
	f.big = func->sec->file->big;
	for (uint32_t i = 0; i < f.nr; i++) {
		const uint8_t *insn = insn_at(&f, i);
		bool certain = flags[i] & LD_PATH_CERTAIN;
		unsigned int dst = f.big ? insn[1] >> 4 : insn[1] & 0xf;
		enum ld_form form;

		if (flags[i] & LD_PATH_SECOND)
			continue;
		form = ld_form_of(insn[0], dst, ld_insn_src(insn, f.big),
				  (int16_t)ld_get16(insn + 2, f.big), ld_insn_imm(insn, f.big));
		computed |= form == LD_FORM_GOTOX;
		passes |= form == LD_FORM_STACK_ARGS;
		/* Assembly may have these in code that ranges of values rule out. */
		if (form < LD_NR_FORMS && ld_kernels_without_form(form) == LD_ALL_KERNELS)
			certain &= straight && func->program;
		straight &= !is_branch(insn, f.big);
		if (form < LD_NR_FORMS && (certain || ld_form_counts_anywhere(form)))
			add_need(&f, i, LD_NEED_FORM + form, certain);
		if (certain && insn[0] == LD_OP_CALL)
			find_call_needs(&f, i);
	}
	find_tail_call_need(&f);
	if (!passes)
		find_unpassed_need(&f);
	if (computed)
		return;
	find_effects(&f);
	if (f.states)
		find_state_needs(&f);
	find_path_needs(&f);
}
