/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Finds the functions that the kernel calls by name: "exception_callback:FUNCTION" is a decl tag of
 * a program, which names the function to call when the program throws. libbpf and the kernel look
 * for a global function of that name, so it stays global, and the tag changes with the name.
 */
#include <string.h>

#include "passes/passes.h"

static const char *callback_name(const struct ld_btf *btf, const struct btf_type *t)
{
	static const char prefix[] = "exception_callback:";
	const char *tag = ld_btf_str(btf, t->name_off);

	return ld_btf_kind(t) == BTF_KIND_DECL_TAG && !strncmp(tag, prefix, strlen(prefix))
		   ? tag + strlen(prefix)
		   : NULL;
}

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

static void find_in(const struct ld_link *l, struct ld_resolution *res, struct ld_file *f)
{
	struct ld_strmap functions = {0};

	for (uint32_t i = 0; i < f->btf.nr_decls; i++) {
		const char *name = callback_name(&f->btf, ld_btf_type(&f->btf, f->btf.decls[i]));
		struct ld_callback c;

		if (!name)
			continue;
		if (!functions.nr)
			index_functions(l->scratch, f, &functions);
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
