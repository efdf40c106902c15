/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Compares each declaration of a symbol, and each weak definition that lost, with the definition;
 * if no input defines the symbol, each later declaration with the first one. compare_types.c
 * decides whether two declarations agree. This file chooses the pairs, groups equal findings, and
 * words them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "btf/print.h"
#include "elf/place.h"
#include "passes/check/compare_types.h"
#include "passes/check/rust_types.h"
#include "passes/passes.h"

/* A symbol of a file. */
struct site {
	struct ld_file *file;
	uint32_t sym; /* in_sym */
};

struct check {
	struct site site[2]; /* [0] is named first in the message */
	struct site blamed;  /* the one of the two that caused this check */
	bool untyped;        /* one of the two declares a symbol of the kernel without a type */
	struct ld_types_finding found;
};

/* Findings that differ only in the file. */
struct group {
	struct check *first;
	LD_VEC(uint32_t) files; /* indexes of the blamed files, ascending with repetitions */
};

struct state {
	const struct ld_link *l;
	LD_VEC(struct check) checks; /* in the order in which the symbols appear in the files */
	struct ld_strmap first;      /* undefined symbol -> struct site: its first declaration */
	struct ld_strmap group_map;
	LD_VEC(struct group *) groups;
};

static struct ld_sym *sym_of(const struct site *s)
{
	return &s->file->syms[s->sym];
}

static const struct btf_type *decl_of(const struct site *s)
{
	return ld_btf_type(&s->file->btf, sym_of(s)->btf);
}

static uint32_t decl_kind(const struct site *s)
{
	return ld_btf_kind(decl_of(s));
}

static bool is_defined(const struct site *s)
{
	const struct ld_sym *sym = sym_of(s);

	return sym->sec || sym->abs || sym->common;
}

/* Whether the symbol has a FUNC or VAR. */
static bool has_type(const struct site *s)
{
	uint32_t kind;

	if (!s->file->has_btf || !sym_of(s)->btf)
		return false;
	kind = decl_kind(s);
	return kind == BTF_KIND_FUNC || kind == BTF_KIND_VAR;
}

/* "extern const void name __ksym", an address without a type. */
static bool is_typeless(const struct site *s)
{
	const struct btf_type *t = decl_of(s);

	return ld_btf_kind(t) == BTF_KIND_VAR && !ld_btf_strip(&s->file->btf, t->type);
}

static bool is_ir(const struct site *s)
{
	return ld_rust_is_ir(&s->file->btf, decl_of(s)->type);
}

static bool declares_map(const struct site *s)
{
	const struct ld_sym *sym = sym_of(s);
	uint32_t sec = s->file->extern_secs ? ld_extern_sec(s->file, sym->btf) : 0;

	if (decl_kind(s) != BTF_KIND_VAR)
		return false;
	if (sym->sec)
		return sym->sec->role == LD_ROLE_MAPS;
	return sec && ld_role_of(ld_btf_name(&s->file->btf, sec)) == LD_ROLE_MAPS;
}

/*
 * Finds the site to compare s with. If nothing defines the symbol, or the definition has no BTF,
 * this is its first declaration.
 */
static bool find_other(struct state *st, struct site *s, struct site *other)
{
	struct ld_global *name = sym_of(s)->global;
	struct site *first;
	void **slot;

	*other = (struct site){name->owner, name->owner_sym};
	if (other->file && has_type(other))
		return true;
	slot = ld_strmap_slot(st->l->scratch, &st->first, name->name, strlen(name->name));
	first = *slot;
	if (first)
		*other = *first;
	/* One with a type takes the place of one without. */
	if (!first || (is_typeless(first) && !is_typeless(s) && decl_kind(s) == BTF_KIND_VAR))
		*slot = ld_memdup(st->l->scratch, s, sizeof(*s));
	return first;
}

/*
 * Rust's compiler_builtins has weak definitions of C's memory functions. A crate may have its own,
 * which return nothing.
 */
static bool is_spare(const struct site *s, const struct site *definition)
{
	return is_defined(s) && sym_of(s)->bind == STB_WEAK && s->file->btf.rust &&
	       is_defined(definition) && definition->file->btf.rust;
}

static void collect_sym(struct state *st, struct ld_file *f, uint32_t in_sym)
{
	struct site s = {f, in_sym}, other;
	struct check c = {0};

	if (!f->syms[in_sym].global || !has_type(&s) || !find_other(st, &s, &other))
		return;
	if (sym_of(&s)->global->duplicate && is_defined(&s) && is_defined(&other))
		return;
	if (is_spare(&s, &other))
		return;
	/* Licenses have their own pass. */
	if (other.file == f || (ld_is_single(sym_of(&s)) && ld_is_single(sym_of(&other))))
		return;
	if (is_typeless(&s) && is_defined(&other))
		return;
	/*
	 * With a type, loaders give the program a pointer that the verifier knows, without one a
	 * number: all uses of one symbol get the same.
	 */
	if (is_typeless(&s) != is_typeless(&other) && decl_kind(&s) == decl_kind(&other)) {
		if (!f->syms[in_sym].global->ksym || is_ir(&s) || is_ir(&other))
			return;
		c.untyped = true;
	}
	c.blamed = s;
	c.site[0] = is_defined(&other) ? s : other;
	c.site[1] = is_defined(&other) ? other : s;
	LD_PUSH(st->l->scratch, &st->checks, c);
}

static void run_check(struct ld_type_walk *w, struct check *c)
{
	struct ld_decl_pair pair = {
	    .file = {c->site[0].file, c->site[1].file},
	    .btf = {sym_of(&c->site[0])->btf, sym_of(&c->site[1])->btf},
	    .map = {declares_map(&c->site[0]), declares_map(&c->site[1])},
	    .both_ways = is_defined(&c->site[0]),
	    .undefined = !is_defined(&c->site[1]),
	    .ksym = !is_defined(&c->site[1]) && sym_of(&c->site[0])->global->ksym,
	};

	/* A declaration of a map may omit the section. */
	if (pair.map[1] || !is_defined(&c->site[1]))
		pair.map[0] = pair.map[1] = pair.map[0] || pair.map[1];
	/* Rust uses only the address of a map that C defines. */
	if (pair.map[0] && (is_ir(&c->site[0]) || is_ir(&c->site[1])))
		return;
	c->found = ld_compare_decls(w, &pair);
}

static int by_files(const void *a, const void *b)
{
	const struct check *x = *(struct check *const *)a, *y = *(struct check *const *)b;

	for (int side = 0; side < 2; side++) {
		uint32_t i = x->site[side].file->index, j = y->site[side].file->index;

		if (i != j)
			return i < j ? -1 : 1;
	}
	return x < y ? -1 : x > y;
}

/* Ordered by file pairs, so that types shared by two files are compared once. */
static void run_checks(struct state *st)
{
	struct ld_type_walk *w = ld_type_walk_new(st->l);
	struct check **order = LD_NEW_ARRAY(st->l->scratch, struct check *, st->checks.nr);

	ld_for_each(i, &st->checks)
		order[i] = &st->checks.v[i];
	if (st->checks.nr)
		qsort(order, st->checks.nr, sizeof(*order), by_files);
	ld_for_each(i, &st->checks)
		run_check(w, order[i]);
}

static const char *print_site(const struct ld_link *l, const struct site *s)
{
	const struct ld_btf *btf = &s->file->btf;
	const struct ld_sym *sym = sym_of(s);
	const char *text = declares_map(s) ? ld_btf_print_map(l->arena, btf, sym->btf)
					   : ld_btf_print_symbol(l->arena, btf, sym->btf);

	return is_defined(s) && sym->bind == STB_WEAK ? ld_printf(l->arena, "__weak %s", text)
						      : text;
}

/*
 * The key that groups findings: a struct's layout is reported once, whatever symbols refer to it.
 */
static const char *group_key(const struct ld_link *l, const struct check *c)
{
	const struct ld_types_finding *found = &c->found;

	if (found->diff == LD_TYPES_LAYOUT)
		return ld_printf(l->arena, "%s", found->reason);
	return ld_printf(l->arena, "%d\n%s\n%s\n%s\n%s", found->diff,
			 sym_of(&c->site[0])->global->name, print_site(l, &c->site[0]),
			 print_site(l, &c->site[1]), found->reason);
}

static void group_check(struct state *st, struct check *c)
{
	struct ld_arena *a = st->l->scratch;
	const char *key = group_key(st->l, c);
	void **slot = ld_strmap_slot(a, &st->group_map, key, strlen(key));
	uint32_t file = c->blamed.file->index;
	struct group *g = *slot;

	if (!g) {
		*slot = g = LD_NEW(a, struct group);
		g->first = c;
		LD_PUSH(a, &st->groups, g);
	}
	if (!g->files.nr || g->files.v[g->files.nr - 1] < file)
		LD_PUSH(a, &g->files, file);
}

/* The lines that describe one side. */
static const char *describe(const struct ld_link *l, const struct check *c, int side)
{
	const struct site *s = &c->site[side];
	bool defined = is_defined(s), alike = defined == is_defined(&c->site[0]);
	const char *how = side && alike ? "and as     " : defined ? "defined as " : "declared as";

	return ld_text(l->arena, "\n>>> %s  %s\n>>>   %s  %s", how, print_site(l, s),
		       defined ? "at       " : "used at  ", ld_sym_place(l, s->file, s->sym));
}

#define MAX_NAMED 4 /* files */

/* Lists the other files of a group, and makes plain on which side they are. */
static const char *others_line(const struct ld_link *l, const struct group *g)
{
	const char *text;
	size_t nr = g->files.nr < MAX_NAMED + 1 ? g->files.nr : MAX_NAMED + 1;

	if (nr < 2)
		return "";
	text = ld_text(l->arena, "\n>>> like %s:", ld_file_place(l, g->first->blamed.file));
	for (size_t i = 1; i < nr; i++)
		text = ld_text(l->arena, "%" LD_LINES "%s %s", text, i > 1 ? "," : "",
			       ld_file_name(l->res.files.v[g->files.v[i]]));
	if (g->files.nr > nr)
		text = ld_text(l->arena, "%" LD_LINES " and %zu more", text, g->files.nr - nr);
	return text;
}

static void report(const struct ld_link *l, const struct group *g)
{
	const struct check *c = g->first;
	const struct ld_types_finding *found = &c->found;
	const char *name = sym_of(&c->site[0])->global->name;
	const char *more = others_line(l, g);
	const char *sides =
	    ld_text(l->arena, "%" LD_LINES "%" LD_LINES, describe(l, c, 0), describe(l, c, 1));
	const char *path =
	    found->path ? ld_text(l->arena, "\n>>> reached via  %s", found->path) : "";

	if (c->untyped)
		(l->opt->partial ? ld_warn : ld_report_error)(
		    l->diags, "conflicting-types",
		    "conflicting types for '%s'%" LD_LINES LD_DETAIL "%s%" LD_LINES LD_HELP
		    "use the same declaration in all files: the complete type for a pointer that "
		    "the verifier tracks, or 'const void' for the address as a number",
		    name, sides, found->reason, more);
	else if (found->diff == LD_TYPES_CONFLICT)
		ld_error(l->diags, "conflicting-types",
			 "conflicting types for '%s'%" LD_LINES LD_DETAIL "%s%" LD_LINES
			 "%" LD_LINES LD_HELP
			 "declare '%s' once, in a header that all files include",
			 name, sides, found->reason, found->more, more, name);
	else if (found->diff == LD_TYPES_MISMATCH)
		ld_warn(l->diags, "type-mismatch",
			"mismatched types for '%s'%" LD_LINES LD_DETAIL "%s%" LD_LINES
			"%" LD_LINES LD_HELP
			"declare '%s' once, in a header that all files include",
			name, sides, found->reason, found->more, more, name);
	else
		ld_warn(l->diags, "struct-layout",
			"different layouts of '%s', which '%s' refers to%" LD_LINES
			"%" LD_LINES LD_DETAIL "%s%" LD_LINES "%" LD_LINES LD_HELP
			"define it once, in a header that all files include; for a type of the "
			"kernel," LD_MORE_HELP
			"let CO-RE relocate the members: __attribute__((preserve_access_index))",
			found->what, name, sides, path, found->reason, found->more, more);
}

void ld_check_types(const struct ld_link *l)
{
	struct state st = {.l = l};

	ld_for_each(i, &l->res.files) {
		struct ld_file *f = l->res.files.v[i];

		for (uint32_t s = 1; s < f->nr_syms; s++)
			collect_sym(&st, f, s);
	}
	run_checks(&st);
	ld_for_each(i, &st.checks) {
		if (st.checks.v[i].found.diff != LD_TYPES_AGREE)
			group_check(&st, &st.checks.v[i]);
	}
	ld_for_each(i, &st.groups)
		report(l, st.groups.v[i]);
}
