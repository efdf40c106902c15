/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Follows constants through the code of a linked program, as far as they decide branches that
 * guard CO-RE relocations and weak externs: through registers, stack slots, arguments and results
 * of static functions. Where paths meet, values that differ become unknown, so that code is reached
 * here if the verifier can reach it. An instruction that the loader makes invalid does not end its
 * path: what follows is reported, too.
 *
 * States belong to leaders, the first instructions of basic blocks. All sections share one
 * numbering of slots.
 */
#include "passes/check/target_code.h"

#include <string.h>

#include "elf/elf_read.h"
#include "elf/insn.h"
#include "passes/check/scan_paths.h"

#define NR_REGS 11
#define FRAME_REG 10
#define NR_ARGS 5
#define NR_SAVED 8 /* stack slots with constants that are followed */

struct saved {
	int16_t off; /* from the top of the frame; 0: unused */
	uint8_t size;
	struct ld_code_value value;
};

struct state {
	struct ld_code_value r[NR_REGS];
	struct saved saved[NR_SAVED];
	bool known, queued;
};

/* The code of a piece: a function. */
struct part {
	const struct ld_piece *piece;
	uint32_t slot, end;
	bool program, global; /* global: verified for any arguments */
	bool linked;          /* some instruction refers to it */
	bool takes_frame;     /* copies the frame pointer */
	bool certain;
	struct ld_code_value ret;
	LD_VEC(uint32_t) callers; /* slots of leaders of blocks that end with a call of it */
};

struct ld_code {
	const struct ld_link *l;
	const struct ld_file *f;
	bool big;
	uint32_t nr;           /* slots */
	const uint8_t **insns; /* by slot */
	uint32_t *first;       /* by section: its first slot; UINT32_MAX: no code */
	uint32_t *reloc_at;    /* by slot: index of a relocation in its section + 1, or 0 */
	uint32_t *relo_at;     /* by slot: number of a CO-RE record + 1, or 0 */
	uint32_t *part_at;     /* by slot */
	uint8_t *leaders;      /* by slot: LD_PATH_LEADER, LD_PATH_SECOND */
	uint8_t *flags;        /* by slot, for ld_mark_certain() */
	uint32_t *blocks;      /* by slot: index of the state, for leaders */
	bool *reached;         /* by slot */
	LD_VEC(struct part) parts;
	struct state *states;
	uint32_t nr_states;
	uint32_t *queue;
	uint32_t nr_queue;

	const struct ld_code_value *relo_values, *sym_values;
	bool deciding; /* the last walk, which records decided branches */
};

static const struct ld_code_value any = {.kind = LD_CODE_ANY};

static struct ld_code_value constant(uint64_t v)
{
	return (struct ld_code_value){LD_CODE_CONST, v};
}

/* ---- preparation ---- */

static uint32_t slot_of(const struct ld_code *c, const struct ld_section *sec, uint64_t off)
{
	return c->first[sec->index] + (uint32_t)(off / LD_INSN_SIZE);
}

static bool is_code(const struct ld_section *sec)
{
	return sec->kind == LD_SEC_CODE && sec->data && sec->nr_pieces;
}

static void number_slots(struct ld_code *c)
{
	const struct ld_file *f = c->f;

	c->first = LD_NEW_ARRAY(c->l->arena, uint32_t, f->nr_secs);
	for (uint32_t i = 1; i < f->nr_secs; i++) {
		c->first[i] = is_code(&f->secs[i]) ? c->nr : UINT32_MAX;
		if (is_code(&f->secs[i]))
			c->nr += (uint32_t)(f->secs[i].size / LD_INSN_SIZE);
	}
}

static bool is_global(const struct ld_piece *p)
{
	for (uint32_t i = p->sym; i < p->sym_end; i++) {
		const struct ld_sym *sym = &p->sec->file->syms[p->sec->syms[i]];

		if (sym->type == STT_FUNC && sym->bind != STB_LOCAL && sym->vis == STV_DEFAULT)
			return true;
	}
	return false;
}

static void add_part(struct ld_code *c, const struct ld_piece *p)
{
	struct part part = {.piece = p, .slot = slot_of(c, p->sec, p->off)};

	part.end = part.slot + (uint32_t)(p->size / LD_INSN_SIZE);
	part.program = p->sec->role != LD_ROLE_TEXT;
	part.global = !part.program && is_global(p);
	for (uint32_t i = part.slot; i < part.end; i++) {
		const uint8_t *insn =
		    p->sec->data + p->off + (uint64_t)(i - part.slot) * LD_INSN_SIZE;

		c->insns[i] = insn;
		c->part_at[i] = (uint32_t)c->parts.nr;
		part.takes_frame |=
		    insn[0] == LD_OP_MOV64_REG && ld_insn_src(insn, c->big) == FRAME_REG;
	}
	LD_PUSH(c->l->arena, &c->parts, part);
}

static void find_leaders(struct ld_code *c, const struct part *p)
{
	uint32_t nr = p->end - p->slot;
	uint8_t *leaders = c->leaders + p->slot;

	if (nr)
		leaders[0] |= LD_PATH_LEADER;
	for (uint32_t i = 0; i < nr; i++) {
		const uint8_t *insn = c->insns[p->slot + i];
		int64_t distance;

		if (insn[0] == LD_OP_LD_IMM64 && i + 1 < nr) {
			leaders[++i] |= LD_PATH_SECOND;
			continue;
		}
		if (ld_insn_is_jump(insn, c->big, &distance) &&
		    ld_jump_target(nr, i, distance) < nr)
			leaders[ld_jump_target(nr, i, distance)] |= LD_PATH_LEADER;
		if (i + 1 < nr && (ld_insn_is_jump(insn, c->big, &distance) ||
				   insn[0] == LD_OP_EXIT || insn[0] == LD_OP_CALL))
			leaders[i + 1] |= LD_PATH_LEADER;
	}
}

/* The slot of the BPF function that an instruction refers to, or UINT32_MAX. */
static uint32_t callee_of(const struct ld_code *c, uint32_t slot, uint32_t *in_sym)
{
	const struct ld_section *sec = c->parts.v[c->part_at[slot]].piece->sec;
	const struct ld_reloc *r;
	struct ld_target t;
	uint64_t off;

	*in_sym = 0;
	if (!c->reloc_at[slot])
		return UINT32_MAX;
	r = &sec->relocs[c->reloc_at[slot] - 1];
	t = ld_reloc_target(c->f, r);
	*in_sym = r->sym;
	if (!t.piece || !is_code(t.piece->sec))
		return UINT32_MAX;
	off = t.piece->off + (uint64_t)t.off;
	return off < t.piece->sec->size ? slot_of(c, t.piece->sec, off) : UINT32_MAX;
}

static void note_records(struct ld_code *c)
{
	uint32_t nr = 0;

	for (uint32_t i = 1; i < c->f->nr_secs; i++) {
		const struct ld_section *sec = &c->f->secs[i];
		const struct ld_ext *ext = &sec->ext[LD_EXT_CORE];

		for (uint32_t k = 0; k < ext->nr; k++, nr++)
			if (is_code(sec))
				c->relo_at[slot_of(c, sec, ext->recs[(size_t)k * ext->words])] =
				    nr + 1;
		for (uint32_t k = 0; is_code(sec) && k < sec->nr_relocs; k++)
			c->reloc_at[slot_of(c, sec, sec->relocs[k].off)] = k + 1;
	}
}

/* Blocks end with their first call: see find_leaders(). */
static void note_callers(struct ld_code *c)
{
	uint32_t leader = 0, in_sym;

	for (uint32_t i = 0; i < c->nr; i++) {
		uint32_t callee;

		if (c->leaders[i] & LD_PATH_LEADER)
			leader = i;
		if (!c->insns[i] || c->insns[i][0] != LD_OP_CALL)
			continue;
		callee = callee_of(c, i, &in_sym);
		if (callee != UINT32_MAX)
			LD_PUSH(c->l->arena, &c->parts.v[c->part_at[callee]].callers, leader);
	}
}

struct ld_code *ld_code_new(const struct ld_link *l, const struct ld_file *f)
{
	struct ld_code *c = LD_NEW(l->arena, struct ld_code);
	uint32_t in_sym, callee;

	*c = (struct ld_code){.l = l, .f = f, .big = f->big};
	number_slots(c);
	c->insns = LD_NEW_ARRAY(l->arena, const uint8_t *, c->nr);
	c->reloc_at = LD_NEW_ARRAY(l->arena, uint32_t, c->nr);
	c->relo_at = LD_NEW_ARRAY(l->arena, uint32_t, c->nr);
	c->part_at = LD_NEW_ARRAY(l->arena, uint32_t, c->nr);
	c->blocks = LD_NEW_ARRAY(l->arena, uint32_t, c->nr);
	c->queue = LD_NEW_ARRAY(l->arena, uint32_t, c->nr);
	c->leaders = LD_NEW_ARRAY(l->arena, uint8_t, c->nr);
	c->flags = LD_NEW_ARRAY(l->arena, uint8_t, (size_t)c->nr + 1);
	c->reached = LD_NEW_ARRAY(l->arena, bool, c->nr);
	for (uint32_t i = 1; i < f->nr_secs; i++)
		for (uint32_t k = 0; is_code(&f->secs[i]) && k < f->secs[i].nr_pieces; k++)
			add_part(c, &f->secs[i].pieces[k]);
	note_records(c);
	ld_for_each(i, &c->parts)
		find_leaders(c, &c->parts.v[i]);
	for (uint32_t i = 0; i < c->nr; i++) {
		callee = c->insns[i] ? callee_of(c, i, &in_sym) : UINT32_MAX;
		if (callee == UINT32_MAX)
			continue;
		c->leaders[callee] |= LD_PATH_LEADER;
		c->parts.v[c->part_at[callee]].linked = true;
	}
	note_callers(c);
	for (uint32_t i = 0; i < c->nr; i++)
		if (c->leaders[i] & LD_PATH_LEADER)
			c->blocks[i] = c->nr_states++;
	c->states = LD_NEW_ARRAY(l->arena, struct state, c->nr_states);
	return c;
}

/* ---- flow ---- */

static bool same(struct ld_code_value a, struct ld_code_value b)
{
	return a.kind == b.kind && (a.kind != LD_CODE_CONST || a.v == b.v);
}

static bool is_nonzero(struct ld_code_value v)
{
	return v.kind == LD_CODE_NONZERO || (v.kind == LD_CODE_CONST && v.v);
}

static struct ld_code_value join(struct ld_code_value a, struct ld_code_value b)
{
	if (a.kind == LD_CODE_NONE || same(a, b))
		return b;
	if (b.kind == LD_CODE_NONE)
		return a;
	return is_nonzero(a) && is_nonzero(b) ? (struct ld_code_value){.kind = LD_CODE_NONZERO}
					      : any;
}

static struct saved *find_saved(struct state *st, int16_t off, uint8_t size)
{
	for (int i = 0; i < NR_SAVED; i++)
		if (st->saved[i].off == off && (st->saved[i].size == size || !off))
			return &st->saved[i];
	return NULL;
}

/* Keeps what both have. Returns whether to has changed. */
static bool join_saved(struct state *to, struct state *from)
{
	bool changed = false;

	for (int i = 0; i < NR_SAVED; i++) {
		struct saved *a = &to->saved[i];
		struct saved *b = a->off ? find_saved(from, a->off, a->size) : NULL;

		if (!a->off || (b && same(a->value, b->value)))
			continue;
		*a = (struct saved){0};
		changed = true;
	}
	return changed;
}

static void flow_to(struct ld_code *c, uint32_t slot, struct state *from)
{
	struct state *to;
	bool changed = false;

	if (c->deciding || !(c->leaders[slot] & LD_PATH_LEADER))
		return;
	to = &c->states[c->blocks[slot]];
	if (!to->known) {
		bool queued = to->queued;

		*to = *from;
		to->queued = queued;
		to->known = changed = true;
	} else {
		for (int i = 0; i < NR_REGS; i++) {
			struct ld_code_value v = join(to->r[i], from->r[i]);

			changed |= !same(v, to->r[i]);
			to->r[i] = v;
		}
		changed |= join_saved(to, from);
	}
	if (changed && !to->queued) {
		c->queue[c->nr_queue++] = slot;
		to->queued = true;
	}
}

/* The verifier begins here, with any arguments. */
static void enter(struct ld_code *c, uint32_t slot)
{
	struct state st = {.known = true};

	for (int i = 0; i < NR_REGS; i++)
		st.r[i] = any;
	flow_to(c, slot, &st);
}

/* ---- instructions ---- */

static unsigned int dst_of(const struct ld_code *c, const uint8_t *insn)
{
	return c->big ? insn[1] >> 4 : insn[1] & 0xf;
}

static bool compute(uint8_t what, bool wide, uint64_t a, uint64_t b, uint64_t *out)
{
	const unsigned int mask = wide ? 63 : 31;

	if (!wide) {
		a = (uint32_t)a;
		b = (uint32_t)b;
	}
	switch (what) {
	case 0x00: *out = a + b; break;
	case 0x10: *out = a - b; break;
	case 0x20: *out = a * b; break;
	case 0x30: *out = b ? a / b : 0; break;
	case 0x40: *out = a | b; break;
	case 0x50: *out = a & b; break;
	case 0x60: *out = a << (b & mask); break;
	case 0x70: *out = a >> (b & mask); break;
	case 0x80: *out = -a; break;
	case 0x90: *out = b ? a % b : a; break;
	case 0xa0: *out = a ^ b; break;
	case 0xb0: *out = b; break;
	case 0xc0:
		*out = wide ? (uint64_t)((int64_t)a >> (b & mask))
			    : (uint64_t)((int32_t)a >> (b & mask));
		break;
	default: return false;
	}
	if (!wide)
		*out = (uint32_t)*out;
	return true;
}

/* The operand in imm, as CO-RE has changed it on this kernel. */
static struct ld_code_value immediate(const struct ld_code *c, uint32_t slot)
{
	const uint8_t *insn = c->insns[slot];

	if (c->relo_at[slot])
		return c->relo_values[c->relo_at[slot] - 1];
	return constant((uint64_t)(int64_t)ld_insn_imm(insn, c->big));
}

static void step_alu(const struct ld_code *c, struct state *st, uint32_t slot)
{
	const uint8_t *insn = c->insns[slot];
	uint8_t op = insn[0], what = op & 0xf0;
	unsigned int dst = dst_of(c, insn), src = ld_insn_src(insn, c->big);
	bool wide = (op & 7) == LD_CLASS_ALU64;
	struct ld_code_value a, b, *out = &st->r[dst < NR_REGS ? dst : 0];

	if (dst >= NR_REGS || src >= NR_REGS)
		return;
	a = *out;
	b = op & LD_SRC_REG && what != 0x80 ? st->r[src] : immediate(c, slot);
	*out = any;
	if (ld_get16(insn + 2, c->big) || what == 0xd0)
		return; /* signed variants, byte swaps */
	if (what == 0xb0 && wide)
		*out = b;
	else if (what == 0xb0 && b.kind == LD_CODE_CONST)
		*out = constant((uint32_t)b.v);
	else if (op & LD_SRC_REG && src == dst && (what == 0x10 || what == 0xa0))
		*out = constant(0);
	else if (what == 0x50 &&
		 ((a.kind == LD_CODE_CONST && !a.v) || (b.kind == LD_CODE_CONST && !b.v)))
		*out = constant(0);
	else if (a.kind == LD_CODE_CONST && b.kind == LD_CODE_CONST &&
		 compute(what, wide, a.v, b.v, &out->v))
		out->kind = LD_CODE_CONST;
	else if (!what && wide && a.kind == LD_CODE_NONZERO)
		*out = a; /* a pointer plus an offset */
}

static void step_imm64(struct ld_code *c, struct state *st, uint32_t slot)
{
	const uint8_t *insn = c->insns[slot];
	unsigned int dst = dst_of(c, insn);
	uint32_t in_sym, callee = callee_of(c, slot, &in_sym);
	struct ld_code_value v = any;

	if (callee != UINT32_MAX)
		enter(c, callee);
	if (c->relo_at[slot])
		v = c->relo_values[c->relo_at[slot] - 1];
	else if (in_sym && !ld_is_defined(&c->f->syms[in_sym]))
		v = c->sym_values[in_sym];
	else if (c->reloc_at[slot])
		v.kind = LD_CODE_NONZERO;
	else if (slot + 1 < c->parts.v[c->part_at[slot]].end)
		v = constant((uint32_t)ld_insn_imm(insn, c->big) |
			     (uint64_t)ld_get32(insn + 12, c->big) << 32);
	if (dst < NR_REGS)
		st->r[dst] = v;
}

static void forget_saved(struct state *st)
{
	memset(st->saved, 0, sizeof(st->saved));
}

static void save(struct state *st, int16_t off, uint8_t size, struct ld_code_value v)
{
	struct saved *place;

	for (int i = 0; i < NR_SAVED; i++) {
		struct saved *s = &st->saved[i];

		if (s->off && s->off < off + size && off < s->off + s->size)
			*s = (struct saved){0};
	}
	place = find_saved(st, 0, 0);
	if (v.kind == LD_CODE_CONST && off && place)
		*place = (struct saved){off, size, v};
}

static void step_memory(const struct ld_code *c, struct state *st, uint32_t slot)
{
	static const uint8_t sizes[] = {4, 2, 1, 8};
	enum { MEM = 0x60, IMM_STORE = 2 };
	const uint8_t *insn = c->insns[slot];
	unsigned int dst = dst_of(c, insn), src = ld_insn_src(insn, c->big);
	uint8_t class = insn[0] & 7, size = sizes[insn[0] >> 3 & 3];
	int16_t off = (int16_t)ld_get16(insn + 2, c->big);
	struct ld_code_value v = any;

	if (dst >= NR_REGS || src >= NR_REGS)
		return;
	if (class == LD_CLASS_LDX) {
		const struct saved *s = src == FRAME_REG && off ? find_saved(st, off, size) : NULL;

		st->r[dst] = s && (insn[0] & 0xe0) == MEM ? s->value : any;
		return;
	}
	if ((insn[0] & 0xe0) != MEM) { /* atomic: may change its source, and r0 */
		st->r[src] = st->r[0] = any;
		forget_saved(st);
	} else if (dst == FRAME_REG) {
		v = class == IMM_STORE ? immediate(c, slot) : st->r[src];
		if (class == IMM_STORE && c->relo_at[slot])
			v = any; /* CO-RE changes the offset */
		if (v.kind == LD_CODE_CONST && size < 8)
			v.v &= (1ull << 8 * size) - 1;
		save(st, off, size, v);
	} else if (c->parts.v[c->part_at[slot]].takes_frame) {
		forget_saved(st);
	}
}

/* Returns false if the call does not return, as far as is known. */
static bool step_call(struct ld_code *c, struct state *st, uint32_t slot)
{
	uint32_t in_sym, callee = callee_of(c, slot, &in_sym);
	struct ld_code_value ret = any;

	if (callee != UINT32_MAX) {
		const struct part *p = &c->parts.v[c->part_at[callee]];
		struct state args = {.known = true};

		for (int i = 0; i < NR_REGS; i++)
			args.r[i] = i >= 1 && i <= NR_ARGS ? st->r[i] : any;
		if (p->global)
			enter(c, callee);
		else
			flow_to(c, callee, &args);
		ret = p->global ? any : p->ret;
	}
	for (int i = 1; i <= NR_ARGS; i++)
		st->r[i] = any;
	st->r[0] = ret;
	if (c->parts.v[c->part_at[slot]].takes_frame)
		forget_saved(st);
	return ret.kind != LD_CODE_NONE;
}

/* ---- branches ---- */

static bool compare(uint8_t what, bool wide, uint64_t a, uint64_t b, bool *taken)
{
	int64_t sa = wide ? (int64_t)a : (int32_t)a, sb = wide ? (int64_t)b : (int32_t)b;

	if (!wide) {
		a = (uint32_t)a;
		b = (uint32_t)b;
	}
	switch (what) {
	case 0x10: *taken = a == b; break;
	case 0x20: *taken = a > b; break;
	case 0x30: *taken = a >= b; break;
	case 0x40: *taken = a & b; break;
	case 0x50: *taken = a != b; break;
	case 0x60: *taken = sa > sb; break;
	case 0x70: *taken = sa >= sb; break;
	case 0xa0: *taken = a < b; break;
	case 0xb0: *taken = a <= b; break;
	case 0xc0: *taken = sa < sb; break;
	case 0xd0: *taken = sa <= sb; break;
	default: return false;
	}
	return true;
}

enum { JEQ = 0x10, JNE = 0x50, MAY_GOTO = 0xe0 };

/* Whether the branch is decided. */
static bool decide(struct ld_code_value a, struct ld_code_value b, uint8_t op, bool *taken)
{
	bool wide = (op & 7) == LD_CLASS_JMP;
	uint8_t what = op & 0xf0;

	if (a.kind == LD_CODE_CONST && b.kind == LD_CODE_CONST)
		return compare(what, wide, a.v, b.v, taken);
	*taken = what == JNE;
	return wide && (what == JEQ || what == JNE) && a.kind == LD_CODE_NONZERO &&
	       b.kind == LD_CODE_CONST && !b.v;
}

static void step_branch(struct ld_code *c, struct state *st, uint32_t slot, uint32_t target)
{
	const uint8_t *insn = c->insns[slot];
	unsigned int dst = dst_of(c, insn), src = ld_insn_src(insn, c->big);
	uint8_t op = insn[0], what = op & 0xf0;
	struct ld_code_value a = any, b = any;
	struct state jump = *st;
	bool taken, decided, end = slot + 1 >= c->parts.v[c->part_at[slot]].end;

	if (dst < NR_REGS && src < NR_REGS && what != MAY_GOTO) {
		a = st->r[dst];
		b = op & LD_SRC_REG ? st->r[src]
				    : constant((uint64_t)(int64_t)ld_insn_imm(insn, c->big));
	}
	decided = decide(a, b, op, &taken);
	if (c->deciding && decided)
		c->flags[slot] |= taken ? LD_PATH_CERTAIN_JUMP : LD_PATH_CERTAIN_FALL;
	if (c->deciding && what == MAY_GOTO)
		c->flags[slot] |= LD_PATH_CERTAIN_JUMP | LD_PATH_CERTAIN_FALL;
	/* After a comparison for equality, the value is known on one side. */
	if (!decided && dst < NR_REGS && b.kind == LD_CODE_CONST && (op & 7) == LD_CLASS_JMP) {
		if (what == JEQ)
			jump.r[dst] = b;
		if (what == JNE)
			st->r[dst] = b;
	}
	if (!decided || taken)
		flow_to(c, target, &jump);
	if ((!decided || !taken) && !end)
		flow_to(c, slot + 1, st);
}

static void requeue(struct ld_code *c, uint32_t slot)
{
	struct state *st = &c->states[c->blocks[slot]];

	if (st->known && !st->queued) {
		c->queue[c->nr_queue++] = slot;
		st->queued = true;
	}
}

/* Callers continue, or with another result. */
static void step_exit(struct ld_code *c, struct state *st, uint32_t slot)
{
	struct part *p = &c->parts.v[c->part_at[slot]];
	struct ld_code_value ret = join(p->ret, st->r[0]);

	if (same(ret, p->ret))
		return;
	p->ret = ret;
	ld_for_each(i, &p->callers)
		requeue(c, p->callers.v[i]);
}

/* Returns false at the end of the path. */
static bool step(struct ld_code *c, struct state *st, uint32_t slot)
{
	const uint8_t *insn = c->insns[slot];
	const struct part *p = &c->parts.v[c->part_at[slot]];
	uint8_t op = insn[0];
	int64_t distance;

	c->reached[slot] = true;
	switch (op & 7) {
	case 0:
		if (op == LD_OP_LD_IMM64)
			step_imm64(c, st, slot);
		else /* a load from a packet */
			for (int i = 0; i <= NR_ARGS; i++)
				st->r[i] = any;
		return true;
	case 1:
	case 2:
	case 3: step_memory(c, st, slot); return true;
	case LD_CLASS_ALU:
	case LD_CLASS_ALU64: step_alu(c, st, slot); return true;
	default: break;
	}
	if (op == LD_OP_CALL)
		return step_call(c, st, slot);
	if (op == LD_OP_EXIT) {
		step_exit(c, st, slot);
		return false;
	}
	if (op == LD_OP_JUMP_REG) { /* to anywhere in the function */
		for (uint32_t i = p->slot; i < p->end; i++)
			enter(c, i);
		return false;
	}
	if (ld_insn_is_jump(insn, c->big, &distance)) {
		uint32_t nr = p->end - p->slot;
		uint32_t to = p->slot + ld_jump_target(nr, slot - p->slot, distance);

		if (to >= p->end)
			return false;
		if (!ld_is_goto(op))
			step_branch(c, st, slot, to);
		else
			flow_to(c, to, st);
		return false;
	}
	return true;
}

static void walk_block(struct ld_code *c, uint32_t slot)
{
	struct state st = c->states[c->blocks[slot]];
	uint32_t end = c->parts.v[c->part_at[slot]].end;

	while (slot < end && step(c, &st, slot)) {
		slot += c->insns[slot][0] == LD_OP_LD_IMM64 ? 2 : 1;
		if (slot < end && c->leaders[slot] & LD_PATH_LEADER) {
			flow_to(c, slot, &st);
			return;
		}
	}
}

/* ---- a kernel ---- */

static void each_known_block(struct ld_code *c, void (*fn)(struct ld_code *c, uint32_t slot))
{
	for (uint32_t i = 0; i < c->nr; i++)
		if (c->leaders[i] & LD_PATH_LEADER && c->states[c->blocks[i]].known)
			fn(c, i);
}

static void follow(struct ld_code *c)
{
	while (c->nr_queue) {
		uint32_t slot = c->queue[--c->nr_queue];

		c->states[c->blocks[slot]].queued = false;
		walk_block(c, slot);
	}
}

static void mark_certain(struct ld_code *c)
{
	memcpy(c->flags, c->leaders, c->nr);
	c->deciding = true;
	each_known_block(c, walk_block);
	c->deciding = false;
	ld_for_each(i, &c->parts) {
		struct part *p = &c->parts.v[i];

		p->certain = p->end > p->slot && p->program && ld_code_autoload(p->piece->sec);
		if (p->end > p->slot)
			ld_mark_certain(c->insns[p->slot], p->end - p->slot, c->big,
					c->flags + p->slot);
	}
}

/* A function is certain to be verified if a certain call in a certain function leads to it. */
static void spread_certainty(struct ld_code *c)
{
	uint32_t in_sym, nr = 0; /* parts in the queue, which is empty otherwise */

	ld_for_each(i, &c->parts)
		if (c->parts.v[i].certain)
			c->queue[nr++] = (uint32_t)i;
	while (nr) {
		const struct part *p = &c->parts.v[c->queue[--nr]];

		for (uint32_t i = p->slot; i < p->end; i++) {
			uint32_t callee = UINT32_MAX;

			if (c->insns[i][0] == LD_OP_CALL && c->reached[i] &&
			    c->flags[i] & LD_PATH_CERTAIN)
				callee = callee_of(c, i, &in_sym);
			if (callee == UINT32_MAX || c->parts.v[c->part_at[callee]].certain)
				continue;
			c->parts.v[c->part_at[callee]].certain = true;
			c->queue[nr++] = c->part_at[callee];
		}
	}
}

void ld_code_run(struct ld_code *c, const struct ld_code_value *relo_values,
		 const struct ld_code_value *sym_values, bool all_globals)
{
	c->relo_values = relo_values;
	c->sym_values = sym_values;
	memset(c->states, 0, c->nr_states * sizeof(*c->states));
	memset(c->reached, 0, c->nr * sizeof(*c->reached));
	ld_for_each(i, &c->parts) {
		struct part *p = &c->parts.v[i];

		p->ret = (struct ld_code_value){0};
		if (p->end > p->slot && (p->program || (all_globals && p->global && p->linked)))
			enter(c, p->slot);
	}
	follow(c);
	mark_certain(c);
	spread_certainty(c);
}

bool ld_code_reached(const struct ld_code *c, const struct ld_section *sec, uint64_t off)
{
	return is_code(sec) && c->reached[slot_of(c, sec, off)];
}

bool ld_code_certain(const struct ld_code *c, const struct ld_section *sec, uint64_t off)
{
	uint32_t slot;

	if (!ld_code_reached(c, sec, off))
		return false;
	slot = slot_of(c, sec, off);
	return c->flags[slot] & LD_PATH_CERTAIN && c->parts.v[c->part_at[slot]].certain;
}
