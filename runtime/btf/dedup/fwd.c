/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * FWDs of names with several definitions.
 *
 * Such a FWD says nothing about which definition is meant. But where a struct is like another in
 * all but that a FWD stands for a definition, the two are one struct, of which one file saw more
 * than the other, as far as anybody can tell: the lesser one joins the greater. And having seen
 * what the FWD stood for there, it stands for that everywhere. A FWD without such evidence stays.
 *
 * All of this is about classes that have been proved right, and looks at one node for each. Open
 * are those from which a FWD in question can be reached; no others change. For each open class
 * and each class of the same shape (of the same hash, by which references stop at names) three
 * relations are computed, the way that fits things which refer to themselves: assume that they
 * hold, take back where labels or references say otherwise, until nothing changes.
 *
 *   LESSER     one is the other, except that it has a FWD where the other has a definition
 *   LIKE       the same with FWDs on either side: evidence
 *   EQUAL      once FWDs are replaced by what the evidence says
 *
 * What one joins, or stands for, is chosen by content where there is a choice, not by order.
 * No relation rests on a hash. The number of pairs and the work on them are limited; beyond
 * that all stays as it is.
 */
#include <stdlib.h>

#include "btf/dedup/merge.h"

#define WORK_LIMIT 256 /* times the classes */
#define MIN_LIMIT 50000000
#define ENOUGH_WORK 25000000 /* after which no other choices are tried */
#define COLOR_ROUNDS 16
#define COLORED_BYTES 64 /* of a name */
#define MAX_ROUNDS 8
#define ATTEMPTS 16    /* to choose */
#define MAX_CHOICES 64 /* after which alternatives are looked at again */

enum { LESSER = 1, LIKE = 2, EQUAL = 4, SAME_LABEL = 8, SEEN = 16 };
enum { OPEN = 1, FWD = 2, TAKEN = 4 };

struct pair {
	uint32_t a, b; /* classes; a is open */
};

struct joiner {
	struct ld_btf_merge *m;
	uint8_t *flags;     /* by class */
	uint32_t *fwd_of;   /* by class: of a definition, the FWD of its name */
	uint32_t *sole;     /* by class: of a FWD, the only definition; itself if several */
	uint64_t *shapes;   /* by class */
	uint64_t *colors;   /* by class: of what it is, whatever its number */
	uint32_t *group;    /* by class: of the same shape; 0 where no open class has it */
	uint32_t *pos;      /* by class: its place among these */
	uint32_t *pairs_at; /* by open class: the pair with the class at place 0 */
	struct pair *pairs;
	uint8_t *holds; /* by pair: the relations */
	uint32_t nr_pairs;
	uint32_t *to; /* by class: what it becomes part of, or itself */
	uint64_t work, limit;
	uint32_t attempt;
};

static const struct btf_type *type_of(const struct joiner *j, uint32_t class)
{
	const struct ld_btf_node *node = &j->m->nodes[class];

	return ld_btf_type(j->m->in[node->input].btf, node->type);
}

static const char *name_of(const struct joiner *j, uint32_t class)
{
	const struct ld_btf_node *node = &j->m->nodes[class];

	return ld_btf_name(j->m->in[node->input].btf, node->type);
}

static uint64_t key_of(const struct joiner *j, uint32_t class)
{
	const struct ld_btf_node *node = &j->m->nodes[class];

	return ld_btf_key(j->m->in[node->input].digest, node->type);
}

static bool is_container(const struct joiner *j, uint32_t class)
{
	uint32_t kind = ld_btf_kind(type_of(j, class));

	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION;
}

/* The class that a type id in a class's node leads to. */
static uint32_t ref_of(const struct joiner *j, uint32_t class, uint32_t in_type)
{
	return ld_btf_class(&j->m->in[j->m->nodes[class].input], in_type);
}

static uint32_t root(struct joiner *j, uint32_t class)
{
	while (j->to[class] != class)
		class = j->to[class] = j->to[j->to[class]];
	return class;
}

static uint32_t power_of_two(uint64_t nr)
{
	uint32_t cap = 16;

	while (cap < nr)
		cap *= 2;
	return cap;
}

/* Finds the FWDs and what they may stand for; false if there are none in question. */
static bool find_fwds(struct joiner *j)
{
	uint32_t nr = j->m->nr, nr_fwds = 0, mask, c, i, *slots;
	bool any = false;

	for (c = 1; c < nr; c++)
		nr_fwds += ld_btf_kind(type_of(j, c)) == BTF_KIND_FWD && *name_of(j, c);
	if (!nr_fwds)
		return false;
	mask = power_of_two((uint64_t)nr_fwds * 2) - 1;
	slots = LD_NEW_ARRAY(j->m->arena, uint32_t, (size_t)mask + 1);
	for (c = 1; c < nr; c++) {
		if (ld_btf_kind(type_of(j, c)) != BTF_KIND_FWD || !*name_of(j, c))
			continue;
		for (i = (uint32_t)key_of(j, c); slots[i & mask]; i++)
			;
		slots[i & mask] = c;
	}
	for (c = 1; c < nr; c++) {
		uint64_t key = key_of(j, c);

		if (!is_container(j, c) || !*name_of(j, c))
			continue;
		for (i = (uint32_t)key; slots[i & mask]; i++)
			if (key_of(j, slots[i & mask]) == key)
				break;
		/* The key has the kind in it; but it is a hash. */
		if (!slots[i & mask] || strcmp(name_of(j, c), name_of(j, slots[i & mask])) ||
		    (ld_btf_kind(type_of(j, c)) == BTF_KIND_UNION) !=
			BTF_INFO_KFLAG(type_of(j, slots[i & mask])->info))
			continue;
		j->fwd_of[c] = slots[i & mask];
		j->sole[slots[i & mask]] = j->sole[slots[i & mask]] ? slots[i & mask] : c;
		j->flags[slots[i & mask]] |= FWD | OPEN;
		any = true;
	}
	return any;
}

static uint64_t shape_of(const struct joiner *j, uint32_t class)
{
	const struct ld_btf_node *node = &j->m->nodes[class];
	const struct ld_btf_digest *digest = j->m->in[node->input].digest;
	uint32_t low = 0, high, mid;
	uint64_t def = 0;

	if (node->type < digest->btf->base_types)
		digest = digest->model;
	high = digest->nr_defs;
	while (low < high) {
		mid = low + (high - low) / 2;
		if (digest->defs[mid].type < node->type)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < digest->nr_defs && digest->defs[low].type == node->type)
		def = digest->defs[low].hash;
	return ld_hash_word(ld_btf_key(digest, node->type), def);
}

/* No hash under the key of this process: colors make an order, which must be the same in each. */
static uint64_t add_color(uint64_t h, uint64_t w)
{
	h = (h ^ w) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 29;
}

struct painter {
	const struct ld_btf *btf;
	uint64_t color;
};

static void paint_str(void *ctx, uint32_t *off)
{
	struct painter *p = ctx;
	const char *s = ld_btf_str(p->btf, *off);

	for (uint32_t i = 0; s[i] && i < COLORED_BYTES; i++)
		p->color = add_color(p->color, (unsigned char)s[i]);
	*off = 0;
}

static void paint_ref(void *ctx, uint32_t *in_type)
{
	(void)ctx;
	*in_type = 0;
}

/* The color of what a class says but for its references. */
static uint64_t own_color(const struct joiner *j, uint32_t class)
{
	const struct btf_type *t = type_of(j, class);
	uint32_t size = ld_btf_type_size(ld_btf_kind(t), ld_btf_vlen(t)), i;
	struct painter p = {.btf = j->m->in[j->m->nodes[class].input].btf};
	uint32_t *words = ld_memdup(j->m->arena, t, size);

	ld_btf_each_str((struct btf_type *)words, paint_str, &p);
	ld_btf_each_ref((struct btf_type *)words, paint_ref, NULL);
	for (i = 0; i < size / 4; i++)
		p.color = add_color(p.color, words[i]);
	return p.color;
}

/* Sets colors so that they tell apart what differs near by. */
static void compute_colors(struct joiner *j)
{
	uint32_t nr = j->m->nr, round, c, i;
	uint64_t *own = LD_NEW_ARRAY(j->m->arena, uint64_t, nr), *to, h;
	uint64_t *from = LD_NEW_ARRAY(j->m->arena, uint64_t, nr);

	for (c = 1; c < nr; c++)
		own[c] = own_color(j, c);
	j->colors = ld_memdup(j->m->arena, own, nr * sizeof(*own));
	for (round = 0; round < COLOR_ROUNDS; round++) {
		to = from;
		from = j->colors;
		for (c = 1; c < nr; c++) {
			struct ld_btf_refs refs = ld_btf_refs(type_of(j, c));

			h = own[c];
			for (i = 0; i < refs.nr; i++, refs.id += refs.stride)
				h = add_color(h, from[ref_of(j, c, *refs.id)]);
			to[c] = h;
		}
		j->colors = to;
	}
}

/* An order among classes that is another in each try. */
static uint64_t color_of(const struct joiner *j, uint32_t class)
{
	return add_color(j->colors[class], j->attempt);
}

static bool before(struct joiner *j, uint32_t a, uint32_t b)
{
	uint64_t x = color_of(j, a), y = color_of(j, b);

	return x != y ? x < y : a < b;
}

/* Groups the classes that have the shape of an open one; returns the number of groups + 1. */
static uint32_t make_groups(struct joiner *j)
{
	uint32_t nr = j->m->nr, nr_open = 0, nr_groups = 1, mask, c, i, pass;
	uint32_t *slots; /* a class */

	for (c = 1; c < nr; c++)
		nr_open += (j->flags[c] & (OPEN | FWD)) == OPEN;
	mask = power_of_two((uint64_t)nr_open * 2) - 1;
	slots = LD_NEW_ARRAY(j->m->arena, uint32_t, (size_t)mask + 1);
	for (pass = 0; pass < 2; pass++) {
		for (c = 1; c < nr; c++) {
			bool open = j->flags[c] & OPEN;

			if ((j->flags[c] & FWD) || open == (pass == 1))
				continue;
			for (i = (uint32_t)j->shapes[c]; slots[i & mask]; i++)
				if (j->shapes[slots[i & mask]] == j->shapes[c])
					break;
			if (!slots[i & mask] && pass)
				continue;
			if (!slots[i & mask]) {
				slots[i & mask] = c;
				j->group[c] = nr_groups++;
			}
			j->group[c] = j->group[slots[i & mask]];
		}
	}
	return nr_groups;
}

/* Pairs each open class with all of its group; false where that is too many. */
static bool make_pairs(struct joiner *j, uint32_t nr_groups)
{
	struct ld_arena *a = j->m->arena;
	uint32_t *size = LD_NEW_ARRAY(a, uint32_t, nr_groups), *at, *members, nr = j->m->nr, c, i;
	uint64_t nr_pairs = 0;

	for (c = 1; c < nr; c++)
		if (j->group[c])
			j->pos[c] = size[j->group[c]]++;
	for (c = 1; c < nr; c++) {
		if (!j->group[c] || !(j->flags[c] & OPEN))
			continue;
		j->pairs_at[c] = (uint32_t)nr_pairs;
		nr_pairs += size[j->group[c]];
		if (nr_pairs > j->limit)
			return false;
	}
	at = LD_NEW_ARRAY(a, uint32_t, (size_t)nr_groups + 1);
	for (i = 1; i < nr_groups; i++)
		at[i + 1] = at[i] + size[i];
	members = LD_NEW_ARRAY(a, uint32_t, at[nr_groups]);
	for (c = 1; c < nr; c++)
		if (j->group[c])
			members[at[j->group[c]] + j->pos[c]] = c;
	j->nr_pairs = (uint32_t)nr_pairs;
	j->pairs = LD_NEW_ARRAY(a, struct pair, nr_pairs);
	j->holds = LD_NEW_ARRAY(a, uint8_t, nr_pairs);
	for (c = 1; c < nr; c++) {
		if (!j->group[c] || !(j->flags[c] & OPEN))
			continue;
		for (i = 0; i < size[j->group[c]]; i++) {
			uint32_t b = members[at[j->group[c]] + i];

			j->pairs[j->pairs_at[c] + i] = (struct pair){c, b};
			if (ld_btf_same_node_label(j->m, &j->m->nodes[c], &j->m->nodes[b]))
				j->holds[j->pairs_at[c] + i] = SAME_LABEL | LESSER | LIKE;
		}
	}
	return true;
}

/* The pair of two classes, either way round if wanted, or nr_pairs. */
static uint32_t find_pair(const struct joiner *j, uint32_t a, uint32_t b, bool either)
{
	if (!j->group[a] || j->group[a] != j->group[b])
		return j->nr_pairs;
	if (j->flags[a] & OPEN)
		return j->pairs_at[a] + j->pos[b];
	if (either && (j->flags[b] & OPEN))
		return j->pairs_at[b] + j->pos[a];
	return j->nr_pairs;
}

static bool related(struct joiner *j, uint32_t a, uint32_t b, uint8_t relation)
{
	uint32_t pair;

	if (relation == EQUAL) {
		a = root(j, a);
		b = root(j, b);
	}
	if (a == b)
		return true;
	if (relation == LESSER && (j->flags[a] & FWD) && j->fwd_of[b] == a)
		return true;
	if (relation == LIKE) {
		if ((j->flags[b] & FWD) && j->fwd_of[a] == b) {
			uint32_t def = a;

			a = b;
			b = def;
		}
		if ((j->flags[a] & FWD) && j->fwd_of[b] == a) {
			if (j->to[a] == a || j->to[a] == b)
				return true;
			a = j->to[a];
		}
	}
	pair = find_pair(j, a, b, relation != LESSER);
	return pair < j->nr_pairs && (j->holds[pair] & relation);
}

/* Takes the relation back where references lack it; false if that takes too long. */
static bool settle(struct joiner *j, uint8_t relation)
{
	bool changed;
	uint32_t p, i;

	do {
		changed = false;
		for (p = 0; p < j->nr_pairs; p++) {
			struct pair pair = j->pairs[p];
			struct ld_btf_refs a, b;

			j->work++;
			if (!(j->holds[p] & relation))
				continue;
			a = ld_btf_refs(type_of(j, pair.a));
			b = ld_btf_refs(type_of(j, pair.b));
			for (i = 0; i < a.nr; i++, a.id += a.stride, b.id += b.stride)
				if (!related(j, ref_of(j, pair.a, *a.id), ref_of(j, pair.b, *b.id),
					     relation))
					break;
			j->work += i;
			if (i == a.nr)
				continue;
			j->holds[p] &= (uint8_t)~relation;
			changed = true;
		}
		if (j->work > j->limit)
			return false;
	} while (changed);
	return true;
}

/* Whether a is the better one to join than b, where either will do. */
static bool better(struct joiner *j, uint32_t a, uint32_t b)
{
	if ((j->flags[a] ^ j->flags[b]) & OPEN)
		return !(j->flags[a] & OPEN);
	return before(j, a, b);
}

/* Of those that the relations are to, the best to join; 0 for none. */
static uint32_t best_for(struct joiner *j, uint32_t class, uint8_t relations)
{
	uint32_t p = j->pairs_at[class], best = 0;

	for (; p < j->nr_pairs && j->pairs[p].a == class; p++)
		if (j->pairs[p].b != class && (j->holds[p] & relations) == relations &&
		    (!best || better(j, j->pairs[p].b, best)))
			best = j->pairs[p].b;
	return best;
}

/* Lets FWDs below a pair stand for what is opposite; false if none did not yet. */
static bool assign_below(struct joiner *j, uint32_t *stack, uint32_t pair)
{
	uint32_t top = 1, i, next;
	bool any = false;

	stack[0] = pair;
	j->holds[pair] |= SEEN;
	while (top) {
		struct pair p = j->pairs[stack[--top]];
		struct ld_btf_refs refs_a = ld_btf_refs(type_of(j, p.a));
		struct ld_btf_refs refs_b = ld_btf_refs(type_of(j, p.b));

		for (i = 0; i < refs_a.nr;
		     i++, refs_a.id += refs_a.stride, refs_b.id += refs_b.stride) {
			uint32_t a = ref_of(j, p.a, *refs_a.id), b = ref_of(j, p.b, *refs_b.id);

			if ((j->flags[a] & FWD) && j->fwd_of[b] == a && j->to[a] == a) {
				j->to[a] = b;
				any = true;
			}
			if ((j->flags[b] & FWD) && j->fwd_of[a] == b && j->to[b] == b) {
				j->to[b] = a;
				any = true;
			}
			next = find_pair(j, a, b, true);
			if (a == b || next == j->nr_pairs || (j->holds[next] & SEEN))
				continue;
			j->holds[next] |= SEEN;
			stack[top++] = next;
		}
	}
	return any;
}

/* How many others a class has the relation to. */
static uint32_t count_like(const struct joiner *j, uint32_t class)
{
	uint32_t p = j->pairs_at[class], nr = 0;

	for (; p < j->nr_pairs && j->pairs[p].a == class; p++)
		nr += j->pairs[p].b != class && (j->holds[p] & LIKE);
	return nr;
}

struct candidate {
	uint32_t nr_like;
	uint64_t color;
	uint32_t class;
};

static int compare_candidates(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->nr_like != y->nr_like)
		return x->nr_like < y->nr_like ? -1 : 1;
	if (x->color != y->color)
		return x->color < y->color ? -1 : 1;
	return x->class < y->class ? -1 : x->class > y->class;
}

/* The containers that have FWDs in question, in the order in which to choose for them. */
static uint32_t list_candidates(struct joiner *j, struct candidate *v)
{
	uint32_t nr = 0, nr_like, c;

	for (c = 1; c < j->m->nr; c++) {
		if (!j->group[c] || !(j->flags[c] & OPEN) || !is_container(j, c))
			continue;
		nr_like = count_like(j, c);
		if (!nr_like)
			continue;
		/* Try them with the fewest to choose from first, with or without regard to names.
		 */
		if (j->attempt % 4 == 1)
			nr_like = 2 * nr_like + !*name_of(j, c);
		else if (j->attempt % 4 == 2)
			nr_like = !*name_of(j, c);
		else if (j->attempt % 4 == 3)
			nr_like = 0;
		v[nr++] = (struct candidate){nr_like, color_of(j, c), c};
	}
	qsort(v, nr, sizeof(*v), compare_candidates);
	return nr;
}

/* Lets FWDs stand for what they stood for where a struct that has them is like another. */
static bool assign_fwds(struct joiner *j)
{
	uint32_t *stack = LD_NEW_ARRAY(j->m->arena, uint32_t, j->nr_pairs), nr, i, best, round = 0;
	struct candidate *v = LD_NEW_ARRAY(j->m->arena, struct candidate, j->m->nr);
	uint64_t enough = j->work + j->limit / 8;
	bool again = true;

	/* Definitions may have become one by now. */
	for (i = 1; i < j->m->nr; i++)
		if (j->sole[i])
			j->to[i] = j->sole[i];
	while (again) {
		again = false;
		nr = list_candidates(j, v);
		for (i = 0; i < nr && !again; i++) {
			best = best_for(j, v[i].class, LIKE | LESSER);
			if (!best)
				best = best_for(j, v[i].class, LIKE);
			if (best && assign_below(j, stack, find_pair(j, v[i].class, best, false)))
				again = round++ < MAX_CHOICES && j->work < enough;
		}
		/* A choice excludes others, which may leave but one for the next. */
		if (again && !settle(j, LIKE))
			return false;
	}
	return true;
}

/* Makes equal classes one, given what to[] has of FWDs and structs by now. */
static bool join_equal(struct joiner *j)
{
	uint32_t p, c, best;

	for (p = 0; p < j->nr_pairs; p++) {
		struct pair pair = j->pairs[p];

		j->holds[p] &= (uint8_t)~EQUAL;
		if ((j->holds[p] & SAME_LABEL) && j->to[pair.a] == pair.a &&
		    j->to[pair.b] == pair.b)
			j->holds[p] |= EQUAL;
	}
	if (!settle(j, EQUAL))
		return false;
	for (c = 1; c < j->m->nr; c++) {
		if (!j->group[c] || !(j->flags[c] & OPEN) || j->to[c] != c)
			continue;
		best = best_for(j, c, EQUAL);
		if (best && root(j, best) != c)
			j->to[c] = best;
	}
	for (c = 1; c < j->m->nr; c++)
		if (j->group[c] && j->to[c] != c)
			j->flags[root(j, c)] |= TAKEN;
	return true;
}

/*
 * Lets structs that are still on their own become part of what they are less than. One that others
 * became part of may have got definitions by that, which what it is less than lacks.
 */
static void join_lesser(struct joiner *j)
{
	uint32_t c, best;

	for (c = 1; c < j->m->nr; c++) {
		if (!j->group[c] || (j->flags[c] & (OPEN | TAKEN)) != OPEN || j->to[c] != c ||
		    !is_container(j, c))
			continue;
		best = best_for(j, c, LESSER);
		if (best && root(j, best) != c)
			j->to[c] = best;
	}
}

/* Fills in to[]; returns the number of classes that are left, 0 where that takes too long. */
static uint32_t try_once(struct joiner *j)
{
	uint32_t i, left = 0;

	for (i = 1; i < j->m->nr; i++) {
		j->to[i] = i;
		j->flags[i] &= (uint8_t)~TAKEN;
	}
	if (!assign_fwds(j) || !join_equal(j))
		return 0;
	join_lesser(j);
	if (!join_equal(j))
		return 0;
	for (i = 1; i < j->m->nr; i++)
		left += j->to[i] == i;
	return left;
}

/* What is chosen for one FWD limits the choice for others; keeps the best of a few ways. */
static uint32_t *try_some(struct joiner *j)
{
	uint32_t nr = j->m->nr, left, least = nr - 1, *best = NULL;
	uint8_t *holds = ld_memdup(j->m->arena, j->holds, j->nr_pairs);

	for (; j->attempt < ATTEMPTS && (!j->attempt || j->work < ENOUGH_WORK); j->attempt++) {
		if (j->nr_pairs)
			memcpy(j->holds, holds, j->nr_pairs);
		left = try_once(j);
		if (!left || left >= least)
			continue;
		least = left;
		if (!best)
			best = LD_NEW_ARRAY(j->m->arena, uint32_t, nr);
		memcpy(best, j->to, nr * sizeof(*best));
	}
	return best;
}

static bool merge_once(struct ld_btf_merge *m)
{
	struct joiner j = {.m = m, .limit = (uint64_t)WORK_LIMIT * m->nr + MIN_LIMIT};
	uint32_t nr = m->nr, f, i;

	j.flags = LD_NEW_ARRAY(m->arena, uint8_t, nr);
	j.sole = LD_NEW_ARRAY(m->arena, uint32_t, nr);
	j.fwd_of = LD_NEW_ARRAY(m->arena, uint32_t, nr);
	if (!find_fwds(&j))
		return false;
	ld_btf_spread(m, NULL, 0, j.flags, OPEN);
	j.shapes = LD_NEW_ARRAY(m->arena, uint64_t, nr);
	j.group = LD_NEW_ARRAY(m->arena, uint32_t, nr);
	j.pos = LD_NEW_ARRAY(m->arena, uint32_t, nr);
	j.pairs_at = LD_NEW_ARRAY(m->arena, uint32_t, nr);
	j.to = LD_NEW_ARRAY(m->arena, uint32_t, nr);
	for (i = 1; i < nr; i++) {
		j.shapes[i] = shape_of(&j, i);
		j.to[i] = i;
	}
	compute_colors(&j);
	if (!make_pairs(&j, make_groups(&j)) || !settle(&j, LESSER) || !settle(&j, LIKE))
		return false;
	j.to = try_some(&j);
	if (!j.to)
		return false;
	for (f = 0; f < m->nr_all; f++)
		for (i = 0; i < ld_btf_nr_own(m->in[f].btf); i++)
			m->in[f].canon[i] = root(&j, m->in[f].canon[i]);
	return true;
}

void ld_btf_merge_fwds(struct ld_btf_merge *m)
{
	int round;

	for (round = 0; round < MAX_ROUNDS && merge_once(m); round++)
		ld_btf_renumber(m);
}
