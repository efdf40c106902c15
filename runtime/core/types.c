/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * When a type of the program and one of the kernel agree. There are three relations:
 *
 *	fields	the types of two fields, of which one is to be read in place of the other
 *	types	two types of one name, or those of an extern and of what it names: the same shape
 *	match	bpf_core_type_matches(): the kernel's type has all that the program's has
 */
#include <string.h>

#include "core/core.h"

#define MAX_DEPTH 32         /* of pointers, arrays and results */
#define MAX_LEVEL 32         /* of parameters and members */
#define MAX_STEPS (1u << 20) /* far more than a kernel's largest type needs */

/* A comparison. Types may share parts, so that a walk over all of them takes exponential time. */
struct pair {
	const struct ld_btf *local, *kernel;
	uint32_t steps; /* so far */
};

const struct btf_type *ld_core_type(const struct ld_btf *btf, uint32_t id)
{
	static const struct btf_type void_type;

	return id ? ld_btf_type(btf, id) : &void_type;
}

const struct btf_type *ld_core_strip(const struct ld_btf *btf, uint32_t *id)
{
	*id = ld_btf_strip(btf, *id);
	return ld_core_type(btf, *id);
}

bool ld_core_same_kind(const struct btf_type *a, const struct btf_type *b)
{
	return ld_btf_kind(a) == ld_btf_kind(b) || (ld_core_is_enum(a) && ld_core_is_enum(b));
}

int64_t ld_core_size(const struct ld_btf *btf, uint32_t id, uint32_t ptr_size)
{
	uint64_t nr = 1, size = 0;

	for (int i = 0; i < MAX_DEPTH && !size; i++) {
		const struct btf_type *t = ld_core_strip(btf, &id);
		const struct btf_array *array = ld_btf_tail(t);

		switch (ld_btf_kind(t)) {
		case BTF_KIND_INT:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
		case BTF_KIND_FLOAT:
			if (!t->size)
				return 0;
			size = t->size;
			break;
		case BTF_KIND_PTR: size = ptr_size; break;
		case BTF_KIND_ARRAY:
			nr *= array->nelems;
			if (nr > UINT32_MAX)
				return -1;
			id = array->type;
			break;
		default: return -1;
		}
	}
	return size && nr * size <= UINT32_MAX ? (int64_t)(nr * size) : -1;
}

const char *ld_core_enumerator(const struct ld_btf *btf, const struct btf_type *t, uint32_t i)
{
	if (ld_btf_kind(t) == BTF_KIND_ENUM)
		return ld_btf_str(btf, ((const struct btf_enum *)ld_btf_tail(t))[i].name_off);
	return ld_btf_str(btf, ((const struct btf_enum64 *)ld_btf_tail(t))[i].name_off);
}

static uint32_t int_word(const struct btf_type *t)
{
	return *(const uint32_t *)ld_btf_tail(t);
}

static uint32_t element(const struct btf_type *t)
{
	return ((const struct btf_array *)ld_btf_tail(t))->type;
}

/* An integer with an offset is an obsolete form of a bit field. */
static int plain_ints(const struct btf_type *a, const struct btf_type *b)
{
	return !BTF_INT_OFFSET(int_word(a)) && !BTF_INT_OFFSET(int_word(b));
}

int ld_core_fields_agree(const struct ld_btf *local, uint32_t local_id, const struct ld_btf *kernel,
			 uint32_t id)
{
	for (int depth = 0; depth < MAX_DEPTH; depth++) {
		const struct btf_type *a = ld_core_strip(local, &local_id);
		const struct btf_type *b = ld_core_strip(kernel, &id);
		const char *name_a = ld_btf_str(local, a->name_off);
		const char *name_b = ld_btf_str(kernel, b->name_off);

		if (ld_core_is_composite(a) && ld_core_is_composite(b))
			return 1;
		if (!ld_core_same_kind(a, b))
			return 0;
		switch (ld_btf_kind(a)) {
		case BTF_KIND_PTR:
		case BTF_KIND_FLOAT: return 1;
		case BTF_KIND_FWD:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
			return !*name_a || !*name_b || ld_core_same_name(name_a, name_b);
		case BTF_KIND_INT: return plain_ints(a, b);
		case BTF_KIND_ARRAY:
			local_id = element(a);
			id = element(b);
			break;
		default: return 0;
		}
	}
	return 0;
}

static int types_agree(struct pair *p, uint32_t local_id, uint32_t id, int level)
{
	if (!ld_core_same_kind(ld_core_type(p->local, local_id), ld_core_type(p->kernel, id)))
		return 0;
	for (int depth = 0; depth < MAX_DEPTH && p->steps < MAX_STEPS; depth++, p->steps++) {
		const struct btf_type *a = ld_core_strip(p->local, &local_id);
		const struct btf_type *b = ld_core_strip(p->kernel, &id);
		const struct btf_param *params_a = ld_btf_tail(a), *params_b = ld_btf_tail(b);

		if (!ld_core_same_kind(a, b))
			return 0;
		switch (ld_btf_kind(a)) {
		case BTF_KIND_UNKN:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
		case BTF_KIND_FWD: return 1;
		case BTF_KIND_INT: return plain_ints(a, b);
		case BTF_KIND_PTR:
			local_id = a->type;
			id = b->type;
			break;
		case BTF_KIND_ARRAY:
			local_id = element(a);
			id = element(b);
			break;
		case BTF_KIND_FUNC_PROTO:
			if (ld_btf_vlen(a) != ld_btf_vlen(b))
				return 0;
			for (uint32_t i = 0; i < ld_btf_vlen(a); i++) {
				int ok = -1;

				if (level > 0)
					ok =
					    types_agree(p, ld_btf_strip(p->local, params_a[i].type),
							ld_btf_strip(p->kernel, params_b[i].type),
							level - 1);

				if (ok <= 0)
					return ok;
			}
			local_id = a->type;
			id = b->type;
			break;
		default: return 0;
		}
	}
	return -1;
}

int ld_core_types_agree(const struct ld_btf *local, uint32_t local_id, const struct ld_btf *kernel,
			uint32_t id)
{
	struct pair p = {local, kernel, 0};

	return types_agree(&p, local_id, id, MAX_LEVEL);
}

/* ---- match ---- */

static int match(struct pair *p, uint32_t local_id, uint32_t id, bool behind_ptr, int level);

static bool names_match(struct pair *p, uint32_t local_off, uint32_t off)
{
	const char *a = ld_btf_str(p->local, local_off), *b = ld_btf_str(p->kernel, off);

	p->steps++;
	return !*a || !*b ? !*a && !*b : ld_core_same_name(a, b);
}

static int match_enums(struct pair *p, const struct btf_type *a, const struct btf_type *b)
{
	if (!ld_core_is_enum(b) || a->size != b->size || ld_btf_vlen(a) > ld_btf_vlen(b))
		return 0;
	for (uint32_t i = 0; i < ld_btf_vlen(a); i++) {
		const char *name = ld_core_enumerator(p->local, a, i);
		uint32_t k = 0;

		while (k < ld_btf_vlen(b) && p->steps++ < MAX_STEPS &&
		       !ld_core_same_name(name, ld_core_enumerator(p->kernel, b, k)))
			k++;
		if (k == ld_btf_vlen(b))
			return 0;
		if (p->steps > MAX_STEPS)
			return -1;
	}
	return 1;
}

static int match_members(struct pair *p, const struct btf_type *a, const struct btf_type *b,
			 int level)
{
	const struct btf_member *ma = ld_btf_tail(a), *mb = ld_btf_tail(b);

	if (ld_btf_vlen(a) > ld_btf_vlen(b))
		return 0;
	for (uint32_t i = 0; i < ld_btf_vlen(a); i++) {
		int found = 0;

		for (uint32_t k = 0; k < ld_btf_vlen(b) && !found; k++) {
			if (p->steps >= MAX_STEPS)
				return -1;
			if (names_match(p, ma[i].name_off, mb[k].name_off))
				found = match(p, ma[i].type, mb[k].type, false, level - 1);
		}
		if (found <= 0)
			return found;
	}
	return 1;
}

/* A struct or union, or a forward declaration of one. kflag of the latter: a union. */
static int match_composites(struct pair *p, const struct btf_type *a, const struct btf_type *b,
			    bool behind_ptr, int level)
{
	uint32_t kind_a = ld_btf_kind(a), kind_b = ld_btf_kind(b);
	bool union_a = kind_a == BTF_KIND_FWD ? BTF_INFO_KFLAG(a->info) : kind_a == BTF_KIND_UNION;
	bool union_b = kind_b == BTF_KIND_FWD ? BTF_INFO_KFLAG(b->info) : kind_b == BTF_KIND_UNION;

	if (kind_b != BTF_KIND_FWD && !ld_core_is_composite(b))
		return 0;
	if (behind_ptr)
		return union_a == union_b;
	if (kind_a != kind_b || union_a != union_b)
		return 0;
	return kind_a == BTF_KIND_FWD || match_members(p, a, b, level);
}

static int match(struct pair *p, uint32_t local_id, uint32_t id, bool behind_ptr, int level)
{
	for (int depth = 0; level > 0 && depth < MAX_DEPTH && p->steps < MAX_STEPS; depth++) {
		const struct btf_type *a = ld_core_strip(p->local, &local_id);
		const struct btf_type *b = ld_core_strip(p->kernel, &id);
		const struct btf_param *params_a = ld_btf_tail(a), *params_b = ld_btf_tail(b);
		const struct btf_array *array_a = ld_btf_tail(a), *array_b = ld_btf_tail(b);
		uint32_t kind = ld_btf_kind(a);

		if (!names_match(p, a->name_off, b->name_off))
			return 0;
		if (kind == BTF_KIND_FWD || ld_core_is_composite(a))
			return match_composites(p, a, b, behind_ptr, level);
		if (ld_core_is_enum(a))
			return match_enums(p, a, b);
		if (kind != ld_btf_kind(b))
			return 0;
		switch (kind) {
		case BTF_KIND_UNKN: return 1;
		case BTF_KIND_INT:
			return a->size == b->size &&
			       !((BTF_INT_ENCODING(int_word(a)) ^ BTF_INT_ENCODING(int_word(b))) &
				 BTF_INT_SIGNED);
		case BTF_KIND_PTR: behind_ptr = true; break;
		case BTF_KIND_ARRAY:
			if (array_a->nelems != array_b->nelems)
				return 0;
			local_id = array_a->type;
			id = array_b->type;
			continue;
		case BTF_KIND_FUNC_PROTO:
			if (ld_btf_vlen(a) != ld_btf_vlen(b))
				return 0;
			for (uint32_t i = 0; i < ld_btf_vlen(a); i++) {
				int ok = match(p, params_a[i].type, params_b[i].type, behind_ptr,
					       level - 1);

				if (ok <= 0)
					return ok;
			}
			break;
		default: return 0;
		}
		local_id = a->type;
		id = b->type;
	}
	return -1;
}

int ld_core_types_match(const struct ld_btf *local, uint32_t local_id, const struct ld_btf *kernel,
			uint32_t id)
{
	struct pair p = {local, kernel, 0};

	return match(&p, local_id, id, false, MAX_LEVEL);
}
