/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Deduplication: which types of many files are one type.
 *
 * The problem. Each file describes its types as a graph: types are nodes, references by type id are
 * edges. Two types are equal if nothing distinguishes them: they have the same label (kind, name,
 * size, members' names and offsets, values; all but type ids), and what they refer to is pairwise
 * equal. Types refer to themselves through pointers, so this is a condition and not a definition:
 * any partition of the types into classes that meets it is right. We want the coarsest one. It
 * exists: the union of two partitions that meet the condition meets it, too.
 *
 * A forward declaration (a FWD, or a named enum without values) says that there is a struct, union
 * or enum of a name, and nothing else. There is one rule for all of them: it may become any
 * definition of its name, as that says no less, and becomes one if
 *
 *   - there is one definition of the name; or
 *   - a struct, union or typedef that uses it is otherwise like one that uses a definition.
 *
 * It is bound to one definition at most. Without either reason it stays.
 *
 * Example. Two files; lower-case letters are classes that step 1 proposes.
 *
 *     a.o  [1] INT int                a     b.o  [1] STRUCT s { [3] x }    b
 *          [2] STRUCT s { [1] x }     b          [2] STRUCT t { [4] p }    d
 *          [3] PTR [2]                c          [3] INT long              e
 *          [4] STRUCT t { [3] p }     d          [4] PTR [1]               c
 *          [5] FWD u                  f          [5] STRUCT u { [3] y }    f
 *          [6] PTR [5]                g
 *          [7] STRUCT v { [6] q }     h
 *
 * Step 1: propose. A hash of everything that can be reached from a type would be equal for equal
 * types, but that is endless. In C each cycle contains the name of a struct, union or enum, so the
 * hash stops there. The hash of a type down to such names is its key (digest.c), and types of one
 * key are one class. Both "s" have the key of the name "s", and so both pointers are c and both
 * "t" are d; the FWD "u" and the struct "u" are f. What a struct with a name says of itself is in a
 * second hash. If that is the same for all definitions of a name, for every name, then the
 * partition is final: labels agree, and references, having the same keys, lead to the same classes.
 * Here the members of the two "s" have the keys of "int" and "long": "s" is ambiguous. Names are
 * numbered once, in names.c; after that nothing looks at their bytes.
 *
 *   It may rely on: ids and offsets in range (btf.c). It need not rely on hashes: see step 3.
 *
 * Step 2: refine (refine.c). The class of an ambiguous name is split by its definitions; then every
 * class whose members refer to different classes is split, until there is none. b becomes b1 and
 * b2, so c becomes c1 and c2, and d becomes d1 and d2; e, f, g and h stay. Equal types are never
 * separated, so the result is the coarsest partition. The forward declarations of an ambiguous name
 * are one class of their own.
 *
 * Step 3: prove (here). Hashes may collide. Each type is compared with its class's node: label and
 * classes of references, without any hash. If all agree, the partition meets the condition,
 * whatever the hashes were. A type that does not agree gets a class of its own, and the proof
 * starts again: a collision can leave duplicates and cannot change a type.
 *
 *   From here on classes are exact, and one node of each represents it.
 *
 * Step 4: join (join.c), where forward declarations of ambiguous names are left. Let a third file
 * have a FWD "s", a pointer to it, and a "t" with that pointer: after step 3 they are classes b0,
 * c0 and d0. Each struct, union and typedef tries to unify with others of the same key and second
 * hash: both are walked in parallel, labels must agree, pairs of structs become one, and a FWD
 * matches a definition. If anything fails, the attempt is undone. d0 unifies with d1, as b0 matches
 * b1. So d0 is joined to d1, and b0, for which there is evidence now, is bound to b1. First a type
 * is joined only to one that says no less in each place, which binds nothing: where d0 would unify
 * with d2, too, that does not matter. Then FWDs on either side are bound. Finally types that are
 * not joined by attempts are compared once more: c0 and c1 now both point to b1, and become one.
 *
 * An attempt may have relied on what another one changed later. So there is a second proof, that
 * of a simulation: each class that was joined is compared with what it became, all the way down:
 * the labels are equal, or it is a forward declaration of that. A join that fails loses
 * information: the step is repeated without it. Which choice is best depends on the order, so the
 * step is done in a few orders, of which the one that leaves the fewest types counts. It is
 * repeated until it finds nothing.
 *
 * Step 5: complete (merge_btf.c). In the output, without types that nothing uses, a name may have
 * one definition that had several in the inputs. The output's types are deduplicated as one more
 * input, and written again if any are equal, until there are none. So a link of the output finds
 * nothing to do, and has the same bytes.
 *
 * Order. The number of a class is that of its first type. So the result depends on the order of the
 * inputs and never on the number of threads or the values of hashes. Up to step 3 the set of types
 * does not depend on the order either.
 *
 * Complexity. Steps 1 and 3 look at each member of each type a fixed number of times. Step 2 looks
 * at a class again if a part of it that is not the largest changed: n log n. In step 4 each class
 * tries MOST_TRIES others; each attempt and each proof counts against a limit in proportion to the
 * number of classes. Where steps 2 and 4 exceed their limit, types stay that could be merged.
 *
 * Time. 325 of the kernel's selftests, of two compilers and two kernels (35,600 types): 67 million
 * instructions, of which names and keys take 17, refining 9, joining 35.
 */
#include "btf/dedup/dedup.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "btf/dedup/merge.h"

#define MAX_THREADS 64
#define MAX_PASSES 8 /* of prove(); then nothing is merged: the input was made to collide */

struct table {
	struct ld_btf_slot *slots;
	uint32_t mask, limit; /* limit: classes that fit */
};

static void table_init(struct ld_btf_merge *m, struct table *t, uint32_t nr)
{
	uint32_t size = ld_btf_table_size(2ull * nr);

	t->slots = LD_NEW_ARRAY(m->arena, struct ld_btf_slot, size);
	t->mask = size - 1;
	t->limit = size / 2;
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

/* ---- step 1: propose ---- */

/* One class for each key. */
static void merge_keys(struct ld_btf_merge *m, struct table *table, uint32_t input)
{
	const struct ld_btf_input *in = &m->in[input];
	uint32_t i;

	for (i = 1; i < in->btf->nr_types; i++) {
		uint64_t key = in->digest->keys[i];
		struct ld_btf_slot *s;

		in->canon[i] = 0;
		if (key == LD_BTF_KEY_VOID)
			continue;
		s = table_find(m, table, key);
		if (s->nr) {
			in->canon[i] = s->nr;
			continue;
		}
		*s = (struct ld_btf_slot){.tag = (uint32_t)(key >> 31), .nr = m->nr};
		m->keys[m->nr] = key;
		m->nodes[m->nr] = (struct ld_btf_node){.input = input, .type = i};
		in->canon[i] = m->nr++;
		if (m->nr > table->limit)
			table_grow(m, table);
	}
}

/* A class has its first definition as its node, and a FWD only until there is one. */
static void merge_defs(struct ld_btf_merge *m, uint32_t input)
{
	const struct ld_btf_digest *digest = m->in[input].digest;
	uint32_t i;

	for (i = 0; i < digest->nr_defs; i++) {
		const struct ld_btf_def *def = &digest->defs[i];
		uint32_t class = digest->canon[def->type];

		if (!m->defs[class]) {
			m->defs[class] = def->hash;
			m->nodes[class] = (struct ld_btf_node){.input = input, .type = def->type};
		} else if (m->defs[class] != def->hash && !(m->flags[class] & LD_BTF_AMBIGUOUS)) {
			m->flags[class] |= LD_BTF_AMBIGUOUS;
			m->nr_ambiguous++;
		}
	}
}

/* ---- step 3: prove ---- */

/* Whether type a, a FWD, declares what b is. */
static bool declares(const struct ld_btf_digest *x, uint32_t a, const struct ld_btf_digest *y,
		     uint32_t b)
{
	const struct btf_type *s = ld_btf_type(x->btf, a), *t = ld_btf_type(y->btf, b);
	uint32_t kind = ld_btf_kind(t);
	bool same_kind;

	if (ld_btf_is_enum(ld_btf_kind(s)))
		same_kind = ld_btf_is_enum(kind);
	else if (kind == BTF_KIND_FWD)
		same_kind = s->info == t->info;
	else
		same_kind = kind == (BTF_INFO_KFLAG(s->info) ? BTF_KIND_UNION : BTF_KIND_STRUCT);
	return same_kind && ld_btf_name_nr(x, a) == ld_btf_name_nr(y, b);
}

static bool same_classes(const struct ld_btf_input *in_a, const struct btf_type *a,
			 const struct ld_btf_input *in_b, const struct btf_type *b)
{
	struct ld_btf_refs refs_a = ld_btf_refs(a), refs_b = ld_btf_refs(b);

	for (; refs_a.nr; refs_a.nr--, refs_a.id += refs_a.stride, refs_b.id += refs_b.stride)
		if (in_a->canon[*refs_a.id] != in_b->canon[*refs_b.id])
			return false;
	return true;
}

/* Whether a type is of the class that it was put into. */
static bool fits(const struct ld_btf_merge *m, const struct ld_btf_input *in, uint32_t in_type)
{
	const struct ld_btf_node *node = &m->nodes[in->canon[in_type]];
	const struct ld_btf_input *other = &m->in[node->input];
	const struct btf_type *t = ld_btf_type(in->btf, in_type);

	if (in == other && in_type == node->type)
		return true;
	if (ld_btf_is_fwd(in->btf, t))
		return declares(in->digest, in_type, other->digest, node->type);
	return ld_btf_same_label(in->digest, in_type, other->digest, node->type) &&
	       same_classes(in, t, other, ld_btf_type(other->btf, node->type));
}

static bool all_fit(const struct ld_btf_merge *m, uint32_t input)
{
	const struct ld_btf_input *in = &m->in[input];
	uint32_t i;

	for (i = 1; i < in->btf->nr_types; i++)
		if (in->canon[i] && !fits(m, in, i))
			return false;
	return true;
}

/* Gives the types of a file that are in the wrong class a class each. */
static void split_misfits(struct ld_btf_merge *m, uint32_t input)
{
	const struct ld_btf_input *in = &m->in[input];
	uint32_t i;

	for (i = 1; i < in->btf->nr_types; i++) {
		if (!in->canon[i] || fits(m, in, i))
			continue;
		m->nodes[m->nr] = (struct ld_btf_node){.input = input, .type = i};
		in->canon[i] = m->nr++;
	}
}

struct prover {
	const struct ld_btf_merge *m;
	atomic_uint next; /* input */
	atomic_bool *bad; /* by input */
	atomic_bool any_bad;
};

static void *prove_some(void *arg)
{
	struct prover *p = arg;
	uint32_t input;

	while ((input = atomic_fetch_add(&p->next, 1)) < p->m->nr_in) {
		bool bad = !all_fit(p->m, input);

		atomic_store(&p->bad[input], bad);
		if (bad)
			atomic_store(&p->any_bad, true);
	}
	return NULL;
}

static bool prove_all(struct prover *p, uint32_t threads)
{
	pthread_t others[MAX_THREADS];
	uint32_t nr = 0;

	atomic_store(&p->next, 0);
	atomic_store(&p->any_bad, false);
	if (threads > MAX_THREADS)
		threads = MAX_THREADS;
	if (threads > p->m->nr_in / 2)
		threads = p->m->nr_in / 2;
	/* Where there is no thread, the others do its work. */
	while (nr + 1 < threads && !pthread_create(&others[nr], NULL, prove_some, p))
		nr++;
	prove_some(p);
	while (nr)
		pthread_join(others[--nr], NULL);
	return !p->any_bad;
}

void ld_btf_renumber(struct ld_btf_merge *m)
{
	uint32_t *to = LD_NEW_ARRAY(m->arena, uint32_t, m->nr);
	struct ld_btf_node *nodes = LD_NEW_ARRAY(m->arena, struct ld_btf_node, m->nr);
	uint32_t nr = 1, f, i;

	for (f = 0; f < m->nr_in; f++) {
		for (i = 1; i < m->in[f].btf->nr_types; i++) {
			uint32_t *class = &m->in[f].canon[i];

			if (*class && !to[*class]) {
				nodes[nr] = m->nodes[*class];
				to[*class] = nr++;
			}
			*class = to[*class];
		}
	}
	memcpy(m->nodes, nodes, nr * sizeof(*nodes));
	m->nr = nr;
}

/* Every type a class of its own: what cannot be wrong. */
static void merge_nothing(struct ld_btf_merge *m)
{
	uint32_t f, i;

	m->nr = 1;
	for (f = 0; f < m->nr_in; f++) {
		for (i = 1; i < m->in[f].btf->nr_types; i++) {
			if (!m->in[f].canon[i])
				continue;
			m->nodes[m->nr] = (struct ld_btf_node){.input = f, .type = i};
			m->in[f].canon[i] = m->nr++;
		}
	}
}

/* Proves the classes right, or splits them until they are. */
static void prove(struct ld_btf_merge *m, uint32_t threads)
{
	struct prover p = {.m = m, .bad = LD_NEW_ARRAY(m->arena, atomic_bool, m->nr_in)};
	uint32_t pass, f;

	for (pass = 0; pass < MAX_PASSES; pass++) {
		if (prove_all(&p, threads))
			return;
		for (f = 0; f < m->nr_in; f++)
			if (p.bad[f])
				split_misfits(m, f);
		ld_btf_renumber(m);
	}
	merge_nothing(m);
}

void ld_btf_dedup(struct ld_arena *a, struct ld_arena *scratch, struct ld_btf_input *in,
		  uint32_t nr_in, uint32_t threads, struct ld_btf_graph *graph)
{
	struct ld_btf_merge m = {.arena = scratch, .in = in, .nr_in = nr_in, .nr = 1};
	uint32_t f, largest = 0;
	struct table table;
	size_t cap = 2;

	for (f = 0; f < nr_in; f++) {
		in[f].canon = in[f].digest->canon = LD_NEW_ARRAY(a, uint32_t, in[f].btf->nr_types);
		cap += in[f].btf->nr_types;
		if (in[f].btf->nr_types > largest)
			largest = in[f].btf->nr_types;
	}
	m.keys = LD_NEW_ARRAY(scratch, uint64_t, cap);
	m.defs = LD_NEW_ARRAY(scratch, uint64_t, cap);
	m.flags = LD_NEW_ARRAY(scratch, uint8_t, cap);
	/*
	 * No class is empty when they are numbered, and what makes new ones makes at most one for
	 * each type: refining thrice. Untouched pages take no memory.
	 */
	m.nodes = LD_NEW_ARRAY(scratch, struct ld_btf_node, 4 * cap);
	table_init(&m, &table, largest);
	for (f = 0; f < nr_in; f++) {
		merge_keys(&m, &table, f);
		merge_defs(&m, f);
	}
	if (m.nr_ambiguous) {
		ld_btf_refine(&m);
		ld_btf_renumber(&m);
	}
	prove(&m, threads);
	graph->has_fwds = m.nr_ambiguous && ld_btf_join(&m);
	graph->nodes = ld_memdup(a, m.nodes, m.nr * sizeof(*m.nodes));
	graph->nr = m.nr;
}
