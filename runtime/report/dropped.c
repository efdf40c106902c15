/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The parts of the inputs that the output lacks, with the reason. */
#include "report/report.h"

const char *const ld_drop_reasons[] = {
    [LD_DROP_UNUSED] = "unused", [LD_DROP_OVERRIDDEN] = "overridden",
    [LD_DROP_COPY] = "copy",     [LD_DROP_FOLDED] = "folded",
    [LD_DROP_MERGED] = "merged", [LD_DROP_STRIPPED] = "stripped",
    [LD_DROP_NO_USE] = "no use",
};

struct finder {
	struct ld_arena *a;
	struct ld_dropped_list list;
};

/* The first symbol of p that users know, or NULL. */
static const char *piece_name(const struct ld_piece *p)
{
	for (uint32_t i = p->sym; i < p->sym_end; i++) {
		const struct ld_sym *sym = &p->sec->file->syms[p->sec->syms[i]];

		if (*sym->name && !ld_is_label(sym))
			return sym->name;
	}
	return NULL;
}

/* The file whose definition replaced p's, or NULL. */
static const struct ld_file *winner(const struct ld_piece *p)
{
	for (uint32_t i = p->sym; i < p->sym_end; i++) {
		const struct ld_global *n = p->sec->file->syms[p->sec->syms[i]].global;

		if (n && n->owner && n->owner != p->sec->file)
			return n->owner;
	}
	return NULL;
}

struct ld_dropped ld_why_dropped(const struct ld_piece *p)
{
	struct ld_dropped d = {.sec = p->sec, .off = p->off, .size = p->size};
	const struct ld_file *by = winner(p);

	d.name = piece_name(p);
	if (p->sec->discarded || p->sec->replaced)
		d.reason = LD_DROP_COPY;
	else if (p->leader)
		d.reason = LD_DROP_FOLDED;
	else if (by)
		d.reason = LD_DROP_OVERRIDDEN;
	if (p->sec->discarded)
		d.group = p->sec->group;
	else if (p->leader)
		d.of = p->leader;
	else
		d.by = by;
	return d;
}

/* Strings have no names, and there may be many: one entry for all duplicates of a section. */
static void find_merged(struct finder *f, const struct ld_section *sec)
{
	struct ld_dropped d = {.reason = LD_DROP_MERGED, .sec = sec};

	if (sec->table && sec->table->outs) {
		d.size = sec->size - sec->table->stored;
		d.pieces = sec->table->nr - sec->table->nr_stored;
	}
	for (uint32_t i = 0; i < sec->nr_pieces; i++) {
		if (!sec->pieces[i].live || !sec->pieces[i].leader)
			continue;
		d.size += sec->pieces[i].size;
		d.pieces++;
	}
	if (d.pieces)
		LD_PUSH(f->a, &f->list, d);
}

static void find_pieces(struct finder *f, const struct ld_section *sec)
{
	if (sec->merge)
		find_merged(f, sec);
	for (uint32_t i = 0; i < sec->nr_pieces;) {
		const struct ld_piece *p = &sec->pieces[i];
		struct ld_dropped d;
		uint64_t size = 0;
		bool stays = p->live && (!p->leader || sec->merge);

		/* Padding belongs to the piece before it. */
		do
			size += sec->pieces[i].size;
		while (++i < sec->nr_pieces && sec->pieces[i].pad &&
		       sec->pieces[i].live == p->live);
		if (stays || !size)
			continue;
		d = ld_why_dropped(p);
		d.size = size;
		LD_PUSH(f->a, &f->list, d);
	}
}

/*
 * Sections that are not linked at all: DWARF with -S, and what compilers write for other linkers.
 */
static void find_section(struct finder *f, const struct ld_section *sec)
{
	bool debug = sec->role == LD_ROLE_DEBUG;
	struct ld_dropped d = {
	    .reason = debug ? LD_DROP_STRIPPED : LD_DROP_NO_USE, .sec = sec, .size = sec->size};

	if (sec->size && (sec->type == SHT_PROGBITS || sec->type == SHT_NOTE))
		LD_PUSH(f->a, &f->list, d);
}

struct ld_dropped_list ld_find_dropped(struct ld_arena *a, const struct ld_link *l)
{
	struct finder finder = {.a = a};

	ld_for_each(i, &l->res.files) {
		const struct ld_file *f = l->res.files.v[i];

		for (uint32_t k = 1; k < f->nr_secs; k++) {
			const struct ld_section *sec = &f->secs[k];

			if (sec->kind == LD_SEC_NONE)
				find_section(&finder, sec);
			else
				find_pieces(&finder, sec);
		}
	}
	return finder.list;
}
