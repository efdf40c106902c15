/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The kernel's functions and variables that a program declares in .ksyms. */
#include <string.h>

#include "core/core.h"

/* Whether decl tags of the BTF that has func mark it as a kfunc; pahole writes them since 1.27. */
static bool has_tag(const struct ld_core_kernel *k, uint32_t func, bool *any)
{
	const struct ld_core_ids *tags = ld_core_named(k, "bpf_kfunc");
	const char *module, *other;

	*any = false;
	ld_core_own_id(k, func, &module);
	for (size_t i = 0; tags && i < tags->nr; i++) {
		const struct btf_type *t = ld_btf_type(&k->btf, tags->v[i]);

		if (ld_btf_kind(t) != BTF_KIND_DECL_TAG)
			continue;
		if (t->type == func)
			return true;
		ld_core_own_id(k, tags->v[i], &other);
		*any |= module == other;
	}
	return false;
}

/* The first FUNC or VAR with that name, or 0. A flavor of the name counts for functions only. */
static uint32_t find(const struct ld_core_kernel *k, const char *name, uint32_t kind)
{
	const struct ld_core_ids *ids = ld_core_named(k, name);
	size_t len = kind == BTF_KIND_FUNC ? ld_core_name_len(name) : strlen(name);

	for (size_t i = 0; ids && i < ids->nr; i++) {
		const char *found = ld_btf_name(&k->btf, ids->v[i]);

		if (ld_btf_kind(ld_btf_type(&k->btf, ids->v[i])) == kind && strlen(found) == len &&
		    !strncmp(found, name, len))
			return ids->v[i];
	}
	return 0;
}

struct ld_core_extern ld_core_find_extern(const struct ld_core_kernel *k,
					  const struct ld_btf *local, uint32_t decl)
{
	const struct btf_type *t = ld_core_type(local, decl);
	bool func = ld_btf_kind(t) == BTF_KIND_FUNC, tags;
	struct ld_core_extern found = {.status = LD_CORE_EXTERN_MISSING};
	uint32_t type = t->type, other;

	if (!func && !ld_btf_strip(local, type)) {
		found.status = LD_CORE_EXTERN_UNKNOWN;
		return found;
	}
	found.id = find(k, ld_btf_name(local, decl), func ? BTF_KIND_FUNC : BTF_KIND_VAR);
	if (!found.id)
		return found;
	other = ld_btf_type(&k->btf, found.id)->type;
	if (!func) {
		type = ld_btf_strip(local, type);
		other = ld_btf_strip(&k->btf, other);
	}
	found.status = LD_CORE_EXTERN_FOUND;
	if (ld_core_types_agree(local, type, &k->btf, other) <= 0)
		found.status = LD_CORE_EXTERN_OTHER;
	else if (func && !has_tag(k, found.id, &tags) && tags)
		found.status = LD_CORE_EXTERN_NO_KFUNC;
	return found;
}
