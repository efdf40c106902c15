/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Which members of archives, and files between --start-lib and --end-lib, take part: those that
 * define a name which a file that takes part refers to and none has defined. As in lld, order
 * matters only where two members define one name: the first one seen is taken. A weak reference
 * takes nothing in.
 */
#include <string.h>

#include "passes/passes.h"

struct state {
	struct ld_file *lazy; /* the first member that defines the name */
	const struct ld_file *wanted_by;
	bool defined;
};

struct puller {
	struct ld_link *l;
	struct ld_strmap map;             /* name -> struct state */
	LD_VEC(struct ld_file *) pending; /* taken, and their symbols not yet seen */
};

static struct state *state_of(struct puller *p, const char *name)
{
	void **slot = ld_strmap_slot(&p->l->arena, &p->map, name, strlen(name));

	if (!*slot)
		*slot = LD_NEW(&p->l->arena, struct state);
	return *slot;
}

static void take(struct puller *p, struct ld_file *f, const char *name, const struct ld_file *by)
{
	if (!f->lazy)
		return;
	f->lazy = false;
	f->pulled_for = name;
	f->pulled_by = by;
	LD_PUSH(&p->l->arena, &p->pending, f);
}

static void want(struct puller *p, const char *name, const struct ld_file *by)
{
	struct state *s = state_of(p, name);

	if (s->defined)
		return;
	if (!s->wanted_by)
		s->wanted_by = by;
	if (s->lazy)
		take(p, s->lazy, name, by);
}

/* A file that takes part: what it defines, what it refers to. */
static void add_file(struct puller *p, struct ld_file *f)
{
	for (uint32_t i = 1; i < f->nr_syms; i++) {
		const struct ld_sym *sym = &f->syms[i];

		if (sym->bind != STB_LOCAL && ld_is_defined(sym))
			state_of(p, ld_global_name(p->l, sym))->defined = true;
	}
	for (uint32_t i = 1; i < f->nr_syms; i++) {
		const struct ld_sym *sym = &f->syms[i];

		if (sym->bind == STB_GLOBAL && !ld_is_defined(sym))
			want(p, ld_global_name(p->l, sym), f);
	}
}

/* A member that may be taken: what it offers. */
static void offer_file(struct puller *p, struct ld_file *f)
{
	for (uint32_t i = 1; i < f->nr_syms && f->lazy; i++) {
		const struct ld_sym *sym = &f->syms[i];
		struct state *s;

		if (sym->bind == STB_LOCAL || !ld_is_defined(sym))
			continue;
		s = state_of(p, ld_global_name(p->l, sym));
		if (s->defined)
			continue;
		if (!s->lazy)
			s->lazy = f;
		if (s->wanted_by)
			take(p, s->lazy, ld_global_name(p->l, sym), s->wanted_by);
	}
}

static void add_pending(struct puller *p)
{
	while (p->pending.nr)
		add_file(p, p->pending.v[--p->pending.nr]);
}

bool ld_pull_members(struct ld_link *l)
{
	/* -u stands for a reference from no file. */
	static const struct ld_file command_line = {.path = "-u"};
	struct puller p = {.l = l};
	bool lazy = false, any = false;

	ld_for_each(i, &l->inputs)
		lazy |= l->inputs.v[i]->lazy;
	if (!lazy)
		return false;
	for (const char **name = l->undefined; *name; name++)
		want(&p, *name, &command_line);
	ld_for_each(i, &l->inputs) {
		struct ld_file *f = l->inputs.v[i];

		if (f->lazy)
			offer_file(&p, f);
		else
			add_file(&p, f);
		add_pending(&p);
	}
	ld_for_each(i, &l->inputs)
		any |= !l->inputs.v[i]->lazy && l->inputs.v[i]->stage != LD_FILE_PARSED;
	return any;
}

void ld_drop_unpulled(struct ld_link *l)
{
	ld_for_each(i, &l->inputs) {
		struct ld_file *f = l->inputs.v[i];

		if (f->lazy)
			continue;
		f->index = (uint32_t)l->files.nr;
		LD_PUSH(&l->arena, &l->files, f);
	}
}
