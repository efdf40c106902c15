/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The output's .BTF.ext: the records of live pieces, at their new offsets.
 *
 * libbpf and the kernel want func_info, and line_info if there is any, for every function that a
 * program reaches. So where some functions have records and others don't (hand-written assembly,
 * gcc-bpf), the others get one of each kind.
 */
#include <string.h>

#include "format/btf_ext.h"
#include "passes/passes.h"

#define SURE_TO_COME ((size_t)16 << 20) /* bytes: of more, most may belong to dead code */
#define KERNEL_BTF_SIZE (16u << 20)     /* BTF_MAX_SIZE of kernel/bpf/btf.c */

struct writer {
	struct ld_link *l;
	struct ld_blob *b;
	enum ld_ext_kind kind;
	uint32_t words;  /* of a record, over all inputs */
	size_t count_at; /* where the number of the current section's records stands */
	uint32_t count;
};

/* A record of zeros. Strings go elsewhere: they don't move it. */
static uint32_t *add_record(struct writer *w)
{
	w->count++;
	return ld_blob_add(&w->l->arena, w->b, (size_t)w->words * 4);
}

/* A record of fewer words, with zeros behind them. */
static uint32_t *add_copy(struct writer *w, const uint32_t *in, uint32_t words)
{
	uint32_t *rec = ld_blob_put(&w->l->arena, w->b, in, (size_t)words * 4);

	w->count++;
	if (words == w->words)
		return rec;
	ld_blob_add(&w->l->arena, w->b, (size_t)(w->words - words) * 4);
	return (uint32_t *)(w->b->data + w->b->size) - w->words;
}

static void copy_record(struct writer *w, const struct ld_piece *p, const uint32_t *in,
			uint32_t words)
{
	const struct ld_file *f = p->sec->file;
	struct ld_btf_out *btf = w->l->btf;
	const struct ld_entity *func;
	uint32_t *rec = add_copy(w, in, words);

	rec[0] = (uint32_t)ld_piece_out_off(p, in[0] - p->off);
	switch (w->kind) {
	case LD_EXT_FUNC:
		func = ld_func_at(p, in[0], in[1]);
		rec[1] = func ? func->out_type : ld_out_type(f, in[1]);
		break;
	case LD_EXT_LINE:
		rec[1] = ld_btf_out_str(btf, ld_btf_str(&f->btf, in[1]));
		rec[2] = ld_btf_out_str(btf, ld_btf_str(&f->btf, in[2]));
		break;
	default:
		rec[1] = ld_out_type(f, in[1]);
		rec[2] = ld_btf_out_str(btf, ld_btf_str(&f->btf, in[2]));
		break;
	}
}

/* A record for the function sym, which has none of its own. */
static void synthesize_record(struct writer *w, const struct ld_piece *p, const struct ld_sym *sym)
{
	struct ld_file *f = p->sec->file;
	uint32_t *rec = add_record(w);

	rec[0] = (uint32_t)ld_piece_out_off(p, sym->value - p->off);
	if (w->kind == LD_EXT_FUNC)
		rec[1] = sym->entity->out_type;
	else
		rec[1] = ld_btf_out_str(w->l->btf, f->source ? f->source : "<unknown>");
	f->synthesized = !f->made;
}

static bool wants_record(const struct writer *w, const struct ld_sym *sym)
{
	return w->kind != LD_EXT_CORE && sym->type == STT_FUNC && sym->emit && sym->entity;
}

/* The records of a piece, with those made up for functions without. */
static void write_piece(struct writer *w, const struct ld_piece *p)
{
	const struct ld_section *sec = p->sec;
	const struct ld_ext *ext = &sec->ext[w->kind];
	uint32_t i = p->ext[w->kind], end = ld_ext_end(p, w->kind), k = p->sym;
	uint64_t done = UINT64_MAX; /* offset of the last function seen: aliases share a record */

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
	struct ld_arena *a = &w->l->arena;
	size_t start = w->b->size;
	uint32_t count;

	ld_blob_put32(a, w->b, ld_btf_out_str(w->l->btf, out->name));
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

/* The most that a record has; nr: how many there are. */
static uint32_t record_words(const struct ld_link *l, enum ld_ext_kind kind, size_t *nr)
{
	uint32_t words = ld_ext_words[kind];

	*nr = 0;
	ld_for_each(i, &l->files) {
		const struct ld_file *f = l->files.v[i];

		for (uint32_t k = 0; k < f->nr_used; k++) {
			const struct ld_ext *ext = &f->used[k]->ext[kind];

			*nr += ext->nr;
			if (ext->nr && ext->words > words)
				words = ext->words;
		}
	}
	return words;
}

static void write_table(struct ld_link *l, enum ld_ext_kind kind)
{
	struct writer w = {.l = l, .b = &l->btf_ext, .kind = kind};
	size_t hdr = 32, start = w.b->size, nr;
	uint32_t field[2];

	w.words = record_words(l, kind, &nr);
	if (nr <= SURE_TO_COME / 4 / w.words)
		ld_blob_reserve(&l->arena, w.b, nr * w.words * 4);
	if (l->has_ext[kind]) {
		ld_blob_put32(&l->arena, w.b, w.words * 4);
		ld_for_each(i, &l->outs)
			if (l->outs.v[i]->kind == LD_SEC_CODE)
				write_out(&w, l->outs.v[i]);
	}
	field[0] = (uint32_t)(start - hdr);
	field[1] = (uint32_t)(w.b->size - start);
	memcpy(w.b->data + 8 + 8 * (size_t)kind, field, sizeof(field));
}

/* Whether user space will miss some of its variables: skeletons show what BTF has. */
static bool hides_variables(const struct ld_file *f)
{
	for (uint32_t k = 1; k < f->nr_syms; k++) {
		const struct ld_sym *sym = &f->syms[k];

		if (sym->type == STT_OBJECT && sym->emit && !sym->btf && sym->sec &&
		    sym->sec->flags & SHF_ALLOC && strcmp(sym->sec->name, "license") != 0)
			return true;
	}
	return false;
}

static void warn_synthesized(struct ld_link *l)
{
	ld_for_each(i, &l->files) {
		const struct ld_file *f = l->files.v[i];

		if (f->synthesized)
			ld_warn(&l->diags, "missing-btf",
				"%s: some functions have no BTF records, which a loader wants for "
				"all or for none: made up%s\n"
				">>> compile it with -g to have them right",
				ld_file_name(f),
				hides_variables(f)
				    ? "\n>>> its variables have no BTF either: skeletons "
				      "don't show them"
				    : "");
	}
}

/* What the kernel refuses it refuses as a whole: better said here than found out there. */
static void warn_limits(struct ld_link *l)
{
	size_t size = l->btf->types.size + l->btf->strs.bytes.size; /* with the header */
	uint32_t nr = l->btf->nr_types - 1;

	if (size > KERNEL_BTF_SIZE)
		ld_warn(&l->diags, "kernel-limit",
			"%zu bytes of BTF: the kernel takes %u, and will do without", size,
			KERNEL_BTF_SIZE);
	if (nr > BTF_MAX_TYPE)
		ld_warn(&l->diags, "kernel-limit",
			"%u types in BTF: the kernel takes %u, and will do without", nr,
			BTF_MAX_TYPE);
}

void ld_merge_btf_ext(struct ld_link *l)
{
	if (!l->btf)
		return;
	if (l->has_ext[LD_EXT_FUNC] || l->has_ext[LD_EXT_LINE] || l->has_ext[LD_EXT_CORE]) {
		/* The header is filled in as the tables are written; emit puts the magic number. */
		ld_blob_add(&l->arena, &l->btf_ext, 32);
		for (int kind = 0; kind < LD_EXT_NR; kind++)
			write_table(l, (enum ld_ext_kind)kind);
		warn_synthesized(l);
	}
	warn_limits(l);
}
