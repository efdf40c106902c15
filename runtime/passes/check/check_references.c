/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* References of live code and data that nothing defines, or that no loader can resolve. */
#include <string.h>

#include "base/blob.h"
#include "base/text.h"
#include "elf/place.h"
#include "passes/check/hints.h"
#include "passes/passes.h"

struct use {
	const struct ld_section *sec;
	uint64_t off;
	const struct ld_section *to; /* discarded */
};

/* The uses of one undefined symbol. */
struct uses {
	LD_VEC(struct use) list;
};

struct checker {
	const struct ld_link *l;
	struct ld_strmap undefined; /* name -> struct uses */
	struct ld_hints hints;
	LD_VEC(struct use) discarded, pointers; /* the first pointer of each data section */
	struct ld_list constructors;
	struct ld_list places;
	struct ld_list undescribed; /* maps without BTF in one file */
	const char *first_undescribed;
};

static bool may_stay_undefined(const struct ld_link *l, const struct ld_global *n)
{
	return l->opt->partial || l->opt->unresolved_ok || n->weak || n->ksym || n->kconfig;
}

static void check_undefined(struct checker *c, const struct ld_section *sec,
			    const struct ld_reloc *r, struct ld_global *n)
{
	struct use use = {sec, r->off, NULL};
	struct uses *uses;
	void **slot;

	n->referenced = true;
	if (n->owner || may_stay_undefined(c->l, n))
		return;
	slot = ld_strmap_slot(c->l->arena, &c->undefined, n->name, strlen(n->name));
	if (!*slot)
		*slot = LD_NEW(c->l->arena, struct uses);
	uses = *slot;
	LD_PUSH(c->l->arena, &uses->list, use);
}

static void check_discarded(struct checker *c, const struct ld_section *sec,
			    const struct ld_reloc *r)
{
	struct ld_target t = ld_reloc_target(sec->file, r);

	if (t.piece && !t.piece->live && !t.piece->leader && t.piece->sec->discarded)
		LD_PUSH(c->l->arena, &c->discarded, (struct use){sec, r->off, t.piece->sec});
}

/* struct_ops and maps of programs need programs; --bind has turned this one into a subprogram. */
static void check_subprogram(struct checker *c, const struct ld_section *sec,
			     const struct ld_reloc *r)
{
	struct ld_target t = ld_live_target(sec->file, r);

	if (sec->kind == LD_SEC_CODE || !t.piece || !t.piece->subprogram)
		return;
	ld_error(c->l->diags, "bind",
		 "%s refers to a program that --bind has turned into a function\n>>> %s\n>>> "
		 "referenced in %s" LD_HELP "link its object twice, and bind the second copy",
		 sec->name, ld_piece_name(c->l, t.piece), ld_file_place(c->l, sec->file));
}

/* The aliases [*i, end) at one place in p; sets *i to end. Returns the first with BTF, or NULL. */
static const struct ld_sym *described_name(const struct ld_piece *p, uint32_t *i)
{
	const struct ld_section *sec = p->sec;
	const struct ld_sym *syms = sec->file->syms, *found = NULL;
	uint64_t value = syms[sec->syms[*i]].value;

	for (; *i < p->sym_end && syms[sec->syms[*i]].value == value; ++*i) {
		const struct ld_sym *sym = &syms[sec->syms[*i]];

		if (!found && sym->type == STT_OBJECT && sym->btf)
			found = sym;
	}
	return found;
}

static void note_undescribed(struct checker *c, const struct ld_section *sec, uint32_t in_sym)
{
	const struct ld_sym *sym = &sec->file->syms[in_sym];

	if (sym->type != STT_OBJECT)
		return;
	if (!c->undescribed.nr)
		c->first_undescribed = sym->name;
	ld_list_add(c->l->arena, &c->undescribed, "%s, defined at %s", sym->name,
		    ld_list_full(&c->undescribed) ? "" : ld_sym_place(c->l, sec->file, in_sym));
}

/*
 * The type, key and value of a map are in BTF only: without it no loader opens the object. One
 * alias with BTF is enough. A map that starts within another one could not be kept apart.
 */
static void check_map(struct checker *c, const struct ld_piece *p)
{
	const struct ld_link *l = c->l;
	const struct ld_section *sec = p->sec;
	const struct ld_sym *last = NULL; /* with BTF */

	for (uint32_t i = p->sym, first = i; i < p->sym_end; first = i) {
		const struct ld_sym *sym = described_name(p, &i);

		for (uint32_t k = first; !sym && k < i; k++)
			note_undescribed(c, sec, sec->syms[k]);
		if (sym && last && sym->value < last->value + last->size)
			ld_error(l->diags, "invalid-elf",
				 "map '%s' overlaps map '%s'\n>>> defined at %s", sym->name,
				 last->name,
				 ld_sym_place(l, sec->file, (uint32_t)(sym - sec->file->syms)));
		else if (sym)
			last = sym;
	}
}

/* Whether r refers to a number, which a final link writes into its place. */
static bool is_number(const struct ld_link *l, const struct ld_file *f, const struct ld_reloc *r)
{
	struct ld_target t = ld_reloc_target(f, r);

	return !l->opt->partial && t.sym && t.file->syms[t.sym].abs;
}

static void report_undescribed(struct checker *c, const struct ld_file *f)
{
	if (c->undescribed.nr)
		ld_error(c->l->diags, "map-without-btf",
			 "map '%s' has no BTF: loaders cannot determine its type, key and "
			 "value%" LD_LINES LD_HELP "compile the file with %s",
			 c->first_undescribed,
			 ld_list_lines(c->l->arena, &c->undescribed, "maps of this file"),
			 ld_btf_option(f));
	c->undescribed = (struct ld_list){0};
}

/* The symbol of a function in the piece, or 0. */
static uint32_t find_function(const struct ld_piece *p)
{
	const struct ld_section *sec = p->sec;

	for (uint32_t i = p->sym; i < p->sym_end; i++)
		if (sec->file->syms[sec->syms[i]].type == STT_FUNC)
			return sec->syms[i];
	return 0;
}

static void check_constructor(struct checker *c, const struct ld_target *t)
{
	const struct ld_file *f = t->file;
	uint32_t in_sym = t->sym;

	if (f->syms[in_sym].type != STT_FUNC)
		in_sym = t->piece ? find_function(t->piece) : 0;
	if (in_sym)
		ld_list_add(c->l->arena, &c->constructors, "'%s' at %s", f->syms[in_sym].name,
			    ld_list_full(&c->constructors) ? "" : ld_sym_place(c->l, f, in_sym));
}

static bool has_constructors(const struct ld_section *sec)
{
	return sec->type == SHT_INIT_ARRAY || sec->type == SHT_FINI_ARRAY ||
	       sec->type == SHT_PREINIT_ARRAY;
}

static void check_section(struct checker *c, struct ld_section *sec)
{
	struct ld_file *f = sec->file;
	bool maps = !c->l->opt->partial && sec->role == LD_ROLE_MAPS;
	bool warned = sec->kind == LD_SEC_CODE || !(sec->flags & SHF_ALLOC) ||
		      ld_role_has(sec->role, LD_TRAIT_POINTERS);

	if (sec->kind == LD_SEC_DEBUG)
		return;
	for (uint32_t i = 0; i < sec->nr_pieces; i++) {
		const struct ld_piece *p = &sec->pieces[i];

		if (maps && p->live)
			check_map(c, p);
		for (uint32_t k = p->rel; p->live && k < p->rel_end; k++) {
			const struct ld_reloc *r = &sec->relocs[k];

			if (r->sym && f->syms[r->sym].global)
				check_undefined(c, sec, r, f->syms[r->sym].global);
			check_discarded(c, sec, r);
			check_subprogram(c, sec, r);
			if (warned || is_number(c->l, f, r))
				continue;
			if (has_constructors(sec)) {
				struct ld_target t = ld_reloc_target(f, r);

				check_constructor(c, &t);
				continue;
			}
			warned = true;
			LD_PUSH(c->l->arena, &c->pointers, (struct use){sec, r->off, NULL});
		}
	}
}

static void report_undefined(struct checker *c, const struct ld_global *n, const struct uses *uses)
{
	const struct ld_link *l = c->l;
	const struct ld_file *own = ld_strmap_get(&l->res.isolated, n->name, strlen(n->name));
	struct ld_list places = {0};
	const char *more = "";

	if (own)
		more = ld_text(l->arena,
			       "\n>>> defined in %s and in other targets of --bind" LD_HELP
			       "bind this call as well",
			       ld_file_place(l, own));
	for (size_t i = 0; i < uses->list.nr; i++) {
		const struct use *use = &uses->list.v[i];

		ld_list_add(l->arena, &places, "used at %s",
			    ld_list_full(&places) ? "" : ld_use_place(l, use->sec, use->off));
	}
	if (!own)
		more = ld_hint(&c->hints, n);
	ld_error(l->diags, "undefined-symbol", "undefined symbol '%s'%" LD_LINES "%" LD_LINES,
		 n->name, ld_list_lines(l->arena, &places, "uses"),
		 *more ? more : LD_HELP "also link the file or library that defines it");
}

static void report_discarded(const struct checker *c)
{
	struct ld_list places = {0};
	const struct ld_section *sec = NULL;

	for (size_t i = 0; i < c->discarded.nr; i++) {
		const struct use *use = &c->discarded.v[i];

		ld_list_add(c->l->arena, &places, "used at %s",
			    ld_list_full(&places) ? "" : ld_use_place(c->l, use->sec, use->off));
		if (!sec)
			sec = use->to;
	}
	if (sec)
		ld_error(c->l->diags, "discarded-section",
			 "reference to a dropped copy of section '%s': another file has the same "
			 "group%" LD_LINES LD_DETAIL "defined in %s, group %s" LD_HELP
			 "compile all files with the same options and compiler",
			 sec->name, ld_list_lines(c->l->arena, &places, "uses"),
			 ld_file_place(c->l, sec->file), sec->group);
}

static void warn_pointers(struct checker *c)
{
	const struct use *first = c->pointers.v;

	for (size_t i = 0; i < c->pointers.nr; i++)
		ld_list_add(c->l->arena, &c->places, "at %s",
			    ld_list_full(&c->places)
				? ""
				: ld_use_place(c->l, c->pointers.v[i].sec, c->pointers.v[i].off));
	if (first)
		ld_warn(c->l->diags, "data-relocation",
			"pointer in %s will be 0: no loader sets it%" LD_LINES LD_DETAIL
			"loaders set pointers only in code, .maps and .struct_ops" LD_HELP
			"store an array or an index instead of a pointer; a program cannot "
			"dereference a pointer that it loads from data",
			first->sec->name,
			ld_list_lines(c->l->arena, &c->places, "sections with pointers"));
}

static void warn_constructors(struct checker *c)
{
	if (c->constructors.nr)
		ld_warn(
		    c->l->diags, "constructor",
		    "constructors and destructors never run: loaders call only programs%" LD_LINES
			LD_HELP "initialize variables with constants, in a program or from user "
		    "space",
		    ld_list_lines(c->l->arena, &c->constructors, "functions"));
}

/* ---- code without a symbol ---- */

/*
 * Loaders find functions by their symbols: a stripped object, or assembly, may lack some. It is an
 * error if BTF has functions, but no function of a final link has a symbol.
 */
static void check_nameless(const struct ld_link *l, const struct ld_file *f, bool is_error)
{
	struct ld_list places = {0};

	for (uint32_t k = 0; k < f->nr_used; k++) {
		const struct ld_section *sec = f->used[k];

		for (uint32_t i = 0; sec->kind == LD_SEC_CODE && i < sec->nr_pieces; i++) {
			const struct ld_piece *p = &sec->pieces[i];

			if (p->live && !p->pad && p->size && !find_function(p))
				ld_list_add(l->arena, &places, "%llu bytes at %s:(%s+0x%llx)",
					    (unsigned long long)p->size, ld_file_name(f), sec->name,
					    (unsigned long long)p->off);
		}
	}
	if (!places.nr)
		return;
	(is_error
	     ? ld_report_error
	     : ld_warn)(l->diags, "nameless-code",
			"code without a function symbol: loaders cannot find it%" LD_LINES LD_HELP
			"link the object as compiled, not stripped; in assembly, write '.type "
			"NAME, @function' and '.size NAME, .-NAME'",
			ld_list_lines(l->arena, &places, "places"));
}

/* ---- programs ---- */

/* The pieces that loaders or programs could use, by kind: in the inputs and in the output. */
struct contents {
	size_t pieces, live, live_code, functions, programs, maps;
	bool described; /* BTF has a function at some code */
};

static void count_pieces(struct contents *c, const struct ld_section *sec)
{
	bool code = sec->kind == LD_SEC_CODE;

	if (sec->kind == LD_SEC_DEBUG || ld_role_has(sec->role, LD_TRAIT_ROOT | LD_TRAIT_IGNORED))
		return;
	for (uint32_t i = 0; i < sec->nr_pieces; i++) {
		const struct ld_piece *p = &sec->pieces[i];

		if (p->pad || !p->size)
			continue;
		c->pieces++;
		c->live += p->live;
		c->live_code += p->live && code;
		c->functions += p->live && code && find_function(p);
		c->described |= p->live && p->ext[LD_EXT_FUNC] < ld_ext_end(p, LD_EXT_FUNC);
		c->programs += p->live && ld_is_program(p);
		c->maps += p->live && sec->role == LD_ROLE_MAPS;
	}
}

/*
 * Reports a final link that leaves nothing to load. Objects that have maps only are complete; with
 * --dynamic or undefined symbols, another object may have the program.
 */
static void check_contents(const struct ld_link *l)
{
	struct contents c = {0};

	if (l->diags->errors)
		return;
	ld_for_each(i, &l->res.files) {
		const struct ld_file *f = l->res.files.v[i];

		for (uint32_t k = 0; k < f->nr_used; k++)
			count_pieces(&c, f->used[k]);
		c.pieces += f->commons.nr;
		ld_for_each(k, &f->commons)
			c.live += f->commons.v[k]->pieces[0].live;
	}
	ld_for_each(i, &l->res.files)
		check_nameless(l, l->res.files.v[i],
			       !l->opt->partial && !c.functions && c.described);
	if (l->opt->gc_sections && c.pieces && !c.live)
		ld_warn(
		    l->diags, "no-program",
		    "--gc-sections drops all code and data: there are no roots" LD_HELP "%s",
		    l->opt->partial
			? "keep symbols with --keep=GLOB"
			: "put a program into a section such as SEC(\"xdp\"), keep symbols with "
			  "--keep=GLOB, or link a library with -r");
	else if (!l->opt->partial && !l->opt->dynamic && !l->opt->unresolved_ok &&
		 !*l->opt->entries && !c.programs && (c.live_code || !c.maps))
		ld_note(l->diags, "no-program",
			"no function is in a program section" LD_HELP
			"put one into a section such as SEC(\"xdp\"), or link a library with -r");
}

void ld_check_references(const struct ld_link *l)
{
	struct checker c = {.l = l, .hints = {.l = l}};

	ld_for_each(i, &l->res.files) {
		for (uint32_t k = 0; k < l->res.files.v[i]->nr_used; k++)
			check_section(&c, l->res.files.v[i]->used[k]);
		report_undescribed(&c, l->res.files.v[i]);
	}
	report_discarded(&c);
	warn_pointers(&c);
	warn_constructors(&c);
	ld_for_each(i, &l->res.globals) {
		const struct ld_global *n = l->res.globals.v[i];
		const struct uses *uses = ld_strmap_get(&c.undefined, n->name, strlen(n->name));

		if (uses)
			report_undefined(&c, n, uses);
	}
	check_contents(l);
}
