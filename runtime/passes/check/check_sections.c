/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Sections that loaders do not recognize although their names resemble those that they do; and
 * definitions of maps that loaders do not find, or reject.
 */
#include <string.h>

#include "base/near.h"
#include "base/text.h"
#include "btf/print.h"
#include "elf/place.h"
#include "kernel/programs.h"
#include "passes/passes.h"

/* ---- maps ---- */

/* The attributes that libbpf knows; it rejects maps with others. */
static const char *const attributes[] = {"type",     "max_entries", "map_flags",  "numa_node",
					 "key_size", "key",         "value_size", "value",
					 "values",   "pinning",     "map_extra"};

#define NR_ATTRIBUTES (sizeof(attributes) / sizeof(attributes[0]))

static bool is_attribute(const char *name)
{
	for (size_t i = 0; i < NR_ATTRIBUTES; i++)
		if (!strcmp(name, attributes[i]))
			return true;
	return false;
}

static const char *near_attribute(const struct ld_link *l, const char *name)
{
	struct ld_near near = {.typed = name, .max = 3};

	for (size_t i = 0; i < NR_ATTRIBUTES; i++)
		ld_near_try(&near, attributes[i]);
	return near.name ? ld_text(l->arena, "did you mean '%s'?", near.name) : "remove it";
}

/* The struct that defines the variable, or 0. */
static uint32_t struct_of(const struct ld_btf *btf, const struct ld_sym *sym)
{
	uint32_t def = ld_btf_strip(btf, ld_btf_type(btf, sym->btf)->type);

	return def && ld_btf_kind(ld_btf_type(btf, def)) == BTF_KIND_STRUCT ? def : 0;
}

/* Why libbpf rejects a variable in .maps, with advice in *help. Or NULL. */
static const char *map_defect(const struct ld_link *l, const struct ld_btf *btf,
			      const struct ld_sym *sym, const char **help)
{
	uint32_t def = struct_of(btf, sym);
	const struct btf_type *t = ld_btf_type(btf, def);
	const struct btf_member *m = ld_btf_tail(t);
	bool typed = false;

	*help = "define it as struct { __uint(type, BPF_MAP_TYPE_...); ... }";
	if (!def)
		return "it is not a struct";
	for (uint32_t i = 0; i < ld_btf_vlen(t); i++) {
		struct ld_map_attr attr = ld_btf_map_attr(btf, &m[i]);

		typed |= !strcmp(attr.name, "type");
		if (!is_attribute(attr.name)) {
			*help = near_attribute(l, attr.name);
			return ld_text(l->arena, "its attribute '%s' is unknown", attr.name);
		}
		if (attr.kind == LD_MAP_OTHER) {
			*help = "write attributes with __uint(), __type() or __array() of "
				"<bpf/bpf_helpers.h>";
			return ld_text(l->arena, "'%s' is a plain member of its struct", attr.name);
		}
	}
	*help = "add __uint(type, BPF_MAP_TYPE_...)";
	return typed ? NULL : "it has no type";
}

/* Whether a variable in another section is written as a map is. */
static bool is_like_map(const struct ld_btf *btf, const struct ld_sym *sym)
{
	uint32_t def = struct_of(btf, sym);
	const struct btf_type *t = ld_btf_type(btf, def);
	const struct btf_member *m = ld_btf_tail(t);
	bool typed = false;

	for (uint32_t i = 0; def && i < ld_btf_vlen(t); i++) {
		struct ld_map_attr attr = ld_btf_map_attr(btf, &m[i]);

		if (!is_attribute(attr.name) || attr.kind == LD_MAP_OTHER)
			return false;
		typed |= !strcmp(attr.name, "type") && attr.kind == LD_MAP_NUMBER;
	}
	return typed;
}

/* Returns whether the variable is a map, or should be. */
static bool check_map(const struct ld_link *l, const struct ld_file *f, uint32_t in_sym)
{
	const struct ld_sym *sym = &f->syms[in_sym];
	const char *help, *what;

	if (sym->sec->role == LD_ROLE_MAPS) {
		what = map_defect(l, &f->btf, sym, &help);
		if (what)
			ld_warn(l->diags, "map-definition",
				"libbpf rejects the definition of map '%s': %" LD_LINES
				"\n>>> defined at %s" LD_HELP "%" LD_LINES,
				sym->name, what, ld_sym_place(l, f, in_sym), help);
		return true;
	}
	if (!is_like_map(&f->btf, sym))
		return false;
	ld_warn(l->diags, "map-definition",
		"'%s' is written like a map, but loaders create only maps of section .maps"
		"\n>>> defined in section %s at %s" LD_HELP "add SEC(\".maps\") to the definition",
		sym->name, sym->sec->name, ld_sym_place(l, f, in_sym));
	return true;
}

/* ---- names of sections ---- */

static void check_name(const struct ld_link *l, const struct ld_file *f, uint32_t in_sym)
{
	const struct ld_sym *sym = &f->syms[in_sym];
	bool code = sym->sec->kind == LD_SEC_CODE;
	const char *name = sym->sec->name, *near;

	if (sym->sec->role != LD_ROLE_NONE || (code && ld_section_type(name)))
		return;
	near = code ? ld_near_program_section(l->arena, name) : ld_near_data_section(name);
	if (near)
		ld_warn(
		    l->diags, "section-name",
		    "libbpf does not recognize section '%s' of '%s'%s\n>>> defined at %s" LD_HELP
		    "did you mean SEC(\"%s\")?",
		    name, sym->name, code ? ", and cannot determine the type of this program" : "",
		    ld_sym_place(l, f, in_sym), near);
}

void ld_check_sections(const struct ld_link *l)
{
	ld_for_each(i, &l->res.files) {
		const struct ld_file *f = l->res.files.v[i];

		for (uint32_t k = 1; k < f->nr_syms; k++) {
			const struct ld_sym *sym = &f->syms[k];

			if (!sym->sec || !sym->piece || !sym->piece->live || sym->piece->leader ||
			    (sym->global && sym->global->owner != f))
				continue;
			if (sym->type == STT_OBJECT && sym->btf && check_map(l, f, k))
				continue;
			if (sym->type == STT_FUNC || sym->type == STT_OBJECT)
				check_name(l, f, k);
		}
	}
}
