/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Names that end up in a C header: bpftool prints those of symbols, types and maps verbatim, and
 * each data section is a map. A name must not be able to inject code. Names of C++ and Rust that
 * are not C identifiers ("operator()", "Map<int, long>") do not compile, but cannot become code
 * either.
 */
#include <string.h>

#include "passes/passes.h"

/*
 * Code needs blocks, strings, initializers, comments or directives, or trigraphs and digraphs for
 * them.
 */
static bool is_harmless(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name < ' ' || *name == 0x7f || strchr(";{}=\"'\\#/%?", *name))
			return false;
	return true;
}

static void check(const struct ld_link *l, const char *what, const char *name)
{
	if (!is_harmless(name))
		ld_error(l->diags, "unsafe-name",
			 "the name of %s is unsafe in a C header: '%s'" LD_HELP
			 "rename it: C compilers do not produce such names",
			 what, name);
}

struct checker {
	const struct ld_link *l;
	const char *what;
};

static void check_str(void *ctx, uint32_t *off)
{
	const struct checker *c = ctx;

	check(c->l, c->what, (const char *)c->l->btf.out->strs.bytes.data + *off);
}

void ld_check_names(const struct ld_link *l)
{
	if (!l->opt->c_names)
		return;
	ld_for_each(i, &l->out_syms.list) {
		const struct ld_out_sym *s = &l->out_syms.list.v[i];
		const struct ld_sym *sym = s->file ? &s->file->syms[s->in_sym] : NULL;

		if (sym && sym->type != STT_FILE && sym->type != STT_SECTION)
			check(l, "a symbol", sym->out_name);
		else if (s->undefined)
			check(l, "a symbol", s->undefined->name);
	}
	ld_for_each(i, &l->layout.outs)
		if (ld_role_has(l->layout.outs.v[i]->role, LD_TRAIT_BECOMES_MAP))
			check(l, "a section", l->layout.outs.v[i]->name);
	for (size_t off = sizeof(struct btf_header); l->btf.out && off < l->btf.out->types.size;) {
		struct btf_type *t = (struct btf_type *)(void *)(l->btf.out->types.data + off);
		uint32_t kind = ld_btf_kind(t);
		struct checker c = {l, kind == BTF_KIND_FUNC || kind == BTF_KIND_VAR
					   ? "a symbol"
					   : "a type or a member"};

		/*
		 * Sections are checked above; decl tags, which are arbitrary text, do not become C.
		 */
		if (kind != BTF_KIND_DATASEC && kind != BTF_KIND_DECL_TAG)
			ld_btf_each_str(t, check_str, &c);
		off +=
		    ld_btf_type_size(kind,
				     ld_btf_vlen(t)); /* never 0: the output has no unknown kind */
	}
}
