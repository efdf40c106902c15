/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Finds the functions that the kernel calls by name: "exception_callback:FUNCTION" is a decl tag of
 * a program, which names the function to call when the program throws. libbpf and the kernel look
 * for a global function of that name, so it stays global, and the tag changes with the name.
 * pull_members.c treats the tag as a reference.
 */
#include <string.h>

#include "passes/passes.h"

/*
 * By name: the global symbol of f, else its first static function. The output of a partial link may
 * have both.
 */
static void index_functions(struct ld_arena *a, struct ld_file *f, struct ld_strmap *functions)
{
	for (uint32_t i = f->nr_syms; i-- > 1;) {
		struct ld_sym *sym = &f->syms[i], *other;
		void **slot;

		if (sym->type != STT_FUNC && ld_is_defined(sym))
			continue;
		slot = ld_strmap_slot(a, functions, sym->name, strlen(sym->name));
		other = *slot;
		if (!other || !other->global || sym->global)
			*slot = sym;
	}
}

/* The function called name as file f sees it: its own static function, or the global one. */
static struct ld_callback find_function(const struct ld_link *l, const struct ld_file *f,
					const struct ld_strmap *functions, const char *name)
{
	struct ld_sym *sym = ld_strmap_get(functions, name, strlen(name));
	struct ld_sym ref = {.name = name};

	if (sym)
		return (struct ld_callback){.local = sym->global ? NULL : sym,
					    .global = sym->global};
	name = ld_global_name(f, &ref);
	return (struct ld_callback){.global =
					ld_strmap_get(&l->res.globals_by_name, name, strlen(name))};
}

/* The name of the function that has the tag. */
static const char *tagged_function(const struct ld_file *f, uint32_t in_tag)
{
	uint32_t in_func = ld_btf_type(&f->btf, in_tag)->type;

	for (uint32_t i = 1; i < f->nr_syms; i++)
		if (f->syms[i].btf == in_func)
			return ld_global_name(f, &f->syms[i]);
	return ld_btf_name(&f->btf, in_func);
}

/*
 * The function that a tag of compiled bitcode named before its module was compiled. The compiler
 * renames functions for --prefix and --rename, and leaves tags as they are.
 */
static struct ld_global *find_before_lto(const struct ld_link *l, const struct ld_file *f,
					 uint32_t in_tag, const char *name)
{
	const char *tagged = tagged_function(f, in_tag);

	ld_for_each(i, &l->before_lto.callbacks) {
		const struct ld_callback *c = &l->before_lto.callbacks.v[i];

		if (c->global && !strcmp(ld_callback_name(&c->file->btf, c->in_tag), name) &&
		    !strcmp(tagged_function(c->file, c->in_tag), tagged))
			return ld_strmap_get(&l->res.globals_by_name, c->global->name,
					     strlen(c->global->name));
	}
	return NULL;
}

static void find_in(const struct ld_link *l, struct ld_resolution *res, struct ld_file *f)
{
	struct ld_strmap functions = {0};

	for (uint32_t i = 0; i < f->btf.nr_decls; i++) {
		const char *name = ld_callback_name(&f->btf, f->btf.decls[i]);
		struct ld_callback c;

		if (!name)
			continue;
		if (!functions.nr)
			index_functions(l->scratch, f, &functions);
		c = (struct ld_callback){
		    .global = f->lto ? find_before_lto(l, f, f->btf.decls[i], name) : NULL};
		if (!c.global)
			c = find_function(l, f, &functions, name);
		c.file = f;
		c.in_tag = f->btf.decls[i];
		if (c.global) {
			const struct ld_sym *def = ld_global_def(c.global);

			c.global->callback = true;
			c.global->localized &= def && def->piece && def->piece->subprogram;
		}
		LD_PUSH(l->arena, &res->callbacks, c);
	}
}

void ld_find_callbacks(const struct ld_link *l, struct ld_resolution *res)
{
	ld_for_each(i, &l->res.btf_files)
		find_in(l, res, l->res.btf_files.v[i]);
}
