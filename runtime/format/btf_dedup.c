/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Deduplication: which types of many files are one type.
 *
 * Two types are equal if nobody can tell them apart: they say the same of themselves (kind, name,
 * size, members' names and offsets, values), and what they refer to is pairwise equal. Since
 * types refer to themselves through pointers, that is not a definition but a condition; any
 * division of the types into classes that fulfils it is right, and the coarsest is wanted. (It
 * exists: joining two divisions that fulfil the condition gives one that does.)
 *
 * It is found in three steps.
 *
 * 1. Propose (btf_digest.c, by file; merge_keys() and merge_defs() here). A hash of a type's
 *    unfolding would equal for equal types, but unfoldings are endless. In C every cycle goes
 *    through a name, that of a struct, union or enum: so stop there. The hash of a type down to
 *    such names is its key; types of one key are one class to begin with. A FWD has the same key
 *    as the struct that it declares: the two are equal to those who refer to them, if there is
 *    one such struct. What a named struct says of itself is in another hash. If it is the same
 *    for all definitions of a name, for every name, then this is the answer: types of one class
 *    say the same, and their references, having the same keys, lead to the same classes.
 *
 * 2. Split (btf_refine.c). Where a name has several definitions, the class of the name is split by
 *    them, and then whatever refers to members of different classes, and so on. No equal types
 *    are ever separated: so when it comes to rest, the division is the coarsest one. FWDs of
 *    such a name are a class of their own for now. (An enum that is only declared becomes the
 *    definition with the least hash, as nothing but its name is known of it.)
 *
 * 3. Prove (verify()). Hashes collide; in hostile input they do on purpose. Now that there are
 *    classes, the condition can be checked without any hash: each type is compared with the one
 *    that stands for its class, names byte for byte, references by class. If all agree, the
 *    division fulfils the condition, and no two different types have been merged, whatever the
 *    hashes were. A type that does not agree gets a class to itself, and the check is repeated. So
 *    a collision can leave duplicates, which is harmless, but can't change a type's meaning.
 *
 * 4. Guess (btf_fwd.c), only where FWDs are left whose name has several definitions: a struct
 *    that differs from others by nothing but such a FWD in place of a definition joins them.
 *
 * The number of a class is that of its first member's place. Therefore nothing depends on the
 * number of threads or on hash values, and merging the result once more changes nothing.
 *
 * All steps look at each type and each of its members a fixed number of times, in the order in
 * which they stand; the one table has a slot for each class, not for each type.
 */
#include "format/btf_dedup.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "format/btf_merge.h"

#define MAX_THREADS 64
#define MAX_PASSES 8   /* of verify(); then nothing is merged: the input was made to collide */
#define SHORT_NAME 256 /* bytes; comparing longer ones is charged to the file */
#define NAME_BUDGET 64 /* times the file's string section */

struct table {
	struct ld_btf_slot *slots;
	uint32_t mask, limit; /* limit: classes that fit */
};

static void table_init(struct ld_btf_merge *m, struct table *t, uint32_t nr)
{
	uint32_t cap = 64;

	while (cap / 2 < nr)
		cap *= 2;
	t->slots = LD_NEW_ARRAY(m->arena, struct ld_btf_slot, cap);
	t->mask = cap - 1;
	t->limit = cap / 2;
}

static struct ld_btf_slot *table_find(const struct ld_btf_merge *m, const struct table *t,
				      uint64_t key)
{
	uint32_t tag = (uint32_t)(key >> 31), i;

	for (i = (uint32_t)key;; i++) {
		struct ld_btf_slot *s = &t->slots[i & t->mask];

		if (!s->nr || (s->tag == tag && m->keys[s->nr] == key))
			return s;
	}
}

static void table_grow(struct ld_btf_merge *m, struct table *t)
{
	uint32_t i;

	table_init(m, t, t->limit * 2);
	for (i = 1; i < m->nr; i++)
		*table_find(m, t, m->keys[i]) =
		    (struct ld_btf_slot){.tag = (uint32_t)(m->keys[i] >> 31), .nr = i};
}

/* One class for each key. */
static void merge_keys(struct ld_btf_merge *m, struct table *table, uint32_t input)
{
	struct ld_btf_input *in = &m->in[input];
	const uint64_t *keys = in->digest->keys;
	uint32_t i, nr_types = in->btf->nr_types;
	struct ld_btf_slot *s;

	for (i = 1; i < nr_types; i++) {
		if (keys[i] == LD_BTF_KEY_VOID)
			continue;
		s = table_find(m, table, keys[i]);
		if (s->nr) {
			in->canon[i] = s->nr;
			continue;
		}
		*s = (struct ld_btf_slot){.tag = (uint32_t)(keys[i] >> 31), .nr = m->nr};
		m->keys[m->nr] = keys[i];
		m->nodes[m->nr] = (struct ld_btf_node){.input = input, .type = i};
		in->canon[i] = m->nr++;
		if (m->nr > table->limit)
			table_grow(m, table);
	}
}

/* A class stands for its first definition; a FWD does only until there is one. */
static void merge_defs(struct ld_btf_merge *m, uint32_t input)
{
	const struct ld_btf_digest *digest = m->in[input].digest;
	uint32_t i, class;

	for (i = 0; i < digest->nr_defs; i++) {
		const struct ld_btf_def *def = &digest->defs[i];

		class = m->in[input].canon[def->type];
		if (!m->defs[class]) {
			m->defs[class] = def->hash;
			m->nodes[class] = (struct ld_btf_node){.input = input, .type = def->type};
		} else if (m->defs[class] != def->hash && !(m->flags[class] & LD_BTF_AMBIGUOUS)) {
			m->flags[class] |= LD_BTF_AMBIGUOUS;
			m->nr_ambiguous++;
		}
	}
}

/* One file's check, and what it may spend on comparing long names. */
struct check {
	const struct ld_btf_merge *m;
	const struct ld_btf *a, *b;
	const uint32_t *a_canon, *b_canon;
	uint64_t budget; /* bytes */
};

static bool same_long_name(struct check *c, const char *a, const char *b)
{
	const char *end = c->budget ? memchr(a, 0, c->budget) : NULL;
	size_t len = end ? (size_t)(end - a) : c->budget;

	/* What is beyond the budget is not even looked at; it counts as different. */
	c->budget -= len;
	return end && !strcmp(a, b);
}

static bool same_name(struct check *c, uint32_t a_off, uint32_t b_off)
{
	const char *a = c->a->strs + a_off, *a_end = c->a->strs + c->a->strs_len;
	const char *b = c->b->strs + b_off, *b_end = c->b->strs + c->b->strs_len;
	uint64_t wa, wb, zero;
	int i;

	if (a == b)
		return true;
	for (i = 0; i < SHORT_NAME && a_end - a >= 8 && b_end - b >= 8; i += 8, a += 8, b += 8) {
		wa = ld_get64(a, false);
		wb = ld_get64(b, false);
		zero = ld_btf_first_nul(wa);
		/* The bytes up to the first NUL, that one too, are below its mark. */
		if (zero)
			return !((wa ^ wb) & ((zero << 1) - 1));
		if (wa != wb)
			return false;
	}
	return i == SHORT_NAME ? same_long_name(c, a, b) : !strcmp(a, b);
}

/* Whether entries of so many words say the same, apart from type ids; the first is a name. */
static bool same_entries(struct check *c, const uint32_t *a, const uint32_t *b, uint32_t nr,
			 uint32_t words, uint32_t ref)
{
	uint32_t i, j;

	for (i = 0; i < nr; i++, a += words, b += words) {
		if (!same_name(c, a[0], b[0]))
			return false;
		for (j = 1; j < words; j++)
			if (j != ref && a[j] != b[j])
				return false;
	}
	return true;
}

/* Whether two types are of one class by all that they say apart from type ids. */
static bool same_label(struct check *c, const struct btf_type *a, const struct btf_type *b)
{
	const uint32_t *wa = ld_btf_tail(a), *wb = ld_btf_tail(b);
	uint32_t kind = ld_btf_kind(a), vlen = ld_btf_vlen(a);

	if (!same_name(c, a->name_off, b->name_off))
		return false;
	if (a->info != b->info)
		return false;
	switch (kind) {
	case BTF_KIND_FWD: return true;
	case BTF_KIND_INT: return a->size == b->size && wa[0] == wb[0];
	case BTF_KIND_FLOAT: return a->size == b->size;
	case BTF_KIND_ARRAY: return a->size == b->size && wa[2] == wb[2];
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: return a->size == b->size && same_entries(c, wa, wb, vlen, 3, 1);
	case BTF_KIND_ENUM: return a->size == b->size && same_entries(c, wa, wb, vlen, 2, 0);
	case BTF_KIND_ENUM64: return a->size == b->size && same_entries(c, wa, wb, vlen, 3, 0);
	case BTF_KIND_FUNC_PROTO: return same_entries(c, wa, wb, vlen, 2, 1);
	default: return true;
	}
}

bool ld_btf_same_label(const struct ld_btf_merge *m, const struct ld_btf_node *a,
		       const struct ld_btf_node *b)
{
	struct check c = {.a = m->in[a->input].btf, .b = m->in[b->input].btf, .budget = 4096};

	return same_label(&c, ld_btf_type(c.a, a->type), ld_btf_type(c.b, b->type));
}

/* Whether a, a FWD, declares what b is. */
static bool declares(struct check *c, const struct btf_type *a, const struct btf_type *b)
{
	uint32_t kind = ld_btf_kind(b);
	bool same_kind;

	if (ld_btf_is_enum(ld_btf_kind(a)))
		same_kind = ld_btf_is_enum(kind);
	else if (kind == BTF_KIND_FWD)
		same_kind = a->info == b->info;
	else
		same_kind = kind == (BTF_INFO_KFLAG(a->info) ? BTF_KIND_UNION : BTF_KIND_STRUCT);
	return same_kind && same_name(c, a->name_off, b->name_off);
}

/* Whether a type is of the class that it was put into. */
static bool fits(struct check *c, uint32_t in_type, uint32_t class)
{
	const struct ld_btf_node *node = &c->m->nodes[class];
	const struct btf_type *a = ld_btf_type(c->a, in_type), *b;
	struct ld_btf_refs refs_a, refs_b;
	uint32_t i;

	c->b = c->m->in[node->input].btf;
	c->b_canon = c->m->in[node->input].canon;
	b = ld_btf_type(c->b, node->type);
	if (a == b)
		return true;
	if (ld_btf_is_fwd(c->a, a))
		return declares(c, a, b);
	if (!same_label(c, a, b))
		return false;
	refs_a = ld_btf_refs(a);
	refs_b = ld_btf_refs(b);
	for (i = 0; i < refs_a.nr; i++, refs_a.id += refs_a.stride, refs_b.id += refs_b.stride)
		if (c->a_canon[*refs_a.id] != c->b_canon[*refs_b.id])
			return false;
	return true;
}

static struct check check_of(const struct ld_btf_merge *m, uint32_t input)
{
	struct check c = {.m = m, .a = m->in[input].btf, .a_canon = m->in[input].canon};

	c.budget = (uint64_t)c.a->strs_len * NAME_BUDGET;
	return c;
}

static bool all_fit(const struct ld_btf_merge *m, uint32_t input)
{
	struct check c = check_of(m, input);
	uint32_t i;

	for (i = 1; i < c.a->nr_types; i++)
		if (c.a_canon[i] && !fits(&c, i, c.a_canon[i]))
			return false;
	return true;
}

/* Gives the types of a file that are in the wrong class a class each. */
static void split_misfits(struct ld_btf_merge *m, uint32_t input)
{
	struct check c = check_of(m, input);
	uint32_t *canon = m->in[input].canon;
	uint32_t i;

	for (i = 1; i < c.a->nr_types; i++) {
		if (!canon[i] || fits(&c, i, canon[i]))
			continue;
		canon[i] = m->nr;
		m->nodes[m->nr++] = (struct ld_btf_node){.input = input, .type = i};
	}
}

struct verifier {
	const struct ld_btf_merge *m;
	atomic_uint next; /* input */
	atomic_bool *bad; /* by input */
};

static void *verify_some(void *arg)
{
	struct verifier *v = arg;
	uint32_t input;

	while ((input = atomic_fetch_add(&v->next, 1)) < v->m->nr_in)
		atomic_store_explicit(&v->bad[input], !all_fit(v->m, input), memory_order_relaxed);
	return NULL;
}

static void verify_all(struct verifier *v, uint32_t threads)
{
	pthread_t others[MAX_THREADS];
	uint32_t nr = 0;

	atomic_store(&v->next, 0);
	if (threads > MAX_THREADS)
		threads = MAX_THREADS;
	if (threads > v->m->nr_in / 2)
		threads = v->m->nr_in / 2;
	/* Where a thread can't be had, the others do its work. */
	while (nr + 1 < threads && !pthread_create(&others[nr], NULL, verify_some, v))
		nr++;
	verify_some(v);
	while (nr)
		pthread_join(others[--nr], NULL);
}

void ld_btf_renumber(struct ld_btf_merge *m)
{
	uint32_t *to = LD_NEW_ARRAY(m->arena, uint32_t, m->nr);
	struct ld_btf_node *nodes = LD_NEW_ARRAY(m->arena, struct ld_btf_node, m->nr);
	uint32_t nr = 1, f, i;

	for (f = 0; f < m->nr_in; f++) {
		uint32_t *canon = m->in[f].canon;

		for (i = 1; i < m->in[f].btf->nr_types; i++) {
			if (!canon[i])
				continue;
			if (!to[canon[i]]) {
				nodes[nr] = m->nodes[canon[i]];
				to[canon[i]] = nr++;
			}
			canon[i] = to[canon[i]];
		}
	}
	memcpy(m->nodes, nodes, nr * sizeof(*nodes));
	m->nr = nr;
}

/* Every type a class of its own: what can't be wrong. */
static void merge_nothing(struct ld_btf_merge *m)
{
	uint32_t f, i;

	m->nr = 1;
	for (f = 0; f < m->nr_in; f++) {
		for (i = 1; i < m->in[f].btf->nr_types; i++) {
			if (!m->in[f].canon[i])
				continue;
			m->in[f].canon[i] = m->nr;
			m->nodes[m->nr++] = (struct ld_btf_node){.input = f, .type = i};
		}
	}
}

/* Proves the classes right, or splits them until they are. */
static void verify(struct ld_btf_merge *m, uint32_t threads)
{
	struct verifier v = {.m = m, .bad = LD_NEW_ARRAY(m->arena, atomic_bool, m->nr_in)};
	uint32_t pass, f, nr_bad;

	for (pass = 0; pass < MAX_PASSES; pass++) {
		verify_all(&v, threads);
		for (nr_bad = 0, f = 0; f < m->nr_in; f++)
			nr_bad += v.bad[f];
		if (!nr_bad)
			return;
		for (f = 0; f < m->nr_in; f++)
			if (v.bad[f])
				split_misfits(m, f);
		ld_btf_renumber(m);
	}
	merge_nothing(m);
}

void ld_btf_dedup(struct ld_arena *a, struct ld_btf_input *in, uint32_t nr_in, uint32_t threads,
		  struct ld_btf_graph *graph)
{
	struct ld_btf_merge m = {.arena = a, .in = in, .nr_in = nr_in, .nr = 1};
	uint32_t f, largest = 0;
	struct table table;
	size_t cap = 2;

	for (f = 0; f < nr_in; f++) {
		in[f].canon = LD_NEW_ARRAY(a, uint32_t, in[f].btf->nr_types);
		cap += in[f].btf->nr_types;
		if (in[f].btf->nr_types > largest)
			largest = in[f].btf->nr_types;
	}
	/*
	 * No class is empty when they are numbered, and what makes new ones makes at most one for
	 * each type: refining thrice. Pages of these arrays that stay untouched cost nothing.
	 */
	cap *= 4;
	m.keys = LD_NEW_ARRAY(a, uint64_t, cap);
	m.defs = LD_NEW_ARRAY(a, uint64_t, cap);
	m.nodes = LD_NEW_ARRAY(a, struct ld_btf_node, cap);
	m.flags = LD_NEW_ARRAY(a, uint8_t, cap);
	table_init(&m, &table, largest);
	for (f = 0; f < nr_in; f++) {
		merge_keys(&m, &table, f);
		merge_defs(&m, f);
	}
	if (m.nr_ambiguous) {
		ld_btf_refine(&m);
		ld_btf_renumber(&m);
	}
	verify(&m, threads);
	if (m.nr_ambiguous)
		ld_btf_merge_fwds(&m);
	graph->nodes = m.nodes;
	graph->nr = m.nr;
}
