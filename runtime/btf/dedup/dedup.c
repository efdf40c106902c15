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
 * 1. Propose (digest.c, by file; merge_keys() and merge_defs() here). A hash of a type's
 *    unfolding would equal for equal types, but unfoldings are endless. In C every cycle goes
 *    through a name, that of a struct, union or enum: so stop there. The hash of a type down to
 *    such names is its key; types of one key are one class to begin with. A FWD has the same key
 *    as the struct that it declares: the two are equal to those who refer to them, if there is
 *    one such struct. What a named struct says of itself is in another hash. If it is the same
 *    for all definitions of a name, for every name, then this is the answer: types of one class
 *    say the same, and their references, having the same keys, lead to the same classes. Files of
 *    one program have most types in common, so that most hashes need not be computed. What a file
 *    shares with its base (split.c) is one type by proof, of which there is one copy. In
 *    files that share less than that, a type with the same label (label.h) as one of the
 *    model, its twin, takes over its hash if both refer to the same keys (twins.c).
 *
 * 2. Split (refine.c). Where a name has several definitions, the class of the name is split by
 *    them, and then whatever refers to members of different classes, and so on. No equal types
 *    are ever separated: so when it comes to rest, the division is the coarsest one. FWDs of
 *    such a name are a class of their own for now. (An enum that is only declared becomes the
 *    definition with the least values, as nothing but its name is known of it.)
 *
 * 3. Prove (verify()). Hashes collide; in hostile input they do on purpose. Now that there are
 *    classes, the condition can be checked without any hash: each type is compared with the one
 *    that stands for its class, names byte for byte, references by class. If all agree, the
 *    division fulfils the condition, and no two different types have been merged, whatever the
 *    hashes were. (A type's twin does as well as the one that stands for the class, since it is
 *    compared with that one itself.) A type that does not agree gets a class to itself, and the
 *    check is repeated. So a collision can leave duplicates, which is harmless, but can't change
 *    a type's meaning.
 *
 * 4. Guess (fwd.c), only where FWDs are left whose name has several definitions: a struct
 *    that differs from others by nothing but such a FWD in place of a definition joins them.
 *
 * The number of a class is that of its first member's place. Therefore nothing depends on the
 * number of threads or on hash values, and merging the result once more changes nothing.
 *
 * All steps look at each type and each of its members a fixed number of times, in the order in
 * which they stand; the one table has a slot for each class, not for each type.
 */
#include "btf/dedup/dedup.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "btf/dedup/label.h"
#include "btf/dedup/merge.h"

#define MAX_THREADS 64
#define MAX_PASSES 8 /* of verify(); then nothing is merged: the input was made to collide */

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

static bool takes_part(const struct ld_btf_merge *m, const struct ld_btf_digest *digest)
{
	return digest->input < m->nr_all && m->in[digest->input].digest == digest;
}

/* Of a file without a base: the classes of the model's types, if they are known; else NULL. */
static const uint32_t *model_canon(const struct ld_btf_merge *m, uint32_t input)
{
	const struct ld_btf_digest *digest = m->in[input].digest;

	return digest->twins && takes_part(m, digest->model) ? digest->model->canon : NULL;
}

/* The class of a key, a new one if there is none. */
static uint32_t merge_key(struct ld_btf_merge *m, struct table *table, uint32_t input,
			  uint32_t type)
{
	uint64_t key = ld_btf_key(m->in[input].digest, type);
	struct ld_btf_slot *s = table_find(m, table, key);

	if (s->nr)
		return s->nr;
	*s = (struct ld_btf_slot){.tag = (uint32_t)(key >> 31), .nr = m->nr};
	m->keys[m->nr] = key;
	m->nodes[m->nr] = (struct ld_btf_node){.input = input, .type = type};
	if (++m->nr > table->limit)
		table_grow(m, table);
	return m->nr - 1;
}

/* One class for each key; twins have the same. What is the base's has its class there. */
static void merge_keys(struct ld_btf_merge *m, struct table *table, uint32_t input)
{
	const struct ld_btf_input *in = &m->in[input];
	const uint32_t *known = model_canon(m, input);
	struct ld_btf_digest *owner;
	uint32_t s, i, twin;

	if (known && in->digest->model->input > input)
		known = NULL;
	for (s = 0; s < in->btf->nr_stretches; s++) {
		const struct ld_btf_stretch *stretch = &in->btf->stretches[s];

		owner = stretch->first < in->btf->base_types ? m->in[in->base].digest : in->digest;
		for (i = stretch->first; i < stretch->first + stretch->nr && owner->left; i++) {
			uint32_t *canon = ld_btf_canon(in, i);

			if (*canon || ld_btf_key(in->digest, i) == LD_BTF_KEY_VOID)
				continue;
			twin = known ? in->digest->twins[i] : 0;
			*canon = twin ? known[twin] : merge_key(m, table, input, i);
			owner->left--;
		}
	}
}

/* A class stands for its first definition; a FWD does only until there is one. */
static void merge_defs(struct ld_btf_merge *m, uint32_t input)
{
	const struct ld_btf_digest *digest = m->in[input].digest;
	uint32_t i, class;

	for (i = 0; i < digest->nr_defs; i++) {
		const struct ld_btf_def *def = &digest->defs[i];

		class = ld_btf_class(&m->in[input], def->type);
		/* No input may have it, if this is a base and none itself. */
		if (!class)
			continue;
		if (!m->defs[class]) {
			m->defs[class] = def->hash;
			m->nodes[class] = (struct ld_btf_node){.input = input, .type = def->type};
		} else if (m->defs[class] != def->hash && !(m->flags[class] & LD_BTF_AMBIGUOUS)) {
			m->flags[class] |= LD_BTF_AMBIGUOUS;
			m->nr_ambiguous++;
		}
	}
}

/* One file's check. */
struct check {
	const struct ld_btf_merge *m;
	const struct ld_btf_input *in;
	struct ld_btf_pair pair;
	const uint32_t *twin_canon; /* NULL: twins are not to be trusted */
};

bool ld_btf_same_node_label(const struct ld_btf_merge *m, const struct ld_btf_node *a,
			    const struct ld_btf_node *b)
{
	struct ld_btf_pair p = {.a = m->in[a->input].btf, .b = m->in[b->input].btf, .budget = 4096};

	return ld_btf_same_label(&p, ld_btf_type(p.a, a->type), ld_btf_type(p.b, b->type));
}

/* Whether a, a FWD, declares what b is. */
static bool declares(struct ld_btf_pair *p, const struct btf_type *a, const struct btf_type *b)
{
	uint32_t kind = ld_btf_kind(b);
	bool same_kind;

	if (ld_btf_is_enum(ld_btf_kind(a)))
		same_kind = ld_btf_is_enum(kind);
	else if (kind == BTF_KIND_FWD)
		same_kind = a->info == b->info;
	else
		same_kind = kind == (BTF_INFO_KFLAG(a->info) ? BTF_KIND_UNION : BTF_KIND_STRUCT);
	return same_kind && ld_btf_same_name(p, a->name_off, b->name_off);
}

static bool same_classes(const struct ld_btf_input *in_a, const struct btf_type *a,
			 const struct ld_btf_input *in_b, const struct btf_type *b)
{
	struct ld_btf_refs refs_a = ld_btf_refs(a), refs_b = ld_btf_refs(b);

	for (; refs_a.nr; refs_a.nr--, refs_a.id += refs_a.stride, refs_b.id += refs_b.stride)
		if (ld_btf_class(in_a, *refs_a.id) != ld_btf_class(in_b, *refs_b.id))
			return false;
	return true;
}

/* Whether a type is of the class that it was put into. */
static bool fits(struct check *c, uint32_t in_type, uint32_t class)
{
	const struct ld_btf_node *node = &c->m->nodes[class];
	const struct ld_btf_input *in = &c->m->in[node->input];
	const struct btf_type *a = ld_btf_type(c->in->btf, in_type), *b;

	c->pair.b = in->btf;
	b = ld_btf_type(in->btf, node->type);
	if (a == b)
		return true;
	if (ld_btf_is_fwd(c->pair.a, a))
		return declares(&c->pair, a, b);
	return ld_btf_same_label(&c->pair, a, b) && same_classes(c->in, a, in, b);
}

/*
 * The same by the type's twin, which has the same label: if that one fits, and it is looked at in
 * its turn, so does this one. Where one doesn't, all are looked at again without this. As long as
 * classes are those of keys there is nothing to compare, since the twins' references have the
 * same keys.
 */
static bool fits_as_twin(const struct check *c, uint32_t in_type, uint32_t class)
{
	uint32_t twin = c->twin_canon ? c->in->digest->twins[in_type] : 0;
	const struct ld_btf_digest *model = c->in->digest->model;

	if (!twin || !c->m->nr_ambiguous)
		return twin;
	return c->twin_canon[twin] == class &&
	       same_classes(c->in, ld_btf_type(c->in->btf, in_type), &c->m->in[model->input],
			    ld_btf_type(model->btf, twin));
}

static struct check check_of(const struct ld_btf_merge *m, uint32_t input, bool use_twins)
{
	const struct ld_btf_input *in = &m->in[input];
	struct check c = {.m = m, .in = in};

	c.pair.a = in->btf;
	c.pair.budget = (uint64_t)in->btf->strs_len * LD_BTF_NAME_BUDGET;
	if (use_twins)
		c.twin_canon = model_canon(m, input);
	return c;
}

/* What a file shares with its base is looked at there. */
static bool all_fit(const struct ld_btf_merge *m, uint32_t input, bool use_twins)
{
	struct check c = check_of(m, input, use_twins);
	uint32_t i, class;

	for (i = ld_btf_first(c.in->btf); i < c.in->btf->nr_types; i++) {
		class = ld_btf_class(c.in, i);
		if (class && !fits_as_twin(&c, i, class) && !fits(&c, i, class))
			return false;
	}
	return true;
}

/* Gives the types of a file that are in the wrong class a class each. */
static void split_misfits(struct ld_btf_merge *m, uint32_t input)
{
	struct check c = check_of(m, input, false);
	uint32_t i;

	for (i = ld_btf_first(c.in->btf); i < c.in->btf->nr_types; i++) {
		uint32_t *canon = ld_btf_canon(c.in, i);

		if (!*canon || fits(&c, i, *canon))
			continue;
		*canon = m->nr;
		m->nodes[m->nr++] = (struct ld_btf_node){.input = input, .type = i};
	}
}

struct verifier {
	const struct ld_btf_merge *m;
	bool use_twins;
	atomic_uint next; /* input */
	atomic_bool *bad; /* by input */
};

static void *verify_some(void *arg)
{
	struct verifier *v = arg;
	uint32_t input;

	while ((input = atomic_fetch_add(&v->next, 1)) < v->m->nr_all)
		atomic_store_explicit(&v->bad[input], !all_fit(v->m, input, v->use_twins),
				      memory_order_relaxed);
	return NULL;
}

static void verify_all(struct verifier *v, uint32_t threads)
{
	pthread_t others[MAX_THREADS];
	uint32_t nr = 0;

	atomic_store(&v->next, 0);
	if (threads > MAX_THREADS)
		threads = MAX_THREADS;
	if (threads > v->m->nr_all / 2)
		threads = v->m->nr_all / 2;
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
	uint32_t nr = 1, f, s, i, class;

	for (f = 0; f < m->nr_in; f++) {
		const struct ld_btf *btf = m->in[f].btf;

		for (s = 0; s < btf->nr_stretches; s++) {
			for (i = 0; i < btf->stretches[s].nr; i++) {
				class = ld_btf_class(&m->in[f], btf->stretches[s].first + i);
				if (!class || to[class])
					continue;
				nodes[nr] = m->nodes[class];
				to[class] = nr++;
			}
		}
	}
	for (f = 0; f < m->nr_all; f++)
		for (i = 0; i < ld_btf_nr_own(m->in[f].btf); i++)
			m->in[f].canon[i] = to[m->in[f].canon[i]];
	memcpy(m->nodes, nodes, nr * sizeof(*nodes));
	m->nr = nr;
}

/* Every type a class of its own: what can't be wrong. */
static void merge_nothing(struct ld_btf_merge *m)
{
	uint32_t f, i;

	m->nr = 1;
	for (f = 0; f < m->nr_all; f++) {
		const struct ld_btf *btf = m->in[f].btf;

		for (i = ld_btf_first(btf); i < btf->nr_types; i++) {
			uint32_t *canon = ld_btf_canon(&m->in[f], i);

			if (!*canon)
				continue;
			*canon = m->nr;
			m->nodes[m->nr++] = (struct ld_btf_node){.input = f, .type = i};
		}
	}
	ld_btf_renumber(m);
}

static bool has_bad(const struct verifier *v)
{
	uint32_t f;

	for (f = 0; f < v->m->nr_all; f++)
		if (v->bad[f])
			return true;
	return false;
}

/* Proves the classes right, or splits them until they are. */
static void verify(struct ld_btf_merge *m, uint32_t threads)
{
	struct verifier v = {
	    .m = m, .use_twins = true, .bad = LD_NEW_ARRAY(m->arena, atomic_bool, m->nr_all)};
	uint32_t pass, f;

	verify_all(&v, threads);
	if (!has_bad(&v))
		return;
	v.use_twins = false;
	for (pass = 0; pass < MAX_PASSES; pass++) {
		verify_all(&v, threads);
		if (!has_bad(&v))
			return;
		for (f = 0; f < m->nr_all; f++)
			if (v.bad[f])
				split_misfits(m, f);
		ld_btf_renumber(m);
	}
	merge_nothing(m);
}

static void add_input(struct ld_btf_merge *m, const struct ld_btf *btf,
		      struct ld_btf_digest *digest)
{
	digest->input = m->nr_all;
	digest->left = btf->nr_types - ld_btf_first(btf) - btf->nr_decls;
	memset(digest->canon, 0, ld_btf_nr_own(btf) * sizeof(*digest->canon));
	m->in[m->nr_all++] =
	    (struct ld_btf_input){.btf = btf, .digest = digest, .canon = digest->canon};
}

/* The inputs, and behind them the bases that are none. */
static void list_inputs(struct ld_btf_merge *m, const struct ld_btf_input *in, uint32_t nr_in)
{
	uint32_t f;

	m->in = LD_NEW_ARRAY(m->arena, struct ld_btf_input, 2 * (size_t)nr_in);
	m->nr_in = nr_in;
	for (f = 0; f < nr_in; f++)
		add_input(m, in[f].btf, in[f].digest);
	for (f = 0; f < nr_in; f++) {
		struct ld_btf_digest *base = in[f].btf->base ? m->in[f].digest->model : NULL;

		if (base && !takes_part(m, base))
			add_input(m, base->btf, base);
		if (base) {
			m->in[f].base = base->input;
			m->in[f].base_canon = base->canon;
		}
	}
}

/* Nodes are to be found in inputs: where one is in a base that is none, in a file that has it. */
static void settle_nodes(struct ld_btf_merge *m)
{
	uint32_t *user, f, i;

	if (m->nr_all == m->nr_in)
		return;
	user = LD_NEW_ARRAY(m->arena, uint32_t, m->nr_all);
	for (f = m->nr_in; f--;)
		user[m->in[f].base] = f;
	for (i = 1; i < m->nr; i++)
		if (m->nodes[i].input >= m->nr_in)
			m->nodes[i].input = user[m->nodes[i].input];
}

void ld_btf_dedup(struct ld_arena *a, struct ld_btf_input *in, uint32_t nr_in, uint32_t threads,
		  struct ld_btf_graph *graph)
{
	struct ld_btf_merge m = {.arena = a, .nr = 1};
	uint32_t f, largest = 0;
	struct table table;
	size_t cap = 2;

	list_inputs(&m, in, nr_in);
	for (f = 0; f < m.nr_all; f++) {
		cap += ld_btf_nr_own(m.in[f].btf);
		if (m.in[f].btf->nr_types > largest)
			largest = m.in[f].btf->nr_types;
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
	for (f = 0; f < m.nr_all; f++) {
		if (f < nr_in)
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
	settle_nodes(&m);
	for (f = 0; f < nr_in; f++)
		in[f] = m.in[f];
	graph->nodes = m.nodes;
	graph->nr = m.nr;
}
