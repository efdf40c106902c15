/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * --prefix=LIB:PFX: each global symbol that an input or a member of the archive LIB defines gets
 * the prefix PFX, in its definition and in the references of LIB's own members. All other inputs
 * refer to PFXname, so a program can use two versions of one library.
 *
 * Undefined symbols that LIB does not define keep their names: they belong to the program, the
 * kernel or libbpf. So does the license, which is not a name of the library.
 */
#include <string.h>

#include "base/opts.h"
#include "base/text.h"
#include "passes/passes.h"

static const char *path_of(const struct ld_file *f)
{
	return f->archive ? f->archive : f->path;
}

static bool is_path_of_input(const struct ld_input_files *in, const char *lib)
{
	ld_for_each(i, &in->files)
		if (!strcmp(path_of(in->files.v[i]), lib))
			return true;
	return false;
}

/* Adds what f defines to the names of its library. */
static void add_definitions(const struct ld_link *l, struct ld_prefix *p, struct ld_file *f)
{
	for (uint32_t i = f->first_global; i < f->nr_syms; i++) {
		const struct ld_sym *sym = &f->syms[i];
		void **slot;

		if (!*sym->name || !ld_is_defined(sym) || ld_is_single(sym))
			continue;
		slot = ld_strmap_slot(l->arena, &p->names, sym->name, strlen(sym->name));
		if (!*slot)
			*slot = ld_printf(l->arena, "%s%s", p->text, sym->name);
	}
	f->prefix = p;
}

static void add_file(const struct ld_link *l, struct ld_prefix *p, struct ld_file *f, bool exact)
{
	bool read = f->stage == LD_FILE_READ || f->stage == LD_FILE_PARSED;
	const char *path = path_of(f);

	if (!read || f->prefix == p ||
	    !(exact ? !strcmp(path, p->library) : ld_prefix_applies(p->option, path)))
		return;
	if (f->prefix && p->path && !strcmp(p->path, path))
		return; /* another member of an archive that has been reported */
	if (f->prefix)
		ld_error(l->diags, "prefix",
			 "%s has two prefixes, '%s' and '%s'\n"
			 ">>> help: give each library one --prefix",
			 path, f->prefix->text, p->text);
	else if (p->path && strcmp(p->path, path) != 0)
		ld_error(l->diags, "prefix",
			 "--prefix=%s matches %s and %s\n>>> help: specify more of the path",
			 p->option, p->path, path);
	else
		add_definitions(l, p, f);
	p->path = path;
}

static struct ld_prefix *new_prefix(const struct ld_link *l, const char *option)
{
	struct ld_prefix *p = LD_NEW(l->arena, struct ld_prefix);
	const char *colon = strrchr(option, ':');

	p->option = option;
	p->library = ld_printf(l->arena, "%.*s", (int)(colon - option), option);
	p->text = colon + 1;
	return p;
}

void ld_prefix_names(const struct ld_link *l, struct ld_input_files *in)
{
	for (const char **o = l->opt->prefixes; *o && !in->prefixes_made; o++)
		LD_PUSH(l->arena, &in->prefixes, new_prefix(l, *o));
	in->prefixes_made = true;
	ld_for_each(k, &in->prefixes) {
		struct ld_prefix *p = in->prefixes.v[k];
		bool exact = is_path_of_input(in, p->library);

		ld_for_each(i, &in->files)
			add_file(l, p, in->files.v[i], exact);
	}
}
