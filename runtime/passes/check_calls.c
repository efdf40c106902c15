/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Chains of calls that the kernel's verifier refuses, told before it does: with the whole chain,
 * over all files.
 *
 * The verifier adds up the stack of a chain, each frame rounded up to 16 bytes (to 32 without a
 * JIT, and in older kernels), and refuses more than 512; it refuses more than 8 frames, circles,
 * and a tail call under 256 bytes of other frames. For each function the worst chain from there on
 * is found once, callees before callers. Warned of is only what every kernel refuses: stack that
 * it surely counts (see scan_function.c). What some kernels take is a note.
 */
#include <string.h>

#include "base/bytes.h"
#include "model/calls.h"
#include "passes/passes.h"

#define MAX_STACK 512
#define MAX_STACK_ABOVE_TAIL_CALL 255
#define MAX_FRAMES 8

#define MAX_SHOWN 3  /* chains for each id */
#define MAX_LINES 12 /* functions of a chain */

/* The worst that is reached from a function, and the call that leads there + 1, or 0. */
struct worst {
	uint64_t value;
	uint32_t call;
};

struct chains {
	struct worst stack;     /* bytes of frames, rounded to 16 */
	struct worst wide;      /* the same, rounded to 32 */
	struct worst frames;    /* how many */
	struct worst above;     /* bytes of frames above a tail call, its own not counted */
	bool tail, tail_itself; /* there is a tail call at all; in the function itself */
};

enum chain_kind { STACK, STACK_SOMEWHERE, ROUNDING, TAIL_CALL, FRAMES, NR_KINDS };

struct chain {
	uint32_t root;
	bool later;
};

struct checker {
	struct ld_link *l;
	const struct ld_calls *calls;
	struct chains *chains; /* by function */
	LD_VEC(struct chain) found[NR_KINDS];
};

static uint64_t rounded(const struct ld_func *func, uint32_t to)
{
	return ld_align_up(to == 32 && !func->verified ? 1 : func->verified, to);
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
		if (!call->sure)
			continue;
		worsen(&to->stack, from->stack.value, i);
		worsen(&to->wide, from->wide.value, i);
		/* What lies above the callee's own tail call is this function's frame only. */
		if (from->above.call)
			worsen(&to->above, from->above.value + rounded(func, 16), i);
		else if (from->tail_itself)
			worsen(&to->above, rounded(func, 16), i);
	}
	to->frames.value++;
	to->stack.value += rounded(func, 16);
	to->wide.value += rounded(func, 32);
}

/*
 * Whether newer kernels give a program's functions stacks of their own, so that they don't add up.
 * That depends on its type, which a loader takes from the section's name; what isn't known to be
 * of another type may be one.
 */
static bool may_have_private_stack(const struct checker *c, const struct chain *chain)
{
	static const char *const shared[] = {"action",
					     "cgroup",
					     "cgroup_skb",
					     "classifier",
					     "flow_dissector",
					     "freplace",
					     "iter",
					     "lirc_mode2",
					     "lwt_in",
					     "lwt_out",
					     "lwt_seg6local",
					     "lwt_xmit",
					     "netfilter",
					     "netkit",
					     "raw_tp.w",
					     "raw_tracepoint.w",
					     "sk_lookup",
					     "sk_msg",
					     "sk_reuseport",
					     "sk_skb",
					     "socket",
					     "sockops",
					     "syscall",
					     "tc",
					     "tcx",
					     "xdp"};
	const char *name = c->calls->funcs[chain->root].sec->name;

	if (chain->later || c->chains[chain->root].tail)
		return false;
	name += name[0] == '?';
	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++) {
		size_t len = strlen(shared[i]);

		if (!strncmp(name, shared[i], len) && (!name[len] || strchr("/.", name[len])))
			return false;
	}
	return true;
}

static const struct worst *worst_of(const struct chains *chains, enum chain_kind kind)
{
	switch (kind) {
	case ROUNDING: return &chains->wide;
	case TAIL_CALL: return &chains->above;
	case FRAMES: return &chains->frames;
	default: return &chains->stack;
	}
}

/* Bytes of the first 8 frames of a chain: the verifier looks no deeper. */
static uint64_t visible_stack(const struct checker *c, uint32_t root, enum chain_kind kind)
{
	uint32_t at = root, frame = 0;
	uint64_t sum = 0;

	for (;;) {
		uint32_t call = worst_of(&c->chains[at], kind)->call;

		sum += rounded(&c->calls->funcs[at], kind == ROUNDING ? 32 : 16);
		if (!call || ++frame == MAX_FRAMES)
			return sum;
		at = c->calls->calls.v[call - 1].callee;
	}
}

static void check_root(struct checker *c, uint32_t root, bool later)
{
	const struct chains *chains = &c->chains[root];
	struct chain chain = {root, later};
	enum chain_kind kind = NR_KINDS;

	if (chains->frames.value > MAX_FRAMES)
		LD_PUSH(&c->l->arena, &c->found[FRAMES], chain);
	if (chains->stack.value > MAX_STACK && visible_stack(c, root, STACK) > MAX_STACK)
		kind = may_have_private_stack(c, &chain) ? STACK_SOMEWHERE : STACK;
	else if (chains->wide.value > MAX_STACK && visible_stack(c, root, ROUNDING) > MAX_STACK)
		kind = ROUNDING;
	if (kind != NR_KINDS)
		LD_PUSH(&c->l->arena, &c->found[kind], chain);
	if (kind != STACK && chains->above.value > MAX_STACK_ABOVE_TAIL_CALL &&
	    chains->frames.value <= MAX_FRAMES)
		LD_PUSH(&c->l->arena, &c->found[TAIL_CALL], chain);
}

static void check_roots(struct checker *c)
{
	bool *later = LD_NEW_ARRAY(&c->l->arena, bool, c->calls->nr_funcs);

	ld_for_each(i, &c->calls->calls) {
		const struct ld_call *call = &c->calls->calls.v[i];

		if (call->kind == LD_CALL_LATER && call->sure &&
		    c->calls->funcs[call->caller].surely)
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

/* The functions of a chain, one on each line, with the bytes that count. */
static char *chain_lines(const struct checker *c, uint32_t root, enum chain_kind kind,
			 uint32_t *last)
{
	char *text = ld_strdup(&c->l->arena, "");
	uint32_t at = root, lines = 0, left = 0;

	for (;;) {
		uint32_t call = worst_of(&c->chains[at], kind)->call;
		uint64_t bytes = rounded(&c->calls->funcs[at], kind == ROUNDING ? 32 : 16);

		if (lines == MAX_LINES)
			left++;
		else if (kind == FRAMES && ++lines)
			text = ld_printf(&c->l->arena, "%s\n>>> %4u  %s  %s", text, lines,
					 name_of(c, at), func_place(c, at));
		else if (++lines)
			text =
			    ld_printf(&c->l->arena, "%s\n>>> %4llu  %s  %s", text,
				      (unsigned long long)bytes, name_of(c, at), func_place(c, at));
		*last = at;
		if (!call)
			break;
		at = c->calls->calls.v[call - 1].callee;
	}
	if (left)
		text = ld_printf(&c->l->arena, "%s\n>>> and %u more", text, left);
	return text;
}

static void report_chain(const struct checker *c, enum chain_kind kind, const struct chain *chain,
			 const char *more)
{
	const struct worst *worst = worst_of(&c->chains[chain->root], kind);
	const char *what = chain->later ? "callback" : "program", *name = name_of(c, chain->root);
	unsigned long long value = worst->value;
	struct ld_diags *d = &c->l->diags;
	uint32_t last;
	char *lines = chain_lines(c, chain->root, kind, &last);

	switch (kind) {
	case STACK:
		ld_warn(d, "call-stack",
			"%s '%s' needs %llu bytes of stack, the verifier allows %d%s%s", what, name,
			value, MAX_STACK, lines, more);
		break;
	case STACK_SOMEWHERE:
		ld_note(d, "call-stack-kernels",
			"%s '%s' needs %llu bytes of stack, older kernels allow %d%s\n"
			">>> newer ones give programs of some types, as tracing, a stack for each "
			"function%s",
			what, name, value, MAX_STACK, lines, more);
		break;
	case ROUNDING:
		ld_note(d, "call-stack-kernels",
			"%s '%s' needs %llu bytes of stack without a JIT, where %d are allowed%s\n"
			">>> older kernels, and any without a JIT, round each frame to 32 bytes%s",
			what, name, value, MAX_STACK, lines, more);
		break;
	case TAIL_CALL:
		ld_warn(d, "call-stack-tail-call",
			"%s '%s' makes a tail call in '%s' under %llu bytes of stack, the verifier "
			"allows %d%s%s",
			what, name, name_of(c, last), value, MAX_STACK_ABOVE_TAIL_CALL, lines,
			more);
		break;
	default:
		ld_warn(d, "call-depth",
			"%s '%s' has %llu frames of calls, the verifier allows %d%s%s", what, name,
			value, MAX_FRAMES, lines, more);
	}
}

static void report_chains(const struct checker *c)
{
	for (int kind = 0; kind < NR_KINDS; kind++) {
		size_t nr = c->found[kind].nr, shown = nr < MAX_SHOWN ? nr : MAX_SHOWN;

		for (size_t i = 0; i < shown; i++) {
			const char *more = "";

			if (i + 1 == shown && nr > shown)
				more = ld_printf(&c->l->arena, "\n>>> and %zu more like it",
						 nr - shown);
			report_chain(c, (enum chain_kind)kind, &c->found[kind].v[i], more);
		}
	}
}

/* ---- circles ---- */

static char *call_line(const struct checker *c, const struct ld_call *call)
{
	return ld_printf(&c->l->arena, "\n>>> %s calls %s at %s", name_of(c, call->caller),
			 name_of(c, call->callee),
			 ld_place(c->l, c->calls->funcs[call->caller].sec, call->off));
}

static void report_circle(const struct checker *c, const struct ld_call *closing, const char *more)
{
	char *text = call_line(c, closing);
	uint32_t lines = 1, at = closing->caller;

	/* Back along the walk that found it. */
	for (; at != closing->callee && lines < MAX_LINES; lines++) {
		const struct ld_call *call = &c->calls->calls.v[c->calls->parent[at] - 1];

		text = ld_printf(&c->l->arena, "%s%s", call_line(c, call), text);
		at = call->caller;
	}
	ld_warn(&c->l->diags, "recursion", "'%s' calls itself, which the verifier refuses%s%s%s",
		name_of(c, closing->callee),
		at == closing->callee ? "" : "\n>>> through more functions than these:", text,
		more);
}

static void check_circles(const struct checker *c)
{
	LD_VEC(const struct ld_call *) found = {0};

	ld_for_each(i, &c->calls->calls) {
		const struct ld_call *call = &c->calls->calls.v[i];

		if (call->circular && c->calls->funcs[call->caller].reached)
			LD_PUSH(&c->l->arena, &found, call);
	}
	for (size_t i = 0; i < found.nr && i < MAX_SHOWN; i++) {
		const char *more = "";

		if (i + 1 == MAX_SHOWN && found.nr > MAX_SHOWN)
			more = ld_printf(&c->l->arena, "\n>>> and %zu more like it",
					 found.nr - MAX_SHOWN);
		report_circle(c, found.v[i], more);
	}
}

/* ---- programs that are called ---- */

static void check_called_programs(const struct checker *c)
{
	bool *said = LD_NEW_ARRAY(&c->l->arena, bool, c->calls->nr_funcs);

	ld_for_each(i, &c->calls->calls) {
		const struct ld_call *call = &c->calls->calls.v[i];
		const struct ld_func *caller = &c->calls->funcs[call->caller];

		if (!c->calls->funcs[call->callee].program || !caller->reached ||
		    said[call->callee])
			continue;
		said[call->callee] = true;
		ld_warn(&c->l->diags, "program-called",
			"program '%s' is called as a function: loaders refuse calls out of .text\n"
			">>> called by %s at %s\n>>> defined in section %s at %s",
			name_of(c, call->callee), name_of(c, call->caller),
			ld_place(c->l, caller->sec, call->off),
			c->calls->funcs[call->callee].sec->name, func_place(c, call->callee));
	}
}

void ld_check_calls(struct ld_link *l)
{
	struct checker c = {.l = l, .calls = l->calls};

	c.chains = LD_NEW_ARRAY(&l->arena, struct chains, c.calls->nr_funcs);
	for (uint32_t i = 0; i < c.calls->nr_funcs; i++)
		find_worst(&c, c.calls->order[i]);
	check_roots(&c);
	report_chains(&c);
	check_circles(&c);
	check_called_programs(&c);
}
