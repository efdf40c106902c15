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
	if (!inner || is_aggregate(kind_of(btf, inner)) || kind_of(btf, inner) == BTF_KIND_ARRAY)
		return in_type;
	return inner;
}

/*
 * Whether one is an Option of 8 bytes whose contents LLVM left out, and the other a pointer. That
 * of a reference is a pointer itself: see btf/mend.h.
 */
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

/* The type in a MaybeUninit or newtype that C has without it: a struct of this name, or an array.
 */
static uint32_t unwrap_to(const struct ld_btf *const *btf, const uint32_t *id, int side)
{
	uint32_t kind = kind_of(btf[!side], id[!side]), inner = id[side];

	for (int i = 0; i < MAX_NESTING && is_aggregate(kind_of(btf[side], inner)); i++) {
		const struct btf_member *m = only_member(btf[side], ld_btf_type(btf[side], inner));

		if (!m)
			break;
		inner = ld_btf_strip(btf[side], m->type);
		if (inner && kind_of(btf[side], inner) == kind &&
		    (kind == BTF_KIND_ARRAY ||
		     ld_rust_same_name(ld_btf_name(btf[side], inner),
				       ld_btf_name(btf[!side], id[!side]))))
			return inner;
	}
	return id[side];
}

/* Whether one is an enum and the other an integer of its size, as with #[repr(u8)]. */
static bool is_enum_and_int(const struct ld_btf *const *btf, const uint32_t *id)
{
	for (int side = 0; side < 2; side++)
		if (kind_of(btf[side], id[side]) == BTF_KIND_INT &&
		    (kind_of(btf[!side], id[!side]) == BTF_KIND_ENUM ||
		     kind_of(btf[!side], id[!side]) == BTF_KIND_ENUM64))
			return ld_btf_size_of(btf[0], id[0]) == ld_btf_size_of(btf[1], id[1]);
	return false;
}

/* Whether the type was made from the IR alone (lto/outline.c). */
static bool is_ir(const struct ld_btf *btf, uint32_t in_type)
{
	return in_type && strchr(ld_btf_name(btf, in_type), '?');
}

bool ld_rust_is_ir(const struct ld_btf *btf, uint32_t in_type)
{
	in_type = ld_btf_strip(btf, in_type);
	while (kind_of(btf, in_type) == BTF_KIND_ARRAY)
		in_type = ld_btf_strip(
		    btf, ((const struct btf_array *)ld_btf_tail(ld_btf_type(btf, in_type)))->type);
	return is_ir(btf, in_type);
}

/* The only number or pointer of a type that has bytes at offset *off; 0: none, or several. */
static uint32_t part_at(const struct ld_btf *btf, uint32_t in_type, uint64_t *off)
{
	for (int depth = 0; depth < MAX_NESTING; depth++) {
		const struct btf_type *t = type_of(btf, in_type);
		uint32_t kind = kind_of(btf, in_type), next = 0;

		if (kind == BTF_KIND_ARRAY) {
			next = ((const struct btf_array *)ld_btf_tail(t))->type;
			if (ld_btf_size_of(btf, next))
				*off %= ld_btf_size_of(btf, next);
		} else if (kind == BTF_KIND_STRUCT) {
			const struct btf_member *m = ld_btf_tail(t);

			if (BTF_INFO_KFLAG(t->info)) /* bit-fields */
				return 0;
			for (uint32_t i = 0; i < ld_btf_vlen(t); i++, m++) {
				if (m->offset / 8 > *off ||
				    *off - m->offset / 8 >= ld_btf_size_of(btf, m->type))
					continue;
				next = m->type;
				*off -= m->offset / 8;
				break;
			}
		} else {
			return kind == BTF_KIND_UNION || kind == BTF_KIND_FWD ? 0 : in_type;
		}
		in_type = next ? ld_btf_strip(btf, next) : 0;
	}
	return 0;
}

static bool same_number(const struct ld_btf *const *btf, const uint32_t *id)
{
	bool pointer[2] = {kind_of(btf[0], id[0]) == BTF_KIND_PTR,
			   kind_of(btf[1], id[1]) == BTF_KIND_PTR};

	return pointer[0] == pointer[1] &&
	       ld_btf_size_of(btf[0], id[0]) == ld_btf_size_of(btf[1], id[1]);
}

/* Compares a struct of the IR, id[side], with another type. */
static enum ld_rust_ir compare_layout(const struct ld_btf *const *btf, const uint32_t *id, int side,
				      struct ld_arena *a, const char **how)
{
	const struct btf_type *t = ld_btf_type(btf[side], id[side]);
	const struct btf_member *m = ld_btf_tail(t);
	uint64_t size = ld_btf_size_of(btf[!side], id[!side]);

	if (size != t->size) {
		uint64_t sizes[2] = {side ? size : t->size, side ? t->size : size};

		*how = ld_printf(a, " in size (%llu and %llu bytes)", (unsigned long long)sizes[0],
				 (unsigned long long)sizes[1]);
		return LD_RUST_DIFFERS;
	}
	for (uint32_t i = 0; i < ld_btf_vlen(t); i++, m++) {
		uint64_t off = m->offset / 8;
		uint32_t part[2];

		part[side] = ld_btf_strip(btf[side], m->type);
		part[!side] = part_at(btf[!side], id[!side], &off);
		if (!part[!side] || (!off && same_number(btf, part)))
			continue;
		*how = ld_printf(a, " at offset %u", m->offset / 8);
		return LD_RUST_DIFFERS;
	}
	return LD_RUST_FITS;
}

enum ld_rust_ir ld_rust_compare_ir(const struct ld_btf *const *btf, const uint32_t *id,
				   bool variable, struct ld_arena *a, const char **how)
{
	*how = "";
	for (int side = 0; side < 2; side++) {
		const struct btf_type *ir = type_of(btf[side], id[side]);
		const struct btf_type *t = type_of(btf[!side], id[!side]);
		uint32_t kind;

		if (!t || !is_ir(btf[side], id[side]))
			continue;
		kind = ld_btf_kind(t);
		if (ld_btf_kind(ir) == BTF_KIND_STRUCT)
			return compare_layout(btf, id, side, a, how);
		/* A small struct is passed as a number. */
		if (!variable && is_aggregate(kind))
			return t->size <= 8 ? LD_RUST_FITS : LD_RUST_DIFFERS;
		/* Any type of this size, such as a float. */
		if (*ld_btf_name(btf[side], id[side]) == '?')
			return !variable || ld_btf_size_of(btf[!side], id[!side]) == ir->size
				   ? LD_RUST_FITS
				   : LD_RUST_DIFFERS;
		return kind != BTF_KIND_FLOAT && kind != BTF_KIND_ARRAY && same_number(btf, id)
			   ? LD_RUST_FITS
			   : LD_RUST_DIFFERS;
	}
	return LD_RUST_SOURCE;
}

bool ld_rust_adapt(const struct ld_btf *const *btf, uint32_t *id, uint32_t *type, bool behind)
{
	bool array[2] = {kind_of(btf[0], id[0]) == BTF_KIND_ARRAY,
			 kind_of(btf[1], id[1]) == BTF_KIND_ARRAY};

	for (int side = 0; side < 2; side++) {
		uint32_t old = id[side];
		bool wrapped = is_aggregate(kind_of(btf[side], old)) && id[!side];

		if (wrapped && (array[!side] || is_aggregate(kind_of(btf[!side], id[!side])))) {
			if (!ld_rust_same_name(ld_btf_name(btf[side], old),
					       ld_btf_name(btf[!side], id[!side])))
				id[side] = unwrap_to(btf, id, side);
			if (id[side] != old)
				type[side] = id[side];
		} else if (wrapped) {
			id[side] = unwrap(btf[side], old);
		}
		if (behind)
			id[side] = target(btf[side], id[side], array[!side]);
		if (id[side] != old && array[side])
			type[side] = id[side];
	}
	return (behind && (!id[0] || !id[1])) || hides_pointer(btf, id) || is_enum_and_int(btf, id);
}
