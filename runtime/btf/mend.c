/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * LLVM makes BTF from the debug info of any language, but knows only what C has. The kernel rejects
 * the whole BTF if a single type is wrong, so these are mended when an object is read:
 *
 *	a member, element, variable or parameter whose type LLVM left out (Rust's char, C++'s
 *	char16_t, up to LLVM 21 the variants of a Rust enum): its id is 0, or not initialized. It
 *	becomes an integer or an array of bytes as large as the room for it.
 *	a member of a union that is not at its start (the tag of a Rust enum): a struct around it
 *	members that are not in the order of their offsets (Rust chooses the order)
 *	a pointer with a name ("&u32", up to LLVM 21)
 *	an integer without size (Rust's "()"): an empty struct
 *	Option<&T>, and one of a function: a pointer, which loaders expect in struct_ops
 *	a map whose definition is wrapped in structs of one member (Rust's UnsafeCell and newtypes):
 *	its variable gets the type of the definition
 *
 * Names are mended in the output: most of those in an input are not in the output.
 */
#include "btf/mend.h"

#include <stdlib.h>
#include <string.h>

#include "base/blob.h"

#define MAX_EMPTY 64 /* members at one offset */
#define MAX_CHAIN 32 /* of qualifiers, typedefs and arrays; valid types have no longer ones */

struct mender {
	struct ld_arena *a;
	const struct ld_btf *in;
	struct ld_blob types; /* those of the input, mended */
	struct ld_blob extra; /* those that follow them */
	uint32_t nr_extra;
	uint32_t *extra_offs; /* bytes into extra, by number */
	size_t cap_extra;
	uint32_t *var_sizes; /* by id of a VAR: its bytes in a DATASEC */
	uint32_t ints[9];    /* by bytes: id of an unsigned integer; 0: none */
	const char *strs;
	uint32_t strs_len;
};

/* ---- what is broken ---- */

/* Void, or what is not a type: the output has void for declarations. */
static bool refers_to_nothing(const struct ld_btf *btf, uint32_t ref)
{
	return !ref || ref >= btf->nr_types || ld_btf_is_decl(ld_btf_kind(ld_btf_type(btf, ref)));
}

static bool has_broken_member(const struct ld_btf *btf, const struct btf_type *t)
{
	const struct btf_member *m = ld_btf_tail(t);
	uint32_t mask = ld_btf_offset_mask(t), at, last = 0;
	bool is_union = ld_btf_kind(t) == BTF_KIND_UNION;

	for (uint32_t i = 0; i < ld_btf_vlen(t); i++, last = at) {
		at = m[i].offset & mask;
		if (refers_to_nothing(btf, m[i].type) || at < last ||
		    (is_union && at && !BTF_INFO_KFLAG(t->info)))
			return true;
	}
	return false;
}

static bool has_name(const struct ld_btf *btf, uint32_t name_off)
{
	return name_off < btf->strs_len && btf->strs[name_off];
}

/* An anonymous last parameter of type void: "...". */
static bool is_vararg(const struct ld_btf *btf, const struct btf_param *p, uint32_t i, uint32_t nr)
{
	return i + 1 == nr && !has_name(btf, p[i].name_off) && !p[i].type;
}

static bool has_broken_param(const struct ld_btf *btf, const struct btf_type *t)
{
	const struct btf_param *p = ld_btf_tail(t);
	uint32_t nr = ld_btf_vlen(t);

	for (uint32_t i = 0; i < nr; i++)
		if (refers_to_nothing(btf, p[i].type) && !is_vararg(btf, p, i, nr))
			return true;
	return t->type >= btf->nr_types;
}

/* ---- Rust's wrappers ---- */

/* Whether it is an Option<&T>, or one of a function, for which None is NULL. */
static bool is_optional_pointer(const struct ld_btf *btf, const struct btf_type *t)
{
	static const char option[] = "Option<";
	static const char *const of[] = {"&", "fn(", "extern ", "unsafe ", "core::ptr::non_null::"};
	const char *name;

	if (ld_btf_kind(t) != BTF_KIND_STRUCT || t->size != 8 || t->name_off >= btf->strs_len)
		return false;
	name = ld_btf_str(btf, t->name_off);
	if (strncmp(name, option, strlen(option)) != 0)
		return false;
	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++)
		if (!strncmp(name + strlen(option), of[i], strlen(of[i])))
			return true;
	return false;
}

/* The member with the contents; NULL: none. */
static const struct btf_member *contents_of(const struct ld_btf *btf, const struct btf_type *t)
{
	const struct btf_member *m = ld_btf_tail(t);
	uint32_t kind = ld_btf_kind(t);

	if (kind != BTF_KIND_STRUCT && kind != BTF_KIND_UNION)
		return NULL;
	for (uint32_t i = 0; i < ld_btf_vlen(t); i++)
		if (m[i].name_off < btf->strs_len &&
		    !strcmp(ld_btf_str(btf, m[i].name_off), "Some"))
			return &m[i];
	return ld_btf_vlen(t) == 1 ? m : NULL;
}

/* The pointer in an Option; NULL: LLVM before 22 leaves it out. */
static const struct btf_type *pointer_in(const struct ld_btf *btf, const struct btf_type *t)
{
	for (uint32_t i = 0; i < MAX_CHAIN; i++) {
		const struct btf_member *m = contents_of(btf, t);

		if (!m || refers_to_nothing(btf, m->type))
			return NULL;
		t = ld_btf_type(btf, m->type);
		if (ld_btf_kind(t) == BTF_KIND_PTR)
			return t;
	}
	return NULL;
}

/* Whether it has what each definition of a map has: a pointer named type. */
static bool defines_map(const struct ld_btf *btf, const struct btf_type *t)
{
	const struct btf_member *m = ld_btf_tail(t);

	for (uint32_t i = 0; i < ld_btf_vlen(t); i++)
		if (m[i].name_off < btf->strs_len &&
		    !strcmp(ld_btf_str(btf, m[i].name_off), "type") &&
		    !refers_to_nothing(btf, m[i].type))
			return ld_btf_kind(ld_btf_type(btf, m[i].type)) == BTF_KIND_PTR;
	return false;
}

/* The struct that is all of the struct t; 0: none. Others have no size, such as PhantomData. */
static uint32_t wrapped_by(const struct ld_btf *btf, const struct btf_type *t)
{
	const struct btf_member *m = ld_btf_tail(t);
	uint32_t found = 0;

	for (uint32_t i = 0; i < ld_btf_vlen(t); i++) {
		const struct btf_type *inner;

		if (refers_to_nothing(btf, m[i].type))
			return 0;
		inner = ld_btf_type(btf, m[i].type);
		if (ld_btf_kind(inner) != BTF_KIND_STRUCT)
			return 0;
		if (!inner->size)
			continue;
		if (found || m[i].offset || inner->size != t->size)
			return 0;
		found = m[i].type;
	}
	return found;
}

/* The definition of a map in the type of a variable; in_type: it is not wrapped. */
static uint32_t unwrap_map(const struct ld_btf *btf, uint32_t in_type)
{
	uint32_t inner = in_type;

	for (uint32_t i = 0; i < MAX_CHAIN && !refers_to_nothing(btf, inner); i++) {
		const struct btf_type *t = ld_btf_type(btf, inner);

		if (ld_btf_kind(t) != BTF_KIND_STRUCT || !t->size)
			break;
		if (defines_map(btf, t))
			return inner;
		inner = wrapped_by(btf, t);
	}
	return in_type;
}

bool ld_btf_is_broken(const struct ld_btf *btf, const struct btf_type *t)
{
	switch (ld_btf_kind(t)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: return has_broken_member(btf, t) || is_optional_pointer(btf, t);
	case BTF_KIND_ARRAY:
		return refers_to_nothing(btf, ((const struct btf_array *)ld_btf_tail(t))->type);
	case BTF_KIND_FUNC_PROTO: return has_broken_param(btf, t);
	case BTF_KIND_VAR:
		return *(const uint32_t *)ld_btf_tail(t) != BTF_VAR_GLOBAL_EXTERN &&
		       (refers_to_nothing(btf, t->type) || unwrap_map(btf, t->type) != t->type);
	case BTF_KIND_PTR:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT: return has_name(btf, t->name_off);
	case BTF_KIND_INT: return !t->size;
	default: return false;
	}
}

/* Whether objects of the type have no known size because a type was left out. */
static bool is_hole(const struct mender *m, uint32_t ref)
{
	for (uint32_t i = 0; i < MAX_CHAIN; i++) {
		const struct btf_type *t;

		if (refers_to_nothing(m->in, ref))
			return true;
		t = ld_btf_type(m->in, ref);
		switch (ld_btf_kind(t)) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_CONST:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG: ref = t->type; break;
		case BTF_KIND_ARRAY: ref = ((const struct btf_array *)ld_btf_tail(t))->type; break;
		default: return false;
		}
	}
	return false;
}

/* ---- types that are added ---- */

/* Returns the id. The words follow struct btf_type. */
static uint32_t add_type(struct mender *m, struct btf_type t, const void *words, size_t size)
{
	if (m->nr_extra == m->cap_extra) {
		size_t cap = m->cap_extra ? 2 * m->cap_extra : 16;
		uint32_t *offs = LD_NEW_ARRAY(m->a, uint32_t, cap);

		if (m->nr_extra)
			memcpy(offs, m->extra_offs, m->nr_extra * sizeof(*offs));
		m->extra_offs = offs;
		m->cap_extra = cap;
	}
	m->extra_offs[m->nr_extra] = (uint32_t)m->extra.size;
	ld_blob_put(m->a, &m->extra, &t, sizeof(t));
	ld_blob_put(m->a, &m->extra, words, size);
	return m->in->nr_types + m->nr_extra++;
}

static uint32_t byte_type(struct mender *m)
{
	static const char name[] = "unsigned char";
	const uint32_t bits = 8;
	char *strs;

	if (m->ints[1])
		return m->ints[1];
	strs = ld_alloc(m->a, m->strs_len + sizeof(name));
	memcpy(strs, m->strs, m->strs_len);
	memcpy(strs + m->strs_len, name, sizeof(name));
	m->ints[1] = add_type(m, (struct btf_type){m->strs_len, BTF_KIND_INT << 24, {1}}, &bits,
			      sizeof(bits));
	m->strs = strs;
	m->strs_len += sizeof(name);
	return m->ints[1];
}

/* A type of that many bytes. */
static uint32_t fill(struct mender *m, uint32_t size, bool aligned)
{
	struct btf_array array = {.nelems = size};
	uint32_t type = aligned && size <= 8 ? m->ints[size] : 0;

	if (type)
		return type;
	array.type = array.index_type = byte_type(m);
	return add_type(m, (struct btf_type){0, BTF_KIND_ARRAY << 24, {0}}, &array, sizeof(array));
}

/* ---- mending ---- */

static uint32_t bit_offset(const struct btf_type *t, const struct btf_member *member)
{
	return member->offset & ld_btf_offset_mask(t);
}

static int by_key(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void sort_members(struct mender *m, const struct btf_type *t, struct btf_member *list)
{
	uint32_t nr = ld_btf_vlen(t);
	const struct btf_member *old = ld_memdup(m->a, list, nr * sizeof(*list));
	uint64_t *keys = LD_NEW_ARRAY(m->a, uint64_t, nr);

	for (uint32_t i = 0; i < nr; i++)
		keys[i] = (uint64_t)bit_offset(t, &old[i]) << 32 | i;
	qsort(keys, nr, sizeof(*keys), by_key);
	for (uint32_t i = 0; i < nr; i++)
		list[i] = old[(uint32_t)keys[i]];
}

/* Bytes from a member to the next one, or to the end of the struct. Members are in order. */
static uint32_t room_of(const struct btf_type *t, const struct btf_member *list, uint32_t i)
{
	uint64_t from = bit_offset(t, &list[i]), to = (uint64_t)t->size * 8;
	uint32_t nr = ld_btf_kind(t) == BTF_KIND_STRUCT ? ld_btf_vlen(t) : 0, k = i + 1;

	/* Members without size have the offset of the next one. */
	while (k < nr && k - i < MAX_EMPTY && bit_offset(t, &list[k]) == from)
		k++;
	if (k < nr && bit_offset(t, &list[k]) < to)
		to = bit_offset(t, &list[k]);
	return to > from ? (uint32_t)((to - from) / 8) : 0;
}

/* A struct in which the member of a union has its offset. */
static void wrap(struct mender *m, struct btf_member *member, uint32_t room)
{
	struct btf_type t = {0, BTF_KIND_STRUCT << 24 | 1, {0}};
	uint32_t type = member->type;
	uint64_t size = type < m->in->nr_types ? ld_btf_size_of(m->in, type) : 0;

	t.size = member->offset / 8 + (size && size < room ? (uint32_t)size : room);
	member->type = add_type(m, t, member, sizeof(*member));
	member->offset = member->name_off = 0;
}

static void mend_members(struct mender *m, struct btf_type *t)
{
	struct btf_member *list = (struct btf_member *)(t + 1);

	if (ld_btf_kind(t) == BTF_KIND_STRUCT && ld_btf_vlen(t))
		sort_members(m, t, list);
	for (uint32_t i = 0; i < ld_btf_vlen(t); i++) {
		struct btf_member *member = &list[i];
		uint32_t bits = bit_offset(t, member);
		bool hole = is_hole(m, member->type), bytes = bits % 8 == 0;
		uint32_t room = hole || bits ? room_of(t, list, i) : 0;

		if (hole && bytes) {
			/* A bit field has no hole: all of LLVM's are integers. */
			member->type = fill(m, room, room && bits / 8 % room == 0);
			member->offset = bits;
		}
		if (ld_btf_kind(t) == BTF_KIND_UNION && bits && bytes && !BTF_INFO_KFLAG(t->info))
			wrap(m, member, room);
	}
}

static void mend_params(struct mender *m, struct btf_type *t)
{
	struct btf_param *p = (struct btf_param *)(t + 1);
	uint32_t nr = ld_btf_vlen(t);

	for (uint32_t i = 0; i < nr; i++) {
		if (!refers_to_nothing(m->in, p[i].type) || is_vararg(m->in, p, i, nr))
			continue;
		/* Rust's char has four bytes. */
		p[i].type = m->ints[4] ? m->ints[4] : byte_type(m);
	}
	if (t->type >= m->in->nr_types)
		t->type = 0;
}

static void mend_type(struct mender *m, uint32_t in_type, struct btf_type *t)
{
	struct btf_array *array = (struct btf_array *)(t + 1);

	switch (ld_btf_kind(t)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: mend_members(m, t); break;
	case BTF_KIND_ARRAY:
		if (refers_to_nothing(m->in, array->type))
			array->type = byte_type(m);
		break;
	case BTF_KIND_FUNC_PROTO: mend_params(m, t); break;
	case BTF_KIND_VAR:
		if (*(const uint32_t *)ld_btf_tail(t) != BTF_VAR_GLOBAL_EXTERN &&
		    is_hole(m, t->type))
			t->type = fill(m, m->var_sizes[in_type], true);
		else
			t->type = unwrap_map(m->in, t->type);
		break;
	case BTF_KIND_PTR:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT: t->name_off = 0; break;
	default: break;
	}
}

/* Makes a pointer of an Option. */
static void make_pointer(struct mender *m, const struct btf_type *option, struct btf_type *out)
{
	const struct btf_type *pointer = pointer_in(m->in, option);
	bool data = strchr("&c", ld_btf_str(m->in, option->name_off)[strlen("Option<")]);

	*out = (struct btf_type){0, BTF_KIND_PTR << 24, {0}};
	if (pointer)
		out->type = pointer->type;
	else if (!data)
		out->type =
		    add_type(m, (struct btf_type){0, BTF_KIND_FUNC_PROTO << 24, {0}}, "", 0);
}

/* Looks for what the others need: sizes of variables, and integers. */
static void look_around(struct mender *m)
{
	m->var_sizes = LD_NEW_ARRAY(m->a, uint32_t, m->in->nr_types);
	for (uint32_t i = 1; i < m->in->nr_types; i++) {
		const struct btf_type *t = ld_btf_type(m->in, i);
		const struct btf_var_secinfo *info = ld_btf_tail(t);

		if (ld_btf_kind(t) == BTF_KIND_INT && t->size <= 8 && !m->ints[t->size] &&
		    *(const uint32_t *)ld_btf_tail(t) == 8 * t->size && t->size)
			m->ints[t->size] = i;
		if (ld_btf_kind(t) != BTF_KIND_DATASEC)
			continue;
		for (uint32_t k = 0; k < ld_btf_vlen(t); k++)
			if (info[k].type < m->in->nr_types)
				m->var_sizes[info[k].type] = info[k].size;
	}
}

void ld_btf_mend(struct ld_arena *a, struct ld_btf *btf)
{
	struct mender m = {.a = a, .in = btf, .strs = btf->strs, .strs_len = btf->strs_len};
	uint32_t nr = btf->nr_types, *offs;

	look_around(&m);
	/* Types that are added may enlarge the strings, so offsets of old ones stay the same. */
	offs = LD_NEW_ARRAY(a, uint32_t, nr + 1ul);
	for (uint32_t i = 1; i < nr; i++) {
		const struct btf_type *t = ld_btf_type(btf, i);
		bool unit = ld_btf_kind(t) == BTF_KIND_INT && !t->size;
		bool option = is_optional_pointer(btf, t);
		size_t size = unit || option ? sizeof(*t) : btf->offs[i + 1] - btf->offs[i];
		struct btf_type *copy;

		offs[i] = (uint32_t)m.types.size;
		copy = ld_blob_put(a, &m.types, t, size);
		if (unit)
			copy->info = BTF_KIND_STRUCT << 24;
		else if (option)
			make_pointer(&m, t, copy);
		else
			mend_type(&m, i, copy);
	}
	btf->offs = LD_NEW_ARRAY(a, uint32_t, nr + m.nr_extra + 1ul);
	memcpy((uint32_t *)(uintptr_t)btf->offs, offs, nr * sizeof(*offs));
	for (uint32_t i = 0; i < m.nr_extra; i++)
		((uint32_t *)(uintptr_t)btf->offs)[nr + i] =
		    (uint32_t)m.types.size + m.extra_offs[i];
	((uint32_t *)(uintptr_t)btf->offs)[nr + m.nr_extra] =
	    (uint32_t)(m.types.size + m.extra.size);
	ld_blob_put(a, &m.types, m.extra.data, m.extra.size);
	btf->types = (const char *)m.types.data;
	btf->nr_types = nr + m.nr_extra;
	btf->strs = m.strs;
	btf->strs_len = m.strs_len;
}
