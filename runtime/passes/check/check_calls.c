/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Call chains that the kernel's verifier rejects, reported as a whole across files.
 *
 * The verifier adds up the frames of a chain, each rounded up, and limits their sum, their number,
 * and the stack above a tail call; it rejects recursion (see kernel/limits.h). We compute the worst
 * chain of each function once, callees before callers. A warning is about what every kernel
 * rejects: calls and stack that the verifier is certain to see (see scan_function.c). A note is
 * about what only newer kernels accept.
 */
#include "base/bytes.h"
#include "base/text.h"
#include "elf/place.h"
#include "kernel/limits.h"
#include "model/calls.h"
#include "passes/check/refusals.h"
#include "passes/passes.h"

#define MAX_SHOWN 3  /* chains per id */
#define MAX_LINES 20 /* functions per chain */

/* The maximum over all chains from a function, and the call that leads to it + 1, or 0. */
struct worst {
	uint64_t value;
	uint32_t call;
};

struct chains {
	struct worst stack;      /* bytes of frames, rounded as most kernels do */
	struct worst wide;       /* the same, rounded as in kernels with the coarsest unit */
	struct worst shared;     /* bytes of frames that get a private stack in no kernel */
	struct worst frames;     /* number of frames */
	struct worst run;        /* the same, up to the first call of a global function */
	struct worst runs;       /* the longest run of the chain, which may start further down */
	struct worst above;      /* bytes of frames above the frame that makes a tail call */
	struct worst wide_above; /* the same, rounded as in kernels with the coarsest unit */
	bool tail,
	    tail_itself; /* any function of the chain makes a tail call; the function itself does */
};

enum chain_kind {
	STACK,
	STACK_SOMEWHERE,
	ROUNDING,
	TAIL_CALL,
	FRAMES,
	FRAMES_SOMEWHERE,
	NR_KINDS,
	TAIL_CALL_ROUNDING = NR_KINDS, /* in struct chain only */
};

struct chain {
	uint32_t root;
	bool later;
	enum chain_kind worst; /* the chain to show */
	uint32_t kernels;      /* those to warn about */
};

struct checker {
	const struct ld_link *l;
	const struct ld_calls *calls;
	struct chains *chains; /* by function */
	LD_VEC(struct chain) found[NR_KINDS];
};

static uint64_t rounded(const struct ld_func *func, uint32_t to)
{
	bool empty = to == LD_KERNEL_FRAME_UNIT_MOST && !func->verified;

	return ld_align_up(empty ? 1 : func->verified, to);
}

/* Bytes of a frame that is certainly too small for a private stack; otherwise 0. */
static uint64_t shared(const struct ld_func *func)
{
	uint64_t most = func->frame > func->verified ? func->frame : func->verified;

	return ld_align_up(most, LD_KERNEL_FRAME_UNIT) < LD_KERNEL_PRIVATE_FRAME
		   ? rounded(func, LD_KERNEL_FRAME_UNIT)
		   : 0;
}

static void worsen(struct worst *w, uint64_t value, uint32_t call)
{
	if (value > w->value) {
		w->value = value;
		w->call = call + 1;
	}
}

static void find_worst(struct checker *c, uint32_t index)
{
	const struct ld_func *func = &c->calls->funcs[index];
	struct chains *to = &c->chains[index];

	to->tail = to->tail_itself = func->calls_tail;
	for (uint32_t i = func->call; i < func->call_end; i++) {
		const struct ld_call *call = &c->calls->calls.v[i];
		const struct chains *from = &c->chains[call->callee];

		if (call->kind == LD_CALL_LATER || call->circular)
			continue;
		to->tail |= from->tail;
		worsen(&to->frames, from->frames.value, i);
		worsen(&to->runs, from->runs.value, i);
		if (!c->calls->funcs[call->callee].global)
			worsen(&to->run, from->run.value, i);
		if (!call->certain)
			continue;
		worsen(&to->stack, from->stack.value, i);
		worsen(&to->wide, from->wide.value, i);
		worsen(&to->shared, from->shared.value, i);
		/* The callee makes a tail call: only this frame is above. */
		if (!from->above.call && !from->tail_itself)
			continue;
		worsen(&to->above, from->above.value + rounded(func, LD_KERNEL_FRAME_UNIT), i);
		worsen(&to->wide_above,
		       from->wide_above.value + rounded(func, LD_KERNEL_FRAME_UNIT_MOST), i);
	}
	to->frames.value++;
	to->run.value++;
	if (to->run.value >= to->runs.value)
		to->runs = (struct worst){to->run.value, 0};
	to->stack.value += rounded(func, LD_KERNEL_FRAME_UNIT);
	to->wide.value += rounded(func, LD_KERNEL_FRAME_UNIT_MOST);
	to->shared.value += shared(func);
}

/* A tail call disables private stacks; asynchronous callbacks never have them. */
static bool may_have_private_stack(const struct checker *c, const struct chain *chain)
{
	return !chain->later && !c->chains[chain->root].tail &&
	       ld_may_have_private_stack(c->calls->funcs[chain->root].sec->name);
}

/* The kernels that reject the chains of a root because of the given kind. */
static uint32_t refusing(const struct checker *c, const struct chain *chain, enum chain_kind kind)
{
	const struct chains *chains = &c->chains[chain->root];
	bool private = chains->shared.value <= LD_KERNEL_STACK && may_have_private_stack(c, chain);
	uint32_t kernels = 0;

	for (int i = 0; i < LD_NR_KERNELS; i++) {
		bool from_global = ld_rule(LD_RULE_FRAMES_FROM_GLOBAL, i),
		     coarse = ld_rule(LD_RULE_COARSE_FRAMES, i);
		uint64_t value, most = LD_KERNEL_STACK;

		switch (kind) {
		case STACK:
			value = (coarse ? &chains->wide : &chains->stack)->value;
			if (private && ld_rule(LD_RULE_PRIVATE_STACKS, i))
				value = 0;
			break;
		case TAIL_CALL:
			value = (coarse ? &chains->wide_above : &chains->above)->value;
			most = LD_KERNEL_STACK_ABOVE_TAIL_CALL;
			break;
		default:
			value = (from_global ? &chains->runs : &chains->frames)->value;
			most = ld_rule(LD_RULE_FRAMES, i);
		}
		kernels |= (uint32_t)(value > most) << i;
	}
	return kernels;
}

/* Whether to warn about a kind; otherwise, *note is whether some kernels reject it. */
static bool check_kind(struct checker *c, const struct chain *chain, enum chain_kind kind,
		       bool *note)
{
	struct chain found = *chain;
	uint32_t kernels = refusing(c, chain, kind);

	found.kernels = ld_warn_for(c->l, kernels);
	ld_reject(c->l, chain->root, kernels);
	found.worst = kind;
	if (!(found.kernels & ~ld_kernels_with(LD_RULE_COARSE_FRAMES)) && kind != FRAMES)
		found.worst = kind == STACK ? ROUNDING : TAIL_CALL_ROUNDING;
	else if (!(found.kernels & ld_kernels_with(LD_RULE_FRAMES_FROM_GLOBAL)) && kind == FRAMES)
		found.worst = FRAMES_SOMEWHERE;
	*note = kernels && !c->l->opt->kernels;
	if (found.kernels)
		LD_PUSH(c->l->arena, &c->found[kind], found);
	return found.kernels;
}

static void check_root(struct checker *c, uint32_t root, bool later)
{
	const struct chains *chains = &c->chains[root];
	struct chain chain = {.root = root, .later = later};
	bool note;

	chain.worst = FRAMES_SOMEWHERE;
	if (!check_kind(c, &chain, FRAMES, &note) && note)
		LD_PUSH(c->l->arena, &c->found[FRAMES_SOMEWHERE], chain);
	if (check_kind(c, &chain, STACK, &note))
		return;
	chain.worst = chains->stack.value > LD_KERNEL_STACK ? STACK_SOMEWHERE : ROUNDING;
	if (note)
		LD_PUSH(c->l->arena, &c->found[chain.worst], chain);
	check_kind(c, &chain, TAIL_CALL, &note);
}

static void check_roots(struct checker *c)
{
	bool *later = LD_NEW_ARRAY(c->l->arena, bool, c->calls->nr_funcs);

	ld_for_each(i, &c->calls->calls) {
		const struct ld_call *call = &c->calls->calls.v[i];

		if (call->kind == LD_CALL_LATER && call->certain &&
		    c->calls->funcs[call->caller].certain)
			later[call->callee] = true;
	}
	for (uint32_t i = 0; i < c->calls->nr_funcs; i++)
		if (c->calls->funcs[i].program || later[i])
			check_root(c, i, !c->calls->funcs[i].program);
}

/* ---- messages ---- */

static const char *func_place(const struct checker *c, uint32_t index)
{
	const struct ld_func *func = &c->calls->funcs[index];

	return ld_place(c->l, func->sec, func->off);
}

static const char *name_of(const struct checker *c, uint32_t index)
{
	return c->calls->funcs[index].sym->name;
}

static const struct worst *worst_of(const struct chains *chains, enum chain_kind kind)
{
	switch (kind) {
	case ROUNDING: return &chains->wide;
	case TAIL_CALL: return &chains->above;
	case TAIL_CALL_ROUNDING: return &chains->wide_above;
	case FRAMES: return chains->runs.call ? &chains->runs : &chains->run;
	case FRAMES_SOMEWHERE: return &chains->frames;
	default: return &chains->stack;
	}
}

/* A function's contribution to a chain: the bytes of its frame, or the number of the frame. */
static uint64_t share(const struct ld_func *func, enum chain_kind kind, uint64_t frame)
{
	if (kind == FRAMES || kind == FRAMES_SOMEWHERE)
		return frame;
	return rounded(func, kind == ROUNDING || kind == TAIL_CALL_ROUNDING
				 ? LD_KERNEL_FRAME_UNIT_MOST
				 : LD_KERNEL_FRAME_UNIT);
}

/* The functions of a chain, one per line, each with its contribution. */
static char *chain_lines(const struct checker *c, uint32_t root, enum chain_kind kind,
			 uint32_t *last)
{
	char *text = ld_strdup(c->l->arena, "");
	uint32_t at = root, lines = 0, left = 0, frame = 0;

	for (;;) {
		uint32_t call = worst_of(&c->chains[at], kind)->call;
		const struct ld_func *func = &c->calls->funcs[at];

		frame = kind == FRAMES && func->global ? 1 : frame + 1;
		if (lines == MAX_LINES)
			left++;
		else if (++lines)
			text = ld_text(c->l->arena, "%" LD_LINES "\n>>> %4llu  %s  %s", text,
				       (unsigned long long)share(func, kind, frame), name_of(c, at),
				       func_place(c, at));
		*last = at;
		if (!call)
			break;
		at = c->calls->calls.v[call - 1].callee;
	}
	if (left)
		text = ld_text(c->l->arena, "%" LD_LINES "\n>>> and %u more", text, left);
	return text;
}

static void report_frames(const struct checker *c, const struct chain *chain, const char *what,
			  const char *lines, const char *more)
{
	const char *name = name_of(c, chain->root), *by = ld_refused_by(c->l, chain->kernels);
	unsigned long long value = worst_of(&c->chains[chain->root], chain->worst)->value;
	int last = LD_NR_KERNELS - 1;

	if (chain->worst == FRAMES)
		ld_warn(c->l->diags, "call-depth",
			"%s '%s' has a call chain of %llu frames without a global function; the "
			"verifier allows %u%" LD_LINES
			"\n>>> kernels before %s allow %u in total%" LD_LINES "%" LD_LINES LD_HELP
			"inline some of them (static __always_inline), or split the program with "
			"tail calls",
			what, name, value, ld_rule(LD_RULE_FRAMES, last), lines, ld_kernels[last],
			ld_rule(LD_RULE_FRAMES, 0), by, more);
	else
		ld_warn(c->l->diags, "call-depth",
			"%s '%s' has a call chain of %llu frames; the verifier allows %u%" LD_LINES
			"%" LD_LINES "%" LD_LINES LD_HELP
			"inline some of them (static __always_inline), or split the program with "
			"tail calls",
			what, name, value, ld_rule(LD_RULE_FRAMES, 0), lines, by, more);
}

static void report_chain(const struct checker *c, enum chain_kind kind, const struct chain *chain,
			 const char *more)
{
	const struct chains *chains = &c->chains[chain->root];
	const char *what = chain->later ? "callback" : "program", *name = name_of(c, chain->root);
	unsigned long long value = worst_of(chains, chain->worst)->value;
	const char *by = ld_refused_by(c->l, chain->kernels);
	struct ld_diags *d = c->l->diags;
	uint32_t last;
	char *lines = chain_lines(c, chain->root, chain->worst, &last);

	switch (kind) {
	case STACK:
		ld_warn(
		    d, "call-stack",
		    "%s '%s' needs %llu bytes of stack; the verifier allows %d%" LD_LINES
		    "%" LD_LINES "%" LD_LINES LD_HELP
		    "move large variables into a per-CPU array map, or use a buffer of the caller",
		    what, name, value, LD_KERNEL_STACK, lines, by, more);
		break;
	case STACK_SOMEWHERE:
		ld_note(d, "call-stack-kernels",
			"%s '%s' needs %llu bytes of stack; older kernels allow %d%" LD_LINES
			"\n>>> newer kernels give each function its own stack in some program "
			"types, such as tracing%" LD_LINES LD_HELP
			"for older kernels, move large variables into a per-CPU array map",
			what, name, value, LD_KERNEL_STACK, lines, more);
		break;
	case ROUNDING:
		ld_note(d, "call-stack-kernels",
			"%s '%s' needs %llu bytes of stack without a JIT; the limit is %d%" LD_LINES
			"\n>>> older kernels, and kernels without a JIT, round each frame up to %d "
			"bytes%" LD_LINES LD_HELP
			"for these kernels, move large variables into a per-CPU array map",
			what, name, value, LD_KERNEL_STACK, lines, LD_KERNEL_FRAME_UNIT_MOST, more);
		break;
	case TAIL_CALL:
		ld_warn(d, "call-stack-tail-call",
			"%s '%s' makes a tail call in '%s' with %llu bytes of stack in use; the "
			"verifier allows %d%" LD_LINES "%" LD_LINES "%" LD_LINES LD_HELP
			"make the tail call from the program itself, or reduce the stack that its "
			"callers use",
			what, name, name_of(c, last), value, LD_KERNEL_STACK_ABOVE_TAIL_CALL, lines,
			by, more);
		break;
	case FRAMES: report_frames(c, chain, what, lines, more); break;
	default:
		ld_note(
		    d, "call-depth-kernels",
		    "%s '%s' has a call chain of %llu frames; kernels before %s allow %u%" LD_LINES
		    "%" LD_LINES LD_HELP
		    "for older kernels, inline some of them (static __always_inline)",
		    what, name, value, ld_kernel_after(refusing(c, chain, FRAMES)),
		    ld_rule(LD_RULE_FRAMES, 0), lines, more);
	}
}

static void report_chains(const struct checker *c)
{
	for (int kind = 0; kind < NR_KINDS; kind++) {
		size_t nr = c->found[kind].nr, most = kind == FRAMES_SOMEWHERE ? 1 : MAX_SHOWN;
		size_t shown = nr < most ? nr : most;

		for (size_t i = 0; i < shown; i++) {
			const char *more = "";

			if (i + 1 == shown && nr > shown)
				more =
				    ld_text(c->l->arena, "\n>>> and %zu more like it", nr - shown);
			report_chain(c, (enum chain_kind)kind, &c->found[kind].v[i], more);
		}
	}
}

/* ---- recursion ---- */

static char *call_line(const struct checker *c, const struct ld_call *call)
{
	return ld_text(c->l->arena, "\n>>> %s calls %s at %s", name_of(c, call->caller),
		       name_of(c, call->callee),
		       ld_place(c->l, c->calls->funcs[call->caller].sec, call->off));
}

static void report_recursion(const struct checker *c, const struct ld_call *closing,
			     const char *more)
{
	char *text = call_line(c, closing);
	uint32_t lines = 1, at = closing->caller;

	/* Follow the depth-first walk backwards. */
	for (; at != closing->callee && lines < MAX_LINES; lines++) {
		const struct ld_call *call = &c->calls->calls.v[c->calls->parent[at] - 1];

		text = ld_text(c->l->arena, "%" LD_LINES "%" LD_LINES, call_line(c, call), text);
		at = call->caller;
	}
	ld_warn(c->l->diags, "recursion",
		"'%s' calls itself, which the verifier rejects%" LD_LINES "%" LD_LINES
		"%" LD_LINES LD_HELP "use a loop or bpf_loop() instead of recursion",
		name_of(c, closing->callee),
		at == closing->callee ? "" : "\n>>> through more functions than listed:", text,
		more);
}

static void check_recursion(const struct checker *c)
{
	LD_VEC(const struct ld_call *) found = {0};

	ld_for_each(i, &c->calls->calls) {
		const struct ld_call *call = &c->calls->calls.v[i];

		if (call->circular && c->calls->funcs[call->caller].reached)
			LD_PUSH(c->l->arena, &found, call);
	}
	for (size_t i = 0; i < found.nr && i < MAX_SHOWN; i++) {
		const char *more = "";

		if (i + 1 == MAX_SHOWN && found.nr > MAX_SHOWN)
			more = ld_text(c->l->arena, "\n>>> and %zu more like it",
				       found.nr - MAX_SHOWN);
		report_recursion(c, found.v[i], more);
	}
}

/* ---- calls of programs ---- */

static void check_called_programs(const struct checker *c)
{
	bool *reported = LD_NEW_ARRAY(c->l->arena, bool, c->calls->nr_funcs);

	ld_for_each(i, &c->calls->calls) {
		const struct ld_call *call = &c->calls->calls.v[i];
		const struct ld_func *caller = &c->calls->funcs[call->caller];

		if (!c->calls->funcs[call->callee].program || !caller->reached ||
		    reported[call->callee])
			continue;
		reported[call->callee] = true;
		ld_warn(c->l->diags, "program-called",
			"program '%s' is called as a function, but loaders support only calls into "
			".text\n>>> called by %s at %s\n>>> defined in section %s at %s" LD_HELP
			"move its code into a function without SEC() that both call, or use a tail "
			"call",
			name_of(c, call->callee), name_of(c, call->caller),
			ld_place(c->l, caller->sec, call->off),
			c->calls->funcs[call->callee].sec->name, func_place(c, call->callee));
	}
}

void ld_check_calls(const struct ld_link *l)
{
	struct checker c = {.l = l, .calls = l->calls};

	c.chains = LD_NEW_ARRAY(l->arena, struct chains, c.calls->nr_funcs);
	for (uint32_t i = 0; i < c.calls->nr_funcs; i++)
		find_worst(&c, c.calls->order[i]);
	check_roots(&c);
	report_chains(&c);
	check_recursion(&c);
	check_called_programs(&c);
}
