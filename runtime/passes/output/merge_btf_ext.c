/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The output's .BTF.ext: the records of live pieces, at their new offsets, with their strings in
 * .BTF.
 *
 * libbpf and the kernel want func_info, and line_info if there is any, for every function that a
 * program reaches. So where some functions have records and others don't (hand-written assembly,
 * gcc-bpf), the others get one of each kind.
 */
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"
#include "elf/btf_ext.h"
#include "elf/place.h"
#include "kernel/limits.h"
#include "passes/passes.h"

#define SURE_TO_COME ((size_t)16 << 20) /* bytes: of more, most may belong to dead code */

struct writer {
	const struct ld_link *l;
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
		rec[1] = func ? func->out_type : ld_out_type(&w->l->btf, f, in[1]);
		break;
	case LD_EXT_LINE:
		rec[1] = ld_btf_out_str(w->btf, ld_btf_str(&f->btf, in[1]));
		rec[2] = ld_btf_out_str(w->btf, ld_btf_str(&f->btf, in[2]));
		break;
	default:
		rec[1] = ld_out_type(&w->l->btf, f, in[1]);
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

static void write_table(const struct ld_link *l, enum ld_ext_kind kind, struct ld_blob *table)
{
	const struct ld_ext_plan *plan = &l->layout.ext[kind];
	struct writer w = {.l = l, .btf = l->btf.out, .b = table, .kind = kind};

	if (!plan->wanted)
		return;
	w.words = plan->words;
	if (plan->nr <= SURE_TO_COME / 4 / w.words)
		ld_blob_reserve(l->arena, w.b, plan->nr * w.words * 4);
	ld_blob_put32(l->arena, w.b, w.words * 4);
	ld_for_each(i, &l->layout.outs)
		if (l->layout.outs.v[i]->kind == LD_SEC_CODE)
			write_out(&w, l->layout.outs.v[i]);
}

/* Whether variables are missing from BTF, and therefore from skeletons. */
static bool hides_variables(const struct ld_file *f)
{
	for (uint32_t k = 1; k < f->nr_syms; k++) {
		const struct ld_sym *sym = &f->syms[k];

		if (sym->type == STT_OBJECT && sym->emit && !sym->btf && sym->sec &&
		    sym->sec->flags & SHF_ALLOC && sym->sec->role != LD_ROLE_LICENSE)
			return true;
	}
	return false;
}

/* Files whose functions have no BTF, for one message. */
struct untyped {
	struct ld_list files;
	bool hides, gcc, other; /* hides: variables, too; compiled by gcc or another compiler */
};

static void note_untyped(const struct ld_link *l, struct untyped *u, const struct ld_file *f)
{
	ld_list_add(l->arena, &u->files, "in %s", ld_file_place(l, f));
	u->gcc |= f->gcc;
	u->other |= !f->gcc;
}

static void find_untyped(const struct ld_link *l, struct untyped *u, const struct ld_file *f)
{
	/* Not again where a lack of types was reported. gcc writes records for some functions. */
	if (!f->synthesized || f->btf.nr_untyped || (f->gcc && f->has_btf))
		return;
	u->hides |= hides_variables(f);
	if (!f->lto)
		note_untyped(l, u, f);
	ld_for_each(i, &l->before_lto.files) {
		const struct ld_file *module = l->before_lto.files.v[i];

		if (f->lto && module->bitcode && !module->has_btf)
			note_untyped(l, u, module);
	}
}

static void warn_synthesized(const struct ld_link *l)
{
	struct untyped u = {0};

	ld_for_each(i, &l->res.files)
		find_untyped(l, &u, l->res.files.v[i]);
	if (u.files.nr)
		ld_warn(l->diags, "missing-btf",
			"some functions have no BTF; loaders require it for all functions or none, "
			"so it is synthesized%" LD_LINES "%" LD_LINES LD_HELP "compile %s with %s",
			ld_list_lines(l->arena, &u.files, "files"),
			u.hides ? LD_DETAIL
			    "variables there have no BTF either: skeletons omit them"
				: "",
			u.files.nr == 1 ? "the file" : "these files",
			!u.gcc    ? "-g"
			: u.other ? "-g (gcc: -gbtf)"
				  : "-gbtf");
}

/* The kernel rejects BTF as a whole. */
static void warn_limits(const struct ld_link *l)
{
	size_t size = l->btf.out->types.size + l->btf.out->strs.bytes.size; /* with the header */
	uint32_t nr = l->btf.out->nr_types - 1;

	if (size > LD_KERNEL_BTF_SIZE)
		ld_warn(
		    l->diags, "kernel-limit",
		    "%zu bytes of BTF exceed the kernel's limit of %d: BTF will be ignored" LD_HELP
		    "link fewer files together",
		    size, LD_KERNEL_BTF_SIZE);
	if (nr > LD_KERNEL_BTF_TYPES)
		ld_warn(
		    l->diags, "kernel-limit",
		    "%u types in BTF exceed the kernel's limit of %d: BTF will be ignored" LD_HELP
		    "link fewer files together",
		    nr, LD_KERNEL_BTF_TYPES);
}

static void put_header(const struct ld_link *l, struct ld_btf_ext *ext)
{
	uint8_t *header = ext->header = ld_alloc(l->arena, LD_EXT_HEADER);
	uint32_t off = 0;

	ld_put16(header, BTF_MAGIC, l->inputs.big);
	header[2] = BTF_VERSION;
	ld_put32(header + 4, LD_EXT_HEADER, l->inputs.big);
	for (int kind = 0; kind < LD_EXT_NR; kind++) {
		uint32_t size = (uint32_t)ext->tables[kind].size;

		ld_put32(header + 8 + 8 * kind, off, l->inputs.big);
		ld_put32(header + 12 + 8 * kind, size, l->inputs.big);
		off += size;
	}
}

/* Tables are 4-byte words. */
static void put_byte_order(const struct ld_link *l, const struct ld_blob *table)
{
	for (size_t i = 0; l->inputs.big != LD_HOST_BIG && i < table->size; i += 4)
		ld_put32(table->data + i, ld_get32(table->data + i, LD_HOST_BIG), l->inputs.big);
}

struct ld_btf_ext ld_merge_btf_ext(const struct ld_link *l)
{
	static const enum ld_ext_kind kinds[] = {LD_EXT_FUNC, LD_EXT_CORE, LD_EXT_LINE};
	struct ld_btf_ext ext = {0};
	bool wanted = false;

	if (!l->btf.out)
		return ext;
	/* The order in which their strings get into .BTF. */
	for (int i = 0; i < LD_EXT_NR; i++) {
		write_table(l, kinds[i], &ext.tables[kinds[i]]);
		wanted |= l->layout.ext[kinds[i]].wanted;
	}
	if (l->btf.out->strs_spent) {
		ld_error(l->diags, "btf-limit",
			 "names in .BTF and .BTF.ext exceed %llu bytes in total\n>>> compilers "
			 "emit less than a tenth of that: the names of some input overlap",
			 (unsigned long long)ld_names_limit(l));
		return ext;
	}
	for (int kind = 0; kind < LD_EXT_NR; kind++)
		put_byte_order(l, &ext.tables[kind]);
	if (wanted) {
		put_header(l, &ext);
		warn_synthesized(l);
	}
	warn_limits(l);
	return ext;
}
