/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "btf/btf.h"

#include <stdarg.h>
#include <string.h>

#include "base/bytes.h"
#include "btf/mend.h"

#define LAYOUT_FIELDS 24u /* their offset in the header, if it is long enough */
#define MAX_STRIP 32u     /* valid C has no longer chains of qualifiers, typedefs and arrays */
#define NO_COMPONENT UINT32_MAX
#define NAMES_PER_BYTE 4
#define SPARE_NAMES (64 << 10)
#define IS_COMPOSITE(k) ((k) == BTF_KIND_STRUCT || (k) == BTF_KIND_UNION)

/*
 * The layout of a type after the three words of struct btf_type: fixed words, then some per
 * element; vlen of these. All are 32-bit words.
 */
static const struct kind {
	uint8_t known, fixed, each; /* words */
	uint8_t ref;                /* the third word is a type id */
	uint8_t fixed_refs;         /* the first of the fixed words that are type ids, too */
	uint8_t name;               /* the first word per element is a name */
	uint8_t each_ref;           /* which word per element is a type id, from 1; 0: none */
} kinds[BTF_NR_KINDS] = {
    [BTF_KIND_INT] = {.known = 1, .fixed = 1},
    [BTF_KIND_PTR] = {.known = 1, .ref = 1},
    [BTF_KIND_ARRAY] = {.known = 1, .fixed = 3, .fixed_refs = 2},
    [BTF_KIND_STRUCT] = {.known = 1, .each = 3, .name = 1, .each_ref = 2},
    [BTF_KIND_UNION] = {.known = 1, .each = 3, .name = 1, .each_ref = 2},
    [BTF_KIND_ENUM] = {.known = 1, .each = 2, .name = 1},
    [BTF_KIND_FWD] = {.known = 1},
    [BTF_KIND_TYPEDEF] = {.known = 1, .ref = 1},
    [BTF_KIND_VOLATILE] = {.known = 1, .ref = 1},
    [BTF_KIND_CONST] = {.known = 1, .ref = 1},
    [BTF_KIND_RESTRICT] = {.known = 1, .ref = 1},
    [BTF_KIND_FUNC] = {.known = 1, .ref = 1},
    [BTF_KIND_FUNC_PROTO] = {.known = 1, .ref = 1, .each = 2, .name = 1, .each_ref = 2},
    [BTF_KIND_VAR] = {.known = 1, .ref = 1, .fixed = 1},
    [BTF_KIND_DATASEC] = {.known = 1, .each = 3, .each_ref = 1},
    [BTF_KIND_FLOAT] = {.known = 1},
    [BTF_KIND_DECL_TAG] = {.known = 1, .ref = 1, .fixed = 1},
    [BTF_KIND_TYPE_TAG] = {.known = 1, .ref = 1},
    [BTF_KIND_ENUM64] = {.known = 1, .each = 3, .name = 1},
};

uint32_t ld_btf_type_size(uint32_t kind, uint32_t vlen)
{
	if (kind >= BTF_NR_KINDS || !kinds[kind].known)
		return 0;
	return (uint32_t)sizeof(struct btf_type) +
	       4 * (kinds[kind].fixed + kinds[kind].each * vlen);
}

void ld_btf_each_ref(struct btf_type *t, ld_btf_ref_fn fn, void *ctx)
{
	const struct kind *k = &kinds[ld_btf_kind(t)];
	uint32_t *tail = (uint32_t *)(t + 1), vlen = ld_btf_vlen(t), i;

	if (k->ref)
		fn(ctx, &t->type);
	for (i = 0; i < k->fixed_refs; i++)
		fn(ctx, &tail[i]);
	for (i = 0; k->each_ref && i < vlen; i++)
		fn(ctx, &tail[k->each * i + k->each_ref - 1]);
}

void ld_btf_each_str(struct btf_type *t, ld_btf_ref_fn fn, void *ctx)
{
	const struct kind *k = &kinds[ld_btf_kind(t)];
	uint32_t *tail = (uint32_t *)(t + 1), vlen = ld_btf_vlen(t), i;

	fn(ctx, &t->name_off);
	for (i = 0; k->name && i < vlen; i++)
		fn(ctx, &tail[k->each * i]);
}

uint32_t ld_btf_strip(const struct ld_btf *btf, uint32_t in_type)
{
	uint32_t i;

	for (i = 0; i < MAX_STRIP && in_type; i++) {
		const struct btf_type *t = ld_btf_type(btf, in_type);

		switch (ld_btf_kind(t)) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_CONST:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG: in_type = t->type; break;
		default: return in_type;
		}
	}
	return in_type;
}

uint64_t ld_btf_size_of(const struct ld_btf *btf, uint32_t in_type)
{
	uint64_t nr = 1;

	for (uint32_t i = 0; i < MAX_STRIP; i++) {
		const struct btf_type *t;
		const struct btf_array *array;

		in_type = ld_btf_strip(btf, in_type);
		if (!in_type)
			return 0;
		t = ld_btf_type(btf, in_type);
		switch (ld_btf_kind(t)) {
		case BTF_KIND_INT:
		case BTF_KIND_FLOAT:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64: return nr * t->size;
		case BTF_KIND_PTR: return nr * 8;
		case BTF_KIND_ARRAY:
			array = ld_btf_tail(t);
			nr *= array->nelems;
			in_type = array->type;
			break;
		default: return 0;
		}
	}
	return 0;
}

/* The state of parsing one section. */
struct parser {
	struct ld_arena *arena; /* owns the result */
	struct ld_diags *diags;
	const char *where;               /* file name for diagnostics */
	struct ld_btf *btf;              /* initially zero */
	const char *types;               /* in the section's byte order */
	uint32_t *offs;                  /* room for btf->offs */
	uint32_t *decls;                 /* for btf->decls; allocated once all types are known */
	uint32_t types_len;              /* bytes */
	uint32_t decls_seen;             /* counted by check_type() */
	bool to_repair;                  /* some type has to be repaired */
	bool broken, mended;             /* some type has to be mended, or was: see mend.h */
	const struct btf_layout *layout; /* the layout section: nr_layout entries by kind */
	uint32_t nr_layout;
};

__attribute__((format(printf, 2, 3))) static int bad(struct parser *p, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = ld_vprintf(p->diags->arena, fmt, args);
	va_end(args);
	return ld_error(p->diags, "invalid-btf", "%s: .BTF: %s", p->where, text);
}

/*
 * Finds the layout section, which Linux 7 added. It is used, and checked, only for unknown kinds.
 */
static int find_layout(struct parser *p, const char *data, size_t size, bool big)
{
	uint32_t hdr_len = ld_get32(data + 4, big), off, len;

	if (hdr_len < LAYOUT_FIELDS + 8)
		return 0;
	off = ld_get32(data + LAYOUT_FIELDS, big);
	len = ld_get32(data + LAYOUT_FIELDS + 4, big);
	if (!len)
		return 0;
	if (!ld_in_range(off, len, size - hdr_len))
		return bad(p, "layout section exceeds the section's %zu bytes", size);
	if (off % 4 || len % sizeof(struct btf_layout))
		return bad(p, "size of the layout section is not a multiple of 4");
	p->layout = (const struct btf_layout *)(data + hdr_len + off);
	p->nr_layout = len / (uint32_t)sizeof(struct btf_layout);
	return 0;
}

/* Finds the sections; their bytes stay in the file's byte order. */
static int parse_header(struct parser *p, const char *data, size_t size, bool big)
{
	uint64_t hdr_len, type_off, type_len, str_off, str_len;

	if (size < sizeof(struct btf_header))
		return bad(p, "too short for a header: %zu bytes", size);
	if (ld_get16(data, big) != BTF_MAGIC) {
		if (ld_get16(data, !big) == BTF_MAGIC)
			return bad(p, "byte order differs from the file's");
		return bad(p, "magic number is 0x%04x, expected 0x%04x", ld_get16(data, big),
			   BTF_MAGIC);
	}
	if (data[2] != BTF_VERSION)
		return bad(p, "unknown version %u", (unsigned char)data[2]);
	hdr_len = ld_get32(data + 4, big);
	type_off = ld_get32(data + 8, big);
	type_len = ld_get32(data + 12, big);
	str_off = ld_get32(data + 16, big);
	str_len = ld_get32(data + 20, big);
	if (hdr_len < sizeof(struct btf_header) || hdr_len > size)
		return bad(p, "header length %llu is out of range", (unsigned long long)hdr_len);
	if (!ld_in_range(type_off, type_len, size - hdr_len))
		return bad(p, "type section exceeds the section's %zu bytes", size);
	if (!ld_in_range(str_off, str_len, size - hdr_len))
		return bad(p, "string section exceeds the section's %zu bytes", size);
	if (type_off % 4 || type_len % 4)
		return bad(p, "size of the type section is not a multiple of 4");
	p->btf->types = data + hdr_len + type_off;
	p->types_len = (uint32_t)type_len;
	p->btf->strs = data + hdr_len + str_off;
	p->btf->strs_len = (uint32_t)str_len;
	if (!str_len || p->btf->strs[0] || p->btf->strs[str_len - 1])
		return bad(p, "string section does not start and end with NUL");
	return find_layout(p, data, size, big);
}

/* The type section consists of 32-bit words, so this need not understand types. */
static const char *to_host_order(struct ld_arena *a, const char *types, uint32_t len, bool big)
{
	uint32_t *copy, i;

	if (big == LD_HOST_BIG && (uintptr_t)types % 4 == 0)
		return types;
	copy = ld_alloc(a, len);
	for (i = 0; i < len / 4; i++)
		copy[i] = ld_get32(types + (size_t)4 * i, big);
	return (const char *)copy;
}

static bool is_nameless_fwd(const struct ld_btf *btf, const struct btf_type *t)
{
	return ld_btf_kind(t) == BTF_KIND_FWD && t->name_off < btf->strs_len &&
	       !btf->strs[t->name_off];
}

/*
 * Whether gcc wrote a type that the kernel rejects together with the whole BTF. gcc 12: an integer
 * with two flags (char, signed char), or a forward declaration with a third word. gcc 16: an
 * anonymous forward declaration, for an anonymous struct or union that a member points to. Pointers
 * to it become "void *".
 */
static bool is_gcc_quirk(const struct ld_btf *btf, const struct btf_type *t)
{
	uint32_t flags;

	if (ld_btf_kind(t) == BTF_KIND_FWD)
		return t->type || is_nameless_fwd(btf, t);
	if (ld_btf_kind(t) != BTF_KIND_INT)
		return false;
	flags = *(const uint32_t *)ld_btf_tail(t) >> 24;
	return flags & BTF_INT_CHAR && flags != BTF_INT_CHAR;
}

/* Finds the size of a type of unknown kind in the layout section, so that it can be skipped. */
static int size_unknown(struct parser *p, uint32_t in_type, uint32_t info, uint32_t *size)
{
	uint32_t kind = BTF_INFO_KIND(info);
	const struct btf_layout *layout;

	if (kind == BTF_KIND_UNKN || kind >= p->nr_layout)
		return bad(p, "type %u has unknown kind %u%s", in_type, kind,
			   kind && p->nr_layout ? ", which the layout section does not describe"
						: "");
	layout = p->layout + kind;
	if (layout->info_sz % 4 || layout->elem_sz % 4)
		return bad(p, "type %u has unknown kind %u, whose size is not a multiple of 4",
			   in_type, kind);
	/* Fits into 32 bits: 8 bits times 24. */
	*size = (uint32_t)sizeof(struct btf_type) + layout->info_sz +
		layout->elem_sz * BTF_INFO_VLEN(info);
	if (!p->btf->nr_unknown++)
		p->btf->unknown_kind = (uint8_t)kind;
	p->to_repair = true;
	return 0;
}

static int note_type(struct parser *p, uint32_t in_type, uint32_t off, uint32_t *size)
{
	uint32_t left = p->types_len - off, kind;
	const struct btf_type *t;
	int err;

	if (left < sizeof(*t))
		return bad(p, "type %u is truncated", in_type);
	t = (const struct btf_type *)(p->btf->types + off);
	kind = ld_btf_kind(t);
	*size = ld_btf_type_size(kind, ld_btf_vlen(t));
	if (!*size && (err = size_unknown(p, in_type, t->info, size)))
		return err;
	if (*size > left)
		return bad(p, "type %u is truncated", in_type);
	p->offs[in_type] = off;
	p->btf->nr_decls += ld_btf_is_decl(kind);
	p->to_repair |= is_gcc_quirk(p->btf, t);
	return 0;
}

/* The maximum of a number and of every stride-th of nr words. */
static uint32_t greatest(uint32_t than, const uint32_t *w, uint32_t nr, uint32_t stride)
{
	for (; nr; nr--, w += stride)
		than = *w > than ? *w : than;
	return than;
}

/* The largest type id and string offset in a type. */
static void greatest_numbers(const struct btf_type *t, uint32_t *ref, uint32_t *str)
{
	const struct kind *k = &kinds[ld_btf_kind(t)];
	const uint32_t *w = ld_btf_tail(t);
	uint32_t vlen = ld_btf_vlen(t);

	*str = t->name_off;
	*ref = greatest(k->ref ? t->type : 0, w, k->fixed_refs, 1);
	if (k->name)
		*str = greatest(*str, w, vlen, k->each);
	if (k->each_ref)
		*ref = greatest(*ref, w + k->each_ref - 1, vlen, k->each);
}

/*
 * The same for a struct or union, whose members cannot be void: that is the largest id. Returns
 * whether they are in order and have types, not declarations.
 */
static bool greatest_of_members(const struct ld_btf *btf, const struct btf_type *t, uint32_t *ref,
				uint32_t *str)
{
	const struct btf_member *m = ld_btf_tail(t), *end = m + ld_btf_vlen(t);
	uint32_t most = 0, name = t->name_off, mask = ld_btf_offset_mask(t), last = 0, kinds = 0;
	bool good = true;

	for (; m < end; m++) {
		if (m->type < btf->nr_types)
			kinds |= 1u << ld_btf_kind(ld_btf_type(btf, m->type));
		name = m->name_off > name ? m->name_off : name;
		most = m->type - 1 > most ? m->type - 1 : most;
		good &= (m->offset & mask) >= last;
		last = m->offset & mask;
	}
	*str = name;
	*ref = most + (most != UINT32_MAX);
	return good && !(kinds & LD_BTF_DECL_KINDS);
}

/* Whether t is a FUNC whose type is not a prototype, nor of a kind that might be one. */
static bool is_untyped(const struct ld_btf *btf, const struct btf_type *t)
{
	if (ld_btf_kind(t) != BTF_KIND_FUNC)
		return false;
	if (!t->type || t->type >= btf->nr_types)
		return true;
	t = ld_btf_type(btf, t->type);
	return ld_btf_kind(t) == BTF_KIND_UNKN ? !ld_btf_vlen(t)
					       : ld_btf_kind(t) != BTF_KIND_FUNC_PROTO;
}

/* Makes the types modifiable: the caller's bytes are never modified. */
static void copy_types(struct parser *p)
{
	if (p->btf->types == p->types)
		p->btf->types = ld_memdup(p->arena, p->types, p->types_len);
}

static void drop_untyped(struct parser *p, uint32_t in_type)
{
	struct btf_type *t;

	copy_types(p);
	t = (struct btf_type *)(uintptr_t)ld_btf_type(p->btf, in_type);
	t->info = BTF_KIND_UNKN;
	t->type = 0;
	p->btf->nr_untyped++;
}

/* Whether ld_btf_mend() may be needed; cheap, as C has no such types. ref: the largest id in t. */
static bool is_suspect(const struct ld_btf *btf, const struct btf_type *t, uint32_t ref)
{
	switch (ld_btf_kind(t)) {
	case BTF_KIND_STRUCT: return ref >= btf->nr_types || t->size == 8;
	case BTF_KIND_PTR:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT: return t->name_off;
	case BTF_KIND_INT: return !t->size;
	case BTF_KIND_ARRAY:
	case BTF_KIND_UNION:
	case BTF_KIND_FUNC_PROTO:
	case BTF_KIND_VAR: return true;
	default: return false;
	}
}

/* C has typedefs of these names, not integers. LTO names those of Rust's declarations with a '?'.
 */
static bool is_rust_name(const char *name)
{
	static const char names[] = " u8 u16 u32 u64 i8 i16 i32 i64 usize isize ";
	const char *found = strlen(name) < 6 ? strstr(names, name) : NULL;

	return strchr(name, '?') ||
	       (*name && found > names && found[-1] == ' ' && found[strlen(name)] == ' ');
}

static int check_type(struct parser *p, uint32_t in_type)
{
	const struct btf_type *t = ld_btf_type(p->btf, in_type);
	bool untyped = is_untyped(p->btf, t), good = true;
	uint32_t kind = ld_btf_kind(t), ref, str;

	if (IS_COMPOSITE(kind))
		good = greatest_of_members(p->btf, t, &ref, &str);
	else
		greatest_numbers(t, &ref, &str);
	if (!p->mended && (!good || is_suspect(p->btf, t, ref)) && ld_btf_is_broken(p->btf, t)) {
		p->broken = true;
		return 0;
	}
	if (ref >= p->btf->nr_types && !untyped)
		return bad(p, "type %u refers to a type after the last, %u", in_type,
			   p->btf->nr_types - 1);
	if (str >= p->btf->strs_len)
		return bad(p, "name of type %u is outside the string section", in_type);
	if (kind == BTF_KIND_INT)
		p->btf->rust |= is_rust_name(ld_btf_str(p->btf, t->name_off));
	if (untyped) {
		drop_untyped(p, in_type);
		return 0;
	}
	if (kind == BTF_KIND_FWD && ld_btf_vlen(t))
		return bad(p, "forward declaration %u has members", in_type);
	if (ld_btf_is_decl(kind))
		p->decls[p->decls_seen++] = in_type;
	return 0;
}

static int check_types(struct parser *p)
{
	int err = 0;

	p->decls_seen = 0;
	for (uint32_t i = 1; i < p->btf->nr_types && !p->broken && !err; i++)
		err = check_type(p, i);
	return err;
}

/* Returns true: once. */
static bool mend(struct parser *p)
{
	ld_btf_mend(p->arena, p->btf);
	p->broken = false;
	return p->mended = true;
}

/* The kind of a type id; BTF_KIND_UNKN for void. */
static uint32_t kind_of(const struct ld_btf *btf, uint32_t in_type)
{
	return in_type ? ld_btf_kind(ld_btf_type(btf, in_type)) : BTF_KIND_UNKN;
}

/* The kind of a type that has the wrong kind, if that kind is unknown; for diagnostics. */
static const char *unknown_kind(struct parser *p, uint32_t in_type)
{
	if (!in_type || kind_of(p->btf, in_type) != BTF_KIND_UNKN)
		return "";
	return ld_printf(p->diags->arena, ": unknown kind %u",
			 ld_btf_vlen(ld_btf_type(p->btf, in_type)));
}

static int check_decl_tag(struct parser *p, uint32_t i, const struct btf_type *t)
{
	uint32_t component = (uint32_t)((const struct btf_decl_tag *)ld_btf_tail(t))->component_idx;
	uint32_t kind = kind_of(p->btf, t->type), nr = 0;

	if (IS_COMPOSITE(kind)) {
		nr = ld_btf_vlen(ld_btf_type(p->btf, t->type));
	} else if (kind == BTF_KIND_FUNC) {
		uint32_t proto = ld_btf_type(p->btf, t->type)->type;

		if (kind_of(p->btf, proto) == BTF_KIND_FUNC_PROTO)
			nr = ld_btf_vlen(ld_btf_type(p->btf, proto));
	} else if (t->type && kind == BTF_KIND_UNKN) {
		return 0; /* it is dropped with its target */
	} else if (kind != BTF_KIND_VAR && kind != BTF_KIND_TYPEDEF) {
		return bad(p,
			   "decl tag %u is attached to type %u of kind %u, which cannot have tags",
			   i, t->type, kind);
	}
	if (component != NO_COMPONENT && component >= nr)
		return bad(p,
			   "decl tag %u is attached to component %u of type %u, which has only %u",
			   i, component, t->type, nr);
	return 0;
}

static int check_func(struct parser *p, uint32_t i, const struct btf_type *t)
{
	uint32_t nr;

	if (kind_of(p->btf, t->type) != BTF_KIND_FUNC_PROTO)
		return bad(p, "type of function %u is %u, which is not a prototype%s", i, t->type,
			   unknown_kind(p, t->type));
	if (ld_btf_vlen(t) > BTF_FUNC_EXTERN)
		return bad(p, "function %u has unknown linkage %u", i, ld_btf_vlen(t));
	nr = ld_btf_vlen(ld_btf_type(p->btf, t->type));
	if (nr > BTF_MAX_VLEN)
		return bad(p, "function %u has %u parameters; the maximum is %u", i, nr,
			   BTF_MAX_VLEN);
	return 0;
}

/* Names may share bytes, but their total length must stay proportional to the section. */
static int check_decl_names(struct parser *p)
{
	const struct ld_btf *btf = p->btf;
	uint64_t left = NAMES_PER_BYTE * ((uint64_t)p->types_len + btf->strs_len) + SPARE_NAMES;

	for (uint32_t k = 0; k < btf->nr_decls; k++) {
		size_t len = strlen(ld_btf_name(btf, btf->decls[k]));

		if (len > left)
			return bad(p, "names of functions and variables overlap too much");
		left -= len;
	}
	return 0;
}

static int check_decls(struct parser *p)
{
	int err = check_decl_names(p);
	uint32_t k, j, kind;

	for (k = 0; k < p->btf->nr_decls && !err; k++) {
		uint32_t i = p->btf->decls[k];
		const struct btf_type *t = ld_btf_type(p->btf, i);
		const struct btf_var_secinfo *info = ld_btf_tail(t);

		switch (ld_btf_kind(t)) {
		case BTF_KIND_FUNC: err = check_func(p, i, t); break;
		case BTF_KIND_DATASEC:
			for (j = 0; j < ld_btf_vlen(t) && !err; j++) {
				kind = kind_of(p->btf, info[j].type);
				if (kind != BTF_KIND_VAR && kind != BTF_KIND_FUNC)
					err = bad(p,
						  "data section %u contains type %u, which is "
						  "neither a variable nor a function%s",
						  i, info[j].type, unknown_kind(p, info[j].type));
			}
			break;
		case BTF_KIND_DECL_TAG: err = check_decl_tag(p, i, t); break;
		default: break;
		}
	}
	return err;
}

static void void_nameless(void *ctx, uint32_t *type_id)
{
	const struct ld_btf *btf = ctx;

	if (*type_id && *type_id < btf->nr_types &&
	    is_nameless_fwd(btf, ld_btf_type(btf, *type_id)))
		*type_id = 0;
}

/* Changes quirks of gcc to what clang writes, and unknown kinds to BTF_KIND_UNKN. */
static void repair_type(struct ld_btf *btf, struct btf_type *t)
{
	uint32_t kind = ld_btf_kind(t);

	if (kind >= BTF_NR_KINDS) {
		t->info = kind;
		t->type = 0;
		return;
	}
	if (kind == BTF_KIND_FWD)
		t->type = 0;
	else if (is_gcc_quirk(btf, t))
		*(uint32_t *)(t + 1) &= ~((uint32_t)BTF_INT_CHAR << 24);
	/* A decl tag is dropped with its target. */
	if (kind != BTF_KIND_DECL_TAG)
		ld_btf_each_ref(t, void_nameless, btf);
}

static void repair_types(struct parser *p)
{
	struct ld_btf *btf = p->btf;
	uint32_t i;

	copy_types(p);
	for (i = 1; i < btf->nr_types; i++)
		repair_type(btf, (struct btf_type *)(uintptr_t)ld_btf_type(btf, i));
	/* Last: references to them are recognized by the missing name. */
	for (i = 1; i < btf->nr_types; i++)
		if (is_nameless_fwd(btf, ld_btf_type(btf, i)))
			((struct btf_type *)(uintptr_t)ld_btf_type(btf, i))->info = BTF_KIND_UNKN;
}

/* Finds the offset of each type. */
static int find_types(struct parser *p)
{
	/* A type has at least three words. */
	size_t most = p->types_len / sizeof(struct btf_type) + 2;
	uint32_t off, size = 0, nr = 1;
	int err;

	p->btf->offs = p->offs = LD_NEW_ARRAY(p->arena, uint32_t, most);
	for (off = 0; off < p->types_len; off += size)
		if ((err = note_type(p, nr++, off, &size)))
			return err;
	p->offs[nr] = p->types_len;
	p->btf->nr_types = nr;
	ld_trim(p->arena, p->offs, most * sizeof(*p->offs), (nr + 1) * sizeof(*p->offs));
	return 0;
}

int ld_btf_parse(struct ld_arena *a, struct ld_diags *d, const char *where, const void *data,
		 size_t size, bool big, struct ld_btf *btf)
{
	struct parser p = {.arena = a, .diags = d, .where = where, .btf = btf};
	int err;

	memset(btf, 0, sizeof(*btf));
	if ((err = parse_header(&p, data, size, big)))
		return err;
	p.types = btf->types;
	btf->types = to_host_order(a, p.types, p.types_len, big);
	if ((err = find_types(&p)))
		return err;
	if (p.to_repair)
		repair_types(&p);
	btf->decls = p.decls = LD_NEW_ARRAY(a, uint32_t, btf->nr_decls);
	do {
		if ((err = check_types(&p)))
			return err;
	} while (p.broken && mend(&p));
	btf->nr_decls = p.decls_seen;
	return check_decls(&p);
}
