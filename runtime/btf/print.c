/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A C declarator is written around its name: first the part to its left ("int (*"), then the name,
 * then the part to its right (")[4]"). Each type in the chain, from the outermost inwards,
 * contributes to both sides; left() and right() walk the chain once each.
 */
#include "btf/print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	MAX_TEXT = 1000, /* bytes of output; the rest is cut off */
	MAX_INLINE = 72, /* bytes of the members of an anonymous struct; the rest is omitted */
	MAX_DEPTH = 32,  /* nested types */
};

struct printer {
	const struct ld_btf *btf;
	uint32_t depth;
	bool inner; /* inside the members of an anonymous struct */
	bool full;  /* text was cut off at max */
	size_t len, max;
	char text[MAX_TEXT + sizeof("...")];
};

static void left(struct printer *p, uint32_t in_type);
static void right(struct printer *p, uint32_t in_type);
static void declare(struct printer *p, uint32_t in_type, const char *name);

/* Appends text as it is, except for characters that could confuse a terminal. */
static void put(struct printer *p, const char *s)
{
	for (; *s && !p->full; s++) {
		if (p->len == p->max)
			p->full = true;
		else
			p->text[p->len++] = (unsigned char)*s < ' ' || *s == 0x7f ? '?' : *s;
	}
}

static char last(const struct printer *p)
{
	return p->len ? p->text[p->len - 1] : ' ';
}

/* Appends a word, or a '*' or '(' of a declarator, separated from a preceding word. */
static void put_word(struct printer *p, const char *s)
{
	if (!strchr(" (*", last(p)))
		put(p, " ");
	put(p, s);
}

static void put_number(struct printer *p, uint64_t number)
{
	char s[24];

	snprintf(s, sizeof(s), "%" PRIu64, number);
	put(p, s);
}

static void put_name(struct printer *p, uint32_t name_off)
{
	put(p, ld_btf_str(p->btf, name_off));
}

static bool is_qualifier(uint32_t kind)
{
	return kind == BTF_KIND_CONST || kind == BTF_KIND_VOLATILE || kind == BTF_KIND_RESTRICT ||
	       kind == BTF_KIND_TYPE_TAG;
}

/* The kind of the type that qualifiers, but not typedefs, apply to. */
static uint32_t qualified_kind(const struct ld_btf *btf, uint32_t in_type)
{
	for (uint32_t i = 0; i < MAX_DEPTH && in_type; i++) {
		const struct btf_type *t = ld_btf_type(btf, in_type);

		if (!is_qualifier(ld_btf_kind(t)))
			return ld_btf_kind(t);
		in_type = t->type;
	}
	return BTF_KIND_UNKN;
}

/* Whether a pointer to the type needs parentheses. */
static bool binds_tighter(const struct ld_btf *btf, uint32_t in_type)
{
	uint32_t kind = qualified_kind(btf, in_type);

	return kind == BTF_KIND_ARRAY || kind == BTF_KIND_FUNC_PROTO;
}

static void put_member(struct printer *p, const struct btf_type *t, const struct btf_member *m)
{
	uint32_t bits = BTF_INFO_KFLAG(t->info) ? BTF_MEMBER_BITFIELD_SIZE(m->offset) : 0;

	declare(p, m->type, ld_btf_str(p->btf, m->name_off));
	if (bits) {
		put(p, " : ");
		put_number(p, bits);
	}
	put(p, ";");
}

/* The members or enumerators of an anonymous type. */
static void put_members(struct printer *p, const struct btf_type *t)
{
	uint32_t kind = ld_btf_kind(t), vlen = ld_btf_vlen(t);
	const struct btf_member *m = ld_btf_tail(t);
	const struct btf_enum *e = ld_btf_tail(t);
	const struct btf_enum64 *e64 = ld_btf_tail(t);

	put(p, " {");
	for (uint32_t i = 0; i < vlen && !p->full; i++) {
		bool is_enum = kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64;

		put(p, i && is_enum ? ", " : " ");
		if (kind == BTF_KIND_ENUM)
			put_name(p, e[i].name_off);
		else if (kind == BTF_KIND_ENUM64)
			put_name(p, e64[i].name_off);
		else
			put_member(p, t, &m[i]);
	}
	put(p, " }");
}

/* "struct foo", or the whole of a short anonymous struct, or "struct { ... }". */
static void put_tagged(struct printer *p, const char *word, const struct btf_type *t)
{
	size_t len, max = p->max;

	put(p, word);
	if (*ld_btf_str(p->btf, t->name_off)) {
		put(p, " ");
		put_name(p, t->name_off);
		return;
	}
	len = p->len;
	if (!p->inner && !p->full) {
		p->inner = true;
		p->max = len + MAX_INLINE < max ? len + MAX_INLINE : max;
		put_members(p, t);
		p->inner = false;
		p->max = max;
		if (!p->full)
			return;
		p->full = false;
		p->len = len;
	}
	put(p, " { ... }");
}

/* Type tags are spelled as the macros that usually define them: __kptr, __user. */
static void put_tag(struct printer *p, const struct btf_type *t)
{
	const char *tag = ld_btf_str(p->btf, t->name_off);
	bool plain = *tag && !BTF_INFO_KFLAG(t->info);

	for (const char *c = tag; *c; c++)
		plain &= *c == '_' || (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') ||
			 (*c >= 'A' && *c <= 'Z');
	put_word(p, plain ? "__" : "__attribute__((");
	put(p, tag);
	put(p, plain ? "" : "))");
}

static void left_qualifier(struct printer *p, const struct btf_type *t, const char *word)
{
	/*
	 * Print qualifiers left of a base type, as most people write it, but right of a pointer's
	 * star.
	 */
	if (qualified_kind(p->btf, t->type) == BTF_KIND_PTR) {
		left(p, t->type);
		put_word(p, word);
	} else {
		put(p, word);
		put(p, " ");
		left(p, t->type);
	}
}

static void left_kind(struct printer *p, const struct btf_type *t)
{
	switch (ld_btf_kind(t)) {
	case BTF_KIND_PTR:
		left(p, t->type);
		put_word(p, binds_tighter(p->btf, t->type) ? "(*" : "*");
		break;
	case BTF_KIND_ARRAY: left(p, ((const struct btf_array *)ld_btf_tail(t))->type); break;
	case BTF_KIND_FUNC_PROTO: left(p, t->type); break;
	case BTF_KIND_CONST: left_qualifier(p, t, "const"); break;
	case BTF_KIND_VOLATILE: left_qualifier(p, t, "volatile"); break;
	case BTF_KIND_RESTRICT: left_qualifier(p, t, "restrict"); break;
	case BTF_KIND_TYPE_TAG:
		left(p, t->type);
		put_tag(p, t);
		break;
	case BTF_KIND_STRUCT: put_tagged(p, "struct", t); break;
	case BTF_KIND_UNION: put_tagged(p, "union", t); break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64: put_tagged(p, "enum", t); break;
	case BTF_KIND_FWD: put_tagged(p, BTF_INFO_KFLAG(t->info) ? "union" : "struct", t); break;
	default: put_name(p, t->name_off); break;
	}
}

static void left(struct printer *p, uint32_t in_type)
{
	if (!in_type) {
		put(p, "void");
	} else if (p->depth == MAX_DEPTH) {
		put(p, "...");
	} else if (!p->full) {
		p->depth++;
		left_kind(p, ld_btf_type(p->btf, in_type));
		p->depth--;
	}
}

static void put_params(struct printer *p, const struct btf_type *proto)
{
	const struct btf_param *param = ld_btf_tail(proto);
	uint32_t vlen = ld_btf_vlen(proto);

	put(p, "(");
	/* A lone "..." is clang's BTF for "int f()", a function without a prototype. */
	for (uint32_t i = 0; i < vlen && !(vlen == 1 && !param[i].type) && !p->full; i++) {
		put(p, i ? ", " : "");
		if (i == vlen - 1 && !param[i].type)
			put(p, "...");
		else
			declare(p, param[i].type, "");
	}
	put(p, vlen ? ")" : "void)");
}

static void right_kind(struct printer *p, const struct btf_type *t)
{
	const struct btf_array *array = ld_btf_tail(t);
	uint32_t kind = ld_btf_kind(t);

	if (kind == BTF_KIND_PTR) {
		put(p, binds_tighter(p->btf, t->type) ? ")" : "");
		right(p, t->type);
	} else if (kind == BTF_KIND_ARRAY) {
		put(p, "[");
		if (array->nelems)
			put_number(p, array->nelems);
		put(p, "]");
		right(p, array->type);
	} else if (kind == BTF_KIND_FUNC_PROTO) {
		put_params(p, t);
		right(p, t->type);
	} else if (is_qualifier(kind)) {
		right(p, t->type);
	}
}

static void right(struct printer *p, uint32_t in_type)
{
	if (!in_type || p->depth == MAX_DEPTH || p->full)
		return;
	p->depth++;
	right_kind(p, ld_btf_type(p->btf, in_type));
	p->depth--;
}

static void declare(struct printer *p, uint32_t in_type, const char *name)
{
	left(p, in_type);
	if (*name)
		put_word(p, name);
	else if (qualified_kind(p->btf, in_type) == BTF_KIND_FUNC_PROTO)
		put(p, " ");
	right(p, in_type);
}

static void start(struct printer *p, const struct ld_btf *btf)
{
	memset(p, 0, offsetof(struct printer, text));
	p->btf = btf;
	p->max = MAX_TEXT;
}

static const char *finish(struct printer *p, struct ld_arena *a)
{
	strcpy(p->text + p->len, p->full ? "..." : "");
	return ld_strdup(a, p->text);
}

const char *ld_btf_print_type(struct ld_arena *a, const struct ld_btf *btf, uint32_t in_type)
{
	return ld_btf_print_decl(a, btf, in_type, "");
}

const char *ld_btf_print_decl(struct ld_arena *a, const struct ld_btf *btf, uint32_t in_type,
			      const char *name)
{
	struct printer p;

	start(&p, btf);
	declare(&p, in_type, name);
	return finish(&p, a);
}

const char *ld_btf_print_symbol(struct ld_arena *a, const struct ld_btf *btf, uint32_t in_type)
{
	const struct btf_type *t = ld_btf_type(btf, in_type);

	return ld_btf_print_decl(a, btf, t->type, ld_btf_str(btf, t->name_off));
}

/* enum bpf_map_type, which is ABI of the kernel. */
static const char *const map_types[] = {
    "UNSPEC",
    "HASH",
    "ARRAY",
    "PROG_ARRAY",
    "PERF_EVENT_ARRAY",
    "PERCPU_HASH",
    "PERCPU_ARRAY",
    "STACK_TRACE",
    "CGROUP_ARRAY",
    "LRU_HASH",
    "LRU_PERCPU_HASH",
    "LPM_TRIE",
    "ARRAY_OF_MAPS",
    "HASH_OF_MAPS",
    "DEVMAP",
    "SOCKMAP",
    "CPUMAP",
    "XSKMAP",
    "SOCKHASH",
    "CGROUP_STORAGE",
    "REUSEPORT_SOCKARRAY",
    "PERCPU_CGROUP_STORAGE",
    "QUEUE",
    "STACK",
    "SK_STORAGE",
    "DEVMAP_HASH",
    "STRUCT_OPS",
    "RINGBUF",
    "INODE_STORAGE",
    "TASK_STORAGE",
    "BLOOM_FILTER",
    "USER_RINGBUF",
    "CGRP_STORAGE",
    "ARENA",
};

/* The target of a pointer, or -1. */
static int64_t pointee(const struct ld_btf *btf, uint32_t in_type)
{
	in_type = ld_btf_strip(btf, in_type);
	if (!in_type || ld_btf_kind(ld_btf_type(btf, in_type)) != BTF_KIND_PTR)
		return -1;
	return ld_btf_type(btf, in_type)->type;
}

static const struct btf_array *array_of(const struct ld_btf *btf, uint32_t in_type)
{
	in_type = ld_btf_strip(btf, in_type);
	if (!in_type || ld_btf_kind(ld_btf_type(btf, in_type)) != BTF_KIND_ARRAY)
		return NULL;
	return ld_btf_tail(ld_btf_type(btf, in_type));
}

/* __ulong() stores its number in an enumerator; clang 14 keeps only the low half. */
static bool enum_attr(const struct ld_btf *btf, uint32_t in_type, struct ld_map_attr *attr)
{
	const struct btf_type *t;
	const struct btf_enum64 *e64;

	in_type = ld_btf_strip(btf, in_type);
	if (!in_type)
		return false;
	t = ld_btf_type(btf, in_type);
	if (!ld_btf_vlen(t))
		return false;
	if (ld_btf_kind(t) == BTF_KIND_ENUM) {
		attr->number = (uint32_t)((const struct btf_enum *)ld_btf_tail(t))->val;
		attr->low_half = t->size == 8;
		return true;
	}
	if (ld_btf_kind(t) != BTF_KIND_ENUM64)
		return false;
	e64 = ld_btf_tail(t);
	attr->number = (uint64_t)e64->val_hi32 << 32 | e64->val_lo32;
	return true;
}

struct ld_map_attr ld_btf_map_attr(const struct ld_btf *btf, const struct btf_member *m)
{
	struct ld_map_attr attr = {.name = ld_btf_str(btf, m->name_off), .type = m->type};
	const struct btf_array *array;
	int64_t target = pointee(btf, m->type);

	attr.kind = LD_MAP_OTHER;
	if (target >= 0) {
		array = array_of(btf, target);
		attr.kind = array ? LD_MAP_NUMBER : LD_MAP_TYPE;
		attr.number = array ? array->nelems : 0;
		attr.type = target;
	} else if ((array = array_of(btf, m->type)) && pointee(btf, array->type) >= 0) {
		attr.kind = LD_MAP_ARRAY;
		attr.type = pointee(btf, array->type);
	} else if (enum_attr(btf, m->type, &attr)) {
		attr.kind = LD_MAP_NUMBER;
	}
	/* A key or value may be an array; otherwise int (*)[N] encodes a number. */
	if (attr.kind == LD_MAP_NUMBER && target >= 0 &&
	    (!strcmp(attr.name, "key") || !strcmp(attr.name, "value")))
		attr.kind = LD_MAP_TYPE;
	return attr;
}

static void put_attr_number(struct printer *p, const struct ld_map_attr *attr)
{
	if (!strcmp(attr->name, "type") && attr->number < sizeof(map_types) / sizeof(*map_types)) {
		put(p, "BPF_MAP_TYPE_");
		put(p, map_types[attr->number]);
	} else if (!strcmp(attr->name, "pinning") && attr->number < 2) {
		put(p, attr->number ? "LIBBPF_PIN_BY_NAME" : "LIBBPF_PIN_NONE");
	} else {
		put_number(p, attr->number);
	}
}

static void put_map(struct printer *p, uint32_t in_type, bool inner);

/* The value of an attribute; for a nested map definition its members, but only one level deep. */
static void put_attr_value(struct printer *p, const struct ld_map_attr *attr, bool inner)
{
	uint32_t kind = qualified_kind(p->btf, attr->type);

	if (attr->kind == LD_MAP_NUMBER)
		put_attr_number(p, attr);
	else if (attr->kind == LD_MAP_ARRAY && kind == BTF_KIND_STRUCT && !inner)
		put_map(p, ld_btf_strip(p->btf, attr->type), true);
	else
		declare(p, attr->type, "");
}

static void put_attr(struct printer *p, const struct btf_member *m, bool inner)
{
	static const char *const macros[] = {
	    [LD_MAP_NUMBER] = "__uint(",
	    [LD_MAP_TYPE] = "__type(",
	    [LD_MAP_ARRAY] = "__array(",
	};
	struct ld_map_attr attr = ld_btf_map_attr(p->btf, m);

	if (attr.kind == LD_MAP_OTHER) {
		declare(p, m->type, attr.name);
		return;
	}
	put(p, macros[attr.kind]);
	put(p, attr.name);
	put(p, ", ");
	put_attr_value(p, &attr, inner);
	put(p, ")");
}

static void put_map(struct printer *p, uint32_t in_type, bool inner)
{
	const struct btf_type *t = ld_btf_type(p->btf, in_type);
	const struct btf_member *m = ld_btf_tail(t);

	put(p, "struct ");
	if (*ld_btf_str(p->btf, t->name_off)) {
		put_name(p, t->name_off);
		if (inner)
			return;
		put(p, " ");
	}
	put(p, "{ ");
	for (uint32_t i = 0; i < ld_btf_vlen(t) && !p->full; i++) {
		put_attr(p, &m[i], inner);
		put(p, "; ");
	}
	put(p, "}");
}

const char *ld_btf_print_map(struct ld_arena *a, const struct ld_btf *btf, uint32_t in_type)
{
	const struct btf_type *var = ld_btf_type(btf, in_type);
	uint32_t def = ld_btf_strip(btf, var->type);
	struct printer p;

	start(&p, btf);
	if (def && ld_btf_kind(ld_btf_type(btf, def)) == BTF_KIND_STRUCT) {
		put_map(&p, def, false);
		put(&p, " ");
		put_name(&p, var->name_off);
	} else {
		declare(&p, var->type, ld_btf_str(btf, var->name_off));
	}
	put(&p, " SEC(\".maps\")");
	return finish(&p, a);
}

const char *ld_btf_print_attr(struct ld_arena *a, const struct ld_btf *btf,
			      const struct ld_map_attr *attr)
{
	struct printer p;

	start(&p, btf);
	put_attr_value(&p, attr, false);
	return finish(&p, a);
}
