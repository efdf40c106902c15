/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Options that have no effect on this link: what they name is in no input that takes part, or
 * they need another option. Other linkers say nothing, and a typing error goes unnoticed.
 */
#include <string.h>

#include "passes/passes.h"

/* What an option's value may mean: symbols of which kind. */
enum scope {
	ANY,     /* locals too */
	GLOBALS, /* under the names that inputs give them */
};

struct pattern {
	const char *option, *text; /* as given */
	const char *glob;          /* what a name must match */
	enum scope scope;
	bool matched;
};

struct checker {
	struct ld_link *l;
	LD_VEC(struct pattern) patterns;
	uint32_t left; /* not matched yet */
};

static void add_pattern(struct checker *c, const char *option, const char *text, const char *glob,
			enum scope scope)
{
	struct pattern p = {option, text, glob, scope, false};

	LD_PUSH(&c->l->arena, &c->patterns, p);
	c->left++;
}

static void add_globs(struct checker *c, const char *option, const char **globs, enum scope scope)
{
	for (; *globs; globs++)
		add_pattern(c, option, *globs, *globs, scope);
}

static void match_symbol(struct checker *c, const struct ld_sym *sym)
{
	ld_for_each(i, &c->patterns) {
		struct pattern *p = &c->patterns.v[i];
		const char *globs[] = {p->glob, NULL};

		if (p->matched || !*sym->name || (p->scope == GLOBALS && sym->bind == STB_LOCAL))
			continue;
		/* A symbol goes by both of its names where --rename or --wrap changed it. */
		if (!ld_matches(globs, sym->name) &&
		    !(sym->global && ld_matches(globs, sym->global->name)))
			continue;
		p->matched = true;
		c->left--;
	}
}

static void match_all(struct checker *c)
{
	ld_for_each(i, &c->l->files) {
		const struct ld_file *f = c->l->files.v[i];

		for (uint32_t k = 1; c->left && k < f->nr_syms; k++)
			match_symbol(c, &f->syms[k]);
	}
}

/* A name as a glob that matches it and nothing else. */
static const char *literal(struct ld_link *l, const char *name, size_t len)
{
	char *glob = ld_alloc(&l->arena, 2 * len + 1), *to = glob;

	for (size_t i = 0; i < len; i++) {
		if (strchr("*?[\\", name[i]))
			*to++ = '\\';
		*to++ = name[i];
	}
	return glob;
}

void ld_check_options(struct ld_link *l)
{
	struct checker c = {.l = l};

	add_globs(&c, "--keep", l->keep, ANY);
	add_globs(&c, "--why-live", l->why_live, ANY);
	add_globs(&c, "--export", l->export, GLOBALS);
	add_globs(&c, "--localize", l->localize, GLOBALS);
	for (const char **w = l->wraps; *w; w++)
		add_pattern(&c, "--wrap", *w, literal(l, *w, strlen(*w)), GLOBALS);
	for (const char **r = l->renames; *r; r++)
		add_pattern(&c, "--rename", *r, literal(l, *r, strcspn(*r, "=")), GLOBALS);
	match_all(&c);
	ld_for_each(i, &c.patterns) {
		const struct pattern *p = &c.patterns.v[i];

		if (!p->matched)
			ld_warn(&l->diags, "unused-option", "%s=%s matches no symbol", p->option,
				p->text);
	}
	if (*l->why_live && !l->gc_sections)
		ld_warn(&l->diags, "unused-option",
			"--why-live needs --gc-sections: without it everything is kept");
}
