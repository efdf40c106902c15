/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * CO-RE relocations. A relocation names a type of the program and a path of indexes into it:
 * members, elements, or an enumerator. The path becomes a list of steps, one for each named member
 * and each index of an array; anonymous members are no steps, as the kernel may nest them
 * otherwise. The steps are then taken in each candidate: each type of the kernel with the same
 * name. All candidates that have them must lead to the same result.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "core/core.h"

#define MAX_STEPS 64
#define MAX_LOOKS (1u << 20) /* at members: anonymous ones may be nested without end */
#define LDX 1
#define STX 3
#define ALU 4
#define ALU64 7
#define BY_REG 8
#define LD_IMM64 0x18
#define BAD -1

/* A named member of a struct or union, or an element of an array. */
struct step {
	uint32_t type;    /* the struct or union; of an element: its own type */
	uint32_t index;   /* of the member or element */
	const char *name; /* NULL: an element */
};

struct path {
	const struct ld_btf *btf;
	uint32_t ptr_size;
	bool big; /* byte order of the program */
	uint32_t root;
	struct step steps[MAX_STEPS];
	uint32_t nr;
	uint32_t depth; /* including anonymous members */
	uint32_t bits;  /* offset; as in libbpf, modulo 2^32 */
};

struct search {
	const struct path *local;
	struct path *path;
	bool other_kind; /* a member has the name, but another type */
	uint32_t looks;
};

static uint32_t member_offset(const struct btf_type *t, const struct btf_member *m)
{
	return BTF_INFO_KFLAG(t->info) ? BTF_MEMBER_BIT_OFFSET(m->offset) : m->offset;
}

static int move(struct path *p, uint32_t type, uint32_t index)
{
	int64_t size = ld_core_size(p->btf, type, p->ptr_size);

	if (size < 0)
		return BAD;
	p->bits += index * (uint32_t)size * 8;
	return 0;
}

/* Whether index may exceed the array's length: it is the last member of a struct. */
static bool is_flexible(const struct path *p, const struct btf_array *array)
{
	const struct step *in = &p->steps[p->nr - 1];

	return in->name && !array->nelems &&
	       in->index == ld_btf_vlen(ld_core_type(p->btf, in->type)) - 1;
}

static bool in_bounds(const struct path *p, const struct btf_array *array, uint32_t index)
{
	return index < array->nelems || is_flexible(p, array);
}

/* ---- the path in the program's types ---- */

/* "0:1:2" */
static int parse_access(const char *text, uint32_t *indexes, uint32_t *nr)
{
	for (*nr = 0; *text; (*nr)++) {
		char *end;
		long value = strtol(text, &end, 10);

		if (end == text || value < 0 || value > INT_MAX || *nr == MAX_STEPS ||
		    (*end && *end != ':'))
			return BAD;
		indexes[*nr] = (uint32_t)value;
		text = *end ? end + 1 : end;
	}
	return *nr ? 0 : BAD;
}

static int enter_member(struct path *p, uint32_t *id, const struct btf_type *t, uint32_t index)
{
	const struct btf_member *m = (const struct btf_member *)ld_btf_tail(t) + index;
	const char *name;

	if (index >= ld_btf_vlen(t))
		return BAD;
	name = ld_btf_str(p->btf, m->name_off);
	p->bits += member_offset(t, m);
	if (*name)
		p->steps[p->nr++] = (struct step){*id, index, name};
	*id = m->type;
	return 0;
}

static int enter_element(struct path *p, uint32_t *id, const struct btf_type *t, uint32_t index)
{
	const struct btf_array *array = ld_btf_tail(t);

	if (!in_bounds(p, array, index))
		return BAD;
	*id = array->type;
	ld_core_strip(p->btf, id);
	p->steps[p->nr++] = (struct step){*id, index, NULL};
	return move(p, *id, index);
}

static int parse_path(struct path *p, const struct ld_btf *btf, const struct ld_core_relo *relo)
{
	uint32_t indexes[MAX_STEPS], id = relo->type;
	const struct btf_type *t = ld_core_strip(btf, &id);

	*p = (struct path){.btf = btf, .ptr_size = 8, .root = relo->type};
	if (ld_core_is_type(relo->kind))
		return strcmp(relo->access, "0") ? BAD : 0;
	if (parse_access(relo->access, indexes, &p->depth))
		return BAD;
	p->steps[p->nr++] = (struct step){id, indexes[0], NULL};
	if (ld_core_is_enumval(relo->kind)) {
		if (!ld_core_is_enum(t) || p->depth > 1 || indexes[0] >= ld_btf_vlen(t))
			return BAD;
		p->steps[0].name = ld_core_enumerator(btf, t, indexes[0]);
		return 0;
	}
	if (relo->kind > LD_CORE_RSHIFT || move(p, id, indexes[0]))
		return BAD;
	for (uint32_t i = 1; i < p->depth; i++) {
		int err = BAD;

		t = ld_core_strip(btf, &id);
		if (ld_core_is_composite(t))
			err = enter_member(p, &id, t, indexes[i]);
		else if (ld_btf_kind(t) == BTF_KIND_ARRAY)
			err = enter_element(p, &id, t, indexes[i]);
		if (err)
			return err;
	}
	return 0;
}

/* ---- the same path in the kernel's types ---- */

/* Finds the member of a step in a type, also in its anonymous members. Sets *id to its type. */
static int find_member(struct search *s, const struct step *step, uint32_t *id)
{
	struct path *p = s->path;
	const struct btf_type *t = ld_core_strip(p->btf, id);
	const struct btf_member *m = ld_btf_tail(t), *local;

	if (!ld_core_is_composite(t))
		return 0;
	local = ld_btf_tail(ld_core_type(s->local->btf, step->type));
	for (uint32_t i = 0; i < ld_btf_vlen(t); i++) {
		const char *name = ld_btf_str(p->btf, m[i].name_off);
		uint32_t type = m[i].type;
		int found = 0;

		if (p->depth == MAX_STEPS || s->looks++ > MAX_LOOKS)
			return BAD;
		p->depth++;
		p->bits += member_offset(t, &m[i]);
		if (!*name) {
			found = find_member(s, step, &type);
		} else if (!strcmp(name, step->name)) {
			p->steps[p->nr++] = (struct step){*id, i, name};
			found = ld_core_fields_agree(s->local->btf, local[step->index].type, p->btf,
						     type);
			s->other_kind |= !found;
			if (found <= 0) {
				p->nr--;
				return found;
			}
		}
		if (found) {
			*id = type;
			return found;
		}
		p->bits -= member_offset(t, &m[i]);
		p->depth--;
	}
	return 0;
}

static int find_enumerator(const struct path *local, struct path *p, uint32_t id)
{
	const struct btf_type *t = ld_core_strip(p->btf, &id);

	if (!ld_core_is_enum(t))
		return 0;
	for (uint32_t i = 0; i < ld_btf_vlen(t); i++)
		if (ld_core_same_name(local->steps[0].name, ld_core_enumerator(p->btf, t, i))) {
			p->steps[p->nr++] = (struct step){id, i, ""};
			return 1;
		}
	return 0;
}

static int find_path(struct search *s, uint32_t id)
{
	struct path *p = s->path;

	for (uint32_t i = 0; i < s->local->nr; i++) {
		const struct step *step = &s->local->steps[i];
		const struct btf_type *t = ld_core_strip(p->btf, &id);
		int found;

		if (step->name) {
			found = find_member(s, step, &id);
			if (found <= 0)
				return found;
			continue;
		}
		if (i) {
			const struct btf_array *array = ld_btf_tail(t);

			if (ld_btf_kind(t) != BTF_KIND_ARRAY || !in_bounds(p, array, step->index))
				return 0;
			id = array->type;
			ld_core_strip(p->btf, &id);
		}
		if (p->depth == MAX_STEPS)
			return BAD;
		p->depth++;
		p->steps[p->nr++] = (struct step){id, step->index, NULL};
		if (move(p, id, step->index))
			return BAD;
	}
	return 1;
}

/* 1: id has the path, 0: it does not, BAD: the loader gives up. */
static int try_candidate(struct search *s, const struct ld_core_kernel *k, uint32_t kind,
			 uint32_t id)
{
	*s->path = (struct path){
	    .btf = &k->btf, .ptr_size = k->ptr_size, .big = s->local->big, .root = id};
	if (kind == LD_CORE_TYPE_MATCHES)
		return ld_core_types_match(s->local->btf, s->local->root, &k->btf, id);
	if (ld_core_is_type(kind))
		return ld_core_types_agree(s->local->btf, s->local->root, &k->btf, id);
	if (ld_core_is_enumval(kind))
		return find_enumerator(s->local, s->path, id);
	return find_path(s, id);
}

/* ---- what the instruction gets ---- */

/* A field: where to read it, and its bits. */
struct field {
	uint32_t type;           /* without typedefs */
	uint32_t byte_off, size; /* of the load; of a bit field: of an integer that has it */
	uint32_t bits;
	bool bit_field;
};

static int locate_bit_field(const struct path *p, const struct btf_type *t, struct field *f)
{
	f->size = t->size;
	do {
		/* Hostile BTF may have any size; beyond 8 bytes no load reads it. */
		if (!f->size || f->size > 8)
			return BAD;
		f->byte_off = p->bits / 8 / f->size * f->size;
		if (p->bits + f->bits - f->byte_off * 8 <= f->size * 8)
			return 0;
		f->size *= 2;
	} while (true);
}

static int locate_field(const struct path *p, struct field *f)
{
	const struct step *last = &p->steps[p->nr - 1];
	const struct btf_type *t = ld_core_type(p->btf, last->type);
	const struct btf_member *m = (const struct btf_member *)ld_btf_tail(t) + last->index;
	int64_t size;

	*f = (struct field){.type = last->name ? m->type : last->type};
	if (last->name && BTF_INFO_KFLAG(t->info))
		f->bits = BTF_MEMBER_BITFIELD_SIZE(m->offset);
	t = ld_core_strip(p->btf, &f->type);
	f->bit_field = f->bits;
	if (f->bit_field)
		return locate_bit_field(p, t, f);
	size = ld_core_size(p->btf, f->type, p->ptr_size);
	if (size < 0)
		return BAD;
	f->size = (uint32_t)size;
	f->byte_off = p->bits / 8;
	f->bits = f->size * 8;
	return 0;
}

/* The type that a load of the field reads: of an array, that of its elements. */
static uint32_t loaded_type(const struct path *p, uint32_t type)
{
	const struct btf_type *t;

	while (ld_btf_kind(t = ld_core_strip(p->btf, &type)) == BTF_KIND_ARRAY)
		type = ((const struct btf_array *)ld_btf_tail(t))->type;
	return type;
}

static bool is_signed(const struct btf_type *t)
{
	if (ld_core_is_enum(t))
		return BTF_INFO_KFLAG(t->info);
	return ld_btf_kind(t) == BTF_KIND_INT &&
	       BTF_INT_ENCODING(*(const uint32_t *)ld_btf_tail(t)) & BTF_INT_SIGNED;
}

/* The value for one side. */
struct value {
	uint64_t v;
	uint32_t size, type; /* of what is loaded; 0: unknown */
	bool check;          /* the program's instruction has this value */
};

static int field_value(const struct path *p, uint32_t kind, struct value *out)
{
	const bool element = !p->steps[p->nr - 1].name;
	struct field f;
	int64_t size;

	if (locate_field(p, &f) ||
	    (element && kind != LD_CORE_BYTE_OFFSET && kind != LD_CORE_BYTE_SIZE))
		return BAD;
	out->check = !f.bit_field || kind == LD_CORE_SIGNED || kind == LD_CORE_RSHIFT;
	switch (kind) {
	case LD_CORE_BYTE_OFFSET:
		out->v = f.byte_off;
		if (f.bit_field)
			return 0;
		out->type = loaded_type(p, f.type);
		size = ld_core_size(p->btf, out->type, p->ptr_size);
		if (size < 0)
			return BAD;
		out->size = (uint32_t)size;
		return 0;
	case LD_CORE_BYTE_SIZE: out->v = f.size; return 0;
	case LD_CORE_SIGNED: out->v = is_signed(ld_core_type(p->btf, f.type)); return 0;
	case LD_CORE_LSHIFT:
		out->v = p->big ? (8 - f.size) * 8 + (p->bits - f.byte_off * 8)
				: 64 - (p->bits + f.bits - f.byte_off * 8);
		/* libbpf computes with 32 bits. */
		out->v = (uint32_t)out->v;
		return 0;
	default: out->v = (uint32_t)(64 - f.bits); return 0;
	}
}

static uint64_t enumerator_value(const struct path *p)
{
	const struct btf_type *t = ld_core_type(p->btf, p->steps[0].type);
	const struct btf_enum *e = ld_btf_tail(t);
	const struct btf_enum64 *e64 = ld_btf_tail(t);
	uint32_t i = p->steps[0].index;

	if (ld_btf_kind(t) == BTF_KIND_ENUM)
		return (uint64_t)(int64_t)e[i].val;
	return (uint64_t)e64[i].val_hi32 << 32 | e64[i].val_lo32;
}

/* kernel: NULL for the program's side. */
static int path_value(const struct path *p, const struct ld_core_kernel *k, uint32_t kind,
		      struct value *out)
{
	const char *module;
	int64_t size;

	*out = (struct value){.check = true};
	switch (kind) {
	case LD_CORE_FIELD_EXISTS:
	case LD_CORE_TYPE_EXISTS:
	case LD_CORE_TYPE_MATCHES:
	case LD_CORE_ENUMVAL_EXISTS: out->v = 1; return 0;
	case LD_CORE_ENUMVAL_VALUE: out->v = enumerator_value(p); return 0;
	case LD_CORE_ID_TARGET:
		out->v = k ? ld_core_own_id(k, p->root, &module) : p->root;
		out->check = false;
		return 0;
	case LD_CORE_TYPE_SIZE:
		size = ld_core_size(p->btf, p->root, p->ptr_size);
		out->v = (uint64_t)size;
		return size < 0 ? BAD : 0;
	default: return field_value(p, kind, out);
	}
}

/* Whether a load of the program's type also reads the kernel's, if the size is changed. */
static bool may_resize(const struct btf_type *a, const struct btf_type *b)
{
	if (ld_btf_kind(a) == BTF_KIND_PTR && ld_btf_kind(b) == BTF_KIND_PTR)
		return true;
	return ld_btf_kind(a) == BTF_KIND_INT && ld_btf_kind(b) == BTF_KIND_INT &&
	       BTF_INT_ENCODING(*(const uint32_t *)ld_btf_tail(a)) != BTF_INT_SIGNED &&
	       BTF_INT_ENCODING(*(const uint32_t *)ld_btf_tail(b)) != BTF_INT_SIGNED;
}

static struct ld_core_result refuse(const char *why)
{
	return (struct ld_core_result){.status = LD_CORE_REFUSE, .why = why};
}

/* The result for one candidate, or without any if path is NULL. */
static struct ld_core_result compute(const struct path *local, const struct path *path,
				     const struct ld_core_kernel *k, uint32_t kind)
{
	struct ld_core_result r = {.status = LD_CORE_DONE, .found = path};
	struct value old, value = {0};

	if (path_value(local, NULL, kind, &old) || (path && path_value(path, k, kind, &value)))
		return refuse("its value cannot be computed");
	if (!path && !ld_core_is_type(kind) && !ld_core_is_question(kind))
		r.status = LD_CORE_POISON;
	/* Without a field, the program has no value to compare either. */
	r.check_old = r.status == LD_CORE_DONE && old.check;
	r.old = old.v;
	r.value = value.v;
	r.old_size = old.size;
	r.size = path ? value.size : 0;
	r.bad_size =
	    path && old.size != value.size &&
	    !may_resize(ld_core_type(local->btf, old.type), ld_core_type(&k->btf, value.type));
	return r;
}

static bool find_cands(const struct ld_core_kernel *k, const struct ld_btf *local, uint32_t type,
		       struct ld_core_cands *cands)
{
	const struct btf_type *t = ld_core_type(local, type);
	const char *name = ld_btf_str(local, t->name_off);
	const struct ld_core_ids *named = ld_core_named(k, name);

	if (!*name)
		return false;
	for (size_t i = 0; !cands->found && named && i < named->nr; i++) {
		uint32_t id = named->v[i];

		/* Modules only have a say if vmlinux has no such type. */
		if (id >= k->first_module && cands->ids.nr && cands->ids.v[0] < k->first_module)
			break;
		if (ld_core_same_kind(ld_core_type(&k->btf, id), t))
			LD_PUSH(k->arena, &cands->ids, id);
	}
	cands->found = true;
	return true;
}

static struct ld_core_result resolve(const struct ld_core_kernel *k, const struct path *local,
				     uint32_t kind, struct ld_core_cands *cands)
{
	struct path path;
	struct search s = {.local = local, .path = &path};
	struct ld_core_result r = {0}, other;
	uint32_t first_bits = 0, id;
	size_t nr = 0;

	for (size_t i = 0; i < cands->ids.nr; i++) {
		int found = try_candidate(&s, k, kind, id = cands->ids.v[i]);

		if (found < 0)
			return refuse("a type of the kernel cannot be compared");
		if (!found)
			continue;
		other = compute(local, &path, k, kind);
		if (other.status == LD_CORE_REFUSE)
			return other;
		if (!nr) {
			r = other;
			first_bits = path.bits;
		} else if (path.bits != first_bits || other.value != r.value) {
			return refuse("types of the kernel with that name disagree");
		}
		cands->ids.v[nr++] = id;
	}
	if (nr)
		cands->ids.nr = nr;
	else
		r = compute(local, NULL, k, kind);
	r.other_kind = !nr && s.other_kind;
	return r;
}

/* ---- the instruction ---- */

static bool is_load_size(uint32_t size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

static struct ld_core_result patch_memory(struct ld_core_result r, const uint8_t *insn, bool big)
{
	static const uint32_t sizes[] = {4, 2, 1, 8};

	if (r.check_old && (uint64_t)(int64_t)(int16_t)ld_get16(insn + 2, big) != r.old)
		return refuse("the instruction has another value");
	if (r.value > SHRT_MAX)
		return refuse("the offset does not fit into a load or store");
	if (r.bad_size) {
		r.status = LD_CORE_POISON;
		return r;
	}
	if (r.size != r.old_size &&
	    (sizes[insn[0] >> 3 & 3] != r.old_size || !is_load_size(r.size)))
		return refuse("the size does not fit into a load or store");
	return r;
}

static struct ld_core_result patch(struct ld_core_result r, const uint8_t *insn, size_t room,
				   bool big)
{
	uint8_t class = insn[0] & 7;
	uint64_t has = (uint64_t)(int64_t)(int32_t)ld_get32(insn + 4, big);

	if (r.status == LD_CORE_REFUSE)
		return r;
	if (insn[0] == LD_IMM64) {
		if (room < 16 || insn[1] & (big ? 0xf : 0xf0) || ld_get16(insn + 2, big) ||
		    ld_get32(insn + 8, big))
			return refuse("the instruction has an unexpected form");
		has = (uint32_t)has | (uint64_t)ld_get32(insn + 12, big) << 32;
	} else if (class >= LDX && class <= STX) {
		return r.status == LD_CORE_POISON ? r : patch_memory(r, insn, big);
	} else if ((class != ALU && class != ALU64) || insn[0] & BY_REG) {
		return refuse("the instruction has no value");
	}
	if (r.status == LD_CORE_DONE && r.check_old && has != r.old)
		return refuse("the instruction has another value");
	return r;
}

struct ld_core_result ld_core_resolve(const struct ld_core_kernel *k, const struct ld_btf *local,
				      const struct ld_core_relo *relo, const uint8_t *insn,
				      size_t room, bool big, struct ld_core_cands *cands)
{
	struct ld_core_result r = {.status = LD_CORE_DONE, .found = true};
	struct path path;

	if (relo->kind >= LD_CORE_NR_KINDS)
		return refuse("the kind of relocation is unknown");
	if (parse_path(&path, local, relo))
		return refuse("its access string does not fit the type");
	path.big = big;
	if (relo->kind == LD_CORE_ID_LOCAL) {
		r.old = r.value = relo->type;
		return patch(r, insn, room, big);
	}
	if (!find_cands(k, local, relo->type, cands))
		return refuse("its type has no name");
	return patch(resolve(k, &path, relo->kind, cands), insn, room, big);
}

const char *ld_core_describe(struct ld_arena *a, const struct ld_btf *local,
			     const struct ld_core_relo *relo)
{
	const struct btf_type *t = ld_core_type(local, relo->type);
	const char *name = ld_btf_str(local, t->name_off);
	const char *keyword = "";
	struct path p;
	char *text;

	switch (ld_btf_kind(t)) {
	case BTF_KIND_STRUCT: keyword = "struct "; break;
	case BTF_KIND_UNION: keyword = "union "; break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64: keyword = "enum "; break;
	default: break;
	}
	text = ld_printf(a, "%s%s", keyword, *name ? name : "(anonymous)");
	if (relo->kind >= LD_CORE_NR_KINDS || ld_core_is_type(relo->kind) ||
	    parse_path(&p, local, relo))
		return text;
	if (ld_core_is_enumval(relo->kind))
		return ld_printf(a, "%s::%s", text, p.steps[0].name);
	for (uint32_t i = 0; i < p.nr; i++) {
		if (p.steps[i].name)
			text = ld_printf(a, "%s.%s", text, p.steps[i].name);
		else if (i || p.steps[i].index)
			text = ld_printf(a, "%s[%u]", text, p.steps[i].index);
	}
	return text;
}
