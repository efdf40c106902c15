/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Decides which archive members, and files between --start-lib and --end-lib, take part: those that
 * define a symbol which a file that takes part refers to and none has defined. As in lld, inputs
 * are visited in command-line order. A member is extracted as soon as it is both needed and
 * available, and its own references are resolved before anything else. The first member that
 * defines a symbol is extracted. A weak reference extracts nothing. The
 * stub of an import is a reference. A decl tag that names a
 * callback is a reference. Files take part in the order in which they were extracted, which decides
 * between weak definitions.
 *
 * Libraries that members ask for are added as new inputs; the puller continues where it stopped.
 */
#include <string.h>

#include "passes/passes.h"

struct state {
	struct ld_file *lazy; /* the first member that defines the symbol */
	const struct ld_file *wanted_by;
	bool defined;
};

/* A file that takes part, and the position in its references: first symbols, then tags. */
struct visit {
	struct ld_file *file;
	uint32_t sym;               /* the next in_sym */
	uint32_t tag;               /* index in file->btf.decls of the next tag */
	struct ld_strmap functions; /* own functions by name, once there is a tag */
};

struct ld_puller {
	const struct ld_link *l;
	struct ld_resolution *res;
	size_t next;          /* index in l->inputs.files of the next input */
	struct ld_strmap map; /* name -> struct state */
	LD_VEC(struct visit) stack;
};

static struct state *state_of(struct ld_puller *p, const char *name)
{
	void **slot = ld_strmap_slot(p->l->arena, &p->map, name, strlen(name));

	if (!*slot)
		*slot = LD_NEW(p->l->arena, struct state);
	return *slot;
}

static void take_part(const struct ld_link *l, struct ld_resolution *res, struct ld_file *f)
{
	f->index = (uint32_t)res->files.nr;
	LD_PUSH(l->arena, &res->files, f);
}

/* Records the definitions of a file that takes part, and queues its references. */
static void visit(struct ld_puller *p, struct ld_file *f)
{
	take_part(p->l, p->res, f);
	for (uint32_t i = 1; i < f->nr_syms; i++) {
		const struct ld_sym *sym = &f->syms[i];

		if (sym->bind != STB_LOCAL && ld_is_defined(sym) && !sym->stub)
			state_of(p, ld_global_name(f, sym))->defined = true;
	}
	LD_PUSH(p->l->arena, &p->stack, (struct visit){.file = f, .sym = 1});
}

static void take(struct ld_puller *p, struct ld_file *f, const char *name, const struct ld_file *by)
{
	f->lazy = false;
	f->pulled_for = name;
	f->pulled_by = by;
	visit(p, f);
}

static void want(struct ld_puller *p, const char *name, const struct ld_file *by)
{
	struct state *s = state_of(p, name);

	if (s->defined)
		return;
	if (!s->wanted_by)
		s->wanted_by = by;
	if (s->lazy)
		take(p, s->lazy, name, by);
}

/* Records the definitions of a member that may be extracted. */
static void offer(struct ld_puller *p, struct ld_file *f)
{
	for (uint32_t i = 1; i < f->nr_syms && f->lazy; i++) {
		const struct ld_sym *sym = &f->syms[i];
		struct state *s;

		if (sym->bind == STB_LOCAL || !ld_is_defined(sym) || sym->stub)
			continue;
		s = state_of(p, ld_global_name(f, sym));
		if (s->defined)
			continue;
		if (!s->lazy)
			s->lazy = f;
		if (s->wanted_by)
			take(p, f, ld_global_name(f, sym), s->wanted_by);
	}
}

static void index_functions(const struct ld_puller *p, struct visit *v)
{
	for (uint32_t i = 1; i < v->file->nr_syms; i++) {
		struct ld_sym *sym = &v->file->syms[i];

		if (sym->type == STT_FUNC && ld_is_defined(sym))
			*ld_strmap_slot(p->l->scratch, &v->functions, sym->name,
					strlen(sym->name)) = sym;
	}
}

/* The callback that the next tag names, unless the file has a function of that name; or NULL. */
static const char *next_callback(const struct ld_puller *p, struct visit *v)
{
	const char *name = ld_callback_name(&v->file->btf, v->file->btf.decls[v->tag++]);

	if (!name)
		return NULL;
	if (!v->functions.nr)
		index_functions(p, v);
	return ld_strmap_get(&v->functions, name, strlen(name)) ? NULL : name;
}

/* Follows the references of the file that was extracted last, depth first. */
static void follow(struct ld_puller *p)
{
	while (p->stack.nr) {
		struct visit *v = &p->stack.v[p->stack.nr - 1];
		struct ld_file *f = v->file;
		const struct ld_sym *sym;

		if (v->sym >= f->nr_syms && v->tag < f->btf.nr_decls) {
			struct ld_sym ref = {.name = next_callback(p, v)};

			if (ref.name)
				want(p, ld_global_name(f, &ref), f);
			continue;
		}
		if (v->sym >= f->nr_syms) {
			p->stack.nr--;
			continue;
		}
		sym = &f->syms[v->sym++];
		if ((sym->strong_stub && !p->l->opt->keep_stubs) ||
		    (sym->bind == STB_GLOBAL && !ld_is_defined(sym) && !sym->global))
			want(p, ld_global_name(f, sym), f);
	}
}

/* References by command-line options. */
static void visit_options(struct ld_puller *p)
{
	static const struct ld_file command_line = {.path = "<internal>"};
	const struct ld_link *l = p->l;

	for (const char **name = l->opt->undefined.list; *name; name++)
		want(p, *name, &command_line);
	for (const char **pair = l->opt->defsyms; *pair; pair++) {
		const char *equals = strchr(*pair, '=');
		const char *name = ld_printf(l->arena, "%.*s", (int)(equals - *pair), *pair);

		state_of(p, name)->defined = true;
		want(p, equals + 1, &command_line);
	}
}

/* NULL if no input is lazy: there is nothing to decide then. */
static struct ld_puller *puller_of(const struct ld_link *l, struct ld_resolution *res)
{
	bool lazy = false;

	ld_for_each(i, &l->inputs.files)
		lazy |= l->inputs.files.v[i]->lazy;
	if (!res->puller && lazy) {
		res->puller = LD_NEW(l->arena, struct ld_puller);
		res->puller->l = l;
		res->puller->res = res;
		visit_options(res->puller);
	}
	return res->puller;
}

bool ld_pull_members(const struct ld_link *l, struct ld_resolution *res)
{
	struct ld_puller *p = puller_of(l, res);
	bool any = false;

	for (; p && p->next < l->inputs.files.nr; p->next++) {
		struct ld_file *f = l->inputs.files.v[p->next];

		if (f->lazy)
			offer(p, f);
		else
			visit(p, f);
		follow(p);
	}
	ld_for_each(i, &l->inputs.files)
		any |= !l->inputs.files.v[i]->lazy && l->inputs.files.v[i]->stage != LD_FILE_PARSED;
	return any;
}

void ld_drop_unpulled(const struct ld_link *l, struct ld_resolution *res)
{
	/* A puller has added the files in the order in which they were extracted. */
	for (size_t i = 0; !res->puller && i < l->inputs.files.nr; i++)
		take_part(l, res, l->inputs.files.v[i]);
}
