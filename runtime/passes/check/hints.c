/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Why a symbol is undefined: what else has that name or a similar one. Looks at all inputs, also at
 * archive members that do not take part, at the kernel's helpers and at its BTF.
 */
#include "passes/check/hints.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/near.h"
#include "base/text.h"
#include "btf/print.h"
#include "elf/place.h"
#include "kernel/helpers.h"
#include "passes/check/known_names.h"

#define MAX_HINTS 20  /* each scans all symbols, and no one reads more */
#define MIN_PREFIX 12 /* characters of a helper's name: many have the same shorter ones */

/* ---- inputs ---- */

/* A symbol of a file that takes part, or may. */
struct candidate {
	const struct ld_file *file;
	uint32_t sym; /* in_sym */
};

static const char *place_of(const struct ld_link *l, const struct candidate *c)
{
	return ld_text(l->arena, c->file->lazy ? "defined in %s" : "defined at %s",
		       c->file->lazy ? ld_file_name(c->file) : ld_sym_place(l, c->file, c->sym));
}

/* The library that defines the name, but with a prefix. */
static const char *prefix_hint(const struct ld_link *l, const char *name)
{
	ld_for_each(i, &l->inputs.prefixes) {
		const struct ld_prefix *p = l->inputs.prefixes.v[i];
		const char *prefixed = ld_strmap_get(&p->names, name, strlen(name));

		if (prefixed)
			return ld_text(l->arena,
				       "\n>>> %s defines it, with the prefix of --prefix" LD_HELP
				       "refer to '%s'",
				       p->path, prefixed);
	}
	return NULL;
}

/* The static function, variable or map of this name. */
static const char *static_hint(const struct ld_link *l, const char *name)
{
	ld_for_each(i, &l->inputs.files) {
		const struct ld_file *f = l->inputs.files.v[i];

		for (uint32_t k = 1; k < f->nr_syms; k++) {
			const struct ld_sym *sym = &f->syms[k];

			if (sym->bind != STB_LOCAL || !sym->sec || strcmp(sym->name, name) != 0 ||
			    (sym->type != STT_FUNC && sym->type != STT_OBJECT))
				continue;
			/* Each file would have its own copy of data in a header. */
			return ld_text(l->arena,
				       "\n>>> a static %s with this name is at %s" LD_HELP
				       "remove 'static' from it%s",
				       sym->type == STT_FUNC ? "function"
				       : ld_is_map(sym)      ? "map"
							     : "variable",
				       ld_sym_place(l, f, k),
				       sym->type == STT_FUNC
					   ? ", or define it 'static' in a header that both files "
					     "include"
					   : "");
		}
	}
	return NULL;
}

/* The name of a C++ function without its scope and parameters: "_Z3addii" is add. Or NULL. */
static const char *unmangle(const char *name, size_t *len)
{
	char *end;

	if (strncmp(name, "_Z", 2) != 0)
		return NULL;
	*len = strtoul(name + 2, &end, 10);
	return *len && *len <= strlen(end) ? end : NULL;
}

/* Whether one is the C++ name of the other. */
static bool differ_in_language(const char *a, const char *b)
{
	size_t len;
	const char *plain = unmangle(a, &len);

	if (!plain) {
		plain = unmangle(b, &len);
		b = a;
	}
	return plain && strlen(b) == len && !strncmp(plain, b, len);
}

/* A global symbol with a similar name. */
static const char *near_hint(const struct ld_link *l, const char *name)
{
	const size_t max = strlen(name) / 5; /* edits: too many short names are similar */
	struct ld_near near = {.typed = name, .max = max < 2 ? (uint32_t)max : 2};
	struct candidate meant = {0};

	ld_for_each(i, &l->inputs.files) {
		const struct ld_file *f = l->inputs.files.v[i];

		for (uint32_t k = f->first_global; k < f->nr_syms; k++) {
			struct candidate c = {f, k};
			const char *other = ld_global_name(f, &f->syms[k]);

			if (f->syms[k].bind == STB_LOCAL || !ld_is_defined(&f->syms[k]))
				continue;
			if (differ_in_language(name, other))
				return ld_text(l->arena,
					       "\n>>> '%s' is %s, in another language" LD_HELP
					       "declare it extern \"C\" in C++",
					       other, place_of(l, &c));
			if (!ld_near_digits(name, other) && ld_near_try(&near, other))
				meant = c;
		}
	}
	return meant.file ? ld_text(l->arena, LD_HELP "did you mean '%s', %s?", near.name,
				    place_of(l, &meant))
			  : NULL;
}

/* ---- the kernel ---- */

static const char *helper_name(const struct ld_link *l, int32_t id)
{
	return ld_printf(l->arena, "bpf_%s", ld_helper_name(id));
}

/* A helper that the file does not get from libbpf's header. */
static const char *helper_hint(const struct ld_link *l, const char *name)
{
	for (int32_t id = 1; id <= LD_HELPER_LAST; id++)
		if (!strcmp(helper_name(l, id), name))
			return ld_text(l->arena,
				       "\n>>> '%s' is a BPF helper" LD_HELP "#include "
				       "<bpf/bpf_helpers.h>, and do not declare it elsewhere",
				       name);
	return NULL;
}

/* A helper with a similar name, or one that continues it: bpf_get_current_pid(). */
static const char *near_helper_hint(const struct ld_link *l, const char *name)
{
	size_t len = strlen(name);
	struct ld_near near = {.typed = name, .max = len < 18 ? 2 : 3};
	const char *longer = NULL;

	if (strncmp(name, "bpf_", 4) != 0)
		return NULL;
	ld_near_try(&near, "bpf_printk");
	for (int32_t id = 1; id <= LD_HELPER_LAST; id++) {
		const char *helper = helper_name(l, id);

		ld_near_try(&near, helper);
		if (!longer && len >= MIN_PREFIX && !strncmp(helper, name, len) &&
		    helper[len] == '_')
			longer = helper;
	}
	if (near.name)
		longer = near.name;
	return longer
		   ? ld_text(l->arena, LD_HELP "did you mean %s() of <bpf/bpf_helpers.h>?", longer)
		   : NULL;
}

#define MAX_KERNEL_BTF (256 << 20)

/* The bytes of the kernel's BTF, or NULL. No descriptor is open while memory is allocated. */
static void *read_kernel_file(const struct ld_link *l, const char *path, size_t *size)
{
	struct stat st;
	uint8_t *data;
	ssize_t n = 1;
	int fd;

	if (!path || stat(path, &st) || !S_ISREG(st.st_mode) || st.st_size > MAX_KERNEL_BTF)
		return NULL;
	data = ld_alloc(l->arena, (size_t)st.st_size);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return NULL;
	for (*size = 0; n > 0 && *size<(size_t)st.st_size; *size += n> 0 ? (size_t)n : 0)
		n = read(fd, data + *size, (size_t)st.st_size - *size);
	close(fd);
	return n < 0 ? NULL : data;
}

/* NULL if it is missing or damaged. */
static const struct ld_btf *read_kernel(const struct ld_link *l)
{
	struct ld_diags ignored = {.arena = l->arena};
	struct ld_btf *btf = LD_NEW(l->arena, struct ld_btf);
	size_t size;
	void *data = read_kernel_file(l, l->opt->kernel_btf, &size);

	return !data || ld_btf_parse(l->arena, &ignored, "", data, size, LD_HOST_BIG, btf) ? NULL
											   : btf;
}

static const struct ld_btf *kernel_of(struct ld_hints *h)
{
	if (!h->kernel_read)
		h->kernel = read_kernel(h->l);
	h->kernel_read = true;
	return h->kernel;
}

/* Whether decl tags mark func as a kfunc: pahole writes them since version 1.27. */
static bool is_kfunc(const struct ld_btf *kernel, uint32_t func, bool *any)
{
	*any = false;
	for (uint32_t i = 0; i < kernel->nr_decls; i++) {
		const struct btf_type *t = ld_btf_type(kernel, kernel->decls[i]);

		if (ld_btf_kind(t) != BTF_KIND_DECL_TAG ||
		    strcmp(ld_btf_str(kernel, t->name_off), "bpf_kfunc") != 0)
			continue;
		*any = true;
		if (t->type == func)
			return true;
	}
	return false;
}

/* The declaration as the user should write it. */
static const char *declaration(const struct ld_link *l, const struct ld_global *n)
{
	for (const struct ld_file_sym *s = n->file_syms; s; s = s->next) {
		const struct ld_file *f = s->file;
		const struct ld_sym *sym = &f->syms[s->sym];

		if (f->has_btf && sym->btf)
			return ld_btf_print_symbol(l->arena, &f->btf, sym->btf);
	}
	return NULL;
}

/* The in_type of a FUNC or VAR of the kernel, or 0. */
static uint32_t find_in_kernel(const struct ld_btf *kernel, const char *name)
{
	for (uint32_t i = 0; kernel && i < kernel->nr_decls; i++) {
		const struct btf_type *t = ld_btf_type(kernel, kernel->decls[i]);
		uint32_t kind = ld_btf_kind(t);

		if ((kind == BTF_KIND_FUNC || kind == BTF_KIND_VAR) &&
		    !strcmp(ld_btf_str(kernel, t->name_off), name))
			return kernel->decls[i];
	}
	return 0;
}

/* A function or variable of the kernel for programs that declare it in .ksyms. */
static const char *ksym_hint(struct ld_hints *h, const struct ld_global *n)
{
	const struct ld_btf *kernel = kernel_of(h);
	uint32_t found = find_in_kernel(kernel, n->name);
	const char *decl = declaration(h->l, n), *what = "a variable";
	bool tags;

	if (!found)
		return NULL;
	if (ld_btf_kind(ld_btf_type(kernel, found)) == BTF_KIND_FUNC) {
		if (!is_kfunc(kernel, found, &tags) && tags)
			return NULL;
		what = tags ? "a kfunc" : "a function";
	}
	return ld_text(h->l->arena,
		       "\n>>> the kernel has %s with this name, according to %s" LD_HELP
		       "add __ksym to its declaration: extern %s __ksym",
		       what, h->l->opt->kernel_btf, decl ? decl : n->name);
}

/* A function that only the kernel itself can call. */
static const char *kernel_hint(struct ld_hints *h, const struct ld_global *n)
{
	if (!find_in_kernel(kernel_of(h), n->name))
		return NULL;
	return "\n>>> the kernel has a function with this name, but it is not a kfunc: programs "
	       "cannot call it" LD_HELP
	       "link the file that defines your function, or use a BPF helper or kfunc";
}

/* libbpf defines what is declared in .kconfig, by these names. */
static const char *kconfig_hint(const struct ld_link *l, const struct ld_global *n)
{
	const char *decl = declaration(l, n);

	if (strncmp(n->name, "CONFIG_", 7) != 0 && strcmp(n->name, "LINUX_KERNEL_VERSION") != 0 &&
	    strncmp(n->name, "LINUX_HAS_", 10) != 0)
		return NULL;
	return ld_text(
	    l->arena,
	    "\n>>> loaders resolve such names if they are declared with __kconfig" LD_HELP
	    "add __kconfig to its declaration: extern %s __kconfig",
	    decl ? decl : n->name);
}

/* Names that the linked objects could not define in any case. */
static const char *known_hint(const struct ld_link *l, const char *name)
{
	const struct ld_known_name *known = ld_known_name(name);

	return known ? ld_text(l->arena, "\n>>> '%s' is %s" LD_HELP "%s", name, known->what,
			       known->help)
		     : NULL;
}

const char *ld_hint(struct ld_hints *h, const struct ld_global *n)
{
	const struct ld_link *l = h->l;
	const char *text;

	if (h->given++ >= MAX_HINTS)
		return "";
	(void)((text = prefix_hint(l, n->name)) || (text = static_hint(l, n->name)) ||
	       (text = known_hint(l, n->name)) || (text = kconfig_hint(l, n)) ||
	       (text = helper_hint(l, n->name)) || (text = ksym_hint(h, n)) ||
	       (text = near_hint(l, n->name)) || (text = near_helper_hint(l, n->name)) ||
	       (text = kernel_hint(h, n)));
	if (text)
		return text;
	if (h->advised)
		return "";
	h->advised = true;
	return LD_HELP "link the object file or the library (-l) that defines it";
}
