/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Options that have no effect on this link: no input that takes part has what they name, or they
 * need another option. Other linkers ignore such options, and a typo goes unnoticed.
 */
#include <fnmatch.h>
#include <string.h>

#include "base/text.h"
#include "passes/passes.h"

/* The symbols that an option's value may refer to. */
enum scope {
	ANY,     /* including local ones */
	GLOBALS, /* by their names in the inputs */
};

struct pattern {
	const char *option, *text; /* as given */
	struct found *found;
	enum scope scope;
};

/* Whether a symbol of each kind matched a name or a glob. */
struct found {
	const char *glob; /* NULL for a plain name */
	bool local, global;
};

struct checker {
	const struct ld_link *l;
	LD_VEC(struct pattern) patterns;
	struct ld_strmap names; /* plain name -> struct found */
	LD_VEC(struct found *) globs;
};

static struct found *found_of(struct checker *c, const char *name, size_t len)
{
	void **slot = ld_strmap_slot(c->l->arena, &c->names, name, len);

	if (!*slot)
		*slot = LD_NEW(c->l->arena, struct found);
	return *slot;
}

/* The first len bytes of text are the name. */
static void add_name(struct checker *c, const char *option, const char *text, size_t len)
{
	LD_PUSH(c->l->arena, &c->patterns,
		(struct pattern){option, text, found_of(c, text, len), GLOBALS});
}

static void add_names(struct checker *c, const char *option, const struct ld_names *names,
		      enum scope scope)
{
	for (const char **name = names->list; *name; name++) {
		struct pattern p = {option, *name, NULL, scope};

		if (ld_is_glob(*name)) {
			p.found = LD_NEW(c->l->arena, struct found);
			p.found->glob = *name;
			LD_PUSH(c->l->arena, &c->globs, p.found);
		} else {
			p.found = found_of(c, *name, strlen(*name));
		}
		LD_PUSH(c->l->arena, &c->patterns, p);
	}
}

static void match_name(struct checker *c, const char *name, bool local)
{
	struct found *found = ld_strmap_get(&c->names, name, strlen(name));

	if (found)
		*(local ? &found->local : &found->global) = true;
	ld_for_each(i, &c->globs) {
		bool *matched = local ? &c->globs.v[i]->local : &c->globs.v[i]->global;

		if (!*matched && !fnmatch(c->globs.v[i]->glob, name, 0))
			*matched = true;
	}
}

/* A symbol that --prefix, --rename or --wrap changes has several names. */
static void match_symbols(struct checker *c)
{
	ld_for_each(i, &c->l->res.files) {
		const struct ld_file *f = c->l->res.files.v[i];

		for (uint32_t k = 1; c->patterns.nr && k < f->nr_syms; k++) {
			const struct ld_sym *sym = &f->syms[k];

			if (!*sym->name)
				continue;
			match_name(c, sym->name, sym->bind == STB_LOCAL);
			if (f->prefix && sym->bind != STB_LOCAL)
				match_name(c, ld_prefixed_name(f, sym), false);
			if (sym->global && strcmp(sym->global->name, sym->name) != 0)
				match_name(c, sym->global->name, sym->bind == STB_LOCAL);
		}
	}
}

static bool has_matched(const struct pattern *p)
{
	return p->found->global || (p->scope == ANY && p->found->local);
}

static void check_prefixes(const struct ld_link *l)
{
	ld_for_each(i, &l->inputs.prefixes) {
		const struct ld_prefix *p = l->inputs.prefixes.v[i];

		if (!p->path)
			ld_error(
			    l->diags, "prefix",
			    "--prefix=%s: no input is called %s" LD_HELP
			    "specify the library as on the command line, or the end of its path",
			    p->option, p->library);
		else if (!p->names.nr)
			ld_error(l->diags, "prefix", "--prefix=%s: %s defines no global symbol",
				 p->option, p->path);
	}
}

static bool has_bitcode(const struct ld_link *l)
{
	ld_for_each(i, &l->res.files)
		if (l->res.files.v[i]->bitcode)
			return true;
	return false;
}

void ld_check_options(const struct ld_link *l)
{
	struct checker c = {.l = l};

	add_names(&c, "--keep", &l->opt->keep, ANY);
	add_names(&c, "--why-live", &l->opt->why_live, ANY);
	add_names(&c, "--export", &l->opt->export, GLOBALS);
	add_names(&c, "--localize", &l->opt->localize, GLOBALS);
	for (const char **w = l->opt->wraps; *w; w++)
		add_name(&c, "--wrap", *w, strlen(*w));
	for (const char **r = l->opt->renames; *r; r++)
		add_name(&c, "--rename", *r, strcspn(*r, "="));
	match_symbols(&c);
	check_prefixes(l);
	ld_for_each(i, &c.patterns) {
		const struct pattern *p = &c.patterns.v[i];

		if (!has_matched(p))
			ld_warn(l->diags, "unused-option",
				"%s=%s matches no symbol" LD_HELP
				"check the spelling; --Map lists the symbols of the inputs",
				p->option, p->text);
	}
	if (l->opt->lto_fat && !has_bitcode(l))
		ld_warn(
		    l->diags, "unused-option",
		    "--lto has no effect: no input has bitcode" LD_HELP
		    "compile with -flto, or with -flto -ffat-lto-objects (clang 18 and later) or "
		    "-Xclang -fembed-bitcode=all to have machine code as well");
	if (*l->opt->why_live.list && !l->opt->gc_sections)
		ld_warn(l->diags, "unused-option",
			"--why-live has no effect without --gc-sections: everything is kept");
}
