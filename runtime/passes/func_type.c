/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "passes/func_type.h"

#include "model/calls.h"

static bool is_scalar(const struct ld_btf *btf, uint32_t id)
{
	uint32_t kind = id ? ld_btf_kind(ld_btf_type(btf, id)) : BTF_KIND_UNKN;

	return kind == BTF_KIND_INT || kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64;
}

/* Why a return type is refused, or NULL. */
static const char *bad_return(const struct ld_btf *btf, uint32_t type)
{
	uint32_t id = ld_btf_strip(btf, type);

	if (is_scalar(btf, id))
		return NULL;
	if (!id)
		return "it returns nothing";
	return ld_btf_kind(ld_btf_type(btf, id)) == BTF_KIND_PTR ? "it returns a pointer"
								 : "it doesn't return a scalar";
}

/* The same for a parameter. Tags and the names of contexts say more than the type: not judged. */
static const char *bad_param(const struct ld_btf *btf, uint32_t type)
{
	uint32_t id = ld_btf_strip(btf, type), kind, to;

	if (!id || is_scalar(btf, id))
		return NULL;
	kind = ld_btf_kind(ld_btf_type(btf, id));
	if (kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION)
		return "is a struct or union by value";
	if (kind != BTF_KIND_PTR)
		return NULL;
	to = ld_btf_strip(btf, ld_btf_type(btf, id)->type);
	if (!to)
		return "points to void, whose size isn't known";
	if (ld_btf_kind(ld_btf_type(btf, to)) == BTF_KIND_FUNC_PROTO)
		return "points to a function";
	return NULL;
}

const char *ld_bad_prototype(struct ld_link *l, const struct ld_file *f, uint32_t in_func)
{
	const struct ld_btf *btf = &f->btf;
	const struct btf_type *proto;
	const struct btf_param *params;
	const char *why;

	proto = ld_btf_type(btf, ld_btf_type(btf, in_func)->type);
	if (ld_btf_kind(proto) != BTF_KIND_FUNC_PROTO)
		return NULL;
	params = ld_btf_tail(proto);
	why = bad_return(btf, proto->type);
	for (uint32_t i = 0; !why && i < ld_btf_vlen(proto); i++) {
		why = bad_param(btf, params[i].type);
		if (why)
			why = ld_printf(&l->arena, "parameter %u %s", i + 1, why);
	}
	if (!why && ld_btf_vlen(proto) > LD_FUNC_ARGS)
		why = "it has more than five parameters";
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
