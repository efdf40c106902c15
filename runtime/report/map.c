/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The link map, in lld's format. As the file has no addresses, VMA and LMA are offsets in the
 * output section. Each output section lists the parts of its inputs, and each part its symbols. A
 * list of what was dropped from the inputs follows, with the reasons.
 */
#include <stdlib.h>
#include <string.h>

#include "report/report.h"

struct map {
	struct ld_arena *a;
	struct ld_blob *out;
	const struct ld_link *l;
	/*
	 * Pieces that were merged into another, ordered by that one: their symbols may be in the
	 * output.
	 */
	LD_VEC(const struct ld_piece *) copies;
};

#define PUT(m, ...) ld_blob_text((m)->a, (m)->out, __VA_ARGS__)

/* ---- the output ---- */

static void put_columns(struct map *m, uint64_t off, uint64_t size, uint64_t align, int indent)
{
	PUT(m, "%16llx %16llx %8llx %5llu %*s", (unsigned long long)off, (unsigned long long)off,
	    (unsigned long long)size, (unsigned long long)align, indent, "");
}

/* In the order of the pieces that they were merged into, then of the inputs. */
static int compare_copies(const void *a, const void *b)
{
	const struct ld_piece *x = *(const struct ld_piece *const *)a;
	const struct ld_piece *y = *(const struct ld_piece *const *)b;

	if (x->leader != y->leader)
		return (uintptr_t)x->leader < (uintptr_t)y->leader ? -1 : 1;
	if (x->sec->file != y->sec->file)
		return x->sec->file->index < y->sec->file->index ? -1 : 1;
	if (x->sec != y->sec)
		return x->sec->index < y->sec->index ? -1 : 1;
	return x->off < y->off ? -1 : x->off > y->off;
}

static void find_copies(struct map *m)
{
	ld_for_each(i, &m->l->res.files) {
		const struct ld_file *f = m->l->res.files.v[i];

		for (uint32_t k = 1; k < f->nr_secs; k++)
			for (uint32_t n = 0; n < f->secs[k].nr_pieces; n++) {
				const struct ld_piece *p = &f->secs[k].pieces[n];

				if (p->leader && p->sym != p->sym_end)
					LD_PUSH(m->a, &m->copies, p);
			}
	}
	if (m->copies.nr)
		qsort(m->copies.v, m->copies.nr, sizeof(*m->copies.v), compare_copies);
}

/* The index of the first piece merged into p, or the number of copies. */
static size_t first_copy(const struct map *m, const struct ld_piece *p)
{
	size_t lo = 0, hi = m->copies.nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if ((uintptr_t)m->copies.v[mid]->leader < (uintptr_t)p)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void put_symbols(struct map *m, const struct ld_piece *p)
{
	const struct ld_section *sec = p->sec;

	for (uint32_t i = p->sym; i < p->sym_end; i++) {
		const struct ld_sym *sym = &sec->file->syms[sec->syms[i]];

		if (!sym->emit || ld_is_label(sym))
			continue;
		put_columns(m, ld_piece_out_off(p, sym->value - p->off), sym->size, 1, 16);
		PUT(m, "%s", sym->out_name);
		if (strcmp(sym->name, sym->out_name))
			PUT(m, " (renamed from %s)", sym->name);
		if (p->leader)
			PUT(m, " (of %s)", ld_file_name(sec->file));
		PUT(m, "\n");
	}
}

/* The consecutive pieces of one input section from first on; returns the next index. */
static size_t put_part(struct map *m, const struct ld_out *out, size_t first)
{
	const struct ld_piece *begin = out->pieces.v[first], *last = begin;
	const struct ld_section *sec = begin->sec;
	size_t end = first;

	for (; end < out->pieces.nr && out->pieces.v[end]->sec == sec; end++)
		last = out->pieces.v[end];
	put_columns(m, begin->out_off, last->out_off + last->size - begin->out_off, sec->align, 8);
	/* The linker made this section for a COMMON symbol. */
	PUT(m, "%s:(%s)\n", ld_file_name(sec->file), sec->index ? sec->name : "COMMON");
	for (size_t i = first; i < end; i++) {
		const struct ld_piece *p = out->pieces.v[i];

		put_symbols(m, p);
		for (size_t k = first_copy(m, p); k < m->copies.nr && m->copies.v[k]->leader == p;
		     k++)
			put_symbols(m, m->copies.v[k]);
	}
	return end;
}

static void put_section(struct map *m, const struct ld_image_section *s)
{
	put_columns(m, 0, s->size, s->align, 0);
	PUT(m, "%s\n", s->name);
	if (!s->out) {
		put_columns(m, 0, s->size, s->align, 8);
		PUT(m, "<internal>:(%s)\n", s->name);
		return;
	}
	for (size_t i = 0; i < s->out->pieces.nr;)
		i = put_part(m, s->out, i);
}

/* ---- dropped ---- */

static void put_place(struct map *m, const struct ld_section *sec, uint64_t off)
{
	PUT(m, "%s:(%s", ld_file_name(sec->file), sec->name);
	if (off)
		PUT(m, "+0x%llx", (unsigned long long)off);
	PUT(m, ")");
}

static void put_dropped(struct map *m, const struct ld_dropped *d)
{
	PUT(m, "%8llx %-10s ", (unsigned long long)d->size, ld_drop_reasons[d->reason]);
	put_place(m, d->sec, d->off);
	if (d->name)
		PUT(m, " %s", d->name);
	if (d->pieces)
		PUT(m, ", %u piece%s", d->pieces, d->pieces == 1 ? "" : "s");
	if (d->group)
		PUT(m, ", of group %s", d->group);
	if (d->of) {
		PUT(m, ", of ");
		put_place(m, d->of->sec, d->of->off);
	}
	if (d->by)
		PUT(m, ", by %s", ld_file_name(d->by));
	PUT(m, "\n");
}

static void put_all_dropped(struct map *m)
{
	struct ld_dropped_list dropped = ld_find_dropped(m->a, m->l);

	PUT(m, "\nDiscarded\n\n%8s %-10s %s\n", "Size", "Reason", "In");
	ld_for_each(i, &dropped)
		put_dropped(m, &dropped.v[i]);
}

/* ---- remarks ---- */

static void put_remarks(struct map *m)
{
	bool any = false;

	ld_for_each(i, &m->l->diags->delivered) {
		const struct ld_diag *d = &m->l->diags->delivered.v[i];

		if (d->severity != LD_REMARK)
			continue;
		if (!any)
			PUT(m, "\nRemarks\n\n");
		any = true;
		PUT(m, "%" LD_LINES " [%s]\n", d->message, d->id);
	}
}

void ld_report_map(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l)
{
	struct map m = {.a = a, .out = out, .l = l};
	uint32_t nr;
	const struct ld_image_section *secs = ld_image_sections(a, l, &nr);

	find_copies(&m);

	PUT(&m, "%16s %16s %8s %5s %-7s %-7s %s\n", "VMA", "LMA", "Size", "Align", "Out", "In",
	    "Symbol");
	for (uint32_t i = 1; i < nr; i++)
		put_section(&m, &secs[i]);
	put_all_dropped(&m);
	put_remarks(&m);
}
