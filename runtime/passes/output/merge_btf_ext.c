/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The output's .BTF.ext: the records of live pieces, at their new offsets. The table of lines, by
 * far the largest, refers to strings only: it can be made while types are merged, and before the
 * strings have their places.
 *
 * libbpf and the kernel want func_info, and line_info if there is any, for every function that a
 * program reaches. So where some functions have records and others don't (hand-written assembly,
 * gcc-bpf), the others get one of each kind.
 */
#include <string.h>

#include "elf/btf_ext.h"
#include "passes/passes.h"

#define SURE_TO_COME ((size_t)16 << 20) /* bytes: of more, most may belong to dead code */

struct writer {
	struct ld_link *l;
	struct ld_blob *b;
	struct ld_btf_out *btf; /* receives the strings */
	enum ld_ext_kind kind;
	uint32_t words; /* of a record, over all inputs */
	uint32_t count;
};

/* Appends a zero record. Strings are stored elsewhere, so it does not move. */
static uint32_t *add_record(struct writer *w)
{
	w->count++;
	return ld_blob_add(w->l->arena, w->b, (size_t)w->words * 4);
}

/* Appends a record with fewer words, padded with zeros. */
static uint32_t *add_copy(struct writer *w, const uint32_t *in, uint32_t words)
{
	uint32_t *rec = ld_blob_put(w->l->arena, w->b, in, (size_t)words * 4);

	w->count++;
	if (words == w->words)
		return rec;
	ld_blob_add(w->l->arena, w->b, (size_t)(w->words - words) * 4);
	return (uint32_t *)(w->b->data + w->b->size) - w->words;
}

static void copy_record(struct writer *w, const struct ld_piece *p, const uint32_t *in,
			uint32_t words)
{
	const struct ld_file *f = p->sec->file;
	const struct ld_entity *func;
	uint32_t *rec = add_copy(w, in, words);

	rec[0] = (uint32_t)ld_piece_out_off(p, in[0] - p->off);
	switch (w->kind) {
	case LD_EXT_FUNC:
		func = ld_func_at(p, in[0], in[1]);
		rec[1] = func ? func->out_type : ld_out_type(f, in[1]);
		break;
	case LD_EXT_LINE:
		rec[1] = ld_btf_out_str(w->btf, ld_btf_str(&f->btf, in[1]));
		rec[2] = ld_btf_out_str(w->btf, ld_btf_str(&f->btf, in[2]));
		break;
	default:
		rec[1] = ld_out_type(f, in[1]);
		rec[2] = ld_btf_out_str(w->btf, ld_btf_str(&f->btf, in[2]));
		break;
	}
}

/* A record for the function sym, which has none. */
static void synthesize_record(struct writer *w, const struct ld_piece *p, const struct ld_sym *sym)
{
	struct ld_file *f = p->sec->file;
	uint32_t *rec = add_record(w);

	rec[0] = (uint32_t)ld_piece_out_off(p, sym->value - p->off);
	if (w->kind == LD_EXT_FUNC) {
		rec[1] = sym->entity->out_type;
		f->synthesized = !f->synthetic;
	} else {
		rec[1] = ld_btf_out_str(w->btf, f->source ? f->source : "<unknown>");
	}
}

static bool wants_record(const struct writer *w, const struct ld_sym *sym)
{
	return w->kind != LD_EXT_CORE && sym->type == STT_FUNC && sym->emit && sym->entity;
}

/* The records of a piece, with synthetic ones for functions without. */
static void write_piece(struct writer *w, const struct ld_piece *p)
{
	const struct ld_section *sec = p->sec;
	const struct ld_ext *ext = &sec->ext[w->kind];
	uint32_t i = p->ext[w->kind], end = ld_ext_end(p, w->kind), k = p->sym;
	uint64_t done = UINT64_MAX; /* offset of the last function: aliases share a record */

	for (;;) {
		const uint32_t *rec = i < end ? ext->recs + (size_t)i * ext->words : NULL;
		const struct ld_sym *sym;

		while (k < p->sym_end && !wants_record(w, &sec->file->syms[sec->syms[k]]))
			k++;
		sym = k < p->sym_end ? &sec->file->syms[sec->syms[k]] : NULL;
		if (rec && (!sym || rec[0] <= sym->value)) {
			copy_record(w, p, rec, ext->words);
			done = rec[0];
			i++;
			continue;
		}
		if (!sym)
			break;
		if (sym->value != done)
			synthesize_record(w, p, sym);
		done = sym->value;
		k++;
	}
}

static void write_out(struct writer *w, const struct ld_out *out)
{
	struct ld_arena *a = w->l->arena;
	size_t start = w->b->size;
	uint32_t count;

	ld_blob_put32(a, w->b, ld_btf_out_str(w->btf, out->name));
	ld_blob_put32(a, w->b, 0);
	w->count = 0;
	ld_for_each(i, &out->pieces)
		write_piece(w, out->pieces.v[i]);
	count = w->count;
	if (count)
		memcpy(w->b->data + start + 4, &count, sizeof(count));
	else
		w->b->size = start;
}

static void write_table(struct ld_link *l, enum ld_ext_kind kind, struct ld_btf_out *btf)
{
	struct writer w = {.l = l, .btf = btf, .b = &l->ext[kind].table, .kind = kind};
	size_t nr = l->ext[kind].nr;

	if (!l->ext[kind].wanted)
		return;
	w.words = l->ext[kind].words;
	if (nr <= SURE_TO_COME / 4 / w.words)
		ld_blob_reserve(l->arena, w.b, nr * w.words * 4);
	ld_blob_put32(l->arena, w.b, w.words * 4);
	ld_for_each(i, &l->outs)
		if (l->outs.v[i]->kind == LD_SEC_CODE)
			write_out(&w, l->outs.v[i]);
}

void ld_merge_btf_ext(struct ld_link *l)
{
	if (!l->btf)
		return;
	write_table(l, LD_EXT_FUNC, l->btf);
	write_table(l, LD_EXT_CORE, l->btf);
	write_table(l, LD_EXT_LINE, l->btf);
}
