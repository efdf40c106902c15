/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Step 4: forward declarations of names with several definitions; see dedup.c.
 *
 * All of this is about proved classes, and looks at one node of each. A forward declaration of
 * which there is a definition is open, and so is a class from which an open one can be reached.
 * Classes that are not open differ whatever the open ones turn out to be: of two classes that
 * become one, one is open.
 *
 * A class becomes part of an earlier one (is joined to it) by an entry in to[], a forest whose
 * roots are the classes that remain. A forward declaration that is bound to a definition has such
 * an entry, too. What an attempt has changed is in a log until it succeeds.
 */
#include <string.h>

#include "btf/dedup/merge.h"

#define MOST_TRIES 64       /* of a class, with others of its shape */
#define WORK_PER_CLASS 256  /* pairs of classes that are compared; what takes more is not joined */
#define WORK_OF_WAYS 64     /* the same, after which no other way is tried */
#define PROOF_PER_CLASS 256 /* the same to prove it */
#define LEAST_WORK 65536
#define MAX_REDOS 8 /* without the joins that lost something */
#define MAX_ROUNDS 64

enum {
	FWD = 1,      /* an open forward declaration */
	OPEN = 2,     /* one can be reached from here */
	NAMED = 4,    /* a container or a typedef: what is joined by the attempts */
	TAKEN = 8,    /* others were joined to it */
	REFUSED = 16, /* is not to be joined: that lost something */
};

/* The ways to go about it, of which the best one is taken. */
enum { OLDEST_FIRST = 1, BACKWARDS = 2, OPEN_FIRST = 4, NR_WAYS = 8 };

struct change {
	uint32_t class, to;
	uint8_t flags;
};

/* Two classes that must be one. */
struct pair {
	uint32_t x, y; /* the one that comes in, the one that is there */
	bool bound;    /* x's forward declarations are what they are bound to */
};

struct list {
	uint32_t first, last;
};

struct pair_table {
	uint64_t *slots; /* x and y, or 0 */
	uint32_t nr, size;
};

struct joiner {
	struct ld_btf_merge *m;
	uint32_t nr;
	int way;
	bool binds;         /* forward declarations of the class that is there, too */
	uint32_t *to;       /* by class: what it is joined or bound to, or itself */
	uint32_t nr_joined; /* those that are not themselves */
	uint8_t *flags;     /* by class */
	uint32_t *sole;     /* by class: of an open FWD, its only definition, or 0 */
	uint32_t *fwd_of;   /* by class: of a definition, the open FWD of its name, or 0 */
	uint32_t *shape;    /* by class that is NAMED: those of one shape have the same number */
	uint32_t *seen_as;  /* by class: of an open FWD, a definition that it has matched, or 0 */

	struct list *lists; /* by shape: two */
	uint32_t nr_shapes;
	uint32_t *next;  /* by class: on the list that it is on */
	uint32_t *slots; /* of join_refs() */
	uint8_t *done;
	struct pair_table proved;

	/* Of an attempt: */
	LD_VEC(struct change) log;
	LD_VEC(struct pair) stack;
	LD_VEC(struct pair) matched;      /* FWDs and definitions */
	uint32_t *met, *met_in, nr_tries; /* by class x: the y it met last, and in which attempt */
	uint64_t work, work_of_all, limit;
};

static const struct btf_type *type_of(const struct joiner *j, uint32_t class)
{
	return ld_btf_node_type(j->m, class);
}

static const struct ld_btf_digest *digest_of(const struct joiner *j, uint32_t class)
{
	return j->m->in[j->m->nodes[class].input].digest;
}

static uint32_t name_of(const struct joiner *j, uint32_t class)
{
	return ld_btf_name_nr(digest_of(j, class), j->m->nodes[class].type);
}

static const uint32_t *canon_of(const struct joiner *j, uint32_t class)
{
	return digest_of(j, class)->canon;
}

static bool same_label(const struct joiner *j, uint32_t a, uint32_t b)
{
	return ld_btf_same_label(digest_of(j, a), j->m->nodes[a].type, digest_of(j, b),
				 j->m->nodes[b].type);
}

static void set(struct joiner *j, uint32_t class, uint32_t to, uint8_t flags)
{
	LD_PUSH(j->m->arena, &j->log, (struct change){class, j->to[class], j->flags[class]});
	j->to[class] = to;
	j->flags[class] |= flags;
}

static void undo(struct joiner *j)
{
	while (j->log.nr) {
		const struct change *c = &j->log.v[--j->log.nr];

		j->to[c->class] = c->to;
		j->flags[c->class] = c->flags;
	}
}

static uint32_t root(struct joiner *j, uint32_t class)
{
	while (j->to[class] != class) {
		uint32_t up = j->to[j->to[class]];

		if (up != j->to[class])
			set(j, class, up, 0);
		class = up;
	}
	return class;
}

/* ---- what is open ---- */

/* By name and kind, a forward declaration; a second one of a name, if there is, is not open. */
struct fwd_table {
	uint32_t *slots, mask;
};

static uint32_t *find_fwd(const struct joiner *j, const struct fwd_table *t, uint32_t class,
			  bool is_union)
{
	uint32_t name = name_of(j, class), i, *slot;

	for (i = (uint32_t)ld_hash_words(0, is_union, name); *(slot = &t->slots[i & t->mask]); i++)
		if (name_of(j, *slot) == name &&
		    BTF_INFO_KFLAG(type_of(j, *slot)->info) == is_union)
			break;
	return slot;
}

/* Finds the open forward declarations; false where there are none. */
static bool find_fwds(struct joiner *j)
{
	uint8_t *several = LD_NEW_ARRAY(j->m->arena, uint8_t, j->nr);
	uint32_t nr = 0, c;
	struct fwd_table t;
	bool any = false;

	for (c = 1; c < j->nr; c++)
		nr += ld_btf_kind(type_of(j, c)) == BTF_KIND_FWD;
	if (!nr)
		return false;
	t.mask = ld_btf_table_size(2ull * nr) - 1;
	t.slots = LD_NEW_ARRAY(j->m->arena, uint32_t, (size_t)t.mask + 1);
	for (c = 1; c < j->nr; c++) {
		uint32_t *slot;

		if (ld_btf_kind(type_of(j, c)) != BTF_KIND_FWD)
			continue;
		slot = find_fwd(j, &t, c, BTF_INFO_KFLAG(type_of(j, c)->info));
		if (!*slot)
			*slot = c;
	}
	for (c = 1; c < j->nr; c++) {
		uint32_t kind = ld_btf_kind(type_of(j, c)), fwd;

		if (!ld_btf_is_container(kind) || !name_of(j, c))
			continue;
		fwd = *find_fwd(j, &t, c, kind == BTF_KIND_UNION);
		j->fwd_of[c] = fwd;
		if (!fwd)
			continue;
		several[fwd] |= j->sole[fwd] != 0;
		j->sole[fwd] = several[fwd] ? 0 : c;
		j->flags[fwd] |= FWD | OPEN;
		any = true;
	}
	return any;
}

/* ---- an attempt ---- */

static void push_refs(struct joiner *j, uint32_t x, uint32_t y, bool bound)
{
	struct ld_btf_refs a = ld_btf_refs(type_of(j, x)), b = ld_btf_refs(type_of(j, y));
	const uint32_t *canon_a = canon_of(j, x), *canon_b = canon_of(j, y);

	/* The first one is compared first: it is at the end. */
	a.id += (size_t)a.stride * a.nr;
	b.id += (size_t)b.stride * a.nr;
	j->work += a.nr;
	for (; a.nr; a.nr--) {
		a.id -= a.stride;
		b.id -= b.stride;
		if (canon_a[*a.id] != canon_b[*b.id])
			LD_PUSH(j->m->arena, &j->stack,
				(struct pair){canon_a[*a.id], canon_b[*b.id], bound});
	}
}

static bool match_fwd(struct joiner *j, uint32_t fwd, uint32_t def)
{
	if (j->fwd_of[def] != fwd)
		return false;
	LD_PUSH(j->m->arena, &j->matched, (struct pair){.x = fwd, .y = def});
	return true;
}

/* Whether x and y may be one as far as they say themselves; what they refer to is pushed. */
static bool match(struct joiner *j, uint32_t x, uint32_t y, bool bound)
{
	uint32_t at = root(j, x);

	y = root(j, y);
	if (at == y)
		return true;
	if (!x || !y)
		return false;
	/* Others rely on what it is bound to, or has been joined to. */
	if (bound || (j->flags[x] & TAKEN))
		x = at;
	if (j->flags[x] & FWD) {
		if (!match_fwd(j, x, y))
			return false;
		if (j->binds && at == x)
			set(j, x, y, 0);
		return true;
	}
	if (j->flags[y] & FWD) {
		if (!j->binds || !match_fwd(j, y, at))
			return false;
		set(j, y, at, 0);
		return true;
	}
	if (j->met[x] == y && j->met_in[x] == j->nr_tries)
		return true;
	if (!((j->flags[x] | j->flags[y]) & OPEN) || (j->flags[x] & REFUSED) ||
	    !same_label(j, x, y))
		return false;
	j->met[x] = y;
	j->met_in[x] = j->nr_tries;
	bound |= (j->flags[x] & TAKEN) != 0;
	if ((j->flags[x] & NAMED) && at == x) {
		set(j, x, y, 0);
		set(j, y, y, TAKEN);
	}
	push_refs(j, x, y, bound);
	return true;
}

static bool join(struct joiner *j, uint32_t x, uint32_t y)
{
	j->nr_tries++;
	j->log.nr = j->stack.nr = j->matched.nr = 0;
	LD_PUSH(j->m->arena, &j->stack, (struct pair){x, y, false});
	while (j->stack.nr) {
		struct pair p = j->stack.v[--j->stack.nr];

		if (j->work++ > j->limit || !match(j, p.x, p.y, p.bound)) {
			undo(j);
			return false;
		}
	}
	for (size_t i = 0; i < j->matched.nr; i++)
		if (!j->seen_as[j->matched.v[i].x])
			j->seen_as[j->matched.v[i].x] = j->matched.v[i].y;
	return true;
}

/* ---- all of them ---- */

static uint64_t shape_of(const struct joiner *j, uint32_t class)
{
	const struct ld_btf_digest *digest = digest_of(j, class);
	uint32_t type = j->m->nodes[class].type, low = 0, high = digest->nr_defs;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (digest->defs[mid].type < type)
			low = mid + 1;
		else
			high = mid;
	}
	return low < digest->nr_defs && digest->defs[low].type == type ? digest->defs[low].hash
								       : digest->keys[type];
}

/* Numbers the shapes. */
static void find_shapes(struct joiner *j)
{
	uint32_t mask = ld_btf_table_size(2ull * j->nr) - 1, c, i;
	struct ld_btf_slot *slots = LD_NEW_ARRAY(j->m->arena, struct ld_btf_slot, (size_t)mask + 1);

	for (c = 1; c < j->nr; c++) {
		uint64_t hash;

		if (!(j->flags[c] & NAMED))
			continue;
		hash = shape_of(j, c);
		for (i = (uint32_t)hash; slots[i & mask].nr; i++)
			if (slots[i & mask].tag == (uint32_t)(hash >> 32))
				break;
		if (!slots[i & mask].nr)
			slots[i & mask] =
			    (struct ld_btf_slot){(uint32_t)(hash >> 32), ++j->nr_shapes};
		j->shape[c] = slots[i & mask].nr;
	}
}

/* The classes of a shape that others can be joined to: those that are open, or those that are not.
 */
static struct list *list_of(const struct joiner *j, uint32_t class, bool open)
{
	return &j->lists[2 * j->shape[class] + open];
}

static void add_to_list(struct joiner *j, uint32_t c)
{
	struct list *list = list_of(j, c, j->flags[c] & OPEN);

	j->next[c] = 0;
	if (!list->first) {
		list->first = list->last = c;
	} else if (j->way & OLDEST_FIRST) {
		j->next[list->last] = c;
		list->last = c;
	} else {
		j->next[c] = list->first;
		list->first = c;
	}
}

/* Tries to join a class to those of a list, and, as long as nothing is bound, those to it. */
static void try_list(struct joiner *j, uint32_t c, uint32_t e, int *tries)
{
	for (; e && j->to[c] == c && (*tries)--; e = j->next[e])
		if (j->to[e] == e && !join(j, c, e) && !j->binds && (j->flags[e] & OPEN))
			join(j, e, c);
}

static void join_all(struct joiner *j)
{
	uint32_t i, k, open, c;

	memset(j->lists, 0, 2 * (j->nr_shapes + 1ul) * sizeof(*j->lists));
	for (i = 1; i < j->nr; i++) {
		int tries = MOST_TRIES;

		c = j->way & BACKWARDS ? j->nr - i : i;
		if (!(j->flags[c] & NAMED) || j->to[c] != c)
			continue;
		for (k = 0; k < 2; k++) {
			open = j->way & OPEN_FIRST ? !k : k;
			/* Two that are not open differ. */
			if (open || (j->flags[c] & OPEN))
				try_list(j, c, list_of(j, c, open)->first, &tries);
		}
		if (j->to[c] == c)
			add_to_list(j, c);
	}
}

/* A forward declaration has matched a definition: it is that one everywhere. */
static void bind_rest(struct joiner *j)
{
	uint32_t c;

	for (c = 1; c < j->nr; c++)
		if (j->seen_as[c] && j->to[c] == c)
			j->to[c] = root(j, j->seen_as[c]);
}

/* ---- references are made one again ---- */

static uint64_t refs_hash(struct joiner *j, uint32_t class)
{
	struct ld_btf_refs refs = ld_btf_refs(type_of(j, class));
	const uint32_t *canon = canon_of(j, class);
	uint64_t h = ld_hash_words(0, type_of(j, class)->info, name_of(j, class));

	for (; refs.nr; refs.nr--, refs.id += refs.stride)
		h = ld_hash_word(h, root(j, canon[*refs.id]));
	return h;
}

static bool same_refs(struct joiner *j, uint32_t x, uint32_t y)
{
	struct ld_btf_refs a = ld_btf_refs(type_of(j, x)), b = ld_btf_refs(type_of(j, y));
	const uint32_t *canon_a = canon_of(j, x), *canon_b = canon_of(j, y);

	for (; a.nr; a.nr--, a.id += a.stride, b.id += b.stride)
		if (root(j, canon_a[*a.id]) != root(j, canon_b[*b.id]))
			return false;
	return true;
}

/* Pushes the references of a class that are to be looked at before it; false where there are none.
 */
static bool push_earlier(struct joiner *j, uint32_t class, const uint8_t *done)
{
	struct ld_btf_refs refs = ld_btf_refs(type_of(j, class));
	const uint32_t *canon = canon_of(j, class);
	bool any = false;

	for (; refs.nr; refs.nr--, refs.id += refs.stride) {
		uint32_t to = root(j, canon[*refs.id]);

		if (!to || done[to] || (j->flags[to] & NAMED))
			continue;
		LD_PUSH(j->m->arena, &j->stack, (struct pair){.x = to});
		any = true;
	}
	return any;
}

/*
 * What has no name, and refers to the same as another of its label, is joined to that. Between two
 * of them on a cycle there is a container or a typedef.
 */
static void join_refs(struct joiner *j)
{
	uint32_t mask = ld_btf_table_size(2ull * j->nr) - 1, c, i, x, *slots = j->slots;
	uint8_t *done = j->done;

	memset(slots, 0, (mask + 1ul) * sizeof(*slots));
	memset(done, 0, j->nr);
	j->stack.nr = 0;
	for (c = 1; c < j->nr; c++) {
		if (j->flags[c] & NAMED)
			continue;
		LD_PUSH(j->m->arena, &j->stack, (struct pair){.x = c});
		while (j->stack.nr) {
			x = j->stack.v[j->stack.nr - 1].x;
			if (!done[x]) {
				done[x] = 1;
				if (push_earlier(j, x, done))
					continue;
			}
			j->stack.nr--;
			if (done[x] == 2 || j->to[x] != x)
				continue;
			done[x] = 2;
			for (i = (uint32_t)refs_hash(j, x); slots[i & mask]; i++)
				if (same_label(j, x, slots[i & mask]) &&
				    same_refs(j, x, slots[i & mask]))
					break;
			if (slots[i & mask])
				j->to[x] = slots[i & mask];
			else
				slots[i & mask] = x;
		}
	}
	j->log.nr = 0;
}

/* ---- proof ---- */

/* Whether the pair was not there. */
static bool add_pair(struct ld_arena *a, struct pair_table *t, uint32_t x, uint32_t y)
{
	uint64_t pair = (uint64_t)x << 32 | y, *old = t->slots;
	uint32_t i, k, size = t->size;

	if (2 * t->nr >= size) {
		t->size = 2 * size;
		t->slots = LD_NEW_ARRAY(a, uint64_t, t->size);
		t->nr = 0;
		for (k = 0; k < size; k++)
			if (old[k])
				add_pair(a, t, (uint32_t)(old[k] >> 32), (uint32_t)old[k]);
	}
	for (i = (uint32_t)ld_hash_word(0, pair); t->slots[i & (t->size - 1)]; i++)
		if (t->slots[i & (t->size - 1)] == pair)
			return false;
	t->slots[i & (t->size - 1)] = pair;
	t->nr++;
	return true;
}

/* Whether y, which remains, says all that x says, but for what they refer to: that is pushed. */
static bool covers(struct joiner *j, uint32_t x, uint32_t y)
{
	if (x == y)
		return true; /* what it refers to is what that has become */
	if (!x || !y)
		return false;
	if (j->flags[x] & FWD)
		return j->fwd_of[y] == x;
	if (!same_label(j, x, y))
		return false;
	push_refs(j, x, y, false);
	return true;
}

/*
 * Whether what each class was joined to says all that it says. If not, notes the joins that are
 * to be done without.
 */
static bool is_proved(struct joiner *j)
{
	bool good = true;
	uint32_t c, y;

	memset(j->proved.slots, 0, j->proved.size * sizeof(*j->proved.slots));
	j->proved.nr = 0;
	j->work = 0;
	j->limit = LEAST_WORK + PROOF_PER_CLASS * (uint64_t)j->nr;
	for (c = 1; c < j->nr; c++) {
		if (j->to[c] == c)
			continue;
		j->stack.nr = 0;
		LD_PUSH(j->m->arena, &j->stack, (struct pair){.x = c, .y = c});
		while (j->stack.nr) {
			struct pair p = j->stack.v[--j->stack.nr];

			y = root(j, p.y);
			if (!add_pair(j->m->arena, &j->proved, p.x, y))
				continue;
			if (j->work++ > j->limit || !covers(j, p.x, y)) {
				j->flags[c] |= REFUSED;
				good = false;
				break;
			}
		}
	}
	j->log.nr = 0;
	return good;
}

/* ---- rounds ---- */

/* Finds out what is the same for each way; false where no forward declaration is open. */
static bool begin(struct joiner *j, struct ld_btf_merge *m)
{
	uint32_t c;

	*j = (struct joiner){.m = m, .nr = m->nr};
	j->to = LD_NEW_ARRAY(m->arena, uint32_t, j->nr);
	j->flags = LD_NEW_ARRAY(m->arena, uint8_t, j->nr);
	j->sole = LD_NEW_ARRAY(m->arena, uint32_t, j->nr);
	j->fwd_of = LD_NEW_ARRAY(m->arena, uint32_t, j->nr);
	j->seen_as = LD_NEW_ARRAY(m->arena, uint32_t, j->nr);
	j->met = LD_NEW_ARRAY(m->arena, uint32_t, j->nr);
	j->met_in = LD_NEW_ARRAY(m->arena, uint32_t, j->nr);
	j->shape = LD_NEW_ARRAY(m->arena, uint32_t, j->nr);
	j->next = LD_NEW_ARRAY(m->arena, uint32_t, j->nr);
	j->done = LD_NEW_ARRAY(m->arena, uint8_t, j->nr);
	j->slots = LD_NEW_ARRAY(m->arena, uint32_t, ld_btf_table_size(2ull * j->nr));
	j->proved.size = 1024;
	j->proved.slots = LD_NEW_ARRAY(m->arena, uint64_t, j->proved.size);
	if (!find_fwds(j))
		return false;
	ld_btf_spread(m, NULL, 0, j->flags, OPEN);
	for (c = 1; c < j->nr; c++) {
		uint32_t kind = ld_btf_kind(type_of(j, c));

		if (ld_btf_is_container(kind) || kind == BTF_KIND_TYPEDEF)
			j->flags[c] |= NAMED;
	}
	find_shapes(j);
	j->lists = LD_NEW_ARRAY(m->arena, struct list, 2 * (j->nr_shapes + 1ul));
	return true;
}

/* Joins all that can be, once: fills in to[]. */
static void join_in_one_way(struct joiner *j)
{
	uint32_t c;

	j->work = j->nr_joined = 0;
	j->limit = LEAST_WORK + WORK_PER_CLASS * (uint64_t)j->nr;
	for (c = 0; c < j->nr; c++) {
		j->to[c] = j->sole[c] ? j->sole[c] : c;
		j->flags[c] &= (uint8_t)~TAKEN;
		j->seen_as[c] = 0;
	}
	j->binds = false;
	join_all(j);
	j->binds = true;
	join_all(j);
	j->work_of_all += j->work;
	bind_rest(j);
	join_refs(j);
	for (c = 1; c < j->nr; c++)
		j->nr_joined += j->to[c] != c;
}

/* The same with a proof: what loses something is not joined. */
static bool join_proved(struct joiner *j)
{
	uint32_t redo, c;

	for (c = 1; c < j->nr; c++)
		j->flags[c] &= (uint8_t)~REFUSED;
	for (redo = 0; redo < MAX_REDOS; redo++) {
		join_in_one_way(j);
		if (!j->nr_joined || is_proved(j))
			return j->nr_joined;
	}
	return false;
}

/* Whether so much work was spent that no other way is tried. */
static bool is_enough(const struct joiner *j)
{
	return j->work_of_all > LEAST_WORK + WORK_OF_WAYS * (uint64_t)j->nr;
}

/* False where there is nothing to join. */
static bool join_once(struct joiner *j, int nr_ways)
{
	uint32_t *best = LD_NEW_ARRAY(j->m->arena, uint32_t, j->nr), most = 0, f, i;

	for (; j->way < nr_ways && !is_enough(j); j->way++) {
		bool good = join_proved(j);

		/* Where the first way joins nothing, all is done. */
		if (!good && !j->way)
			return false;
		if (!good || j->nr_joined <= most)
			continue;
		most = j->nr_joined;
		for (i = 0; i < j->nr; i++)
			best[i] = root(j, i);
	}
	for (f = 0; f < j->m->nr_in; f++)
		for (i = 1; i < j->m->in[f].btf->nr_types; i++)
			j->m->in[f].canon[i] = best[j->m->in[f].canon[i]];
	return true;
}

bool ld_btf_join(struct ld_btf_merge *m)
{
	struct joiner j;
	int round;

	if (!begin(&j, m))
		return false;
	for (round = 0; round < MAX_ROUNDS && join_once(&j, round ? 1 : NR_WAYS); round++) {
		ld_btf_renumber(m);
		if (!begin(&j, m))
			break;
	}
	return true;
}
