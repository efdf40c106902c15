/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Walks two type graphs side by side. The walk is breadth first, so that it finds first what the
 * user sees first, and uses a list instead of recursion, because inputs may nest types arbitrarily
 * deep. Most steps end at once: ld_dedup_types has given equal types of two files the same number.
 *
 * The weight of a difference depends on its place. The walk starts in mode EXACT: what is passed or
 * stored by value must agree in all members. Behind a pointer it continues in mode SHAPE: kinds,
 * sizes and names. These two modes find errors, for which libbpf's linker refuses to link as well.
 * A struct behind a pointer is then compared by its LAYOUT, member by member, which finds warnings.
 *
 * We remember the pairs that have been compared, so that cycles end and shared parts are walked
 * once: EXACT and SHAPE per declaration (each gets its own error), LAYOUT per pair of files, and
 * forever once a walk has ended without a finding.
 */
#include "passes/check/compare_types.h"

#include <string.h>

#include "base/hash.h"
#include "btf/print.h"
#include "passes/check/reasons.h"
#include "passes/check/rust_types.h"

enum mode { EXACT, SHAPE, LAYOUT, MAP, MAP_BOTH_WAYS };

/* The edge from a step's type to the type of the next step. */
enum edge {
	ROOT,
	RETURN,
	PARAM,  /* at: parameter index */
	MEMBER, /* at: member index, the same on both sides */
	ATTR,   /* at: member index in the map definition of side 0 */
	INSIDE, /* the target of a pointer, the element of an array, or a modified type */
};

/* A pair of types to compare. */
struct step {
	uint32_t type[2]; /* in_types as written, not stripped */
	uint32_t from;    /* index of the previous step */
	uint32_t at;
	enum edge edge;
	enum mode mode;
	uint32_t top; /* the step of the declaration's own part that this one belongs to */
};

/* A pair that has been compared, by node numbers of the merged graph. */
struct pair {
	uint32_t node[2];
	enum mode mode;
};

struct memo {
	struct pair pair;
	uint32_t stamp; /* 0: the slot is empty */
};

#define CLEAN UINT32_MAX /* stamp of a pair behind which nothing differs */

#define MAX_ATTRS 256 /* attributes of a map; real ones have far fewer */
#define MAX_PATH 6    /* steps named in a finding's path */

#define ATTR_PART 0x80000000u

/*
 * Steps for two files, in addition to some per type. Two cycles of different lengths have as many
 * pairs as the product of their lengths, so a hostile input is compared only in part.
 */
#define MAX_STEPS (1u << 20)
#define STEPS_PER_TYPE 4

struct ld_type_walk {
	const struct ld_link *l;
	const struct ld_decl_pair *pair;
	const struct ld_btf *btf[2];
	bool func; /* compares functions, not variables */
	bool rust; /* one of the files is of Rust, the other may not be */
	LD_VEC(struct step) steps;
	LD_VEC(struct pair) seen; /* in this walk */
	struct ld_types_finding found;
	struct ld_reasons reasons;
	uint32_t part; /* that the current step belongs to */

	struct ld_file *file[2]; /* of the previous walk */
	bool clean;              /* these two files have no finding, and nothing was skipped */
	uint64_t budget;         /* steps left for this pair of files */
	uint32_t file_stamp, walk_stamp, last_stamp;
	struct memo *memo; /* open addressing; cap is a power of two */
	size_t nr_memo, memo_cap;

	uint8_t **core; /* by file index: a bit for each in_type that CO-RE records refer to */
};

static bool is_aggregate(uint32_t kind)
{
	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION;
}

static bool is_enum(uint32_t kind)
{
	return kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64;
}

static uint32_t kind_of(const struct ld_btf *btf, uint32_t in_type)
{
	return in_type ? ld_btf_kind(ld_btf_type(btf, in_type)) : BTF_KIND_UNKN;
}

/* Whether the type's name is a typedef. */
static bool has_typedef(const struct ld_btf *btf, uint32_t in_type)
{
	for (int depth = 0; depth < 32 && in_type; depth++) {
		const struct btf_type *t = ld_btf_type(btf, in_type);
		uint32_t kind = ld_btf_kind(t);

		if (kind == BTF_KIND_TYPEDEF)
			return true;
		if (kind != BTF_KIND_CONST && kind != BTF_KIND_VOLATILE &&
		    kind != BTF_KIND_RESTRICT && kind != BTF_KIND_TYPE_TAG)
			return false;
		in_type = t->type;
	}
	return false;
}

static uint32_t bit_offset(const struct btf_type *t, const struct btf_member *m)
{
	return BTF_INFO_KFLAG(t->info) ? BTF_MEMBER_BIT_OFFSET(m->offset) : m->offset;
}

static uint32_t bit_size(const struct btf_type *t, const struct btf_member *m)
{
	return BTF_INFO_KFLAG(t->info) ? BTF_MEMBER_BITFIELD_SIZE(m->offset) : 0;
}

/* ---- text ---- */

static const char *print(struct ld_type_walk *w, int side, uint32_t in_type)
{
	return ld_btf_print_type(w->l->arena, w->btf[side], in_type);
}

static const struct btf_member *members(const struct ld_btf *btf, uint32_t in_type)
{
	return ld_btf_tail(ld_btf_type(btf, ld_btf_strip(btf, in_type)));
}

/* The member or attribute that a step leads to, on side 0. */
static const char *station_name(struct ld_type_walk *w, const struct step *s)
{
	uint32_t type = w->steps.v[s->from].type[0];

	return ld_btf_str(w->btf[0], members(w->btf[0], type)[s->at].name_off);
}

/*
 * The step by which a user knows the place: a parameter, member or attribute rather than the
 * pointers and arrays that it consists of.
 */
static uint32_t station(const struct ld_type_walk *w, uint32_t i)
{
	for (;; i = w->steps.v[i].from) {
		const struct step *s = &w->steps.v[i];

		if (s->edge == ROOT || s->edge == MEMBER || s->edge == ATTR)
			return i;
		if (s->edge != INSIDE && s->from == 0 && w->func)
			return i;
	}
}

/* The place of step i: "parameter 2", "struct foo: member 3", "max_entries". */
static const char *where(struct ld_type_walk *w, uint32_t i)
{
	const struct step *s = &w->steps.v[station(w, i)], *from = &w->steps.v[s->from];

	switch (s->edge) {
	case PARAM: return ld_printf(w->l->arena, "parameter %u", s->at + 1);
	case RETURN: return "return type";
	case MEMBER:
		return ld_printf(w->l->arena, "%s: member %u",
				 print(w, 0, ld_btf_strip(w->btf[0], from->type[0])), s->at + 1);
	case ATTR:
		return ld_printf(w->l->arena, "%s%s", from->edge == ATTR ? "values: " : "",
				 station_name(w, s));
	default: return "type";
	}
}

/*
 * How the type of step i is reached: "parameter 1, outer.inner". NULL if that is not worth saying.
 */
static const char *path_of(struct ld_type_walk *w, uint32_t i)
{
	const char *path = NULL;
	int nr = 0;

	for (i = station(w, i); w->steps.v[i].edge != ROOT; i = station(w, w->steps.v[i].from)) {
		const struct step *s = &w->steps.v[i];
		const char *text;

		if (nr++ == MAX_PATH)
			return ld_printf(w->l->arena, "..., %s", path);
		if (s->edge == MEMBER) {
			uint32_t in = ld_btf_strip(w->btf[0], w->steps.v[s->from].type[0]);

			text = ld_printf(w->l->arena, "%s.%s", ld_btf_name(w->btf[0], in),
					 station_name(w, s));
		} else {
			text = s->edge == RETURN ? "return value" : where(w, i);
		}
		path = path ? ld_printf(w->l->arena, "%s, %s", text, path) : text;
	}
	return path;
}

/* The type of a step: for a member, with its name; for a typedef, with the type it names. */
static const char *print_at(struct ld_type_walk *w, int side, uint32_t i)
{
	const struct step *s = &w->steps.v[i];
	const struct btf_member *m;

	if (s->edge != MEMBER) {
		const char *text = print(w, side, s->type[side]);

		if (!has_typedef(w->btf[side], s->type[side]))
			return text;
		return ld_printf(w->l->arena, "%s (aka %s)", text,
				 print(w, side, ld_btf_strip(w->btf[side], s->type[side])));
	}
	m = members(w->btf[side], w->steps.v[s->from].type[side]) + s->at;
	return ld_btf_print_decl(w->l->arena, w->btf[side], m->type,
				 ld_btf_str(w->btf[side], m->name_off));
}

/* ---- findings ---- */

/*
 * Whether to report a difference: the first one in each part of the declaration. Of the structs
 * behind pointers, only one is reported.
 */
static bool graver(const struct ld_type_walk *w, enum ld_types_diff diff)
{
	if (diff > w->found.diff)
		return true;
	if (diff == LD_TYPES_LAYOUT || w->found.diff == LD_TYPES_LAYOUT)
		return false;
	return !ld_reasons_has(&w->reasons, w->part);
}

static enum ld_types_diff gravity(const struct step *s)
{
	return s->mode == LAYOUT ? LD_TYPES_LAYOUT : LD_TYPES_CONFLICT;
}

static void found(struct ld_type_walk *w, enum ld_types_diff diff, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void found(struct ld_type_walk *w, enum ld_types_diff diff, const char *fmt, ...)
{
	va_list args;

	if (diff == LD_TYPES_LAYOUT || w->found.diff == LD_TYPES_LAYOUT)
		w->reasons.nr = 0;
	if (diff > w->found.diff)
		w->found = (struct ld_types_finding){.diff = diff};
	va_start(args, fmt);
	ld_reasons_add(&w->reasons, w->part, ld_vtext(w->l->arena, fmt, args));
	va_end(args);
}

/* The same for a struct's layout; i is the step of the struct. */
static void found_in_struct(struct ld_type_walk *w, uint32_t i, enum ld_types_diff diff,
			    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void found_in_struct(struct ld_type_walk *w, uint32_t i, enum ld_types_diff diff,
			    const char *fmt, ...)
{
	const char *what = print(w, 0, ld_btf_strip(w->btf[0], w->steps.v[i].type[0]));
	va_list args;

	va_start(args, fmt);
	found(w, diff, "%s: %s", what, ld_vprintf(w->l->arena, fmt, args));
	va_end(args);
	w->found.what = what;
	w->found.path = path_of(w, i);
}

/* Reports that the types of step i differ; how says in what, or is "". */
static void differs(struct ld_type_walk *w, uint32_t i, enum ld_types_diff diff, const char *how)
{
	uint32_t at = station(w, i), type[2] = {0};
	const char *text[2] = {"", ""};

	if (!graver(w, diff))
		return;
	for (int side = 0; side < 2; side++) {
		text[side] = print_at(w, side, at);
		type[side] = ld_btf_strip(w->btf[side], w->steps.v[i].type[side]);
	}
	/* Typedefs may hide the difference. */
	if (!strcmp(text[0], text[1])) {
		text[0] = print(w, 0, type[0]);
		text[1] = print(w, 1, type[1]);
	}
	if (!strcmp(text[0], text[1]))
		found(w, diff, "%s differs%s: %s of %llu and %llu bytes", where(w, i), how, text[0],
		      (unsigned long long)ld_btf_size_of(w->btf[0], type[0]),
		      (unsigned long long)ld_btf_size_of(w->btf[1], type[1]));
	else
		found(w, diff, "%s differs%s: %s and %s", where(w, i), how, text[0], text[1]);
	if (diff == LD_TYPES_LAYOUT && w->steps.v[at].edge == MEMBER) {
		uint32_t in = w->steps.v[at].from;

		w->found.what = print(w, 0, ld_btf_strip(w->btf[0], w->steps.v[in].type[0]));
		w->found.path = path_of(w, in);
	}
}

/* ---- compared pairs ---- */

static size_t memo_slot(const struct ld_type_walk *w, const struct pair *p)
{
	uint64_t nodes = (uint64_t)p->node[0] << 32 | p->node[1];
	size_t i = ld_hash_words(0, nodes, p->mode) & (w->memo_cap - 1);

	while (w->memo[i].stamp &&
	       (w->memo[i].pair.node[0] != p->node[0] || w->memo[i].pair.node[1] != p->node[1] ||
		w->memo[i].pair.mode != p->mode))
		i = (i + 1) & (w->memo_cap - 1);
	return i;
}

static void memo_grow(struct ld_type_walk *w)
{
	struct memo *old = w->memo;
	size_t cap = w->memo_cap;

	w->memo_cap = cap ? cap * 2 : 256;
	w->memo = LD_NEW_ARRAY(w->l->scratch, struct memo, w->memo_cap);
	for (size_t i = 0; i < cap; i++) {
		if (old[i].stamp)
			w->memo[memo_slot(w, &old[i].pair)] = old[i];
	}
}

/* Whether a pair of types other than void has been compared or need not be; otherwise adds it. */
static bool seen(struct ld_type_walk *w, const uint32_t *id, enum mode mode)
{
	struct pair p = {{0}, mode};
	uint32_t stamp = mode == LAYOUT ? w->file_stamp : w->walk_stamp;
	struct memo *m;

	for (int side = 0; side < 2; side++)
		p.node[side] = ld_node_of(w->pair->file[side], id[side]);
	if (p.node[0] == p.node[1])
		return true;
	if (w->nr_memo * 2 >= w->memo_cap)
		memo_grow(w);
	m = &w->memo[memo_slot(w, &p)];
	if (m->stamp == CLEAN || m->stamp == stamp)
		return true;
	if (!m->stamp)
		w->nr_memo++;
	m->pair = p;
	m->stamp = stamp;
	LD_PUSH(w->l->scratch, &w->seen, p);
	return false;
}

/* The in_types of the file that CO-RE records refer to. */
static const uint8_t *core_types(struct ld_type_walk *w, const struct ld_file *f)
{
	uint8_t *bits = w->core[f->index];

	if (bits)
		return bits;
	bits = w->core[f->index] = LD_NEW_ARRAY(w->l->scratch, uint8_t, f->btf.nr_types / 8 + 1);
	for (uint32_t s = 0; s < f->nr_used; s++) {
		const struct ld_ext *ext = &f->used[s]->ext[LD_EXT_CORE];

		for (uint32_t i = 0; i < ext->nr; i++) {
			uint32_t type = ext->recs[(size_t)i * ext->words + 1];

			type = ld_btf_strip(&f->btf, type);
			bits[type / 8] |= 1 << type % 8;
		}
	}
	return bits;
}

/* The loader adapts these types to the running kernel: they may differ. */
static bool is_core(struct ld_type_walk *w, const uint32_t *id)
{
	for (int side = 0; side < 2; side++) {
		if (core_types(w, w->pair->file[side])[id[side] / 8] >> id[side] % 8 & 1) {
			w->clean = false; /* true for these two files only */
			return true;
		}
	}
	return false;
}

/* ---- walk ---- */

static void push(struct ld_type_walk *w, uint32_t from, enum edge edge, uint32_t at, uint32_t type0,
		 uint32_t type1, enum mode mode)
{
	struct step s = {{type0, type1}, from, at, edge, mode, 0};

	if (w->budget) {
		s.top = from || edge == INSIDE ? w->steps.v[from].top : (uint32_t)w->steps.nr;
		LD_PUSH(w->l->scratch, &w->steps, s);
		w->budget--;
	} else {
		w->clean = false;
	}
}

enum names { SAME_NAME, SAME_FLAVOR, OTHER_NAME };

/*
 * "foo___bar" is a flavor of foo: libbpf treats it as the same type of the kernel. Files may define
 * the same flavor differently.
 */
static bool is_flavor(const char *name)
{
	return strstr(name, "___") != NULL;
}

static enum names compare_names(const char *a, const char *b)
{
	const char *end_a = strstr(a, "___"), *end_b = strstr(b, "___");
	size_t len_a = end_a ? (size_t)(end_a - a) : strlen(a);
	size_t len_b = end_b ? (size_t)(end_b - b) : strlen(b);

	if (!strcmp(a, b))
		return SAME_NAME;
	return len_a && len_a == len_b && !memcmp(a, b, len_a) ? SAME_FLAVOR : OTHER_NAME;
}

static enum names names_of(const struct ld_type_walk *w, const struct btf_type *const *t)
{
	const char *a = ld_btf_str(w->btf[0], t[0]->name_off);
	const char *b = ld_btf_str(w->btf[1], t[1]->name_off);

	return w->rust && ld_rust_same_name(a, b) ? SAME_NAME : compare_names(a, b);
}

static void compare_ints(struct ld_type_walk *w, uint32_t i, const struct btf_type *const *t)
{
	const struct step *s = &w->steps.v[i];
	uint32_t a = *(const uint32_t *)ld_btf_tail(t[0]), b = *(const uint32_t *)ld_btf_tail(t[1]);
	/* Compilers differ in what they mark BTF_INT_CHAR. */
	uint32_t encoding = BTF_INT_ENCODING(a) ^ BTF_INT_ENCODING(b);

	if (t[0]->size != t[1]->size || BTF_INT_BITS(a) != BTF_INT_BITS(b) ||
	    BTF_INT_OFFSET(a) != BTF_INT_OFFSET(b))
		differs(w, i, gravity(s), "");
	else if (encoding & BTF_INT_BOOL)
		differs(w, i, LD_TYPES_MISMATCH, "");
	else if (encoding & BTF_INT_SIGNED && !(w->rust && t[0]->size == 1))
		differs(w, i, LD_TYPES_MISMATCH, " in signedness");
}

/* The value of an enumerator; only its low half, all that clang 14 writes. */
static uint32_t enum_value(const struct btf_type *t, uint32_t at, uint32_t *name_off)
{
	const struct btf_enum *e = ld_btf_tail(t);
	const struct btf_enum64 *e64 = ld_btf_tail(t);
	bool wide = ld_btf_kind(t) == BTF_KIND_ENUM64;

	*name_off = wide ? e64[at].name_off : e[at].name_off;
	return wide ? e64[at].val_lo32 : (uint32_t)e[at].val;
}

static void compare_values(struct ld_type_walk *w, uint32_t i, const struct btf_type *const *t)
{
	uint32_t vlen[2] = {ld_btf_vlen(t[0]), ld_btf_vlen(t[1])};

	if (!graver(w, LD_TYPES_MISMATCH))
		return;
	for (uint32_t at = 0; at < vlen[0] && at < vlen[1]; at++) {
		uint32_t name_off[2];
		int32_t value[2];
		const char *name[2];

		for (int side = 0; side < 2; side++) {
			value[side] = (int32_t)enum_value(t[side], at, &name_off[side]);
			name[side] = ld_btf_str(w->btf[side], name_off[side]);
		}
		if ((w->rust || !strcmp(name[0], name[1])) && value[0] == value[1])
			continue;
		found(w, LD_TYPES_MISMATCH, "%s: value %u differs: %s = %d and %s = %d",
		      print(w, 0, ld_btf_strip(w->btf[0], w->steps.v[i].type[0])), at + 1, name[0],
		      value[0], name[1], value[1]);
		return;
	}
	if (vlen[0] != vlen[1])
		found(w, LD_TYPES_MISMATCH, "%s: number of values differs: %u and %u",
		      print(w, 0, ld_btf_strip(w->btf[0], w->steps.v[i].type[0])), vlen[0],
		      vlen[1]);
}

static void compare_enums(struct ld_type_walk *w, uint32_t i, const uint32_t *id,
			  const struct btf_type *const *t)
{
	const struct step *s = &w->steps.v[i];
	enum names names = names_of(w, t);

	if (names == SAME_FLAVOR || is_core(w, id))
		return;
	if (names == OTHER_NAME && s->mode != LAYOUT) {
		differs(w, i, gravity(s), "");
		return;
	}
	/* One is only declared, or is a 64-bit enum as gcc writes it. */
	if (!ld_btf_vlen(t[0]) || !ld_btf_vlen(t[1]))
		return;
	if (t[0]->size != t[1]->size)
		differs(w, i, gravity(s), "");
	else if (names == SAME_NAME)
		compare_values(w, i, t);
}

static void compare_arrays(struct ld_type_walk *w, uint32_t i, const struct btf_type *const *t)
{
	const struct step *s = &w->steps.v[i];
	const struct btf_array *a = ld_btf_tail(t[0]), *b = ld_btf_tail(t[1]);
	enum ld_types_diff diff = s->edge == ATTR ? LD_TYPES_CONFLICT : LD_TYPES_MISMATCH;

	if (a->nelems && b->nelems && a->nelems != b->nelems)
		differs(w, i, diff, " in array bounds");
	push(w, i, INSIDE, 0, a->type, b->type, s->mode);
}

/* Counts the parameters that have a type; a last one without a type is "...". */
static uint32_t nr_params(const struct btf_type *proto, bool *variadic)
{
	const struct btf_param *p = ld_btf_tail(proto);
	uint32_t vlen = ld_btf_vlen(proto);

	*variadic = vlen && !p[vlen - 1].type;
	return vlen - *variadic;
}

static void compare_protos(struct ld_type_walk *w, uint32_t i, const struct btf_type *const *t)
{
	const struct step s = w->steps.v[i];
	const struct btf_param *p[2] = {ld_btf_tail(t[0]), ld_btf_tail(t[1])};
	bool variadic[2];
	uint32_t nr[2] = {nr_params(t[0], &variadic[0]), nr_params(t[1], &variadic[1])};

	push(w, i, RETURN, 0, t[0]->type, t[1]->type, s.mode);
	/* "int f()" agrees with anything. */
	if ((variadic[0] && !nr[0]) || (variadic[1] && !nr[1]))
		return;
	if (nr[0] != nr[1] || variadic[0] != variadic[1]) {
		if (i || !w->func)
			differs(w, i, gravity(&s), "");
		else if (!graver(w, LD_TYPES_CONFLICT))
			return;
		else if (nr[0] != nr[1])
			found(w, LD_TYPES_CONFLICT, "parameter count differs: %u and %u", nr[0],
			      nr[1]);
		else
			found(w, LD_TYPES_CONFLICT, "only one is variadic");
		return;
	}
	for (uint32_t at = 0; at < nr[0]; at++)
		push(w, i, PARAM, at, p[0][at].type, p[1][at].type, s.mode);
}

/*
 * Compares the bytes of a member: reports a difference that comparing its type would not explain.
 */
static void compare_member_size(struct ld_type_walk *w, uint32_t i, uint32_t at,
				const struct btf_member *const *m)
{
	enum mode mode = w->steps.v[i].mode;
	enum ld_types_diff diff = LD_TYPES_LAYOUT;
	uint64_t size[2];
	uint32_t kind[2];

	for (int side = 0; side < 2; side++) {
		size[side] = ld_btf_size_of(w->btf[side], m[side]->type);
		kind[side] = kind_of(w->btf[side], ld_btf_strip(w->btf[side], m[side]->type));
	}
	if (!size[0] || !size[1] || size[0] == size[1] ||
	    (is_aggregate(kind[0]) && is_aggregate(kind[1])))
		return;
	/*
	 * Array bounds within a struct belong to its layout; they are errors if it is passed by
	 * value.
	 */
	if (mode != LAYOUT && (kind[0] != BTF_KIND_ARRAY || kind[1] != BTF_KIND_ARRAY ||
			       w->steps.v[station(w, i)].edge == ATTR))
		diff = LD_TYPES_CONFLICT;
	if (graver(w, diff))
		found_in_struct(w, i, diff, "member %u differs: %s and %s", at + 1,
				ld_btf_print_decl(w->l->arena, w->btf[0], m[0]->type,
						  ld_btf_str(w->btf[0], m[0]->name_off)),
				ld_btf_print_decl(w->l->arena, w->btf[1], m[1]->type,
						  ld_btf_str(w->btf[1], m[1]->name_off)));
}

/*
 * Compares the name, offset and size of a member. Returns false if the rest need not be compared.
 */
static bool compare_member(struct ld_type_walk *w, uint32_t i, uint32_t at,
			   const struct btf_type *const *t)
{
	enum ld_types_diff diff = gravity(&w->steps.v[i]);
	const struct btf_member *m[2];
	uint32_t off[2], bits[2];
	const char *name[2];

	for (int side = 0; side < 2; side++) {
		m[side] = (const struct btf_member *)ld_btf_tail(t[side]) + at;
		name[side] = ld_btf_str(w->btf[side], m[side]->name_off);
		off[side] = bit_offset(t[side], m[side]);
		bits[side] = bit_size(t[side], m[side]);
	}
	if (!graver(w, diff))
		return false;
	if (strcmp(name[0], name[1]) && !(w->rust && ld_rust_same_name(name[0], name[1])))
		found_in_struct(w, i, diff, "member %u differs: %s and %s", at + 1,
				ld_btf_print_decl(w->l->arena, w->btf[0], m[0]->type, name[0]),
				ld_btf_print_decl(w->l->arena, w->btf[1], m[1]->type, name[1]));
	else if (off[0] != off[1] && (off[0] | off[1]) % 8 == 0 && !bits[0] && !bits[1])
		found_in_struct(w, i, diff, "offset of member '%s' differs: %u and %u", name[0],
				off[0] / 8, off[1] / 8);
	else if (off[0] != off[1])
		found_in_struct(w, i, diff, "offset of member '%s' differs: %u and %u bits",
				name[0], off[0], off[1]);
	else if (bits[0] != bits[1])
		found_in_struct(w, i, diff, "width of member '%s' differs: %u and %u bits", name[0],
				bits[0], bits[1]);
	else
		compare_member_size(w, i, at, m);
	return graver(w, diff);
}

/* Whether the struct ends with an array of unknown bound. */
static bool open_ended(const struct ld_btf *btf, const struct btf_type *t)
{
	const struct btf_member *m = ld_btf_tail(t);
	uint32_t last;

	if (!ld_btf_vlen(t))
		return false;
	last = ld_btf_strip(btf, m[ld_btf_vlen(t) - 1].type);
	return kind_of(btf, last) == BTF_KIND_ARRAY &&
	       !((const struct btf_array *)ld_btf_tail(ld_btf_type(btf, last)))->nelems;
}

/* Adds what differs in the members after the first difference. */
static void list_members(struct ld_type_walk *w, uint32_t i, uint32_t first,
			 const struct btf_type *const *t)
{
	const char *what = print(w, 0, ld_btf_strip(w->btf[0], w->steps.v[i].type[0]));

	ld_reasons_add_members(&w->reasons, w->l->arena, what, w->btf, t, first + 1);
}

static void compare_members(struct ld_type_walk *w, uint32_t i, const struct btf_type *const *t)
{
	const struct step s = w->steps.v[i];
	const struct btf_member *m[2] = {ld_btf_tail(t[0]), ld_btf_tail(t[1])};
	uint32_t vlen[2] = {ld_btf_vlen(t[0]), ld_btf_vlen(t[1])};
	enum ld_types_diff diff = LD_TYPES_LAYOUT;

	for (uint32_t at = 0; at < vlen[0] && at < vlen[1]; at++) {
		uint32_t before = w->reasons.nr;

		if (!compare_member(w, i, at, t)) {
			if (w->reasons.nr != before || w->found.diff == LD_TYPES_LAYOUT)
				list_members(w, i, at, t);
			return;
		}
		push(w, i, MEMBER, at, m[0][at].type, m[1][at].type, s.mode);
	}
	if (vlen[0] != vlen[1]) {
		if (graver(w, gravity(&s)))
			found_in_struct(w, i, gravity(&s), "member count differs: %u and %u",
					vlen[0], vlen[1]);
		list_members(w, i, (vlen[0] < vlen[1] ? vlen[0] : vlen[1]) - 1, t);
		return;
	}
	if (t[0]->size == t[1]->size || open_ended(w->btf[0], t[0]) || open_ended(w->btf[1], t[1]))
		return;
	/* All members agree, but the padding differs: a map's value would not fit. */
	if (w->steps.v[station(w, i)].edge == ATTR)
		diff = LD_TYPES_CONFLICT;
	if (graver(w, diff))
		found_in_struct(w, i, diff, "size differs: %u and %u", t[0]->size, t[1]->size);
}

static void compare_structs(struct ld_type_walk *w, uint32_t i, const uint32_t *id,
			    const struct btf_type *const *t)
{
	const struct step s = w->steps.v[i];
	enum names names = names_of(w, t);

	if (names == OTHER_NAME)
		differs(w, i, gravity(&s), "");
	else if (names == SAME_FLAVOR)
		return;
	else if (s.mode == LAYOUT && is_flavor(ld_btf_str(w->btf[0], t[0]->name_off)))
		return;
	else if (s.mode == SHAPE)
		push(w, i, INSIDE, 0, s.type[0], s.type[1], LAYOUT);
	else if ((s.mode != LAYOUT && !w->pair->ksym) || !is_core(w, id))
		compare_members(w, i, t);
}

/* At least one side is a forward declaration. */
static void compare_forward(struct ld_type_walk *w, uint32_t i, const struct btf_type *const *t)
{
	int fwd = ld_btf_kind(t[0]) == BTF_KIND_FWD ? 0 : 1;
	uint32_t kind = ld_btf_kind(t[!fwd]);
	bool is_union = BTF_INFO_KFLAG(t[fwd]->info), fits;

	/* gcc declares an enum like a struct. */
	fits = kind == BTF_KIND_FWD || (is_union && kind == BTF_KIND_UNION) ||
	       (!is_union && (kind == BTF_KIND_STRUCT || is_enum(kind)));
	if (!fits || names_of(w, t) == OTHER_NAME)
		differs(w, i, gravity(&w->steps.v[i]), "");
}

/* ---- maps ---- */

static bool find_attr(const struct ld_btf *btf, const struct btf_type *def, const char *name,
		      struct ld_map_attr *attr)
{
	const struct btf_member *m = ld_btf_tail(def);

	for (uint32_t at = 0; at < ld_btf_vlen(def) && at < MAX_ATTRS; at++) {
		*attr = ld_btf_map_attr(btf, &m[at]);
		if (!strcmp(attr->name, name))
			return true;
	}
	return false;
}

/* The other attribute for a key or a value, or NULL. */
static const char *attr_alias(const char *name)
{
	static const char *const aliases[][2] = {{"key", "key_size"}, {"value", "value_size"}};

	for (size_t i = 0; i < 2; i++) {
		for (int j = 0; j < 2; j++) {
			if (!strcmp(name, aliases[i][j]))
				return aliases[i][!j];
		}
	}
	return NULL;
}

static bool is_map_def(const struct ld_btf *btf, uint32_t in_type)
{
	return kind_of(btf, ld_btf_strip(btf, in_type)) == BTF_KIND_STRUCT;
}

/* The number of an attribute; for a type, its size. */
static uint64_t attr_number(const struct ld_btf *btf, const struct ld_map_attr *attr)
{
	return attr->kind == LD_MAP_NUMBER ? attr->number : ld_btf_size_of(btf, attr->type);
}

/* Compares attribute at of side 0, which both sides have; from == i is the map's step. */
static void compare_attr(struct ld_type_walk *w, uint32_t i, uint32_t at,
			 const struct ld_map_attr *a)
{
	const char *prefix = w->steps.v[i].edge == ATTR ? "values: " : "";
	enum mode mode = EXACT;

	if (strcmp(a[0].name, a[1].name) || a[0].kind == LD_MAP_NUMBER ||
	    a[1].kind == LD_MAP_NUMBER) {
		uint64_t n[2] = {attr_number(w->btf[0], &a[0]), attr_number(w->btf[1], &a[1])};
		bool sizes = attr_alias(a[0].name) != NULL;

		if (a[0].low_half || a[1].low_half) {
			n[0] &= UINT32_MAX;
			n[1] &= UINT32_MAX;
		}
		if ((n[0] == n[1] || (sizes && (!n[0] || !n[1]))) &&
		    (a[0].kind == a[1].kind || sizes))
			return;
		found(w, LD_TYPES_CONFLICT, "%s%s differs: %s and %s", prefix, a[0].name,
		      ld_btf_print_attr(w->l->arena, w->btf[0], &a[0]),
		      ld_btf_print_attr(w->l->arena, w->btf[1], &a[1]));
		return;
	}
	if (a[0].kind != a[1].kind) {
		found(w, LD_TYPES_CONFLICT, "%s%s differs: %s and %s", prefix, a[0].name,
		      ld_btf_print_attr(w->l->arena, w->btf[0], &a[0]),
		      ld_btf_print_attr(w->l->arena, w->btf[1], &a[1]));
		return;
	}
	if (a[0].kind == LD_MAP_ARRAY)
		mode = is_map_def(w->btf[0], a[0].type) && is_map_def(w->btf[1], a[1].type)
			   ? w->steps.v[i].mode
			   : SHAPE;
	push(w, i, ATTR, at, a[0].type, a[1].type, mode);
}

/* An attribute that only one side has. Zero is the same as none. */
static void lone_attr(struct ld_type_walk *w, uint32_t i, int side, const struct ld_map_attr *a)
{
	const char *text, *prefix = w->steps.v[i].edge == ATTR ? "values: " : "";

	if ((a->kind == LD_MAP_NUMBER && !a->number) || w->pair->undefined)
		return;
	text = ld_btf_print_attr(w->l->arena, w->btf[side], a);
	found(w, LD_TYPES_CONFLICT, "%s%s differs: %s and %s", prefix, a->name,
	      side ? "none" : text, side ? text : "none");
}

static void compare_maps(struct ld_type_walk *w, uint32_t i, const struct btf_type *const *t)
{
	enum mode mode = w->steps.v[i].mode;

	for (int side = 0; side < (mode == MAP_BOTH_WAYS ? 2 : 1); side++) {
		const struct btf_member *m = ld_btf_tail(t[side]);

		for (uint32_t at = 0; at < ld_btf_vlen(t[side]) && at < MAX_ATTRS; at++) {
			struct ld_map_attr a[2] = {ld_btf_map_attr(w->btf[side], &m[at])};
			const char *alias = attr_alias(a[0].name);

			if (!i)
				w->part = ATTR_PART | at << 1 | (uint32_t)side;
			if (!graver(w, LD_TYPES_CONFLICT))
				continue;
			if (!find_attr(w->btf[!side], t[!side], a[0].name, &a[1]) &&
			    !(alias && find_attr(w->btf[!side], t[!side], alias, &a[1])))
				lone_attr(w, i, side, &a[0]);
			else if (side == 0)
				compare_attr(w, i, at, a);
		}
	}
}

static void compare_kinds(struct ld_type_walk *w, uint32_t i, const uint32_t *id,
			  const struct btf_type *const *t)
{
	const struct step *s = &w->steps.v[i];
	uint32_t kind[2] = {ld_btf_kind(t[0]), ld_btf_kind(t[1])};
	bool numbers = (kind[0] == BTF_KIND_INT || is_enum(kind[0])) &&
		       (kind[1] == BTF_KIND_INT || is_enum(kind[1]));

	if (kind[0] == BTF_KIND_FWD || kind[1] == BTF_KIND_FWD) {
		compare_forward(w, i, t);
		return;
	}
	if (is_enum(kind[0]) && is_enum(kind[1])) {
		compare_enums(w, i, id, t);
		return;
	}
	if (kind[0] != kind[1]) {
		/* In a struct behind a pointer, only the sizes of numbers matter. */
		if (s->mode != LAYOUT || !numbers || t[0]->size != t[1]->size)
			differs(w, i, gravity(s), "");
		return;
	}
	switch (kind[0]) {
	case BTF_KIND_INT: compare_ints(w, i, t); break;
	case BTF_KIND_FLOAT:
		if (t[0]->size != t[1]->size)
			differs(w, i, gravity(s), "");
		break;
	case BTF_KIND_PTR:
		push(w, i, INSIDE, 0, t[0]->type, t[1]->type, s->mode == EXACT ? SHAPE : s->mode);
		break;
	case BTF_KIND_ARRAY: compare_arrays(w, i, t); break;
	case BTF_KIND_FUNC_PROTO: compare_protos(w, i, t); break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		if (s->mode >= MAP)
			compare_maps(w, i, t);
		else
			compare_structs(w, i, id, t);
		break;
	}
}

/* Returns false if both types are from the source. */
static bool compare_ir(struct ld_type_walk *w, uint32_t i, const uint32_t *id)
{
	const struct step *s = &w->steps.v[i];
	const char *how;
	enum ld_rust_ir ir = ld_rust_compare_ir(w->btf, id, !w->func, w->l->arena, &how);

	if (ir == LD_RUST_DIFFERS)
		differs(w, i, gravity(s), how);
	return ir != LD_RUST_SOURCE;
}

static void compare_step(struct ld_type_walk *w, uint32_t i)
{
	struct step *s = &w->steps.v[i];
	const struct btf_type *t[2];
	uint32_t id[2];

	w->part = s->top;
	for (int side = 0; side < 2; side++)
		id[side] = ld_btf_strip(w->btf[side], s->type[side]);
	if (w->rust && compare_ir(w, i, id))
		return;
	if (w->rust && ld_rust_adapt(w->btf, id, s->type, s->edge == INSIDE && s->mode != EXACT))
		return;
	for (int side = 0; side < 2; side++)
		t[side] = id[side] ? ld_btf_type(w->btf[side], id[side]) : NULL;
	if (!id[0] && !id[1])
		return;
	if (!id[0] || !id[1]) {
		/* A "void *" in a struct is often a pointer to a type that the other file hides. */
		if (s->mode != LAYOUT || s->edge != INSIDE)
			differs(w, i, gravity(s), "");
		return;
	}
	/* Not a valid map definition. */
	if (s->mode >= MAP && ld_btf_kind(t[0]) != BTF_KIND_STRUCT)
		s->mode = EXACT;
	if (!seen(w, id, s->mode))
		compare_kinds(w, i, id, t);
}

static void walk(struct ld_type_walk *w)
{
	for (uint32_t i = 0; i < w->steps.nr; i++) {
		if (w->steps.v[i].mode != LAYOUT)
			compare_step(w, i);
	}
	for (uint32_t i = 0; i < w->steps.nr && w->found.diff < LD_TYPES_LAYOUT; i++) {
		if (w->steps.v[i].mode == LAYOUT)
			compare_step(w, i);
	}
}

struct ld_type_walk *ld_type_walk_new(const struct ld_link *l)
{
	struct ld_type_walk *w = LD_NEW(l->arena, struct ld_type_walk);

	w->l = l;
	w->core = LD_NEW_ARRAY(l->arena, uint8_t *, l->res.files.nr);
	return w;
}

static const char *class_of(const struct ld_type_walk *w, int side)
{
	if (kind_of(w->btf[side], w->pair->btf[side]) == BTF_KIND_FUNC)
		return "function";
	return w->pair->map[side] ? "map" : "variable";
}

struct ld_types_finding ld_compare_decls(struct ld_type_walk *w, const struct ld_decl_pair *pair)
{
	enum mode mode = !pair->map[0] ? EXACT : pair->both_ways ? MAP_BOTH_WAYS : MAP;
	uint32_t type[2];

	w->pair = pair;
	w->steps.nr = w->seen.nr = 0;
	w->found = (struct ld_types_finding){0};
	w->reasons.nr = w->part = 0;
	if (w->file[0] != pair->file[0] || w->file[1] != pair->file[1]) {
		w->file_stamp = ++w->last_stamp;
		w->clean = true;
		w->budget = (uint64_t)pair->file[0]->btf.nr_types + pair->file[1]->btf.nr_types;
		w->budget = w->budget * STEPS_PER_TYPE + MAX_STEPS;
	}
	w->walk_stamp = ++w->last_stamp;
	for (int side = 0; side < 2; side++) {
		w->file[side] = pair->file[side];
		w->btf[side] = &pair->file[side]->btf;
		type[side] = ld_btf_type(w->btf[side], pair->btf[side])->type;
	}
	if (strcmp(class_of(w, 0), class_of(w, 1))) {
		found(w, LD_TYPES_CONFLICT, "kind differs: %s and %s", class_of(w, 0),
		      class_of(w, 1));
		ld_reasons_finish(&w->reasons, w->l->arena, &w->found);
		return w->found;
	}
	w->func = kind_of(w->btf[0], pair->btf[0]) == BTF_KIND_FUNC;
	w->rust = w->btf[0]->rust || w->btf[1]->rust;
	push(w, 0, ROOT, 0, type[0], type[1], mode);
	walk(w);
	w->clean &= w->found.diff == LD_TYPES_AGREE;
	for (size_t i = 0; w->clean && i < w->seen.nr; i++)
		w->memo[memo_slot(w, &w->seen.v[i])].stamp = CLEAN;
	ld_reasons_finish(&w->reasons, w->l->arena, &w->found);
	return w->found;
}
