/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "passes/check/func_type.h"

#include <string.h>

#define MAX_TAGS 64 /* tags and qualifiers of one type */

static bool is_scalar(const struct ld_btf *btf, uint32_t id)
{
	uint32_t kind = id ? ld_btf_kind(ld_btf_type(btf, id)) : BTF_KIND_UNKN;

	return kind == BTF_KIND_INT || kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64;
}

/* Whether a pointer has the type tag "arena", which comes between it and what it points to. */
static bool is_arena(const struct ld_btf *btf, uint32_t pointer)
{
	const struct btf_type *t = ld_btf_type(btf, pointer);

	for (uint32_t i = 0; i < MAX_TAGS && t->type; i++) {
		uint32_t kind = ld_btf_kind(t = ld_btf_type(btf, t->type));

		if (kind == BTF_KIND_TYPE_TAG && !(t->info >> 31) &&
		    !strcmp(ld_btf_str(btf, t->name_off), "arena"))
			return true;
		if (kind != BTF_KIND_TYPE_TAG && kind != BTF_KIND_TYPEDEF &&
		    kind != BTF_KIND_VOLATILE && kind != BTF_KIND_CONST &&
		    kind != BTF_KIND_RESTRICT)
			return false;
	}
	return false;
}

/* Why a return type is refused, or NULL; *taking as in ld_bad_prototype(). */
static const char *bad_return(const struct ld_btf *btf, uint32_t type,
			      const struct ld_kernel **taking)
{
	uint32_t id = ld_btf_strip(btf, type);

	if (is_scalar(btf, id))
		return NULL;
	if (!id) {
		*taking = ld_first_kernel_with(LD_KERNEL_GLOBAL_VOID);
		return "it returns nothing";
	}
	if (ld_btf_kind(ld_btf_type(btf, id)) != BTF_KIND_PTR)
		return "it doesn't return a scalar";
	if (is_arena(btf, id))
		*taking = ld_first_kernel_with(LD_KERNEL_ARENA_TAGS);
	return "it returns a pointer";
}

/* The same for a parameter. Tags and the names of contexts say more than the type: not judged. */
static const char *bad_param(const struct ld_btf *btf, uint32_t type,
			     const struct ld_kernel **taking)
{
	uint32_t id = ld_btf_strip(btf, type), kind, to;
	const char *why = NULL;

	if (!id || is_scalar(btf, id))
		return NULL;
	kind = ld_btf_kind(ld_btf_type(btf, id));
	if (kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION)
		return "is a struct or union by value";
	if (kind != BTF_KIND_PTR)
		return NULL;
	to = ld_btf_strip(btf, ld_btf_type(btf, id)->type);
	if (!to)
		why = "points to void, whose size isn't known";
	else if (ld_btf_kind(ld_btf_type(btf, to)) == BTF_KIND_FUNC_PROTO)
		why = "points to a function";
	if (why && is_arena(btf, id))
		*taking = ld_first_kernel_with(LD_KERNEL_ARENA_TAGS);
	return why;
}

const char *ld_bad_prototype(struct ld_link *l, const struct ld_file *f, uint32_t in_func,
			     const struct ld_kernel **taking)
{
	const struct ld_btf *btf = &f->btf;
	const struct btf_type *proto = ld_btf_type(btf, ld_btf_type(btf, in_func)->type);
	const struct btf_param *params = ld_btf_tail(proto);
	const struct ld_kernel *some, **first = taking ? taking : &some;
	const char *why;

	*first = NULL;
	if (ld_btf_kind(proto) != BTF_KIND_FUNC_PROTO)
		return NULL;
	if (ld_btf_vlen(proto) > LD_KERNEL_GLOBAL_ARGS)
		return "it has more than five parameters";
	why = bad_return(btf, proto->type, first);
	/* What every kernel refuses goes before what some do. */
	for (uint32_t i = 0; (!why || *first) && i < ld_btf_vlen(proto); i++) {
		const struct ld_kernel *taking_param = NULL;
		const char *bad = bad_param(btf, params[i].type, &taking_param);

		if (!bad || (why && taking_param))
			continue;
		why = ld_printf(&l->arena, "parameter %u %s", i + 1, bad);
		*first = taking_param;
	}
	return why;
}

bool *ld_tagged_funcs(struct ld_link *l, const struct ld_file *f)
{
	bool *tagged = LD_NEW_ARRAY(&l->arena, bool, f->btf.nr_types);

	for (uint32_t i = 0; i < f->btf.nr_decls; i++) {
		const struct btf_type *t = ld_btf_type(&f->btf, f->btf.decls[i]);

		if (ld_btf_kind(t) == BTF_KIND_DECL_TAG)
			tagged[t->type] = true;
	}
	return tagged;
}
