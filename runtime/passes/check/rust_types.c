/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "passes/check/rust_types.h"

#include <ctype.h>
#include <string.h>

#define MAX_NESTING 8

static const struct btf_type *type_of(const struct ld_btf *btf, uint32_t in_type)
{
	return in_type ? ld_btf_type(btf, in_type) : NULL;
}

static uint32_t kind_of(const struct ld_btf *btf, uint32_t in_type)
{
	return in_type ? ld_btf_kind(ld_btf_type(btf, in_type)) : BTF_KIND_UNKN;
}

static bool is_aggregate(uint32_t kind)
{
	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION;
}

static bool is_option(const struct ld_btf *btf, uint32_t in_type)
{
	return kind_of(btf, in_type) == BTF_KIND_STRUCT &&
	       !strncmp(ld_btf_name(btf, in_type), "Option<", 7) &&
	       ld_btf_type(btf, in_type)->size == 8;
}

/* The only member of the whole size, or of an Option the one with the data; NULL: none or several.
 */
static const struct btf_member *only_member(const struct ld_btf *btf, const struct btf_type *t)
{
	const struct btf_member *m = ld_btf_tail(t), *only = NULL;

	for (uint32_t i = 0; i < ld_btf_vlen(t); i++) {
		if (ld_btf_size_of(btf, m[i].type) != t->size)
			continue;
		/* The variant "Some" of an Option is in a union with its tag and "None". */
		if (!strcmp(ld_btf_str(btf, m[i].name_off), "Some"))
			return &m[i];
		if (only)
			only = NULL;
		else if (!m[i].offset)
			only = &m[i];
	}
	return only;
}

/* The type that a struct or union is to C if it is around one; otherwise in_type. */
static uint32_t unwrap(const struct ld_btf *btf, uint32_t in_type)
{
	uint32_t inner = in_type;

	for (int i = 0; i < MAX_NESTING && is_aggregate(kind_of(btf, inner)); i++) {
		const struct btf_member *m = only_member(btf, ld_btf_type(btf, inner));

		if (!m)
			return in_type;
		inner = ld_btf_strip(btf, m->type);
	}
	return !inner || is_aggregate(kind_of(btf, inner)) || kind_of(btf, inner) == BTF_KIND_ARRAY
		   ? in_type
		   : inner;
}

/* Whether one is Option<&T> whose contents LLVM left out, and the other a pointer. */
static bool hides_pointer(const struct ld_btf *const *btf, const uint32_t *id)
{
	for (int side = 0; side < 2; side++)
		if (is_option(btf[side], id[side]) &&
		    kind_of(btf[!side], id[!side]) == BTF_KIND_PTR)
			return true;
	return false;
}

/* The same behind a pointer: c_void and () are void, an array is its element. */
static uint32_t target(const struct ld_btf *btf, uint32_t in_type, bool other_is_array)
{
	const struct btf_type *t = type_of(btf, in_type);

	if (!t)
		return 0;
	if (!other_is_array && ld_btf_kind(t) == BTF_KIND_ARRAY)
		return ld_btf_strip(btf, ((const struct btf_array *)ld_btf_tail(t))->type);
	if (!strcmp(ld_btf_name(btf, in_type), "c_void") ||
	    (ld_btf_kind(t) == BTF_KIND_STRUCT && !t->size && !ld_btf_vlen(t)))
		return 0;
	return in_type;
}

bool ld_rust_same_name(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strspn(a, "_");
		b += strspn(b, "_");
		if (!*a || !*b || tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return *a == *b;
	}
}

/*
 * Whether one type is a number that was seen in the IR alone (lto/outline.c), and the other may be
 * that.
 */
static bool fits_ir(const struct ld_btf *const *btf, const uint32_t *id)
{
	for (int side = 0; side < 2; side++) {
		const struct btf_type *ir = type_of(btf[side], id[side]);
		const struct btf_type *t = type_of(btf[!side], id[!side]);
		const char *name = ir ? ld_btf_str(btf[side], ir->name_off) : "";
		uint32_t kind;

		if (!t || !strchr(name, '?') || ld_btf_kind(ir) != BTF_KIND_INT)
			continue;
		kind = ld_btf_kind(t);
		/* A small struct is passed as a number. */
		if (*name == '?' || is_aggregate(kind))
			return *name == '?' || t->size <= 8;
		return kind != BTF_KIND_PTR && kind != BTF_KIND_FLOAT && t->size == ir->size;
	}
	return false;
}

bool ld_rust_adapt(const struct ld_btf *const *btf, uint32_t *id, uint32_t *type, bool behind)
{
	bool array[2] = {kind_of(btf[0], id[0]) == BTF_KIND_ARRAY,
			 kind_of(btf[1], id[1]) == BTF_KIND_ARRAY};

	if (fits_ir(btf, id))
		return true;
	for (int side = 0; side < 2; side++) {
		uint32_t old = id[side];

		if (is_aggregate(kind_of(btf[side], old)) &&
		    !is_aggregate(kind_of(btf[!side], id[!side])))
			id[side] = unwrap(btf[side], old);
		if (behind)
			id[side] = target(btf[side], id[side], array[!side]);
		if (id[side] != old && array[side])
			type[side] = id[side];
	}
	return (behind && (!id[0] || !id[1])) || hides_pointer(btf, id);
}
