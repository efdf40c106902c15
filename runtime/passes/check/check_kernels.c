/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Programs that kernels reject for what they are or contain: their type, helpers that it may not
 * call, forms of instructions, calls while a lock is held.
 */
#include "base/text.h"
#include "elf/insn.h"
#include "elf/place.h"
#include "kernel/forms.h"
#include "kernel/helpers.h"
#include "kernel/programs.h"
#include "model/calls.h"
#include "passes/check/refusals.h"
#include "passes/passes.h"

#define MAX_SHOWN 3 /* needs per id */

/* A need of a program that kernels reject. */
struct found {
	uint32_t program, func; /* indexes of functions: the program, and the one with the need */
	const struct ld_need *need;
	uint32_t kernels;
	uint32_t more; /* further programs with this need */
};

struct checker {
	const struct ld_link *l;
	const struct ld_calls *calls;
	uint32_t *seen;  /* by function: the last walk that reached it */
	bool *later;     /* by function: that walk reached it through a timer or workqueue */
	uint32_t *stack; /* functions to visit */
	uint32_t walks;
	LD_VEC(struct found) found;
	LD_VEC(uint32_t) new_types;     /* programs whose type kernels do not have */
	LD_VEC(uint32_t) unknown_types; /* programs of which libbpf does not know the type */
};

/*
 * The kernels that reject a need in a program of a type; NULL: of any type. later: in code that a
 * workqueue may run, which may sleep.
 */
static uint32_t refusing(const struct ld_need *need, const struct ld_section_type *type, bool later)
{
	if (need->what < LD_NEED_FORM)
		return !type ? ld_kernels_before_helper(need->what)
			     : ld_kernels_without_helper(need->what, type) |
				   (later ? 0 : ld_kernels_without_sleep(need->what, type));
	switch (need->what) {
	case LD_NEED_LOCKED_CALL: return ld_kernels_below(LD_RULE_LOCKED_CALL, 1);
	case LD_NEED_LOCKED_HELPER: return ld_kernels_below(LD_RULE_LOCKED_HELPER, 1);
	case LD_NEED_LOCKED_KFUNC: return ld_kernels_below(LD_RULE_LOCKED_KFUNC, 1);
	case LD_NEED_LOCKED_GRAPH: return ld_kernels_below(LD_RULE_LOCKED_GRAPH, 1);
	case LD_NEED_LOCKED_PEEK: return ld_kernels_below(LD_RULE_LOCKED_PEEK, 1);
	case LD_NEED_LOCKED_ITERATOR: return ld_kernels_below(LD_RULE_LOCKED_ITERATOR, 1);
	case LD_NEED_LOCKED_ARENA: return ld_kernels_below(LD_RULE_LOCKED_ARENA, 1);
	case LD_NEED_LOCKED_STREAM: return ld_kernels_below(LD_RULE_LOCKED_STREAM, 1);
	case LD_NEED_LOCKED_GLOBAL: return ld_kernels_below(LD_RULE_LOCKED_GLOBAL, 1);
	case LD_NEED_TAIL_CALL_VOID: return ld_kernels_below(LD_RULE_TAIL_CALL_VOID, 1);
	case LD_NEED_UNPASSED: return ld_kernels_below(LD_RULE_UNPASSED, 1);
	case LD_NEED_DEAD_CODE:
	case LD_NEED_FAR_JUMP:
	case LD_NEED_NO_END: return LD_ALL_KERNELS;
	case LD_NEED_LOCKED_EXIT: return ld_kernels_below(LD_RULE_LOCKED_EXIT, 1);
	case LD_NEED_LOCKED_RETURN: return ld_kernels_below(LD_RULE_LOCKED_RETURN, 1);
	case LD_NEED_UNPREEMPTED_EXIT: return ld_kernels_below(LD_RULE_UNPREEMPTED_EXIT, 1);
	case LD_NEED_RCU_EXIT: return ld_kernels_below(LD_RULE_RCU_EXIT, 1);
	case LD_NEED_UNPREEMPTED_GLOBAL: return ld_kernels_below(LD_RULE_UNPREEMPTED_GLOBAL, 1);
	default: return ld_kernels_without_form((enum ld_form)(need->what - LD_NEED_FORM));
	}
}

/* Adds a need, once for all programs. Returns the kernels that reject the program for it. */
static uint32_t add_found(struct checker *c, uint32_t program, uint32_t func,
			  const struct ld_need *need, uint32_t kernels)
{
	struct found found = {program, func, need, kernels, 0};

	ld_for_each(i, &c->found) {
		struct found *other = &c->found.v[i];

		if (other->need->what != need->what || other->kernels != kernels)
			continue;
		other->more += other->program != program;
		return kernels;
	}
	LD_PUSH(c->l->arena, &c->found, found);
	return kernels;
}

/*
 * Finds needs of a program that kernels reject, for each of these kernels at least one. Follows
 * calls that the verifier is certain to see, or all calls and then only needs that do not depend on
 * that.
 */
static uint32_t walk(struct checker *c, uint32_t program, const struct ld_section_type *type,
		     bool certain)
{
	uint32_t nr = 0, rejecting = 0, mark = ++c->walks;

	c->seen[program] = mark;
	c->later[program] = false;
	c->stack[nr++] = program;
	while (nr) {
		uint32_t at = c->stack[--nr];
		const struct ld_func *func = &c->calls->funcs[at];

		for (uint32_t i = func->need; i < func->need_end; i++) {
			const struct ld_need *need = &c->calls->needs.v[i];
			uint32_t kernels = 0;

			if (need->certain ? certain : !certain)
				kernels = ld_warn_for(c->l, refusing(need, type, c->later[at]));
			if (kernels & ~rejecting)
				rejecting |= add_found(c, program, at, need, kernels);
		}
		for (uint32_t i = func->call; i < func->call_end; i++) {
			const struct ld_call *call = &c->calls->calls.v[i];

			if ((certain && !call->certain) || c->seen[call->callee] == mark)
				continue;
			c->seen[call->callee] = mark;
			c->later[call->callee] = c->later[at] || call->kind == LD_CALL_LATER;
			c->stack[nr++] = call->callee;
		}
	}
	return rejecting;
}

/* ---- messages ---- */

static const char *form_help(enum ld_form form)
{
	switch (form) {
	case LD_FORM_MAY_GOTO: return "use bpf_loop() or a loop with a constant limit";
	case LD_FORM_INDIRECT_CALL:
		return "call functions by their names; at -O0, calls of helpers are such calls: "
		       "use -O2";
	case LD_FORM_GOTOX: return "compile with -fno-jump-tables";
	case LD_FORM_ACQUIRE: return "use atomic operations such as __sync_fetch_and_add()";
	case LD_FORM_ADDR_SPACE: return "use maps of other types than BPF_MAP_TYPE_ARENA";
	case LD_FORM_STACK_ARGS:
		return "pass a pointer to a struct instead of more than five arguments";
	case LD_FORM_FRAME_WRITE:
	case LD_FORM_REGISTER:
	case LD_FORM_DIVISION:
	case LD_FORM_SHIFT:
	case LD_FORM_RESERVED: return "correct the assembly, or the constant";
	default: return "compile with -mcpu=v3";
	}
}

static void report_helper(const struct checker *c, const struct found *f, const char *where)
{
	const struct ld_func *program = &c->calls->funcs[f->program];
	const struct ld_section_type *type = ld_section_type(program->sec->name);
	const char *helper = ld_helper_name(f->need->what);

	if (!(f->kernels & ~ld_kernels_before_helper(f->need->what)) || !type)
		ld_warn(
		    c->l->diags, "helper-unavailable",
		    "program '%s' calls bpf_%s(), which older kernels do not have%" LD_LINES LD_HELP
		    "avoid it, or load the program only on newer kernels",
		    program->sym->name, helper, where);
	else if (ld_kernels_without_sleep(f->need->what, type) &&
		 !ld_kernels_without_helper(f->need->what, type))
		ld_warn(c->l->diags, "helper-unavailable",
			"program '%s' calls bpf_%s(), which may sleep, and programs in section %s "
			"may not%" LD_LINES LD_HELP
			"use a section whose programs may sleep, such as SEC(\"uprobe.s\"), "
			"SEC(\"fentry.s\") or SEC(\"lsm.s\"); or read with bpf_probe_read_user()",
			program->sym->name, helper, program->sec->name, where);
	else
		ld_warn(c->l->diags, "helper-unavailable",
			"program '%s' calls bpf_%s(), which programs of its type (%s, from section "
			"%s) may not call%" LD_LINES LD_HELP
			"avoid it, or change the section name, which selects the program type",
			program->sym->name, helper, ld_program_type_name(type->type),
			program->sec->name, where);
}

static void report_call(const struct checker *c, const struct found *f, const char *where)
{
	const char *callee = "global function", *state = "while it holds a lock";
	const char *help = "make it static or __hidden, or move the call";

	if (f->need->what == LD_NEED_LOCKED_CALL) {
		callee = "static function";
		help = "make it __always_inline, or call it before bpf_spin_lock()";
	} else if (f->need->what >= LD_NEED_LOCKED_HELPER &&
		   f->need->what <= LD_NEED_LOCKED_STREAM) {
		callee = f->need->what == LD_NEED_LOCKED_HELPER ? "helper" : "kfunc";
		help = "call it before bpf_spin_lock() or after bpf_spin_unlock()";
	} else if (f->need->what == LD_NEED_UNPREEMPTED_GLOBAL) {
		state = "while preemption is disabled";
	}
	ld_warn(c->l->diags, "call-under-lock", "program '%s' calls a %s %s%" LD_LINES LD_HELP "%s",
		c->calls->funcs[f->program].sym->name, callee, state, where, help);
}

static void report_exit(const struct checker *c, const struct found *f, const char *where)
{
	const struct ld_func *func = &c->calls->funcs[f->func];
	const char *state = "a lock", *help = "bpf_spin_unlock()";

	if (f->need->what == LD_NEED_UNPREEMPTED_EXIT) {
		state = "preemption disabled";
		help = "bpf_preempt_enable()";
	} else if (f->need->what == LD_NEED_RCU_EXIT) {
		state = "an open RCU read-side critical section";
		help = "bpf_rcu_read_unlock()";
	}
	ld_warn(c->l->diags, "unreleased-lock",
		"program '%s' has a path on which '%s' ends with %s%" LD_LINES LD_HELP
		"call %s on all paths, also before each early return%s",
		c->calls->funcs[f->program].sym->name, func->sym->name, state, where, help,
		f->need->what == LD_NEED_LOCKED_RETURN ? ", or make the function __always_inline"
						       : "");
}

static void report_path(const struct checker *c, const struct found *f, const char *where)
{
	static const char *const what[] = {
	    "cannot be reached",
	    "jumps out of its function",
	    "falls through the end of its function",
	};

	ld_warn(c->l->diags, "invalid-code",
		"program '%s' has code that %s%" LD_LINES LD_HELP
		"correct the assembly; in C, look for undefined behavior, such as "
		"__builtin_unreachable() or an uninitialized variable",
		c->calls->funcs[f->program].sym->name, what[f->need->what - LD_NEED_DEAD_CODE],
		where);
}

static void report_unpassed(const struct checker *c, const struct found *f, uint64_t off,
			    const char *where)
{
	const struct ld_func *caller = &c->calls->funcs[f->func], *callee = caller;

	for (uint32_t i = caller->call; i < caller->call_end; i++)
		if (c->calls->calls.v[i].off == off)
			callee = &c->calls->funcs[c->calls->calls.v[i].callee];
	ld_warn(
	    c->l->diags, "unpassed-parameters",
	    "program '%s' calls '%s', whose type has more than five parameters%" LD_LINES LD_HELP
	    "make it __always_inline, or pass a pointer to a struct: compilers drop unused "
	    "parameters from the code, but not from the type",
	    c->calls->funcs[f->program].sym->name, callee->sym->name, where);
}

static void report_found(const struct checker *c, const struct found *f)
{
	const struct ld_func *func = &c->calls->funcs[f->func];
	const char *program = c->calls->funcs[f->program].sym->name;
	uint64_t off = func->off + (uint64_t)f->need->slot * LD_INSN_SIZE;
	const char *more = "", *where;
	enum ld_form form = (enum ld_form)(f->need->what - LD_NEED_FORM);

	if (f->more)
		more = ld_text(c->l->arena, "\n>>> and %u more like it", f->more);
	where = ld_text(c->l->arena, "\n>>> in %s at %s%" LD_LINES "%" LD_LINES, func->sym->name,
			ld_use_place(c->l, func->sec, off), more, ld_refused_by(c->l, f->kernels));
	if (f->need->what < LD_NEED_FORM)
		report_helper(c, f, where);
	else if (f->need->what == LD_NEED_TAIL_CALL_VOID)
		ld_warn(c->l->diags, "tail-call-return",
			"program '%s' makes a tail call in '%s', which does not return a "
			"number%" LD_LINES LD_HELP
			"make it __always_inline, or return a value that is not a constant: clang "
			"23 drops constant return values",
			program, func->sym->name, where);
	else if (f->need->what == LD_NEED_UNPASSED)
		report_unpassed(c, f, off, where);
	else if (f->need->what >= LD_NEED_DEAD_CODE)
		report_path(c, f, where);
	else if (f->need->what >= LD_NEED_LOCKED_EXIT && f->need->what <= LD_NEED_LOCKED_RETURN)
		report_exit(c, f, where);
	else if (f->need->what >= LD_NEED_LOCKED_CALL)
		report_call(c, f, where);
	else if (ld_kernels_without_form(form) == LD_ALL_KERNELS)
		ld_warn(c->l->diags, "invalid-code", "program '%s' has %s%" LD_LINES LD_HELP "%s",
			program, ld_form_name(form), where, form_help(form));
	else
		ld_warn(c->l->diags, "instruction-unavailable",
			"program '%s' has %s%" LD_LINES LD_HELP "%s", program, ld_form_name(form),
			where, form_help(form));
}

static void report_all(const struct checker *c)
{
	uint32_t helpers = 0, others = 0;

	ld_for_each(i, &c->found) {
		const struct found *f = &c->found.v[i];

		if ((f->need->what < LD_NEED_FORM ? helpers++ : others++) < MAX_SHOWN)
			report_found(c, f);
	}
}

/* ---- types of programs ---- */

static void check_type(struct checker *c, uint32_t index, const struct ld_section_type *type)
{
	uint32_t kernels = ld_warn_for(c->l, type ? type->refusing : LD_ALL_KERNELS);

	/* Without target kernels: a loader of its own may know the section. */
	if (!kernels || (!type && !c->l->opt->kernels))
		return;
	ld_reject(c->l, index, kernels);
	if (type)
		LD_PUSH(c->l->arena, &c->new_types, index);
	else
		LD_PUSH(c->l->arena, &c->unknown_types, index);
}

/* The last line of the message about number i of nr, of which MAX_SHOWN are shown. */
static const char *more_like_it(const struct checker *c, size_t i, size_t nr)
{
	return i + 1 == MAX_SHOWN && nr > MAX_SHOWN
		   ? ld_text(c->l->arena, "\n>>> and %zu more like it", nr - MAX_SHOWN)
		   : "";
}

static void report_types(const struct checker *c)
{
	for (size_t i = 0; i < c->new_types.nr && i < MAX_SHOWN; i++) {
		const struct ld_func *func = &c->calls->funcs[c->new_types.v[i]];
		uint32_t kernels = ld_warn_for(c->l, ld_section_type(func->sec->name)->refusing);

		ld_warn(c->l->diags, "program-type",
			"older kernels do not support programs such as '%s' in section %s\n>>> "
			"defined at %s%" LD_LINES "%" LD_LINES LD_HELP
			"use another section, or load the program only on newer kernels",
			func->sym->name, func->sec->name, ld_place(c->l, func->sec, func->off),
			ld_refused_by(c->l, kernels), more_like_it(c, i, c->new_types.nr));
	}
	for (size_t i = 0; i < c->unknown_types.nr && i < MAX_SHOWN; i++) {
		const struct ld_func *func = &c->calls->funcs[c->unknown_types.v[i]];

		ld_warn(c->l->diags, "program-type",
			"libbpf cannot determine the type of program '%s' from its section %s\n>>> "
			"defined at %s%" LD_LINES "%" LD_LINES LD_HELP
			"use a section name that libbpf recognizes, such as SEC(\"xdp\"), or set "
			"the type in the loader",
			func->sym->name, func->sec->name, ld_place(c->l, func->sec, func->off),
			ld_refused_by(c->l, ld_warn_for(c->l, LD_ALL_KERNELS)),
			more_like_it(c, i, c->unknown_types.nr));
	}
}

/* If kernels reject a function, they reject all functions that certainly call it. */
static void pass_on(const struct checker *c)
{
	uint8_t *rejected = c->calls->rejected;

	for (uint32_t i = 0; i < c->calls->nr_funcs; i++) {
		uint32_t at = c->calls->order[i];
		const struct ld_func *func = &c->calls->funcs[at];

		for (uint32_t k = func->call; k < func->call_end; k++)
			if (c->calls->calls.v[k].certain)
				rejected[at] |= rejected[c->calls->calls.v[k].callee];
	}
}

void ld_check_kernels(const struct ld_link *l)
{
	struct checker c = {.l = l, .calls = l->calls};

	c.seen = LD_NEW_ARRAY(l->arena, uint32_t, c.calls->nr_funcs);
	c.later = LD_NEW_ARRAY(l->arena, bool, c.calls->nr_funcs);
	c.stack = LD_NEW_ARRAY(l->arena, uint32_t, (size_t)c.calls->nr_funcs + 1);
	for (uint32_t i = 0; i < c.calls->nr_funcs && (c.calls->needs.nr || l->opt->kernels); i++) {
		const struct ld_func *func = &c.calls->funcs[i];
		const struct ld_section_type *type;

		if (!func->program)
			continue;
		type = ld_section_type(func->sec->name);
		check_type(&c, i, type);
		ld_reject(l, i, walk(&c, i, type, true) | walk(&c, i, type, false));
	}
	report_types(&c);
	report_all(&c);
	pass_on(&c);
}
