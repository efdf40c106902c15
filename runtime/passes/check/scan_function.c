/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Finds the calls of a function and the stack that it uses as the verifier counts it: the deepest
 * byte of its frame that some path accesses.
 *
 * The verifier knows more than a compiler: constants of .rodata and .kconfig, the results of CO-RE
 * and weak symbols, arguments of static functions. If such a value decides a branch, the verifier
 * may skip the code behind it, and its stack does not count. So for each access and call we also
 * determine whether the verifier is certain to reach it. Warnings consider only those:
 *
 * 1. Track values through registers, by basic block, until nothing changes: pointers into the
 *    frame, arguments, addresses of functions, and scalars that no verifier can know (loaded from a
 *    context, a map or the kernel; returned by helpers). A value can be demoted at most twice, so
 *    this takes time linear in the code.
 * 2. The verifier explores both sides of a branch on such a scalar. It may skip one side of any
 *    other branch. Code is certain again where the sides have met: in the order of the code, at the
 *    first place that no jump in between leads past (scan_paths.c).
 * 3. A final walk records accesses and calls.
 */
#include "passes/check/scan_function.h"

#include <string.h>

#include "elf/insn.h"
#include "kernel/helpers.h"
#include "kernel/prototypes.h"
#include "passes/check/scan_needs.h"
#include "passes/check/scan_paths.h"

enum value_kind {
	OTHER, /* may be known at load time, or is not tracked */
	CONST, /* computed from constants */
	FREE,  /* a scalar that no verifier knows */
	FREEP, /* the same, or a pointer that is known not to be null */
	BITS,  /* bits of such a scalar: may be 0 or not */
	FRAME, /* off bytes from the top of the frame */
	ARG,   /* argument arg, plus off bytes */
	FUNC,  /* the address of function off */
};

struct value {
	uint8_t kind;
	uint8_t arg;
	int32_t off;
};

#define NR_REGS 11
#define FRAME_REG 10
#define STACK_ARGS_REG 11 /* passes arguments from the sixth on; not part of the frame */

struct state {
	struct value r[NR_REGS];
	bool known;  /* some path leads here */
	bool queued; /* is in the queue */
};

/*
 * A pointer that a call passes: into the caller's frame, or derived from an argument of the caller.
 */
struct passed {
	uint32_t callee;
	uint8_t arg;
	struct value value;
};

#define NR_SLOTS (LD_KERNEL_STACK / 8)

struct ld_scan {
	const struct ld_link *l;
	struct ld_calls *calls;
	LD_VEC(struct passed) passed;
	uint32_t *first_passed; /* by function, with the end as last element */

	/* the current function */
	struct ld_func *func;
	uint32_t index;
	const uint8_t *code;
	uint32_t nr; /* slots */
	bool big;
	bool opaque;                      /* has jumps with computed targets */
	bool constant_slot[NR_SLOTS];     /* may hold a value that is known at load time */
	bool all_constant, slot_changed;  /* the same for all slots; some element has changed */
	bool memory_free[LD_KERNEL_ARGS]; /* whether the values of an argument, or the memory it
					     points to, are unknown */
	bool recording;
	uint32_t at; /* the current slot */

	/* scratch memory, reused */
	uint8_t *flags;   /* by slot */
	uint32_t *blocks; /* by slot: index of the block's state, for leaders */
	struct state *states;
	uint32_t *queue; /* slots of leaders */
	size_t flags_cap, states_cap;
	uint32_t nr_queue, nr_states;
};

struct ld_scan *ld_scan_new(const struct ld_link *l, struct ld_calls *calls)
{
	struct ld_scan *s = LD_NEW(l->arena, struct ld_scan);

	s->l = l;
	s->calls = calls;
	s->first_passed = LD_NEW_ARRAY(l->arena, uint32_t, (size_t)calls->nr_funcs + 1);
	return s;
}

uint32_t ld_func_at_place(const struct ld_calls *calls, const struct ld_section *sec, uint64_t off)
{
	const uint32_t *first = calls->first[sec->file->index] + sec->index;
	uint32_t lo = first[0], hi = first[1];

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (calls->funcs[mid].off == off)
			return mid;
		if (calls->funcs[mid].off < off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return calls->nr_funcs;
}

/* ---- instructions ---- */

static const uint8_t *insn_at(const struct ld_scan *s, uint32_t slot)
{
	return s->code + (uint64_t)slot * LD_INSN_SIZE;
}

static bool is_tail_call(const struct ld_scan *s, const uint8_t *insn)
{
	return insn[0] == LD_OP_CALL && !ld_insn_src(insn, s->big) &&
	       ld_insn_imm(insn, s->big) == LD_HELPER_TAIL_CALL;
}

/* The function that an instruction refers to, or nr_funcs. Sets *r to its relocation, or NULL. */
static uint32_t func_of(const struct ld_scan *s, uint32_t slot, const struct ld_reloc **r,
			struct ld_target *t)
{
	const struct ld_section *sec = s->func->sec;

	*r = ld_reloc_at(sec, s->func->off + (uint64_t)slot * LD_INSN_SIZE);
	if (!*r)
		return s->calls->nr_funcs;
	*t = ld_live_target(sec->file, *r);
	if (!t->piece || t->piece->sec->kind != LD_SEC_CODE)
		return s->calls->nr_funcs;
	return ld_func_at_place(s->calls, t->piece->sec, t->piece->off + (uint64_t)t->off);
}

/* ---- values ---- */

static bool is_free(const struct ld_scan *s, struct value v)
{
	return v.kind == FREE || v.kind == FREEP || v.kind == BITS ||
	       (v.kind == ARG && s->memory_free[v.arg]);
}

/* The address of a function escapes: anything may call it. */
static void leaks(struct ld_scan *s, struct value v)
{
	if (v.kind == FUNC)
		s->calls->funcs[v.off].later = true;
}

static bool same_value(struct value a, struct value b)
{
	return a.kind == b.kind && a.arg == b.arg && a.off == b.off;
}

static struct value merge_values(struct ld_scan *s, struct value a, struct value b)
{
	struct value other = {OTHER, 0, 0}, freep = {FREEP, 0, 0};

	if (same_value(a, b))
		return a;
	leaks(s, a);
	leaks(s, b);
	if (a.kind == BITS || b.kind == BITS)
		return other;
	return is_free(s, a) && is_free(s, b) ? freep : other;
}

static void set(struct state *st, unsigned int reg, enum value_kind kind)
{
	st->r[reg] = (struct value){(uint8_t)kind, 0, 0};
}

static void clobber_args(struct state *st)
{
	for (unsigned int i = 1; i <= LD_KERNEL_ARGS; i++)
		set(st, i, OTHER);
}

/* ---- memory ---- */

static void compute_frame_address(struct ld_scan *s, int64_t off)
{
	if (off < 0 && (uint64_t)-off > s->func->frame)
		s->func->frame = (uint32_t)-off;
}

/* An access to v + off. */
static void note_access(struct ld_scan *s, struct value v, int64_t off)
{
	off += v.off;
	if (v.kind == FRAME)
		compute_frame_address(s, off);
	if (!s->recording || !(s->flags[s->at] & LD_PATH_CERTAIN) ||
	    s->flags[s->at] & LD_PATH_SPILL || off < INT32_MIN || off >= INT32_MAX)
		return;
	if (v.kind == FRAME && off < 0 && (uint64_t)-off > s->func->verified)
		s->func->verified = (uint32_t)-off;
	if (v.kind == ARG && off < s->func->low[v.arg])
		s->func->low[v.arg] = (int32_t)off;
}

static int64_t slot_of(int64_t off)
{
	return (off + LD_KERNEL_STACK) >> 3;
}

static void taint_all(struct ld_scan *s)
{
	s->slot_changed |= !s->all_constant;
	s->all_constant = true;
}

static void note_store(struct ld_scan *s, struct value base, int64_t off, unsigned int size,
		       struct value v)
{
	leaks(s, v);
	note_access(s, base, off);
	if (is_free(s, v))
		return;
	if (base.kind == OTHER || base.kind == FUNC)
		taint_all(s); /* may be in the frame */
	if (base.kind != FRAME)
		return;
	off += base.off;
	for (int64_t i = slot_of(off); i <= slot_of(off + size - 1); i++)
		if (i >= 0 && i < NR_SLOTS && !s->constant_slot[i])
			s->constant_slot[i] = s->slot_changed = true;
}

static enum value_kind loaded(const struct ld_scan *s, struct value base, int64_t off,
			      unsigned int size)
{
	enum value_kind unknown = size == 8 ? FREEP : FREE;

	if (is_free(s, base))
		return unknown;
	if (base.kind != FRAME || s->all_constant)
		return OTHER;
	off += base.off;
	for (int64_t i = slot_of(off); i <= slot_of(off + size - 1); i++)
		if (i < 0 || i >= NR_SLOTS || s->constant_slot[i])
			return OTHER;
	return unknown;
}

static unsigned int access_size(uint8_t op)
{
	static const unsigned int sizes[] = {4, 2, 1, 8};

	return sizes[(op >> 3) & 3];
}

static void step_atomic(struct ld_scan *s, struct state *st, const uint8_t *insn, unsigned int dst,
			unsigned int src, int64_t off)
{
	enum { FETCH = 1, CMPXCHG = 0xf1, LOAD_ACQUIRE = 0x100 };
	int32_t imm = ld_insn_imm(insn, s->big);
	struct value other = {OTHER, 0, 0};

	if (imm == LOAD_ACQUIRE) {
		note_access(s, st->r[src], off);
		set(st, dst, OTHER);
		return;
	}
	leaks(s, st->r[src]);
	note_store(s, st->r[dst], off, access_size(insn[0]), other);
	if (imm == CMPXCHG)
		set(st, 0, OTHER);
	else if (imm & FETCH)
		set(st, src, OTHER);
}

/*
 * Passes an argument to a callee through r11, or receives one from the caller. The callee may
 * access the frame that a pointer leads to, and the verifier may know the value.
 */
static void step_stack_arg(struct ld_scan *s, struct state *st, const uint8_t *insn,
			   unsigned int dst, unsigned int src)
{
	enum { LDX = 1, STX = 3 };

	if ((insn[0] & 7) == LDX && dst < NR_REGS)
		set(st, dst, OTHER);
	if ((insn[0] & 7) != STX || src >= NR_REGS)
		return;
	leaks(s, st->r[src]);
	if (st->r[src].kind == FRAME)
		taint_all(s);
}

static void step_memory(struct ld_scan *s, struct state *st, const uint8_t *insn)
{
	enum { LDX = 1, ST = 2, ATOMIC = 0xc0 };
	unsigned int dst = s->big ? insn[1] >> 4 : insn[1] & 0xf, src = ld_insn_src(insn, s->big);
	unsigned int size = access_size(insn[0]);
	int64_t off = (int16_t)ld_get16(insn + 2, s->big);
	struct value constant = {CONST, 0, 0};

	if ((insn[0] & 7) == LDX ? src == STACK_ARGS_REG : dst == STACK_ARGS_REG)
		step_stack_arg(s, st, insn, dst, src);
	if (dst >= NR_REGS || src >= NR_REGS)
		return;
	if ((insn[0] & 7) == LDX) {
		enum value_kind kind = loaded(s, st->r[src], off, size);

		/* CO-RE may change the offset of a field. */
		if (!(s->flags[s->at] & LD_PATH_CORE))
			note_access(s, st->r[src], off);
		set(st, dst, kind);
	} else if ((insn[0] & 7) == ST) {
		note_store(s, st->r[dst], off, size, constant);
	} else if ((insn[0] & 0xe0) == ATOMIC) {
		step_atomic(s, st, insn, dst, src, off);
	} else {
		note_store(s, st->r[dst], off, size, st->r[src]);
	}
}

/* ---- arithmetic ---- */

enum { ADD = 0x00, SUB = 0x10, XOR = 0xa0, MOV = 0xb0, BY_REG = 0x08, ALU64 = 7 };

static struct value moved(struct ld_scan *s, const struct value v, bool whole)
{
	struct value out = v;

	if (whole)
		return out;
	leaks(s, v);
	out = (struct value){OTHER, 0, 0};
	if (is_free(s, v))
		out.kind = v.kind == BITS ? BITS : FREE;
	else if (v.kind == CONST)
		out.kind = CONST;
	return out;
}

/* dst + imm, for a pointer into the frame or derived from an argument. */
static struct value displaced(struct ld_scan *s, struct value v, int64_t by)
{
	struct value other = {OTHER, 0, 0};
	int64_t off = v.off + by;

	if (s->flags[s->at] & LD_PATH_CORE || off < -(1 << 24) || off > 1 << 24)
		return other;
	if (v.kind == FRAME)
		compute_frame_address(s, off);
	v.off = (int32_t)off;
	return v;
}

static enum value_kind combined(const struct ld_scan *s, uint8_t op, struct value a, struct value b)
{
	bool keeps = (op & 0xf0) == ADD || (op & 0xf0) == SUB || (op & 0xf0) == XOR;

	if (a.kind == BITS || b.kind == BITS)
		return OTHER;
	if (is_free(s, a) && b.kind == CONST && !keeps)
		return BITS;
	if (is_free(s, a) && (is_free(s, b) || b.kind == CONST))
		return keeps && (op & 7) == ALU64 ? FREEP : FREE;
	if (keeps && a.kind == CONST && is_free(s, b))
		return (op & 7) == ALU64 ? FREEP : FREE;
	return a.kind == CONST && b.kind == CONST ? CONST : OTHER;
}

static void step_alu(struct ld_scan *s, struct state *st, const uint8_t *insn)
{
	uint8_t op = insn[0], what = op & 0xf0;
	unsigned int dst = s->big ? insn[1] >> 4 : insn[1] & 0xf, src = ld_insn_src(insn, s->big);
	bool whole = (op & 7) == ALU64, core = s->flags[s->at] & LD_PATH_CORE;
	int64_t imm = ld_insn_imm(insn, s->big);
	struct value a, b = {core ? OTHER : CONST, 0, 0};

	if (dst >= NR_REGS || src >= NR_REGS)
		return;
	a = st->r[dst];
	/* Negation and byte swaps have one operand, whatever the source bit is. */
	if (op & BY_REG && what != 0x80 && what != 0xd0)
		b = st->r[src];
	if (what == MOV) {
		whole &= !ld_get16(insn + 2, s->big); /* otherwise it is a sign extension */
		st->r[dst] = moved(s, b, whole);
	} else if (whole && !(op & BY_REG) && (what == ADD || what == SUB) &&
		   (a.kind == FRAME || a.kind == ARG)) {
		st->r[dst] = displaced(s, a, what == ADD ? imm : -imm);
	} else if (op & BY_REG && src == dst && (what == SUB || what == XOR)) {
		set(st, dst, CONST);
	} else {
		leaks(s, a);
		leaks(s, b);
		set(st, dst, combined(s, op, a, b));
	}
}

static void step_imm64(struct ld_scan *s, struct state *st, const uint8_t *insn)
{
	unsigned int dst = s->big ? insn[1] >> 4 : insn[1] & 0xf;
	const struct ld_reloc *r;
	struct ld_target t;
	uint32_t callee = func_of(s, s->at, &r, &t);

	if (dst >= NR_REGS)
		return;
	set(st, dst, OTHER);
	if (callee < s->calls->nr_funcs)
		st->r[dst] = (struct value){FUNC, 0, (int32_t)callee};
	else if (!r && !(s->flags[s->at] & LD_PATH_CORE))
		set(st, dst, CONST);
	/* The verifier knows the contents of .rodata, but not of maps and writable variables. */
	else if (r && t.piece && t.piece->sec->flags & SHF_WRITE &&
		 t.piece->sec->role != LD_ROLE_RODATA)
		set(st, dst, FREEP);
}

/* ---- calls ---- */

static bool is_certain(const struct ld_scan *s)
{
	return s->flags[s->at] & LD_PATH_CERTAIN;
}

static void add_call(struct ld_scan *s, uint32_t callee, enum ld_call_kind kind)
{
	struct ld_call call = {.caller = s->index, .callee = callee, .kind = kind};

	if (!s->recording)
		return;
	call.off = s->func->off + (uint64_t)s->at * LD_INSN_SIZE;
	call.certain = is_certain(s);
	LD_PUSH(s->l->arena, &s->calls->calls, call);
}

static void pass_pointer(struct ld_scan *s, uint32_t callee, unsigned int arg, struct value v)
{
	struct passed passed = {callee, (uint8_t)arg, v};

	if (v.kind == FRAME)
		taint_all(s); /* the callee may store a known value there */
	if (s->recording && is_certain(s) && (v.kind == FRAME || v.kind == ARG))
		LD_PUSH(s->l->arena, &s->passed, passed);
}

static void needs_gpl(struct ld_scan *s)
{
	if (!s->recording || !is_certain(s) || s->func->needs_gpl)
		return;
	s->func->needs_gpl = true;
	s->func->gpl_off = s->func->off + (uint64_t)s->at * LD_INSN_SIZE;
}

static void step_helper(struct ld_scan *s, struct state *st, int32_t id)
{
	const struct ld_callback_helper *cb = ld_callback_helper(id);
	unsigned int flags = ld_helper_flags(id);

	if (flags & LD_HELPER_GPL)
		needs_gpl(s);
	for (unsigned int reg = 1; reg <= LD_KERNEL_ARGS; reg++) {
		struct value v = st->r[reg];

		if (flags & LD_HELPER_MEM << (reg - 1))
			note_access(s, v, 0);
		if (v.kind != FUNC)
			continue;
		if (cb && reg == cb->function) {
			add_call(s, (uint32_t)v.off, LD_CALL_BACK);
			pass_pointer(s, (uint32_t)v.off, cb->arg - 1u, st->r[cb->ctx]);
			continue;
		}
		leaks(s, v);
		if (id == LD_HELPER_TIMER_SET_CALLBACK)
			add_call(s, (uint32_t)v.off, LD_CALL_LATER);
	}
	clobber_args(st);
	set(st, 0, flags & LD_HELPER_KNOWN ? OTHER : flags & LD_HELPER_PTR ? FREEP : FREE);
}

/* The number of parameters in the declaration of a kernel function. */
static unsigned int nr_params(const struct ld_file *f, uint32_t in_sym)
{
	const struct btf_type *t;

	if (!in_sym || !f->syms[in_sym].btf)
		return 0;
	t = ld_btf_type(&f->btf, f->syms[in_sym].btf);
	if (ld_btf_kind(t) != BTF_KIND_FUNC)
		return 0;
	t = ld_btf_type(&f->btf, t->type);
	return ld_btf_kind(t) == BTF_KIND_FUNC_PROTO ? ld_btf_vlen(t) : 0;
}

/* A call of a kernel function. It may access the memory of a pointer to the stack. */
static void step_kfunc(struct ld_scan *s, struct state *st, uint32_t in_sym)
{
	const struct ld_file *f = s->func->sec->file;
	const struct ld_global *n = in_sym ? f->syms[in_sym].global : NULL;
	unsigned int params = nr_params(f, in_sym);

	for (unsigned int reg = 1; reg <= LD_KERNEL_ARGS; reg++) {
		struct value v = st->r[reg];

		leaks(s, v);
		if (v.kind != FRAME)
			continue;
		taint_all(s);
		if (reg <= params && !(n && n->weak))
			note_access(s, v, 0);
	}
	if (n && n->ksym && !n->weak)
		needs_gpl(s);
	clobber_args(st);
	set(st, 0, FREEP); /* without a weak one, the kernel rejects the call, if it is reached */
}

static void step_call(struct ld_scan *s, struct state *st, const uint8_t *insn)
{
	unsigned int src = ld_insn_src(insn, s->big);
	const struct ld_reloc *r;
	struct ld_target t;
	uint32_t callee = func_of(s, s->at, &r, &t);

	if (!r && !src) {
		step_helper(s, st, ld_insn_imm(insn, s->big));
		return;
	}
	if (callee == s->calls->nr_funcs) {
		step_kfunc(s, st, r ? r->sym : 0);
		return;
	}
	add_call(s, callee, LD_CALL_DIRECT);
	for (unsigned int reg = 1; reg <= LD_KERNEL_ARGS; reg++) {
		leaks(s, st->r[reg]);
		pass_pointer(s, callee, reg - 1, st->r[reg]);
	}
	clobber_args(st);
	set(st, 0, s->calls->funcs[callee].global ? FREEP : OTHER);
}

/* ---- branches ---- */

/* The sides of a conditional jump that the verifier explores whatever it knows. */
static uint8_t certain_sides(const struct ld_scan *s, const struct state *st, const uint8_t *insn)
{
	enum { JEQ = 0x10, JNE = 0x50, MAY_GOTO = 0xe0 };
	unsigned int dst = s->big ? insn[1] >> 4 : insn[1] & 0xf, src = ld_insn_src(insn, s->big);
	uint8_t op = insn[0], what = op & 0xf0;
	struct value a, b = {CONST, 0, 0};

	if (what == MAY_GOTO)
		return LD_PATH_CERTAIN_JUMP | LD_PATH_CERTAIN_FALL;
	if (dst >= NR_REGS || src >= NR_REGS)
		return 0;
	a = st->r[dst];
	if (op & BY_REG)
		b = st->r[src];
	if (!(is_free(s, a) && (is_free(s, b) || b.kind == CONST)) &&
	    !(is_free(s, b) && a.kind == CONST))
		return 0;
	/* It may know the range of these. */
	if ((a.kind == BITS || b.kind == BITS) &&
	    (op & BY_REG || ld_insn_imm(insn, s->big) || (what != JEQ && what != JNE)))
		return 0;
	/* The verifier may know that a pointer is not null, and skip the other side. */
	if (a.kind != FREE && !(op & BY_REG) && (op & 7) == LD_CLASS_JMP &&
	    !ld_insn_imm(insn, s->big) && (what == JEQ || what == JNE))
		return what == JEQ ? LD_PATH_CERTAIN_FALL : LD_PATH_CERTAIN_JUMP;
	return LD_PATH_CERTAIN_JUMP | LD_PATH_CERTAIN_FALL;
}

static void step_branch(struct ld_scan *s, struct state *st, const uint8_t *insn)
{
	enum { JEQ = 0x10, JNE = 0x50, JCOND = 0xe0 };
	unsigned int regs[] = {s->big ? insn[1] >> 4 : insn[1] & 0xf, ld_insn_src(insn, s->big)};
	uint8_t sides = certain_sides(s, st, insn), what = insn[0] & 0xf0;

	s->flags[s->at] &= (uint8_t) ~(LD_PATH_CERTAIN_JUMP | LD_PATH_CERTAIN_FALL);
	s->flags[s->at] |= sides;
	if (what == JEQ || what == JNE || what == JCOND)
		return;
	/* From here on, it knows the range of scalars that were compared. */
	for (unsigned int i = 0; i <= (insn[0] & BY_REG ? 1 : 0); i++)
		if (regs[i] < NR_REGS &&
		    (st->r[regs[i]].kind == FREE || st->r[regs[i]].kind == FREEP ||
		     st->r[regs[i]].kind == BITS))
			set(st, regs[i], OTHER);
}

static bool ends_block(uint8_t op)
{
	return (op & 7) >= LD_CLASS_JMP && (op & 7) <= LD_CLASS_JMP32 && op != LD_OP_CALL;
}

static void step(struct ld_scan *s, struct state *st, uint32_t slot)
{
	const uint8_t *insn = insn_at(s, slot);
	uint8_t op = insn[0];

	s->at = slot;
	switch (op & 7) {
	case 0:
		if (op == LD_OP_LD_IMM64) {
			step_imm64(s, st, insn);
		} else { /* legacy packet access */
			clobber_args(st);
			set(st, 0, FREE);
		}
		break;
	case 1:
	case 2:
	case 3: step_memory(s, st, insn); break;
	case 4:
	case ALU64: step_alu(s, st, insn); break;
	default:
		if (op == LD_OP_CALL)
			step_call(s, st, insn);
		else if (op == LD_OP_EXIT)
			leaks(s, st->r[0]);
		else if (!ld_is_goto(op))
			step_branch(s, st, insn);
	}
	set(st, FRAME_REG, FRAME);
}

/* ---- step 1: values ---- */

static void enqueue(struct ld_scan *s, uint32_t slot)
{
	struct state *st = &s->states[s->blocks[slot]];

	if (!st->queued)
		s->queue[s->nr_queue++] = slot;
	st->queued = true;
}

static void flow_to(struct ld_scan *s, uint32_t slot, const struct state *from)
{
	struct state *to;
	bool changed = false;

	if (slot >= s->nr || !(s->flags[slot] & LD_PATH_LEADER))
		return;
	to = &s->states[s->blocks[slot]];
	if (!to->known) {
		memcpy(to->r, from->r, sizeof(to->r));
		to->known = changed = true;
	}
	for (unsigned int i = 0; i < NR_REGS; i++) {
		struct value v = merge_values(s, to->r[i], from->r[i]);

		changed |= !same_value(v, to->r[i]);
		to->r[i] = v;
	}
	if (changed)
		enqueue(s, slot);
}

static void walk_block(struct ld_scan *s, uint32_t slot)
{
	struct state st = s->states[s->blocks[slot]];

	for (;;) {
		const uint8_t *insn = insn_at(s, slot);
		int64_t distance;

		step(s, &st, slot);
		if (ld_insn_is_jump(insn, s->big, &distance))
			flow_to(s, ld_jump_target(s->nr, slot, distance), &st);
		if (insn[0] == LD_OP_EXIT || ld_is_goto(insn[0]))
			return;
		slot += insn[0] == LD_OP_LD_IMM64 ? 2 : 1;
		if (slot >= s->nr)
			return;
		if (s->flags[slot] & LD_PATH_LEADER) {
			flow_to(s, slot, &st);
			return;
		}
	}
}

static void follow_values(struct ld_scan *s)
{
	const unsigned int patience = 3;

	for (unsigned int round = 0; round <= patience; round++) {
		if (round == patience)
			taint_all(s);
		s->slot_changed = false;
		while (s->nr_queue) {
			uint32_t slot = s->queue[--s->nr_queue];

			s->states[s->blocks[slot]].queued = false;
			walk_block(s, slot);
		}
		if (!s->slot_changed)
			return;
		/* Values were loaded from a slot before it was found to hold a constant. */
		for (uint32_t i = 0; i < s->nr; i++)
			if (s->flags[i] & LD_PATH_LEADER && s->states[s->blocks[i]].known)
				enqueue(s, i);
	}
}

/* ---- step 3: accesses and calls ---- */

/* Values could not be tracked into this code, but its calls exist nevertheless. */
static void step_unknown(struct ld_scan *s, uint32_t slot)
{
	const struct ld_reloc *r;
	struct ld_target t;
	uint32_t callee;

	s->at = slot;
	s->flags[slot] &= (uint8_t)~LD_PATH_CERTAIN;
	if (insn_at(s, slot)[0] != LD_OP_CALL && insn_at(s, slot)[0] != LD_OP_LD_IMM64)
		return;
	callee = func_of(s, slot, &r, &t);
	if (callee == s->calls->nr_funcs)
		return;
	if (insn_at(s, slot)[0] == LD_OP_CALL)
		add_call(s, callee, LD_CALL_DIRECT);
	else
		s->calls->funcs[callee].later = true;
}

static void record(struct ld_scan *s)
{
	struct state st = {.known = false};

	s->recording = true;
	for (uint32_t i = 0; i < s->nr; i++) {
		if (s->flags[i] & LD_PATH_SECOND)
			continue;
		if (s->flags[i] & LD_PATH_LEADER)
			st = s->states[s->blocks[i]];
		if (st.known && !s->opaque)
			step(s, &st, i);
		else
			step_unknown(s, i);
	}
	s->recording = false;
}

/* ---- a function ---- */

static void make_room(struct ld_scan *s)
{
	struct ld_arena *a = s->l->arena;
	size_t slots = (size_t)s->nr + 1;

	if (slots > s->flags_cap) {
		s->flags_cap = slots * 2;
		s->flags = LD_NEW_ARRAY(a, uint8_t, s->flags_cap);
		s->blocks = LD_NEW_ARRAY(a, uint32_t, s->flags_cap);
		s->queue = LD_NEW_ARRAY(a, uint32_t, s->flags_cap);
	}
	memset(s->flags, 0, slots);
}

static void mark_core(struct ld_scan *s)
{
	const struct ld_func *func = s->func;
	const struct ld_ext *ext = &func->sec->ext[LD_EXT_CORE];
	uint32_t lo = 0, hi = ext->nr;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (ext->recs[(size_t)mid * ext->words] < func->off)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < ext->nr; lo++) {
		uint64_t slot = (ext->recs[(size_t)lo * ext->words] - func->off) / LD_INSN_SIZE;

		if (slot >= s->nr)
			break;
		s->flags[slot] |= LD_PATH_CORE;
	}
}

static bool is_spill(const struct ld_scan *s, const uint8_t *save, const uint8_t *restore)
{
	enum { STX_DW = 0x7b, LDX_DW = 0x79 };
	unsigned int saved = ld_insn_src(save, s->big);
	unsigned int restored = s->big ? restore[1] >> 4 : restore[1] & 0xf;

	return save[0] == STX_DW && restore[0] == LDX_DW && saved == restored &&
	       (s->big ? save[1] >> 4 : save[1] & 0xf) == FRAME_REG &&
	       ld_insn_src(restore, s->big) == FRAME_REG &&
	       ld_get16(save + 2, s->big) == ld_get16(restore + 2, s->big);
}

/*
 * bpf_fastcall: registers are saved and restored right around a call. Newer kernels remove that if
 * they know that the helper preserves registers, so its stack may not count.
 */
static void mark_spills(struct ld_scan *s, uint32_t call)
{
	const struct ld_reloc *r;
	struct ld_target t;

	for (uint32_t i = 1; i <= LD_KERNEL_ARGS && i <= call && i < s->nr - call; i++) {
		if (!is_spill(s, insn_at(s, call - i), insn_at(s, call + i)) ||
		    func_of(s, call, &r, &t) != s->calls->nr_funcs)
			return;
		s->flags[call - i] |= LD_PATH_SPILL;
		s->flags[call + i] |= LD_PATH_SPILL;
	}
}

/* Finds the basic blocks. Also finds tail calls, reachable or not, as the verifier does. */
static void find_blocks(struct ld_scan *s)
{
	s->flags[0] |= LD_PATH_LEADER;
	for (uint32_t i = 0; i < s->nr; i++) {
		const uint8_t *insn = insn_at(s, i);
		uint8_t op = insn[0];
		int64_t distance;

		if (op == LD_OP_LD_IMM64 && i + 1 < s->nr) {
			s->flags[++i] |= LD_PATH_SECOND;
			continue;
		}
		s->func->calls_tail |= is_tail_call(s, insn);
		if (op == LD_OP_CALL)
			mark_spills(s, i);
		if (!ends_block(op))
			continue;
		if (op == LD_OP_JUMP_REG)
			s->opaque = true;
		if (ld_insn_is_jump(insn, s->big, &distance))
			s->flags[ld_jump_target(s->nr, i, distance)] |= LD_PATH_LEADER;
		s->flags[i + 1] |= LD_PATH_LEADER;
	}
	s->nr_states = 0;
	for (uint32_t i = 0; i < s->nr; i++) {
		if (s->flags[i] & LD_PATH_SECOND)
			s->flags[i] &= (uint8_t)~LD_PATH_LEADER;
		if (s->flags[i] & LD_PATH_LEADER)
			s->blocks[i] = s->nr_states++;
	}
	if (s->nr_states > s->states_cap) {
		s->states_cap = (size_t)s->nr_states * 2;
		s->states = LD_NEW_ARRAY(s->l->arena, struct state, s->states_cap);
	}
	if (s->nr_states)
		memset(s->states, 0, s->nr_states * sizeof(*s->states));
}

static bool gets_context(const struct ld_func *func, unsigned int arg)
{
	const struct ld_btf *btf = &func->sec->file->btf;
	const struct btf_type *t;
	const struct btf_param *params;

	if (!func->sym->btf)
		return false;
	t = ld_btf_type(btf, ld_btf_type(btf, func->sym->btf)->type);
	params = ld_btf_tail(t);
	return ld_btf_kind(t) == BTF_KIND_FUNC_PROTO && arg < ld_btf_vlen(t) &&
	       ld_is_context(btf, params[arg].type);
}

static void enter(struct ld_scan *s)
{
	struct state st = {.known = false};

	for (uint8_t i = 0; i < LD_KERNEL_ARGS; i++) {
		s->memory_free[i] = s->func->global || s->func->program || gets_context(s->func, i);
		st.r[i + 1] = (struct value){ARG, i, 0};
	}
	set(&st, FRAME_REG, FRAME);
	flow_to(s, 0, &st);
}

/*
 * Computes the frame of a function without calls or callers in one pass: accesses through the frame
 * pointer, and through copies of it with an offset.
 */
static void scan_frame(struct ld_scan *s)
{
	enum { LDX = 1, ST = 2, STX = 3, MOV_REG = 0xbf, ADD_IMM = 0x07 };
	unsigned int copies = 0; /* by register: holds the frame pointer */

	for (uint32_t i = 0; i < s->nr; i++) {
		const uint8_t *insn = insn_at(s, i);
		unsigned int dst = s->big ? insn[1] >> 4 : insn[1] & 0xf;
		unsigned int src = ld_insn_src(insn, s->big), class = insn[0] & 7;

		if ((class == LDX && src == FRAME_REG) ||
		    ((class == ST || class == STX) && dst == FRAME_REG)) {
			compute_frame_address(s, (int16_t)ld_get16(insn + 2, s->big));
		} else if (insn[0] == MOV_REG && src == FRAME_REG) {
			copies |= 1u << dst;
		} else if (insn[0] == ADD_IMM && copies & 1u << dst) {
			compute_frame_address(s, ld_insn_imm(insn, s->big));
			copies &= ~(1u << dst);
		} else if (insn[0] == LD_OP_CALL) {
			s->func->calls_tail |= is_tail_call(s, insn);
		}
		i += insn[0] == LD_OP_LD_IMM64;
	}
	s->func->verified = s->func->frame;
}

static void follow_function(struct ld_scan *s)
{
	s->func->frame = s->func->verified = 0;
	s->opaque = s->all_constant = false;
	memset(s->constant_slot, 0, sizeof(s->constant_slot));
	make_room(s);
	mark_core(s);
	find_blocks(s);
	enter(s);
	follow_values(s);
	ld_mark_certain(s->code, s->nr, s->big, s->flags);
	record(s);
}

void ld_scan_function(struct ld_scan *s, uint32_t index)
{
	struct ld_func *func = s->func = &s->calls->funcs[index];
	bool followed;

	s->index = index;
	s->code = func->sec->data + func->off;
	s->nr = (uint32_t)(func->size / LD_INSN_SIZE);
	s->big = func->sec->file->big;
	for (unsigned int i = 0; i < LD_KERNEL_ARGS; i++)
		func->low[i] = LD_NO_ACCESS;
	func->call = (uint32_t)s->calls->calls.nr;
	if (!func->linked)
		scan_frame(s);
	followed = func->linked || func->frame > LD_KERNEL_STACK ||
		   !ld_is_gpl_compatible(s->l->res.license) || s->l->opt->kernels ||
		   ld_may_need_too_much(func);
	if (followed)
		follow_function(s);
	func->call_end = (uint32_t)s->calls->calls.nr;
	func->need = (uint32_t)s->calls->needs.nr;
	if (followed)
		ld_find_needs(s->l, s->calls, index, s->flags);
	func->need_end = (uint32_t)s->calls->needs.nr;
	s->first_passed[index + 1] = (uint32_t)s->passed.nr;
}

void ld_scan_passed_pointers(struct ld_scan *s)
{
	for (uint32_t i = 0; i < s->calls->nr_funcs; i++) {
		uint32_t index = s->calls->order[i];
		struct ld_func *caller = &s->calls->funcs[index];

		for (uint32_t k = s->first_passed[index]; k < s->first_passed[index + 1]; k++) {
			const struct passed *p = &s->passed.v[k];
			int32_t low = s->calls->funcs[p->callee].low[p->arg];
			int64_t off = (int64_t)p->value.off + low;

			if (low == LD_NO_ACCESS || off < INT32_MIN || off >= INT32_MAX)
				continue;
			if (p->value.kind == FRAME && off < 0 && -off > caller->verified)
				caller->verified = (uint32_t)-off;
			if (p->value.kind == ARG && off < caller->low[p->value.arg])
				caller->low[p->value.arg] = (int32_t)off;
		}
	}
}
