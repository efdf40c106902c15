/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Gathers the functions and variables of all inputs, whether kept or not, then the other facts. */
#include "report/facts.h"

#include <string.h>

#include "elf/place.h"

/* The records with offsets in [from, to). */
static uint32_t records_between(const struct ld_ext *ext, uint64_t from, uint64_t to)
{
	uint32_t bound[2];

	for (int side = 0; side < 2; side++) {
		uint32_t lo = 0, hi = ext->nr;

		while (lo < hi) {
			uint32_t mid = lo + (hi - lo) / 2;

			if (ext->recs[(size_t)mid * ext->words] < (side ? to : from))
				lo = mid + 1;
			else
				hi = mid;
		}
		bound[side] = lo;
	}
	return bound[1] - bound[0];
}

static bool is_function(const struct ld_sym *sym)
{
	return sym->type == STT_FUNC && sym->piece;
}

static const char *plan_of(const struct ld_file *f, const struct ld_sym *sym)
{
	const struct ld_file *module = ld_sym_origin(f, (uint32_t)(sym - f->syms));

	/* The module is unknown if a static function became a global one. */
	for (const struct ld_decision *d = f->decisions; d; d = d->next)
		if (!strcmp(d->function, sym->name) &&
		    (module == d->module || (module == f && !strcmp(d->decision, "global"))))
			return d->decision;
	return NULL;
}

static void add_function(struct ld_arena *a, struct ld_facts *f, const struct ld_section *sec,
			 const struct ld_sym *sym)
{
	struct ld_func_facts fn = {
	    .sec = sec, .piece = sym->piece, .off = sym->value, .next = LD_NO_INDEX};

	fn.name = sym->emit ? sym->out_name : sym->name;
	fn.size = sym->size;
	fn.kept = sym->piece->live && !sym->piece->leader;
	fn.program = ld_is_program(sym->piece);
	fn.plan = plan_of(sec->file, sym);
	/* Aliases at one place are one function; prefer the name of a global symbol. */
	if (f->funcs.nr) {
		struct ld_func_facts *last = &f->funcs.v[f->funcs.nr - 1];

		if (last->sec == sec && last->off == fn.off) {
			if (sym->global)
				last->name = fn.name;
			if (fn.size > last->size)
				last->size = fn.size;
			return;
		}
	}
	/* Not const here only because the link caches the name of the working directory. */
	fn.place = ld_plain_place(f->l, sec, sym->value);
	LD_PUSH(a, &f->funcs, fn);
}

static void count_records(const struct ld_facts *f, struct ld_func_facts *fn)
{
	for (int kind = 0; kind < LD_EXT_NR; kind++) {
		const struct ld_ext *ext = &fn->sec->ext[kind];
		uint32_t nr = records_between(ext, fn->off, fn->off + fn->size);

		fn->ext_in += (uint64_t)nr * ext->words * 4;
		if (fn->kept && f->l->btf.out)
			fn->ext_out += (uint64_t)nr * ld_ext_out_words(f->l, kind) * 4;
		if (kind == LD_EXT_CORE)
			fn->core_relos = nr;
	}
}

static void gather_section(struct ld_arena *a, struct ld_facts *f, const struct ld_section *sec)
{
	for (uint32_t i = 0; i < sec->nr_syms; i++) {
		const struct ld_sym *sym = &sec->file->syms[sec->syms[i]];

		if (sec->kind == LD_SEC_CODE && is_function(sym))
			add_function(a, f, sec, sym);
		else if (sym->type == STT_OBJECT && sym->piece && sym->size) {
			struct ld_var_facts var = {sym, sym->piece->live && !sym->piece->leader};

			LD_PUSH(a, &f->vars, var);
		}
	}
}

static void gather_functions(struct ld_arena *a, struct ld_facts *f)
{
	const struct ld_calls *calls = f->l->calls;
	uint32_t at = 0;

	f->first_func = LD_NEW_ARRAY(a, uint32_t *, f->l->res.files.nr);
	ld_for_each(i, &f->l->res.files) {
		const struct ld_file *file = f->l->res.files.v[i];

		f->first_func[i] = LD_NEW_ARRAY(a, uint32_t, (size_t)file->nr_secs + 1);
		for (uint32_t k = 0; k < file->nr_secs; k++) {
			f->first_func[i][k] = (uint32_t)f->funcs.nr;
			gather_section(a, f, &file->secs[k]);
		}
		f->first_func[i][file->nr_secs] = (uint32_t)f->funcs.nr;
	}
	ld_for_each(i, &f->funcs) {
		struct ld_func_facts *fn = &f->funcs.v[i];

		count_records(f, fn);
		/* Both lists are in the same order, but the call graph has live functions only. */
		if (calls && at < calls->nr_funcs && calls->funcs[at].sec == fn->sec &&
		    calls->funcs[at].off == fn->off)
			fn->func = &calls->funcs[at++];
	}
}

/* ---- places that diagnostics name ---- */

static const struct ld_section *section_of(const struct ld_link *l, const struct ld_location *place)
{
	ld_for_each(i, &l->res.files) {
		const struct ld_file *file = l->res.files.v[i];

		if (!place->section || !place->object ||
		    strcmp(ld_file_name(file), place->object) != 0)
			continue;
		for (uint32_t k = 1; k < file->nr_secs; k++)
			if (!strcmp(file->secs[k].name, place->section))
				return &file->secs[k];
	}
	return NULL;
}

uint32_t ld_function_at(const struct ld_facts *f, const struct ld_location *place)
{
	const struct ld_section *sec = section_of(f->l, place);
	const uint32_t *first = sec ? f->first_func[sec->file->index] + sec->index : NULL;
	uint32_t found = LD_NO_INDEX;

	for (uint32_t i = sec ? first[0] : 0; sec && i < first[1]; i++)
		if (f->funcs.v[i].off <= place->offset)
			found = i;
	return found;
}

uint32_t ld_map_at(const struct ld_facts *f, const struct ld_location *place)
{
	const struct ld_section *sec = section_of(f->l, place);

	ld_for_each(i, &f->maps) {
		const struct ld_sym *sym = f->maps.v[i].sym;

		if (sym && sym->sec == sec && sym->value <= place->offset &&
		    place->offset < sym->value + sym->size)
			return (uint32_t)i;
	}
	return LD_NO_INDEX;
}

struct ld_facts *ld_gather_facts(struct ld_arena *a, const struct ld_link *l)
{
	struct ld_facts *f = LD_NEW(a, struct ld_facts);

	f->l = l;
	f->secs = ld_image_sections(a, l, &f->nr_secs);
	f->dropped = ld_find_dropped(a, l);
	gather_functions(a, f);
	ld_gather_bytes(a, f);
	if (l->calls)
		ld_gather_chains(a, f);
	ld_gather_maps(a, f);
	ld_gather_users(a, f);
	return f;
}
