/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Chooses one owner for each global symbol: a strong definition beats a COMMON one, which beats a
 * weak one, and the first of several weak ones wins, whatever the bindings of references (gABI,
 * "Symbol Table").
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "elf/place.h"
#include "passes/passes.h"

/* ---- COMDAT groups: the first copy is kept ---- */

static const char *signature_of(const struct ld_section *sec)
{
	const struct ld_prefix *p = sec->file->prefix;
	const char *name = p ? ld_strmap_get(&p->names, sec->group, strlen(sec->group)) : NULL;

	return name ? name : sec->group;
}

static void discard_group_copies(const struct ld_link *l)
{
	struct ld_strmap owners = {0};
	uint32_t k;

	ld_for_each(i, &l->res.files) {
		struct ld_file *f = l->res.files.v[i];

		for (k = 1; f->has_groups && k < f->nr_secs; k++) {
			struct ld_section *sec = &f->secs[k];
			const char *signature;
			void **owner;

			if (!sec->group)
				continue;
			signature = signature_of(sec);
			owner = ld_strmap_slot(l->arena, &owners, signature, strlen(signature));
			if (!*owner)
				*owner = f;
			sec->discarded = *owner != f;
		}
	}
}

/* ---- definitions ---- */

/* A stub of an earlier --dynamic loses to any definition. */
enum rank { UNDEFINED, STUB, WEAK, COMMON, STRONG };

static enum rank rank_of(const struct ld_sym *sym)
{
	if (sym->common)
		return COMMON;
	if (!sym->abs && (!sym->sec || sym->sec->discarded || sym->sec->kind == LD_SEC_NONE))
		return UNDEFINED;
	if (sym->stub)
		return STUB;
	return sym->bind == STB_WEAK ? WEAK : STRONG;
}

static uint8_t stricter(uint8_t a, uint8_t b)
{
	/*
	 * STV_INTERNAL 1, STV_HIDDEN 2, STV_PROTECTED 3: the lowest is the strictest, except for 0.
	 */
	if (!a || !b)
		return a | b;
	return a < b ? a : b;
}

static bool has_same_contents(const struct ld_file *a, const struct ld_file *b)
{
	return a->size == b->size && a->image && b->image && !memcmp(a->image, b->image, a->size);
}

/* All of an input's symbols are duplicates if it is linked twice: one error instead. */
static void report_repeated(const struct ld_link *l, const struct ld_global *n, struct ld_file *f)
{
	bool same = !strcmp(ld_file_name(n->owner), ld_file_name(f));

	f->repeats = n->owner;
	if (same)
		ld_error(l->diags, "duplicate-symbol",
			 "%s is linked twice\n>>> both copies define '%s'" LD_HELP
			 "specify it once",
			 ld_file_place(l, f), n->name);
	else
		ld_error(l->diags, "duplicate-symbol",
			 "%s and %s are the same object\n>>> both define '%s'" LD_HELP
			 "link only one of them",
			 ld_file_place(l, n->owner), ld_file_place(l, f), n->name);
}

/* The end of the source line in a place such as "f.c:3 (f.o)", or NULL. */
static const char *line_end(const char *place)
{
	const char *end = NULL, *at = place;

	while ((at = strstr(at, " (")))
		end = at++;
	return end && end > place && isdigit((unsigned char)end[-1]) ? end : NULL;
}

/* Advice if both definitions come from one line of the source, or NULL. */
static const char *one_source_help(const struct ld_sym *sym, const char *a, const char *b)
{
	const char *x = a ? line_end(a) : NULL, *y = b ? line_end(b) : NULL, *dot;

	if (!x || !y || x - a != y - b || strncmp(a, b, (size_t)(x - a)) != 0)
		return NULL;
	dot = memchr(a, ':', (size_t)(x - a));
	if (dot && dot - a > 2 && !strncmp(dot - 2, ".h", 2))
		return sym->type == STT_FUNC
			   ? "the header defines it in each file: make it static there, or declare "
			     "it there and define it in one file"
			   : "the header defines it in each file: declare it extern there, and "
			     "define it in one file";
	return "both objects contain this source file: link only one of them";
}

/* Whether the file of s has another definition, which is an error even if it is weak. */
static bool is_defined_twice(const struct ld_global *n, const struct ld_file_sym *s)
{
	size_t nr = 0;

	for (const struct ld_file_sym *m = n->file_syms; m; m = m->next)
		nr += m->file == s->file && rank_of(&m->file->syms[m->sym]) != UNDEFINED;
	return nr > 1;
}

/* Advice by the kind of the symbol. */
static const char *duplicate_help(const struct ld_link *l, const struct ld_global *n)
{
	const struct ld_sym *sym = ld_global_def(n);

	if (sym->sec && sym->sec->role == LD_ROLE_MAPS)
		return "define the map in one file; in the others, declare it with extern and the "
		       "same struct, in SEC(\".maps\")";
	if (sym->piece && ld_is_program(sym->piece))
		return "rename one of the programs: loaders identify programs by name";
	return ld_text(l->arena,
		       "define '%s' in one file and declare it in a header; or, if the files mean "
		       "different things, make it static",
		       n->name);
}

static void report_duplicate(const struct ld_link *l, const struct ld_global *n)
{
	const char *place[2] = {NULL, NULL}, *help;
	struct ld_list places = {0};

	for (struct ld_file_sym *s = n->file_syms; s; s = s->next)
		if (s->file != n->owner && !s->file->repeats &&
		    has_same_contents(n->owner, s->file))
			report_repeated(l, n, s->file);
	for (const struct ld_file_sym *s = n->file_syms; s; s = s->next) {
		const char *at;

		if (s->file->repeats ||
		    (rank_of(&s->file->syms[s->sym]) != STRONG && !is_defined_twice(n, s)))
			continue;
		at = ld_list_full(&places) ? "" : ld_sym_place(l, s->file, s->sym);
		if (places.nr < 2)
			place[places.nr] = at;
		ld_list_add(l->arena, &places, "defined at %s", at);
	}
	if (places.nr < 2)
		return;
	help = one_source_help(ld_global_def(n), place[0], place[1]);
	ld_error(l->diags, "duplicate-symbol",
		 "duplicate symbol '%s'%" LD_LINES LD_HELP "%" LD_LINES, n->name,
		 ld_list_lines(l->arena, &places, "definitions"),
		 help ? help : duplicate_help(l, n));
}

static void define(struct ld_global *n, struct ld_file *f, uint32_t in_sym)
{
	struct ld_sym *sym = &f->syms[in_sym], *def = ld_global_def(n);
	enum rank rank = rank_of(sym), had = def ? rank_of(def) : UNDEFINED;

	if (rank == UNDEFINED)
		return;
	if (n->owner == f) {
		n->duplicate = true;
		return;
	}
	if (rank == STRONG && had == STRONG) {
		n->duplicate |= !ld_is_single(sym) || !ld_is_single(def);
		return;
	}
	if (rank == COMMON && had == COMMON) {
		/* One object with the largest size and alignment of all files. */
		if (sym->size > def->size)
			def->size = sym->size;
		if (sym->value > def->value)
			def->value = sym->value;
		return;
	}
	if (rank <= had)
		return;
	n->owner = f;
	n->owner_sym = in_sym;
	n->weak = rank <= WEAK;
}

static struct ld_global *name_of(const struct ld_link *l, struct ld_resolution *res,
				 const struct ld_file *f, const struct ld_sym *sym)
{
	const char *name = ld_global_name(f, sym);
	void **slot = ld_strmap_slot(l->arena, &res->globals_by_name, name, strlen(name));
	struct ld_global *n = *slot;

	if (!n) {
		n = *slot = LD_NEW(l->arena, struct ld_global);
		n->name = name;
		LD_PUSH(l->arena, &res->globals, n);
	}
	return n;
}

static void add_file_sym(const struct ld_link *l, struct ld_global *n, struct ld_file *f,
			 uint32_t in_sym)
{
	struct ld_file_sym *file_sym = LD_NEW(l->arena, struct ld_file_sym);

	*file_sym = (struct ld_file_sym){.file = f, .sym = in_sym};
	*(n->file_syms ? &n->last_file_sym->next : &n->file_syms) = file_sym;
	n->last_file_sym = file_sym;
}

/* Records whether an undefined symbol is declared in .ksyms or .kconfig: the loader resolves it. */
static void note_extern(struct ld_global *n, const struct ld_file *f, const struct ld_sym *sym)
{
	uint32_t datasec = f->has_btf && sym->btf ? ld_extern_sec(f, sym->btf) : 0;
	enum ld_role role = datasec ? ld_role_of(ld_btf_name(&f->btf, datasec)) : LD_ROLE_NONE;

	n->strong_ref |= sym->bind != STB_WEAK;
	n->ksym |= role == LD_ROLE_KSYMS;
	n->kconfig |= role == LD_ROLE_KCONFIG;
}

static void add_symbols(const struct ld_link *l, struct ld_resolution *res, struct ld_file *f)
{
	uint32_t i;

	for (i = f->first_global; i < f->nr_syms; i++) {
		struct ld_sym *sym = &f->syms[i];
		struct ld_global *n;

		/* clang gives the jump tables of each file the same global names: BPF.JT.0.0, ...
		 */
		if (sym->sec && sym->sec->role == LD_ROLE_JUMP_TABLES)
			sym->bind = STB_LOCAL;
		if (sym->bind == STB_LOCAL)
			continue;
		if (sym->global) { /* --bind has set its owner */
			add_file_sym(l, sym->global, f, i);
			continue;
		}
		n = sym->global = name_of(l, res, f, sym);
		add_file_sym(l, n, f, i);
		n->vis = stricter(n->vis, sym->vis);
		if (rank_of(sym) == UNDEFINED)
			note_extern(n, f, sym);
		define(n, f, i);
	}
}

/* ---- after all files ---- */

/* Allocates a COMMON symbol in a .bss section of its own. */
static void allocate_common(const struct ld_link *l, struct ld_file *f, uint32_t in_sym)
{
	struct ld_sym *sym = &f->syms[in_sym];
	struct ld_section *sec = LD_NEW(l->arena, struct ld_section);
	struct ld_piece *p = LD_NEW(l->arena, struct ld_piece);

	sec->file = f;
	sec->name = ".bss";
	sec->kind = LD_SEC_BSS;
	sec->role = LD_ROLE_DATA;
	sec->type = SHT_NOBITS;
	sec->flags = SHF_ALLOC | SHF_WRITE;
	sec->size = sym->size;
	sec->align = sym->value ? sym->value : 1;
	sec->pieces = p;
	sec->nr_pieces = 1;
	sec->syms = LD_NEW(l->arena, uint32_t);
	sec->syms[0] = in_sym;
	sec->nr_syms = 1;
	p->sec = sec;
	p->size = sec->size;
	p->align = sec->align;
	p->sym_end = 1;
	sym->type = STT_OBJECT;
	sym->common = false;
	sym->value = 0;
	sym->sec = sec;
	sym->piece = p;
	LD_PUSH(l->arena, &f->commons, sec);
}

/* In a partial link they stay COMMON: a later input may have a larger one, or a definition. */
static void allocate_commons(const struct ld_link *l)
{
	ld_for_each(i, &l->res.files) {
		struct ld_file *f = l->res.files.v[i];

		for (uint32_t k = f->first_global; f->has_common && k < f->nr_syms; k++) {
			const struct ld_sym *sym = &f->syms[k];

			if (sym->common && ld_global_def(sym->global) == sym)
				allocate_common(l, f, k);
		}
	}
}

/* Whether a symbol may become local. Loaders need global programs, maps and licenses. */
static bool may_localize(const struct ld_link *l, const struct ld_sym *def)
{
	if (!def->sec || def->sec->role == LD_ROLE_LICENSE || def->sec->role == LD_ROLE_STRUCT_OPS)
		return false;
	/* A section without contents has no pieces. */
	if (def->sec->kind == LD_SEC_CODE)
		return !def->piece || !ld_is_program(def->piece);
	return l->opt->partial || def->sec->role != LD_ROLE_MAPS;
}

static void finish_name(const struct ld_link *l, struct ld_global *n)
{
	struct ld_sym *def = ld_global_def(n);

	if (!def) {
		n->weak = !n->strong_ref;
		return;
	}
	n->ksym = n->kconfig = false;
	/* libbpf makes hidden subprograms static when it loads them: do it at link time. */
	if (!l->opt->partial && (n->vis == STV_HIDDEN || n->vis == STV_INTERNAL) &&
	    def->type == STT_FUNC && def->sec && def->sec->role == LD_ROLE_TEXT)
		n->localized = true;
	if (def->piece && def->piece->subprogram)
		n->localized = true;
	if (may_localize(l, def) &&
	    (ld_names_match(&l->opt->localize, n->name) ||
	     (*l->opt->export.list && !ld_names_match(&l->opt->export, n->name))))
		n->localized = true;
}

/* A sum of numbers as in a linker script: "16", "-1", "0x10 + 4K". */
static bool parse_sum(const char *s, uint64_t *sum)
{
	bool minus = *s == '-';

	s += minus;
	for (*sum = 0;; minus = *s++ == '-') {
		char *end;
		uint64_t n;

		s += strspn(s, " \t");
		errno = 0;
		n = strtoull(s, &end, 0);
		if (*s < '0' || *s > '9' || errno)
			return false;
		n <<= *end == 'K' ? 10 : *end == 'M' ? 20 : 0;
		end += *end == 'K' || *end == 'M';
		*sum += minus ? -n : n;
		s = end + strspn(end, " \t");
		if (*s != '+' && *s != '-')
			return !*s;
	}
}

/* A definition that belongs to no section, in a file of its own. */
static void define_number(const struct ld_link *l, struct ld_resolution *res, struct ld_global *n,
			  uint64_t value)
{
	struct ld_file *f = LD_NEW(l->arena, struct ld_file);
	struct ld_sym *sym;

	f->link = l;
	f->path = "--defsym";
	f->index = (uint32_t)res->files.nr;
	f->stage = LD_FILE_PARSED;
	f->big = l->inputs.big;
	f->secs = LD_NEW(l->arena, struct ld_section);
	f->secs[0].file = f;
	f->nr_secs = 1;
	f->syms = LD_NEW_ARRAY(l->arena, struct ld_sym, 2);
	f->syms[0].name = "";
	f->nr_syms = 2;
	f->first_global = 1;
	sym = &f->syms[1];
	*sym = (struct ld_sym){.name = n->name, .value = value, .bind = STB_GLOBAL, .abs = true};
	sym->final_name = true;
	sym->global = n;
	LD_PUSH(l->arena, &res->files, f);
	n->owner = f;
	n->owner_sym = 1;
	n->weak = false;
	add_file_sym(l, n, f, 1);
}

/* --defsym=A=B: references to A get the definition of the symbol B, or the number B. */
static void define_alias(const struct ld_link *l, struct ld_resolution *res, const char *text)
{
	const char *equals = strchr(text, '=');
	struct ld_global *a = ld_strmap_get(&res->globals_by_name, text, (size_t)(equals - text));
	const struct ld_global *b =
	    ld_strmap_get(&res->globals_by_name, equals + 1, strlen(equals + 1));
	uint64_t number = 0;
	bool is_number = parse_sum(equals + 1, &number);

	if (!is_number && (!b || !b->owner)) {
		ld_error(l->diags, "defsym", "--defsym=%s: '%s' is not defined%" LD_LINES, text,
			 equals + 1,
			 strpbrk(equals + 1, "+-*/()<>&|, ")
			     ? "\n>>> help: use one symbol, or numbers with '+' and '-'"
			     : "");
	} else if (a && a->owner) {
		ld_error(l->diags, "defsym",
			 "--defsym=%s: '%s' is defined\n>>> defined at %s" LD_HELP
			 "to replace a definition, use --wrap",
			 text, a->name, ld_sym_place(l, a->owner, a->owner_sym));
	} else if (a && is_number) {
		define_number(l, res, a, number);
	} else if (a) {
		a->owner = b->owner;
		a->owner_sym = b->owner_sym;
		a->weak = b->weak;
	}
}

static size_t count_defined(const struct ld_link *l)
{
	size_t nr = 0;

	ld_for_each(i, &l->res.files)
		nr += l->res.files.v[i]->nr_defined;
	return nr;
}

void ld_resolve_symbols(const struct ld_link *l, struct ld_resolution *res)
{
	discard_group_copies(l);
	ld_strmap_reserve(l->arena, &res->globals_by_name, count_defined(l));
	ld_for_each(i, &l->res.files)
		add_symbols(l, res, l->res.files.v[i]);
	ld_for_each(i, &l->res.globals)
		if (l->res.globals.v[i]->duplicate)
			report_duplicate(l, l->res.globals.v[i]);
	for (const char **d = l->opt->defsyms; *d; d++)
		define_alias(l, res, *d);
	ld_for_each(i, &l->res.globals)
		finish_name(l, l->res.globals.v[i]);
	if (!l->opt->partial)
		allocate_commons(l);
}
