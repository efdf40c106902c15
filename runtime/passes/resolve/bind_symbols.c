/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * --bind=A.o:f=B.o:g: the symbol f of A.o refers to g of B.o, whatever other objects call f or g.
 *
 * The reference gets a global symbol of its own, which no other file can refer to and which B.o's
 * symbol owns. So it is compared with its target like any reference, and messages about it say "f".
 * A map, variable or weak function that A.o defines can be bound in the same way: it has then lost
 * against the target.
 *
 * B.o may be one of many objects that were not written to be linked together: N programs that are
 * each called xdp_prog. So symbols of a target object that clash with those of others are isolated:
 * they become local or, as libbpf opens no local program and no local struct_ops map, get another
 * name. Other symbols are linked as usual.
 *
 * A program that is a target becomes a subprogram, which libbpf takes from .text only. It also
 * becomes static, so that the verifier checks it together with its callers: it can receive a
 * context of any program type, as from the kernel.
 */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "passes/passes.h"

/* ---- finding symbols ---- */

/* An input, and the first in_sym of each name, once one of its symbols is searched. */
struct input {
	struct ld_file *f;
	bool indexed;
	struct ld_strmap undefined, defined, statics;
};

/* The inputs with the same name. */
struct inputs {
	LD_VEC(struct input *) list;
};

struct binder {
	const struct ld_link *l;
	struct ld_strmap paths; /* name in diagnostics -> struct inputs */
};

static int wrong(const struct ld_link *l, const struct ld_bind *b, const char *what)
{
	return ld_error(l->diags, "bind", "cannot bind '%s' of %s to '%s' of %s: %" LD_LINES,
			b->name, b->object, b->target, b->to_object, what);
}

static void list_inputs(struct binder *binder)
{
	struct ld_arena *a = binder->l->arena;

	ld_for_each(i, &binder->l->inputs.files) {
		struct input *in = LD_NEW(a, struct input);
		const char *path = ld_file_name(binder->l->inputs.files.v[i]);
		void **slot = ld_strmap_slot(a, &binder->paths, path, strlen(path));
		struct inputs *same = *slot;

		if (!same)
			*slot = same = LD_NEW(a, struct inputs);
		in->f = binder->l->inputs.files.v[i];
		LD_PUSH(a, &same->list, in);
	}
}

/* The input called object: by its name in diagnostics; "#N" selects the N-th with that name. */
static struct input *find_object(const struct binder *binder, const struct ld_bind *b,
				 const char *object)
{
	const struct inputs *same = ld_strmap_get(&binder->paths, object, strlen(object));
	const char *hash = strrchr(object, '#');
	const struct ld_link *l = binder->l;
	uint64_t n = 0;

	if (same && same->list.nr == 1)
		return same->list.v[0];
	if (same) {
		wrong(l, b,
		      ld_text(l->arena,
			      "%zu inputs are called %s" LD_HELP
			      "add a number to select one: the first is %s#1",
			      same->list.nr, object, object));
		return NULL;
	}
	for (const char *c = hash ? hash + 1 : ""; isdigit((unsigned char)*c); c++)
		n = n < UINT32_MAX ? n * 10 + (uint64_t)(*c - '0') : n;
	if (n)
		same = ld_strmap_get(&binder->paths, object, (size_t)(hash - object));
	if (same && n <= same->list.nr)
		return same->list.v[n - 1];
	wrong(l, b, ld_text(l->arena, "no input is called %s", object));
	return NULL;
}

static void index_symbols(struct ld_arena *a, struct input *in)
{
	for (uint32_t i = in->f->nr_syms; i-- > 1 && !in->indexed;) {
		const struct ld_sym *sym = &in->f->syms[i];
		bool local = sym->bind == STB_LOCAL;
		struct ld_strmap *map = local                ? &in->statics
					: ld_is_defined(sym) ? &in->defined
							     : &in->undefined;

		if (!local || sym->sec)
			*ld_strmap_slot(a, map, sym->name, strlen(sym->name)) =
			    (void *)(uintptr_t)i;
	}
	in->indexed = true;
}

static uint32_t find_name(const struct ld_strmap *map, const char *name)
{
	return (uint32_t)(uintptr_t)ld_strmap_get(map, name, strlen(name));
}

/* The symbol called name that can be bound: an extern, a map, a variable or a weak function. */
static uint32_t find_reference(const struct input *in, const char *name)
{
	uint32_t ref = find_name(&in->undefined, name), own = find_name(&in->defined, name);
	const struct ld_section *sec = own ? in->f->syms[own].sec : NULL;

	bool default_code = sec && in->f->syms[own].bind == STB_WEAK && sec->role == LD_ROLE_TEXT;

	return ref || !sec || (sec->kind == LD_SEC_CODE && !default_code) ? ref : own;
}

static const char *no_target(const struct input *in, const char *name)
{
	if (find_name(&in->statics, name))
		return "the target is static: compilers may change how static functions are called";
	return find_name(&in->undefined, name) ? "the target's object only declares it"
					       : "the target's object does not define it";
}

/* An object that is named takes part, even if it is an archive member. */
static void take(struct ld_file *f, const char *name, const struct ld_file *by)
{
	if (!f->lazy)
		return;
	f->lazy = false;
	f->pulled_for = name;
	f->pulled_by = by;
}

/* Whether the target is bound in turn, and eventually to the reference itself. */
static bool is_cycle(const struct ld_file *from, uint32_t ref, const struct ld_file *to,
		     uint32_t target)
{
	while (to != from || target != ref) {
		const struct ld_global *n = to->syms[target].global;

		if (!n)
			return false;
		to = n->owner;
		target = n->owner_sym;
	}
	return true;
}

/* Why the reference of from cannot be bound to the target of to, or NULL. */
static const char *find_reason(const struct ld_link *l, const struct ld_bind *b,
			       const struct input *from_in, uint32_t ref, const struct input *to_in,
			       uint32_t target)
{
	const struct ld_file *from = from_in->f, *to = to_in->f;
	const struct ld_global *n = ref ? from->syms[ref].global : NULL;

	if (from->bitcode || to->bitcode)
		return "link-time optimization merges the bitcode of both, including the "
		       "calls" LD_HELP "compile both without bitcode";
	if (!ref)
		return find_name(&from_in->defined, b->name) ? "the first object defines it"
							     : "the first object does not use it";
	if (!target)
		return no_target(to_in, b->target);
	if (n && (n->owner != to || n->owner_sym != target))
		return ld_text(l->arena, "it is already bound to '%s' of %s",
			       ld_global_def(n)->name, ld_file_name(n->owner));
	if (!n && is_cycle(from, ref, to, target))
		return "it would be bound to itself";
	return NULL;
}

static void bind(struct binder *binder, struct ld_resolution *res, const struct ld_bind *b)
{
	const struct ld_link *l = binder->l;
	struct input *from_in = find_object(binder, b, b->object);
	struct input *to_in = from_in ? find_object(binder, b, b->to_object) : NULL;
	struct ld_file *from, *to;
	uint32_t ref, target;
	const char *reason;
	struct ld_global *n;

	if (!to_in)
		return;
	index_symbols(l->arena, from_in);
	index_symbols(l->arena, to_in);
	from = from_in->f;
	to = to_in->f;
	ref = find_reference(from_in, b->name);
	target = find_name(&to_in->defined, b->target);
	reason = find_reason(l, b, from_in, ref, to_in, target);
	if (reason) {
		wrong(l, b, reason);
		return;
	}
	n = LD_NEW(l->arena, struct ld_global);
	*n = (struct ld_global){.name = b->name, .owner = to, .owner_sym = target, .bound = true};
	n->weak = to->syms[target].bind == STB_WEAK;
	from->syms[ref].global = n;
	to->bound_to = true;
	take(from, b->name, to);
	take(to, b->target, from);
	LD_PUSH(l->arena, &res->bound, n);
}

void ld_bind_symbols(const struct ld_link *l, struct ld_resolution *res)
{
	/* Runs once the inputs of the command line are known; dependent libraries come later. */
	struct binder binder = {.l = l};

	if (l->opt->binds.nr && !res->binds_made)
		list_inputs(&binder);
	for (size_t i = 0; i < l->opt->binds.nr && !res->binds_made; i++)
		bind(&binder, res, &l->opt->binds.v[i]);
	res->binds_made = true;
}

/* ---- programs to subprograms ---- */

/* Another program in the same piece, which could not be split. */
static const struct ld_sym *other_function(const struct ld_piece *p, const struct ld_sym *def)
{
	for (uint32_t i = p->sym; i < p->sym_end; i++) {
		const struct ld_sym *sym = &p->sec->file->syms[p->sec->syms[i]];

		if (sym->type == STT_FUNC && sym->value != def->value)
			return sym;
	}
	return NULL;
}

static void make_subprogram(const struct ld_link *l, const struct ld_global *n)
{
	const struct ld_sym *def = ld_global_def(n), *other;
	struct ld_piece *p = def->piece;

	if (!p || p->sec->kind != LD_SEC_CODE || p->sec->role == LD_ROLE_TEXT)
		return;
	other = other_function(p, def);
	if (other) {
		ld_error(l->diags, "bind",
			 "cannot make '%s' a subprogram: its code cannot be separated from that "
			 "of '%s'\n>>> in section %s of %s",
			 def->name, other->name, p->sec->name, ld_file_name(n->owner));
		return;
	}
	p->subprogram = true;
	/* Padding moves with its piece. */
	for (; p + 1 < p->sec->pieces + p->sec->nr_pieces && p[1].pad; p++)
		p[1].subprogram = true;
}

/* ---- isolating clashing symbols ---- */

/* By global name: the number of definitions. */
struct definitions {
	size_t nr;
	uint32_t last; /* suffix of the name that was tried last for another symbol */
};

/* COMDAT groups and COMMON symbols are meant to be merged; licenses have their own pass. */
static bool may_clash(const struct ld_sym *sym)
{
	return sym->bind != STB_LOCAL && sym->sec && !sym->global && !sym->sec->group &&
	       !ld_is_single(sym);
}

static struct definitions *definitions_of(const struct ld_link *l, struct ld_strmap *map,
					  const char *name)
{
	void **slot = ld_strmap_slot(l->arena, map, name, strlen(name));

	if (!*slot)
		*slot = LD_NEW(l->arena, struct definitions);
	return *slot;
}

static void count_definitions(const struct ld_link *l, struct ld_strmap *map)
{
	ld_for_each(i, &l->res.files) {
		const struct ld_file *f = l->res.files.v[i];

		for (uint32_t k = 1; k < f->nr_syms; k++)
			if (f->syms[k].bind != STB_LOCAL && ld_is_defined(&f->syms[k]) &&
			    !f->syms[k].global)
				definitions_of(l, map, ld_global_name(f, &f->syms[k]))->nr++;
	}
}

/* Whether loaders find it by its section and reject it if it is local. */
static bool must_stay_global(const struct ld_sym *sym)
{
	const struct ld_section *sec = sym->sec;

	if (sec->kind == LD_SEC_CODE)
		return sec->role != LD_ROLE_TEXT && !sym->piece->subprogram;
	return sec->role == LD_ROLE_STRUCT_OPS;
}

static void rename_global(const struct ld_link *l, struct ld_strmap *map, struct ld_file *f,
			  struct ld_sym *sym)
{
	const char *first = ld_qualify(l->arena, ld_file_name(f), ld_global_name(f, sym));
	struct definitions *tried = definitions_of(l, map, first);
	const char *name = first;

	if (!tried->last)
		tried->last = 1;
	while (definitions_of(l, map, name)->nr)
		name = ld_printf(l->arena, "%s_%u", first, ++tried->last);
	definitions_of(l, map, name)->nr++;
	ld_note(l->diags, "renamed-program", "'%s' of %s is renamed to '%s': the name is taken",
		sym->name, ld_file_name(f), name);
	sym->name = name;
}

static void isolate(const struct ld_link *l, struct ld_resolution *res, struct ld_strmap *map,
		    struct ld_file *f)
{
	for (uint32_t k = 1; k < f->nr_syms; k++) {
		struct ld_sym *sym = &f->syms[k];
		void **slot;

		if (!may_clash(sym) || definitions_of(l, map, ld_global_name(f, sym))->nr < 2)
			continue;
		if (must_stay_global(sym)) {
			rename_global(l, map, f, sym);
			continue;
		}
		sym->bind = STB_LOCAL;
		sym->isolated = true;
		slot = ld_strmap_slot(l->arena, &res->isolated, sym->name, strlen(sym->name));
		if (!*slot)
			*slot = f;
	}
}

void ld_isolate_objects(const struct ld_link *l, struct ld_resolution *res)
{
	struct ld_strmap map = {0};

	if (!res->bound.nr)
		return;
	ld_for_each(i, &res->bound)
		make_subprogram(l, res->bound.v[i]);
	count_definitions(l, &map);
	ld_for_each(i, &l->res.files)
		if (l->res.files.v[i]->bound_to)
			isolate(l, res, &map, l->res.files.v[i]);
}
