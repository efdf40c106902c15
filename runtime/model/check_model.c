/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "model/check_model.h"

#undef NDEBUG
#include <assert.h>

static void each_section(const struct ld_link *l,
			 void (*fn)(const struct ld_link *l, const struct ld_section *sec))
{
	ld_for_each(i, &l->res.files)
		for (uint32_t k = 0; k < l->res.files.v[i]->nr_used; k++)
			fn(l, l->res.files.v[i]->used[k]);
}

/* ---- parsed ---- */

static void check_reloc(const struct ld_section *sec, const struct ld_reloc *r)
{
	assert(r->off < sec->size);
	assert(r->sym < sec->file->nr_syms);
	assert(r->sym || !r->piece || r->piece->sec->file == sec->file);
}

/* Pieces cover the section, and relocations and symbols belong to one each. */
static void check_pieces(const struct ld_link *l, const struct ld_section *sec)
{
	uint64_t end = 0;
	uint32_t rel = 0, sym = 0;

	(void)l;
	for (uint32_t i = 0; i < sec->nr_pieces; i++) {
		const struct ld_piece *p = &sec->pieces[i];

		assert(p->sec == sec && p->off == end && p->rel == rel && p->sym == sym);
		assert(p->align && !(p->align & (p->align - 1)));
		assert(p->rel <= p->rel_end && p->sym <= p->sym_end);
		end += p->size;
		rel = p->rel_end;
		sym = p->sym_end;
	}
	assert(end == sec->size && rel == sec->nr_relocs && sym == sec->nr_syms);
	for (uint32_t i = 0; i < sec->nr_relocs; i++) {
		check_reloc(sec, &sec->relocs[i]);
		assert(!i || sec->relocs[i - 1].off <= sec->relocs[i].off);
	}
}

static void check_parsed(const struct ld_link *l)
{
	ld_for_each(i, &l->res.files) {
		const struct ld_file *f = l->res.files.v[i];

		assert(f->index == i && f->stage == LD_FILE_PARSED && !f->lazy);
		assert(f->big == l->inputs.big);
		for (uint32_t k = 1; k < f->nr_syms; k++)
			assert(!f->syms[k].sec || f->syms[k].sec->file == f);
	}
	each_section(l, check_pieces);
}

/* ---- resolved ---- */

static void check_resolved(const struct ld_link *l)
{
	ld_for_each(i, &l->res.globals) {
		const struct ld_global *n = l->res.globals.v[i];

		assert(!n->owner || (n->owner_sym && n->owner_sym < n->owner->nr_syms));
		assert(!n->owner || ld_is_defined(&n->owner->syms[n->owner_sym]));
		assert(!n->owner || (!n->ksym && !n->kconfig));
	}
	ld_for_each(i, &l->res.files) {
		const struct ld_file *f = l->res.files.v[i];

		for (uint32_t k = 1; k < f->nr_syms; k++)
			assert((f->syms[k].bind == STB_LOCAL) == !f->syms[k].global);
	}
}

/* ---- selected ---- */

static void check_selected(const struct ld_link *l, const struct ld_section *sec)
{
	(void)l;
	for (uint32_t i = 0; i < sec->nr_pieces; i++) {
		const struct ld_piece *p = &sec->pieces[i];

		assert(!p->live || !sec->discarded);
		assert(!p->leader || (p->leader != p && !p->leader->leader));
	}
}

/* ---- laid out ---- */

static void check_laid_out(const struct ld_link *l)
{
	ld_for_each(i, &l->layout.outs) {
		const struct ld_out *out = l->layout.outs.v[i];
		uint64_t end = 0;

		ld_for_each(k, &out->pieces) {
			const struct ld_piece *p = out->pieces.v[k];

			assert(p->live && !p->leader && p->out == out);
			assert(p->out_off >= end && p->out_off % p->align == 0);
			end = p->out_off + p->size;
		}
		assert(end <= out->size);
	}
}

/* ---- numbered ---- */

static void check_numbered(const struct ld_link *l)
{
	ld_for_each(i, &l->out_syms.list) {
		const struct ld_out_sym *s = &l->out_syms.list.v[i];
		const struct ld_sym *sym = s->file ? &s->file->syms[s->in_sym] : NULL;
		bool local = s->sec || (sym && sym->out_bind == STB_LOCAL);
		uint32_t nr = s->sec ? s->sec->sym : sym ? sym->out_sym : 0;

		if (s->undefined)
			nr = s->undefined->out_sym;
		assert(!s->sec + !s->file + !s->undefined == 2);
		assert(nr == i + 1);
		assert(local == (i + 1 < l->out_syms.first_global));
		assert(!sym || sym->emit);
	}
}

/* ---- emitted ---- */

static void check_emitted(const struct ld_link *l)
{
	size_t size = 0;

	ld_for_each(i, &l->image.parts)
		size += l->image.parts.v[i].iov_len;
	assert(size == l->image.size);
	ld_for_each(i, &l->layout.outs) {
		const struct ld_out *out = l->layout.outs.v[i];

		assert(out->index && (out->data || out->kind == LD_SEC_BSS));
		ld_for_each(k, &out->relocs)
			assert(ELF64_R_SYM(out->relocs.v[k].r_info) <= l->out_syms.list.nr);
	}
}

void ld_check_model(const struct ld_link *l, enum ld_stage stage)
{
	switch (stage) {
	case LD_STAGE_PARSED: check_parsed(l); break;
	case LD_STAGE_RESOLVED: check_resolved(l); break;
	case LD_STAGE_SELECTED: each_section(l, check_selected); break;
	case LD_STAGE_LAID_OUT: check_laid_out(l); break;
	case LD_STAGE_NUMBERED: check_numbered(l); break;
	case LD_STAGE_EMITTED: check_emitted(l); break;
	}
}
