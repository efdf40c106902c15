/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Which code of a function the verifier is certain to visit. It explores both sides of a branch
 * that no value known at load time can decide. Of any other branch it may skip one side: the slots
 * up to where all sides have met again are uncertain. We find that point without a graph: visit the
 * code in order and, while some side is open, track the furthest target of the jumps on open sides;
 * the sides have met when that slot is reached. A side that ends with an exit never meets the
 * others.
 */
#include "passes/check/scan_paths.h"

struct sweep {
	const uint8_t *code;
	uint32_t nr; /* slots */
	bool big;
	uint8_t *flags; /* by slot: LD_PATH_* */

	bool again;         /* a backward jump made a slot certain that was visited before */
	bool open;          /* some side of an uncertain branch has not met the others yet */
	uint32_t meet;      /* where they meet, as far as known */
	uint32_t furthest;  /* the furthest jump target so far */
	uint32_t exited_at; /* the last exit so far */
	bool exited;
};

static void make_sure(struct sweep *w, uint32_t slot, uint32_t from)
{
	if (slot >= w->nr || w->flags[slot] & LD_PATH_CERTAIN)
		return;
	w->flags[slot] |= LD_PATH_CERTAIN;
	w->again |= slot <= from;
}

static void meet_at(struct sweep *w, uint32_t slot)
{
	w->meet = !w->open || slot > w->meet ? slot : w->meet;
	w->open = true;
}

static void sweep_jump(struct sweep *w, uint32_t slot, uint32_t to)
{
	uint8_t flags = w->flags[slot];
	bool certain = flags & LD_PATH_CERTAIN;

	if (to > w->furthest)
		w->furthest = to;
	if (certain && flags & LD_PATH_CERTAIN_JUMP)
		make_sure(w, to, slot);
	if (certain && flags & LD_PATH_CERTAIN_FALL)
		make_sure(w, slot + 1, slot);
	if (certain ? flags & (LD_PATH_CERTAIN_JUMP | LD_PATH_CERTAIN_FALL) : !w->open)
		return;
	if (to > slot) {
		meet_at(w, to);
		meet_at(w, slot + 1);
		return;
	}
	/* A loop ends eventually: here, unless a jump within it leads further or out. */
	meet_at(w, w->furthest > slot + 1 ? w->furthest : slot + 1);
	if (w->exited && w->exited_at >= to)
		meet_at(w, w->nr);
}

static void sweep_insn(struct sweep *w, uint32_t slot)
{
	const uint8_t *insn = w->code + (uint64_t)slot * LD_INSN_SIZE;
	uint32_t next = slot + (insn[0] == LD_OP_LD_IMM64 ? 2 : 1);
	int64_t distance;

	if (w->open && slot >= w->meet) {
		w->open = false;
		w->flags[slot] |= LD_PATH_CERTAIN;
	}
	if (insn[0] == LD_OP_EXIT) {
		w->exited = true;
		w->exited_at = slot;
		if (w->open && !(w->flags[slot] & LD_PATH_CERTAIN))
			meet_at(w, w->nr);
	} else if (ld_is_goto(insn[0]) && ld_insn_is_jump(insn, w->big, &distance)) {
		w->flags[slot] |= LD_PATH_CERTAIN_JUMP;
		sweep_jump(w, slot, ld_jump_target(w->nr, slot, distance));
	} else if (ld_insn_is_jump(insn, w->big, &distance)) {
		sweep_jump(w, slot, ld_jump_target(w->nr, slot, distance));
	} else if (w->flags[slot] & LD_PATH_CERTAIN) {
		make_sure(w, next, slot);
	}
}

void ld_mark_certain(const uint8_t *code, uint32_t nr, bool big, uint8_t *flags)
{
	const unsigned int patience = 4;

	flags[0] |= LD_PATH_CERTAIN;
	for (unsigned int round = 0; round < patience; round++) {
		struct sweep w = {.code = code, .nr = nr, .big = big, .flags = flags};

		for (uint32_t i = 0; i < nr; i++)
			if (!(flags[i] & LD_PATH_SECOND))
				sweep_insn(&w, i);
		if (!w.again)
			return;
	}
}

const struct ld_reloc *ld_reloc_at(const struct ld_section *sec, uint64_t off)
{
	uint32_t lo = 0, hi = sec->nr_relocs;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (sec->relocs[mid].off < off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < sec->nr_relocs && sec->relocs[lo].off == off ? &sec->relocs[lo] : NULL;
}
