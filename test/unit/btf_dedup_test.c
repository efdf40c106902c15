/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Tests of runtime/btf/dedup/ with libbpf's btf__dedup() as oracle.
 *
 *   btf_dedup_test                        hand-made cases and random graphs
 *   btf_dedup_test FILE...                also the BTF of these objects, all merged
 *   btf_dedup_test --bench COUNT FILE...  time for COUNT inputs made of these objects in turn
 */
#define _DEFAULT_SOURCE
#include <bpf/libbpf.h>

#include "base/strmap.h"
#include "btf_build.h"
#include "btf_files.h"

/* A hash of each type's unfolding, by as many rounds as there are types: independent of numbers. */
struct colors {
	const struct ld_btf *btf;
	uint64_t *v, h;
};

static void color_ref(void *ctx, uint32_t *type_id)
{
	struct colors *c = ctx;

	c->h = c->h * 0x100000001b3ull ^ c->v[*type_id];
	c->h ^= c->h >> 29;
	*type_id = 0;
}

static void color_str(void *ctx, uint32_t *str_off)
{
	struct colors *c = ctx;
	const char *s = ld_btf_str(c->btf, *str_off);

	c->h = c->h * 0x100000001b3ull ^ ld_hash_bytes(s, strlen(s));
	*str_off = 0;
}

static uint64_t *colors_of(const struct ld_btf *btf, uint32_t rounds)
{
	uint64_t *next = LD_NEW_ARRAY(&arena, uint64_t, btf->nr_types);
	struct colors c = {.btf = btf, .v = LD_NEW_ARRAY(&arena, uint64_t, btf->nr_types)};
	static uint32_t copy[3 * 65536 + 3];
	uint32_t i, size;

	while (rounds--) {
		for (i = 1; i < btf->nr_types; i++) {
			const struct btf_type *t = ld_btf_type(btf, i);

			size = ld_btf_type_size(ld_btf_kind(t), ld_btf_vlen(t));
			memcpy(copy, t, size);
			c.h = 1;
			ld_btf_each_ref((struct btf_type *)copy, color_ref, &c);
			ld_btf_each_str((struct btf_type *)copy, color_str, &c);
			next[i] = c.h ^ ld_hash_bytes(copy, size);
		}
		memcpy(c.v, next, btf->nr_types * sizeof(*next));
	}
	return c.v;
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The pairs of an input's type and a node that must say the same, and whether they do. */
struct pairs {
	const struct link *l;
	uint32_t input;
	uint8_t *seen; /* type * nodes + node */
	LD_VEC(uint32_t) todo;
	LD_VEC(uint32_t) refs;
};

static void note_ref(void *ctx, uint32_t *type_id)
{
	struct pairs *p = ctx;

	LD_PUSH(&arena, &p->refs, *type_id);
	*type_id = 0;
}

static bool declares(const struct ld_btf *a, const struct btf_type *t, const struct ld_btf *b,
		     const struct btf_type *n)
{
	uint32_t kind = ld_btf_kind(t), to = ld_btf_kind(n);

	if (strcmp(ld_btf_str(a, t->name_off), ld_btf_str(b, n->name_off)))
		return false;
	if (kind == BTF_KIND_FWD)
		return to == (BTF_INFO_KFLAG(t->info) ? BTF_KIND_UNION : BTF_KIND_STRUCT);
	return (kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64) && !ld_btf_vlen(t) &&
	       *ld_btf_str(a, t->name_off) && (to == BTF_KIND_ENUM || to == BTF_KIND_ENUM64);
}

static void clear_ref(void *ctx, uint32_t *type_id)
{
	(void)ctx;
	*type_id = 0;
}

/* A type's references, voids and what is left out too. */
static uint32_t refs_of(const struct ld_btf *btf, uint32_t type, struct pairs *p)
{
	const struct btf_type *t = ld_btf_type(btf, type);
	uint32_t size = ld_btf_type_size(ld_btf_kind(t), ld_btf_vlen(t));

	p->refs.nr = 0;
	ld_btf_each_ref(ld_memdup(&arena, t, size), note_ref, p);
	return (uint32_t)p->refs.nr;
}

/* Whether type n can be what t is: 1 by its label, references apart, 2 as t is a FWD of it. */
static int label_fits(const struct ld_btf *a, uint32_t type, const struct ld_btf *b, uint32_t node)
{
	const struct btf_type *t = ld_btf_type(a, type), *n = ld_btf_type(b, node);
	uint32_t size = ld_btf_type_size(ld_btf_kind(t), ld_btf_vlen(t));
	struct colors ca = {.btf = a}, cb = {.btf = b};
	struct btf_type *tc, *nc;

	if (declares(a, t, b, n))
		return 2;
	if (t->info != n->info)
		return 0;
	tc = ld_memdup(&arena, t, size);
	nc = ld_memdup(&arena, n, size);
	ld_btf_each_str(tc, color_str, &ca);
	ld_btf_each_str(nc, color_str, &cb);
	ld_btf_each_ref(tc, clear_ref, NULL);
	ld_btf_each_ref(nc, clear_ref, NULL);
	return ca.h == cb.h && !memcmp(tc, nc, size);
}

static bool pair_holds(struct pairs *p, uint32_t type, uint32_t node)
{
	const struct ld_btf_node *g = &p->l->graph.nodes[node];
	const struct ld_btf *a = &p->l->btf[p->input], *b = &p->l->btf[g->input];
	int fits = label_fits(a, type, b, g->type);
	uint32_t *refs, i, nr;

	if (fits != 1)
		return fits;
	nr = refs_of(a, type, p);
	refs = ld_memdup(&arena, p->refs.v, nr * sizeof(*refs));
	refs_of(b, g->type, p);
	for (i = 0; i < nr; i++) {
		uint32_t to = canon_of(p->l, g->input, p->refs.v[i]);
		size_t at = (size_t)refs[i] * p->l->graph.nr + to;

		if (!canon_of(p->l, p->input, refs[i]) != !to)
			return false;
		if (!to || p->seen[at])
			continue;
		p->seen[at] = 1;
		LD_PUSH(&arena, &p->todo, refs[i]);
		LD_PUSH(&arena, &p->todo, to);
	}
	return true;
}

/* Every type is what its node is, as far as can be followed, except where it is a FWD. */
static bool simulated(const struct link *l)
{
	uint32_t f, i, type, node;

	for (f = 0; f < l->nr; f++) {
		struct pairs p = {.l = l, .input = f};

		p.seen = LD_NEW_ARRAY(&arena, uint8_t, (size_t)l->btf[f].nr_types * l->graph.nr);
		for (i = 1; i < l->btf[f].nr_types; i++) {
			if (!canon_of(l, f, i))
				continue;
			LD_PUSH(&arena, &p.todo, i);
			LD_PUSH(&arena, &p.todo, canon_of(l, f, i));
		}
		while (p.todo.nr) {
			node = p.todo.v[--p.todo.nr];
			type = p.todo.v[--p.todo.nr];
			if (!pair_holds(&p, type, node))
				return false;
		}
	}
	return true;
}

/* The set of types, as sorted hashes. */
static uint64_t *type_set(const struct link *l)
{
	struct link *written = LD_NEW(&arena, struct link);
	struct out o;
	uint64_t *set;

	write_graph(l, &o);
	add_out(written, &o);
	set = colors_of(&written->btf[0], l->graph.nr < 200 ? l->graph.nr : 200);
	qsort(set, l->graph.nr, sizeof(*set), compare_u64);
	return set;
}

/*
 * Whether for every type of the inputs the oracle has one that says no less. It merges a struct
 * with others that have a FWD somewhere, and then by these with each other, if the order is
 * unlucky.
 */
static bool oracle_is_right(const struct link *l, const struct btf *all)
{
	uint32_t size, f, i, k, r, nr;
	const void *raw = btf__raw_data(all, &size);
	struct pairs p = {0};
	struct ld_btf btf;

	if (ld_btf_parse(&arena, &diags, "oracle", raw, size, LD_HOST_BIG, &btf))
		return false;
	for (f = 0; f < l->nr; f++) {
		const struct ld_btf *a = &l->btf[f];
		uint8_t *fit = LD_NEW_ARRAY(&arena, uint8_t, (size_t)a->nr_types * btf.nr_types);
		bool changed = true, any;

		/* 1: label and references must fit; 2: a FWD, which always does */
		for (i = 1; i < a->nr_types; i++)
			for (k = 1; k < btf.nr_types; k++)
				fit[i * btf.nr_types + k] = label_fits(a, i, &btf, k);
		fit[0] = 2;
		while (changed) {
			changed = false;
			for (i = 1; i < a->nr_types; i++) {
				uint32_t *refs;

				nr = refs_of(a, i, &p);
				refs = ld_memdup(&arena, p.refs.v, nr * sizeof(*refs));
				for (any = false, k = 1; k < btf.nr_types; k++) {
					uint8_t *at = &fit[i * btf.nr_types + k];

					if (*at == 1) {
						refs_of(&btf, k, &p);
						for (r = 0; r < nr; r++)
							if (!fit[refs[r] * btf.nr_types +
								 p.refs.v[r]])
								*at = 0;
						changed |= !*at;
					}
					any |= *at;
				}
				if (!any)
					return false;
			}
		}
	}
	return true;
}

/* All that holds for any input. */
static void check_link(struct link *l, const char *name)
{
	dedup(l, 2);
	check(simulated(l), "%s: a type is not what it became", name);
	check_idempotent(l, name);
}

/* The order of inputs is of no importance where each forward declaration has one definition. */
static void check_reversed(const struct link *l, const char *name)
{
	const struct link *r = reversed(l);

	check(r->graph.nr == l->graph.nr &&
		  !memcmp(type_set(l), type_set(r), l->graph.nr * sizeof(uint64_t)),
	      "%s: %u types, in reverse %u, or others", name, l->graph.nr, r->graph.nr);
}

/* Not more types than the oracle, unless that loses something. */
static void check_oracle(const struct link *l, const char *name)
{
	uint32_t nr;
	struct btf *all = oracle(l, &nr);

	check(l->graph.nr - 1 <= nr || !oracle_is_right(l, all), "%s: %u types, the oracle has %u",
	      name, l->graph.nr - 1, nr);
	btf__free(all);
}

static void expect(struct link *l, const char *name, uint32_t nr)
{
	check_link(l, name);
	check_reversed(l, name);
	check_oracle(l, name);
	check(l->graph.nr - 1 == nr, "%s: %u types, expected %u", name, l->graph.nr - 1, nr);
}

/* One type of every kind; deviation changes what kind deviation says of itself. */
static void every_kind(struct out *o, uint32_t deviation)
{
#define D(kind) (deviation == (kind))
	uint32_t i, p;

	i = add_int(o, "int", 4, D(BTF_KIND_INT) ? 32 : 1u << 24 | 32);
	ADD(o, add_str(o, "float"), INFO(BTF_KIND_FLOAT, 0, 0), D(BTF_KIND_FLOAT) ? 8 : 4);
	add_ref(o, BTF_KIND_PTR, "", D(BTF_KIND_PTR) ? 0 : i);
	add_ref(o, BTF_KIND_CONST, "", D(BTF_KIND_CONST) ? 0 : i);
	add_ref(o, BTF_KIND_VOLATILE, "", D(BTF_KIND_VOLATILE) ? 0 : i);
	add_ref(o, BTF_KIND_RESTRICT, "", D(BTF_KIND_RESTRICT) ? 0 : i);
	add_ref(o, BTF_KIND_TYPEDEF, D(BTF_KIND_TYPEDEF) ? "u" : "t", i);
	ADD(o, add_str(o, "tag"), INFO(BTF_KIND_TYPE_TAG, D(BTF_KIND_TYPE_TAG), 0), i);
	ADD(o, 0, INFO(BTF_KIND_ARRAY, 0, 0), 0, i, i, D(BTF_KIND_ARRAY) ? 3 : 2);
	ADD(o, add_str(o, "s"), INFO(BTF_KIND_STRUCT, D(BTF_KIND_STRUCT), 1), 4, add_str(o, "m"), i,
	    0);
	ADD(o, add_str(o, "s"), INFO(BTF_KIND_UNION, 0, 1), 4,
	    add_str(o, D(BTF_KIND_UNION) ? "n" : "m"), i, 0);
	ADD(o, add_str(o, "e"), INFO(BTF_KIND_ENUM, D(BTF_KIND_ENUM), 1), 4, add_str(o, "A"), 7);
	ADD(o, add_str(o, "e64"), INFO(BTF_KIND_ENUM64, 0, 1), 8, add_str(o, "B"), 7,
	    D(BTF_KIND_ENUM64));
	add_fwd(o, "f", D(BTF_KIND_FWD));
	p = ADD(o, 0, INFO(BTF_KIND_FUNC_PROTO, 0, 2), i,
		add_str(o, D(BTF_KIND_FUNC_PROTO) ? "a" : "b"), i, 0, 0);
	ADD(o, add_str(o, "func"), INFO(BTF_KIND_FUNC, 0, BTF_FUNC_GLOBAL), p);
	ADD(o, add_str(o, "var"), INFO(BTF_KIND_VAR, 0, 0), i, BTF_VAR_GLOBAL_ALLOCATED);
	ADD(o, add_str(o, ".data"), INFO(BTF_KIND_DATASEC, 0, 1), 4, p + 2, 0, 4);
	ADD(o, add_str(o, "decl"), INFO(BTF_KIND_DECL_TAG, 0, 0), p + 1, 1);
#undef D
}

static void test_kinds(void)
{
	struct link *l;
	struct out o;
	char name[32];
	uint32_t k;

	for (k = 0; k <= BTF_KIND_ENUM64; k++) {
		if (k && left_out(k))
			continue;
		l = new_link();
		o = (struct out){0};
		every_kind(&o, 0);
		add_out(l, &o);
		o = (struct out){0};
		every_kind(&o, k);
		add_out(l, &o);
		snprintf(name, sizeof(name), "kind %u", k);
		/* All but four refer to the int; nothing refers to those. */
		check_link(l, name);
		check_oracle(l, name);
		check(l->graph.nr - 1 == (k == BTF_KIND_INT ? 26
					  : k               ? 16
							    : 15),
		      "%s deviates: %u types", name, l->graph.nr - 1);
	}
}

/* struct a { struct s *p; }, with s as given: 'f' declared, else defined with member c. */
static void pointer_to_s(struct out *o, const char *container, char c)
{
	char member[2] = {c, 0};
	uint32_t i = add_int(o, "int", 4, 32), s;

	s = c == 'f' ? add_fwd(o, "s", false) : add_struct1(o, "s", member, i);
	s = add_ref(o, BTF_KIND_PTR, "", s);
	if (container)
		add_struct1(o, container, "p", s);
}

static struct link *pointers_to_s(const char *container, const char *defs)
{
	struct link *l = new_link();
	struct out o;

	for (; *defs; defs++) {
		o = (struct out){0};
		pointer_to_s(&o, container, *defs);
		add_out(l, &o);
	}
	return l;
}

static void test_fwd(void)
{
	struct link *l;
	struct out o;

	expect(pointers_to_s("a", "ff"), "fwd stays", 4);
	expect(pointers_to_s("a", "fx"), "fwd completed by a later file", 4);
	expect(pointers_to_s("a", "xf"), "fwd completed by an earlier file", 4);
	expect(pointers_to_s(NULL, "fx"), "fwd completed without container", 3);
	expect(pointers_to_s(NULL, "fxy"), "ambiguous fwd stays", 7);
	expect(pointers_to_s(NULL, "ffxy"), "ambiguous fwd stays once", 7);
	expect(pointers_to_s("a", "xy"), "two definitions", 7);
	expect(pointers_to_s("a", "fxy"), "ambiguous fwd is a wildcard in a container", 7);
	expect(pointers_to_s("a", "xfy"), "the same in the middle", 7);
	expect(pointers_to_s("a", "xyf"), "the same at the end", 7);

	l = new_link();
	o = (struct out){0};
	add_fwd(&o, "s", true);
	add_out(l, &o);
	o = (struct out){0};
	pointer_to_s(&o, NULL, 'x');
	add_out(l, &o);
	expect(l, "fwd union is no struct", 4);
}

static void add_enum_input(struct link *l, int form)
{
	struct out o = {0};
	uint32_t e;

	switch (form) {
	case 0: e = ADD(&o, add_str(&o, "e"), INFO(BTF_KIND_ENUM, 0, 0), 4); break;
	case 1: e = add_enum1(&o, "e", "A", 1); break;
	case 2: e = add_enum1(&o, "e", "A", 2); break;
	case 3:
		e = ADD(&o, add_str(&o, "e"), INFO(BTF_KIND_ENUM64, 0, 1), 8, add_str(&o, "A"), 0,
			1);
		break;
	default: e = add_enum1(&o, "", "A", (uint32_t)form); break;
	}
	add_struct1(&o, "holder", "e", e);
	add_out(l, &o);
}

static struct link *enums(const char *forms)
{
	struct link *l = new_link();

	for (; *forms; forms++)
		add_enum_input(l, *forms - '0');
	return l;
}

static void test_enum(void)
{
	struct link *l;

	expect(enums("00"), "enum fwd stays", 2);
	expect(enums("01"), "enum fwd completed", 2);
	expect(enums("10"), "enum fwd completed by an earlier file", 2);
	expect(enums("03"), "enum fwd completed by enum64", 2);
	expect(enums("12"), "different enums", 4);
	expect(enums("13"), "enum and enum64", 4);
	/* The oracle merges both holders, and with them two different enums. */
	l = enums("012");
	check_link(l, "ambiguous enum fwd");
	check(l->graph.nr == 5, "ambiguous enum fwd: %u types", l->graph.nr - 1);
	expect(enums("44"), "anonymous enums", 2);
	expect(enums("45"), "different anonymous enums", 4);
}

/* Two structs that point to each other, and a leaf far down that tells them apart. */
static void add_mutual(struct link *l, uint32_t leaf_size, bool swap)
{
	struct out o = {0};
	uint32_t leaf, pa, pb;

	/* 1 int, 2 leaf, 3 PTR, 4 PTR, 5 and 6 the structs */
	leaf = add_int(&o, "int", leaf_size, leaf_size * 8);
	leaf = add_struct1(&o, "leaf", "x", leaf);
	pa = add_ref(&o, BTF_KIND_PTR, "", swap ? 6 : 5);
	pb = add_ref(&o, BTF_KIND_PTR, "", swap ? 5 : 6);
	if (!swap) {
		add_struct2(&o, "a", "other", pb, "self", pa);
		add_struct2(&o, "b", "other", pa, "leaf", leaf);
	} else {
		add_struct2(&o, "b", "other", pa, "leaf", leaf);
		add_struct2(&o, "a", "other", pb, "self", pa);
	}
	add_out(l, &o);
}

static void test_recursion(void)
{
	struct link *l = new_link();
	uint32_t i;

	add_mutual(l, 4, false);
	add_mutual(l, 4, true);
	expect(l, "mutual recursion", 6);

	l = new_link();
	add_mutual(l, 4, false);
	add_mutual(l, 8, false);
	add_mutual(l, 4, true);
	add_mutual(l, 8, true);
	expect(l, "mutual recursion with a differing leaf", 12);

	l = new_link();
	for (i = 0; i < 3; i++) {
		struct out o = {0};

		/* struct list { struct list *next; } stands one, two, or three types in. */
		uint32_t k;

		for (k = 0; k < i; k++)
			add_int(&o, "int", 4 * (k + 1), 32);
		add_struct1(&o, "list", "next", i + 2);
		add_ref(&o, BTF_KIND_PTR, "", i + 1);
		add_out(l, &o);
	}
	expect(l, "recursion through a pointer", 4);
}

static void test_anonymous(void)
{
	struct link *l = new_link();
	uint32_t i;

	for (i = 0; i < 4; i++) {
		struct out o = {0};
		uint32_t t = add_int(&o, "int", 4, 32);

		t = ADD(&o, 0, INFO(BTF_KIND_UNION, 0, 2), 4, add_str(&o, "x"), t, 0,
			add_str(&o, i == 3 ? "z" : "y"), t, 0);
		add_struct1(&o, i == 2 ? "other" : "s", "u", t);
		add_out(l, &o);
	}
	expect(l, "anonymous unions", 6);

	l = new_link();
	for (i = 0; i < 4; i++) {
		struct out o = {0};
		uint32_t t = add_int(&o, "int", 4, 32);

		t = ADD(&o, 0, INFO(BTF_KIND_STRUCT, 1, 1), 4, add_str(&o, "x"), t,
			(3u + i / 2) << 24);
		add_ref(&o, BTF_KIND_TYPEDEF, "bits_t", t);
		add_out(l, &o);
	}
	expect(l, "bitfields", 5);
}

/* What no compiler writes. Must end, soon; what is equal need not be found so. */
static void test_hostile(void)
{
	struct link *l = new_link();
	struct out o = {0};
	uint32_t i;

	for (i = 0; i < 2; i++) {
		o = (struct out){0};
		add_ref(&o, BTF_KIND_PTR, "", 1);
		add_ref(&o, BTF_KIND_TYPEDEF, "t", 3);
		add_ref(&o, BTF_KIND_TYPEDEF, "u", 2);
		add_ref(&o, BTF_KIND_CONST, "", 2);
		ADD(&o, 0, INFO(BTF_KIND_STRUCT, 0, 1), 8, 0, 1, 0);
		add_out(l, &o);
	}
	check_link(l, "cycles without a name");
	check(l->graph.nr == 6, "cycles without a name: %u", l->graph.nr);
	check(ld_btf_strip(&l->btf[0], 2) <= 3, "strip");

	for (i = 0; i < 4; i++) {
		uint32_t k, nr = 1u << 20;

		/* Forward, backward, to itself at the end, and through named structs. */
		l = new_link();
		o = (struct out){0};
		for (k = 1; k < nr; k++)
			add_ref(&o, BTF_KIND_PTR, "", i == 0 || i == 2 ? k + 1 : k - 1);
		add_ref(&o, BTF_KIND_PTR, "", i == 0 ? 0 : i == 2 ? nr : nr - 1);
		if (i == 3) {
			struct out s = {0};
			char name[16];

			for (k = 1; k < nr / 8; k++) {
				snprintf(name, sizeof(name), "s%u", k);
				ADD(&s, k < 300 ? add_str(&s, name) : 0,
				    INFO(BTF_KIND_STRUCT, 0, 1), 8, 0, k + 1, 0);
			}
			add_int(&s, "int", 4, 32);
			o = s;
		}
		add_out(l, &o);
		l->nr = 2;
		l->btf[1] = l->btf[0];
		dedup(l, 1);
		check(l->graph.nr == (i == 2 ? 2 : l->btf[0].nr_types), "chain %u: %u types", i,
		      l->graph.nr);
	}
}

/* Pointers to a typedef of itself, that have one hash as far as hashes go. */
static void test_collisions(void)
{
	uint32_t length, f, k;

	for (length = 10; length < 1000; length *= 5) {
		struct link *l = new_link();

		for (f = 0; f < 4; f++) {
			struct out o = {0};

			for (k = 1; k <= length; k++)
				add_ref(&o, BTF_KIND_PTR, "", k + 1);
			add_ref(&o, BTF_KIND_TYPEDEF, f % 2 ? "t" : "u", length + 1);
			add_out(l, &o);
		}
		dedup(l, 2);
		check(simulated(l), "collisions: chain of %u", length);
	}
}

/* Names of megabytes, that differ if at all at their ends. */
static void test_long_names(void)
{
	struct link *l = new_link();
	uint32_t f, k, len = 1u << 22;

	for (f = 0; f < 2; f++) {
		struct out o = {0};

		for (k = 0; k < len; k++)
			LD_PUSH(&arena, &o.strs, k && k < len - 1 ? 'a' : '\0');
		for (k = 1; k < 100000; k++)
			ADD(&o, k, INFO(BTF_KIND_TYPEDEF, 0, 0), 0);
		o.strs.v[len - 2] = f ? 'b' : 'a';
		add_out(l, &o);
	}
	dedup(l, 1);
	check(l->graph.nr == 199999, "long names: %u types", l->graph.nr);
}

/* A chain of structs of which the last has two definitions. */
static void test_long_refinement(void)
{
	struct link *l = new_link();
	uint32_t f, k, nr = 100000;

	for (f = 0; f < 4; f++) {
		struct out o = {0};

		for (k = 0; k < nr * 8; k++)
			LD_PUSH(&arena, &o.strs,
				k % 8 == 7 || !k ? '\0' : "abcdefghij"[(k / 8 >> 2 * (k % 8)) % 4]);
		for (k = 1; k < nr; k++)
			ADD(&o, k * 8, INFO(BTF_KIND_STRUCT, 0, 1), 8, 0, k + 1, 0);
		add_int(&o, "int", f % 2 ? 4 : 8, 32);
		add_out(l, &o);
	}
	dedup(l, 1);
	check(l->graph.nr == 2 * nr + 1, "long refinement: %u types", l->graph.nr);
}

/* Random types of one program, of which each file has a part. */
#define NR_EXPRS 24
#define NR_STRUCTS 6
#define NR_FORMS 3

static uint64_t random_state;

static uint32_t rnd(uint32_t below)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(random_state >> 33) % below;
}

struct program {
	struct {
		uint32_t kind, a, b; /* expressions before this one, or structs */
	} expr[NR_EXPRS];
	/* Definitions of the named structs, of which file 0 .. have one each. */
	struct {
		uint32_t nr, member[3];
	} form[NR_STRUCTS][NR_FORMS];
	uint32_t forms; /* how many of them are in use */
	bool fwds;
};

static void random_program(struct program *p, bool fwds, uint32_t forms)
{
	static const uint32_t kinds[] = {
	    BTF_KIND_PTR,      BTF_KIND_PTR,      BTF_KIND_PTR,      BTF_KIND_CONST,
	    BTF_KIND_VOLATILE, BTF_KIND_TYPEDEF,  BTF_KIND_ARRAY,    BTF_KIND_FUNC_PROTO,
	    BTF_KIND_UNION,    BTF_KIND_TYPE_TAG, BTF_KIND_RESTRICT, BTF_KIND_STRUCT,
	};
	uint32_t i, k, m;

	p->fwds = fwds;
	p->forms = forms;
	for (i = 0; i < NR_EXPRS; i++) {
		/* The first are leaves: numbers, enums, and named structs (UNKN). */
		p->expr[i].kind = i < 2   ? BTF_KIND_INT
				  : i < 4 ? BTF_KIND_ENUM
				  : i < 4 + NR_STRUCTS
				      ? BTF_KIND_UNKN
				      : kinds[rnd(sizeof(kinds) / sizeof(kinds[0]))];
		p->expr[i].a = i ? rnd(i) : 0;
		p->expr[i].b = i ? rnd(i) : 0;
	}
	for (i = 0; i < NR_STRUCTS; i++) {
		for (k = 0; k < NR_FORMS; k++) {
			p->form[i][k].nr = 1 + rnd(3);
			for (m = 0; m < 3; m++)
				p->form[i][k].member[m] = rnd(NR_EXPRS);
			/* Often the forms differ in one place alone. */
			if (k && rnd(2)) {
				p->form[i][k] = p->form[i][0];
				p->form[i][k].member[0] = rnd(NR_EXPRS);
			}
		}
	}
}

struct emitter {
	const struct program *p;
	struct out o;
	uint32_t expr_id[NR_EXPRS], struct_id[NR_STRUCTS];
	uint32_t struct_form[NR_STRUCTS]; /* NR_FORMS: declared only */
	uint32_t enum_form[4];
	uint32_t words[400][12], nr_words[400], nr; /* by id */
};

static uint32_t emit_expr(struct emitter *e, uint32_t x);

static uint32_t emit_struct(struct emitter *e, uint32_t s)
{
	uint32_t id, form = e->struct_form[s], m, *w;
	char name[8] = {'S', (char)('0' + s), 0};

	if (e->struct_id[s])
		return e->struct_id[s];
	id = e->struct_id[s] = ++e->nr;
	w = e->words[id];
	w[0] = add_str(&e->o, name);
	if (form == NR_FORMS) {
		w[1] = INFO(BTF_KIND_FWD, 0, 0);
		w[2] = 0;
		e->nr_words[id] = 3;
		return id;
	}
	w[1] = INFO(BTF_KIND_STRUCT, 0, e->p->form[s][form].nr);
	w[2] = 16;
	for (m = 0; m < e->p->form[s][form].nr; m++) {
		char member[2] = {(char)('a' + m), 0};

		w[3 + 3 * m] = add_str(&e->o, member);
		w[5 + 3 * m] = m * 64;
		w[4 + 3 * m] = emit_expr(e, e->p->form[s][form].member[m]);
	}
	e->nr_words[id] = 3 + 3 * m;
	return id;
}

static void emit_enum(struct emitter *e, uint32_t x, uint32_t *w, uint32_t *nr)
{
	uint32_t form = e->enum_form[x];

	w[0] = add_str(&e->o, x == 2 ? "E2" : "E3");
	w[1] = INFO(BTF_KIND_ENUM, 0, form < 2);
	w[2] = 4;
	w[3] = add_str(&e->o, "V");
	w[4] = form;
	*nr = form < 2 ? 5 : 3;
}

static uint32_t emit_expr(struct emitter *e, uint32_t x)
{
	uint32_t id, kind = e->p->expr[x].kind, a = e->p->expr[x].a, b = e->p->expr[x].b, *w;

	if (kind == BTF_KIND_UNKN)
		return emit_struct(e, x - 4);
	/* Twice, now and then, but not exponentially. */
	if (e->expr_id[x] && (kind == BTF_KIND_ENUM || e->nr > 200 || rnd(4)))
		return e->expr_id[x];
	id = e->expr_id[x] = ++e->nr;
	w = e->words[id];
	w[0] = 0;
	w[1] = INFO(kind, 0, 0);
	e->nr_words[id] = 3;
	switch (kind) {
	case BTF_KIND_INT:
		w[0] = add_str(&e->o, x ? "int" : "long");
		w[2] = w[3] = x ? 4 : 8;
		e->nr_words[id] = 4;
		break;
	case BTF_KIND_ENUM: emit_enum(e, x, w, &e->nr_words[id]); break;
	case BTF_KIND_ARRAY:
		w[2] = 0;
		w[3] = emit_expr(e, a);
		w[4] = emit_expr(e, 0);
		w[5] = 1 + b % 2;
		e->nr_words[id] = 6;
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_FUNC_PROTO:
		w[1] = INFO(kind, 0, 2);
		w[2] = kind == BTF_KIND_FUNC_PROTO ? 0 : 8;
		w[3] = add_str(&e->o, "x");
		w[4] = emit_expr(e, a);
		w[5] = add_str(&e->o, "y");
		w[6] = emit_expr(e, b);
		e->nr_words[id] = 7;
		if (kind == BTF_KIND_FUNC_PROTO)
			break;
		w[7] = w[6];
		w[6] = w[5];
		w[5] = 0;
		w[8] = 0;
		e->nr_words[id] = 9;
		break;
	default:
		if (kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_TYPE_TAG)
			w[0] = add_str(&e->o, b % 2 ? "t1" : "t2");
		w[2] = emit_expr(e, a);
		break;
	}
	return id;
}

static void permute_ref(void *ctx, uint32_t *type_id)
{
	*type_id = ((const uint32_t *)ctx)[*type_id];
}

static void random_file(struct link *l, const struct program *p)
{
	struct emitter *e = LD_NEW(&arena, struct emitter);
	uint32_t to[400], from[400], i, k, t;

	e->p = p;
	for (i = 0; i < NR_STRUCTS; i++)
		e->struct_form[i] = p->fwds && !rnd(3) ? NR_FORMS : rnd(p->forms);
	for (i = 0; i < 4; i++)
		e->enum_form[i] = p->fwds ? 2 * !rnd(3) : p->forms > 1 ? rnd(2) : 0;
	for (i = 2 + rnd(6); i--;)
		emit_expr(e, rnd(NR_EXPRS));
	for (i = 0; i <= e->nr; i++)
		from[i] = i;
	for (i = e->nr; i > 1; i--) {
		k = 1 + rnd(i);
		t = from[i];
		from[i] = from[k];
		from[k] = t;
	}
	for (i = 0; i <= e->nr; i++)
		to[from[i]] = i;
	for (i = 1; i <= e->nr; i++) {
		uint32_t *w = e->words[from[i]];

		ld_btf_each_ref((struct btf_type *)w, permute_ref, to);
		add_words(&e->o, e->nr_words[from[i]], w);
	}
	add_out(l, &e->o);
}

static void test_random(uint32_t seeds)
{
	struct program *p = LD_NEW(&arena, struct program);
	struct ld_arena saved;
	uint32_t seed, i, nr;
	struct link *l;
	char name[64];

	for (seed = 0; seed < seeds; seed++) {
		saved = arena;
		arena = (struct ld_arena){.oom = saved.oom};
		random_state = seed * 0x9e3779b97f4a7c15ull + 1;
		random_program(p, seed & 1, seed & 2 ? 1 + rnd(NR_FORMS) : 1);
		l = new_link();
		for (nr = 1 + rnd(6), i = 0; i < nr; i++)
			random_file(l, p);
		snprintf(name, sizeof(name), "seed %u", seed);
		check_link(l, name);
		check_oracle(l, name);
		if ((seed & 3) == 3) {
			l = reversed(l);
			check_oracle(l, name);
		} else {
			check_reversed(l, name);
		}
		ld_arena_free(&arena);
		arena = saved;
	}
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level;
	(void)fmt;
	(void)args;
	return 0;
}

int main(int argc, char **argv)
{
	jmp_buf oom;

	if (setjmp(oom)) {
		puts("out of memory");
		return 2;
	}
	arena.oom = &oom;
	diags.arena = &arena;
	elf_version(EV_CURRENT);
	libbpf_set_print(quiet);
	if (argc > 3 && !strcmp(argv[1], "--bench")) {
		bench((uint32_t)atoi(argv[2]), argc - 3, argv + 3);
	} else {
		test_kinds();
		test_fwd();
		test_enum();
		test_recursion();
		test_anonymous();
		test_hostile();
		test_collisions();
		test_long_names();
		test_long_refinement();
		test_random(4000);
		if (argc > 1)
			test_files(argc - 1, argv + 1);
		printf("%d passed, %d failed\n", passed, failed);
	}
	ld_arena_free(&arena);
	return failed != 0;
}
