/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Where one name has several definitions, what refers to the name is split by which of them it
 * means; see dedup.c. Definitions are first distinguished by their hashes. Then, as long as
 * members of a class refer to different classes, the class is split.
 *
 * Only types from which such a name can be reached take part. That is found out on the classes, of
 * which there are few, before instances, of which there are many, are listed.
 *
 * The split of a class can only concern those that refer to its members, so that these are the
 * ones looked at next, by a list of who refers to whom. The largest part of a split class keeps
 * its number and nobody need look at it again: a type changes its number a logarithmic number of
 * times if classes fall apart evenly. They need not in broken or hostile input; the work is
 * limited, and beyond that nothing of what took part is merged.
 */
#include <string.h>

#include "btf/dedup/merge.h"

#define WORK_LIMIT 64      /* times the instances and references between them */
#define COMPARED_BYTES 256 /* of a name */

/* A type that takes part. */
struct inst {
	uint32_t input, type;
	uint32_t name;  /* the class it had by its key */
	uint32_t class; /* the one it has now */
};

/* A definition of an ambiguous name. */
struct variant {
	uint64_t hash;
	uint32_t name;
};

struct group {
	uint64_t sig;
	uint32_t class; /* that was split */
	uint32_t nr;
	uint32_t to; /* class */
};

struct refiner {
	struct ld_btf_merge *m;
	uint32_t nr_names; /* the classes by key are numbered below it */

	struct variant *variants; /* from 1 */
	struct ld_btf_node *variant_nodes;
	struct ld_btf_slot *variant_slots;
	uint32_t nr_variants, variant_mask;
	uint32_t *first_variant; /* by name: see comes_before(), or 0 */

	struct inst *inst;
	uint32_t nr;
	uint32_t *users_at, *users; /* by instance: who refers to it */

	uint32_t *fwds;     /* by name: the first instance that is a FWD, + 1 */
	uint32_t *next_fwd; /* by instance: + 1 */
	uint8_t *split;     /* by name: a FWD of it stands for no definition */
	uint8_t *is_fwd;    /* by instance */

	/* By class. */
	uint32_t *size;     /* instances, FWDs not counted */
	uint32_t *dirty_of; /* of those, the ones looked at in this round */
	uint32_t *best;     /* the largest group + 1 */

	uint32_t *dirty, *next; /* instances */
	uint32_t nr_dirty, nr_next;
	uint8_t *queued;    /* by instance */
	uint32_t *group_of; /* by place in dirty */
	struct group *groups;
	uint32_t *group_slots; /* group + 1 */
	uint64_t work;
};

static const struct btf_type *type_of(const struct ld_btf_merge *m, uint32_t input, uint32_t type)
{
	return ld_btf_type(m->in[input].btf, type);
}

/* The variant of a name with this hash; a new one's hash is 0. */
static struct variant *find_variant(struct refiner *r, uint32_t name, uint64_t hash)
{
	uint32_t tag = (uint32_t)(hash >> 31), i;

	for (i = (uint32_t)hash + name;; i++) {
		struct ld_btf_slot *s = &r->variant_slots[i & r->variant_mask];
		struct variant *v = &r->variants[s->nr];

		if (s->nr && (s->tag != tag || v->name != name || v->hash != hash))
			continue;
		if (!s->nr) {
			*s = (struct ld_btf_slot){.tag = tag, .nr = ++r->nr_variants};
			v = &r->variants[s->nr];
			v->name = name;
		}
		return v;
	}
}

/*
 * Whether an enum comes before another of its name, by what the two say: not by their hashes, which
 * differ from run to run, nor, as far as possible, by the order of the inputs.
 */
static bool comes_before(const struct ld_btf_merge *m, struct ld_btf_node x, struct ld_btf_node y)
{
	const struct ld_btf *in_x = m->in[x.input].btf, *in_y = m->in[y.input].btf;
	const struct btf_type *a = ld_btf_type(in_x, x.type), *b = ld_btf_type(in_y, y.type);
	uint32_t words = ld_btf_kind(a) == BTF_KIND_ENUM64 ? 3 : 2, i;
	const uint32_t *p = ld_btf_tail(a), *q = ld_btf_tail(b);
	int cmp;

	if (a->info != b->info)
		return a->info < b->info;
	if (a->size != b->size || !ld_btf_is_enum(ld_btf_kind(a)))
		return a->size < b->size;
	for (i = 0; i < ld_btf_vlen(a); i++, p += words, q += words) {
		if (p[1] != q[1])
			return p[1] < q[1];
		if (p[words - 1] != q[words - 1])
			return p[words - 1] < q[words - 1];
		cmp = strncmp(ld_btf_str(in_x, p[0]), ld_btf_str(in_y, q[0]), COMPARED_BYTES);
		if (cmp)
			return cmp < 0;
	}
	return false;
}

/* Lists the definitions of the ambiguous names; pass 0 only counts what there is to look at. */
static uint64_t list_variants(struct refiner *r, int pass)
{
	struct ld_btf_merge *m = r->m;
	uint64_t nr = 0;
	uint32_t f, i;

	for (f = 0; f < m->nr_in; f++) {
		const struct ld_btf_digest *digest = m->in[f].digest;

		for (i = 0; i < digest->nr_defs; i++) {
			const struct ld_btf_def *def = &digest->defs[i];
			uint32_t name = m->in[f].canon[def->type], *first;
			struct variant *v;

			if (!(m->flags[name] & LD_BTF_AMBIGUOUS))
				continue;
			nr++;
			if (!pass || (v = find_variant(r, name, def->hash))->hash)
				continue;
			v->hash = def->hash;
			r->variant_nodes[v - r->variants] =
			    (struct ld_btf_node){.input = f, .type = def->type};
			first = &r->first_variant[name];
			if (!*first || comes_before(m, r->variant_nodes[v - r->variants],
						    r->variant_nodes[*first]))
				*first = (uint32_t)(v - r->variants);
		}
	}
	return nr;
}

static void find_variants(struct refiner *r)
{
	struct ld_arena *a = r->m->arena;
	uint64_t nr = list_variants(r, 0);

	r->first_variant = LD_NEW_ARRAY(a, uint32_t, r->nr_names);
	r->variants = LD_NEW_ARRAY(a, struct variant, nr + 1);
	r->variant_nodes = LD_NEW_ARRAY(a, struct ld_btf_node, nr + 1);
	r->variant_mask = ld_btf_table_size(2 * nr) - 1;
	r->variant_slots = LD_NEW_ARRAY(a, struct ld_btf_slot, (size_t)r->variant_mask + 1);
	list_variants(r, 1);
}

struct users {
	uint32_t *at, *v; /* those of class i are v[at[i]] to v[at[i + 1] - 1] */
};

static struct users class_users(const struct ld_btf_merge *m, const struct ld_btf_node *more,
				uint32_t nr_more)
{
	uint32_t *at = LD_NEW_ARRAY(m->arena, uint32_t, (size_t)m->nr + 2), i, j;
	struct users u = {.at = at};
	int pass;

	/* at[i + 2] counts the users of i, at[i + 1] is then where the next one goes. */
	for (pass = 0; pass < 2; pass++) {
		for (i = 1; i < m->nr + nr_more; i++) {
			struct ld_btf_node node = i < m->nr ? m->nodes[i] : more[i - m->nr];
			const struct ld_btf_input *in = &m->in[node.input];
			struct ld_btf_refs refs = ld_btf_refs(type_of(m, node.input, node.type));

			for (j = 0; j < refs.nr; j++, refs.id += refs.stride) {
				uint32_t used = in->canon[*refs.id];

				if (!pass)
					at[used + 2]++;
				else
					u.v[at[used + 1]++] = in->canon[node.type];
			}
		}
		if (pass)
			break;
		for (i = 2; i < m->nr + 2; i++)
			at[i] += at[i - 1];
		u.v = LD_NEW_ARRAY(m->arena, uint32_t, at[m->nr + 1]);
	}
	return u;
}

void ld_btf_spread(const struct ld_btf_merge *m, const struct ld_btf_node *more, uint32_t nr_more,
		   uint8_t *flags, uint8_t mark)
{
	struct users u = class_users(m, more, nr_more);
	uint32_t *stack = LD_NEW_ARRAY(m->arena, uint32_t, m->nr), top = 0, i, j;

	for (i = 1; i < m->nr; i++)
		if (flags[i] & mark)
			stack[top++] = i;
	while (top) {
		i = stack[--top];
		for (j = u.at[i]; j < u.at[i + 1]; j++) {
			if (flags[u.v[j]] & mark)
				continue;
			flags[u.v[j]] |= mark;
			stack[top++] = u.v[j];
		}
	}
}

/* Marks the names from which an ambiguous one can be reached. */
static void mark_reaching(struct refiner *r)
{
	uint32_t i;

	for (i = 1; i < r->nr_names; i++)
		if (r->m->flags[i] & LD_BTF_AMBIGUOUS)
			r->m->flags[i] |= LD_BTF_REACHES;
	ld_btf_spread(r->m, r->variant_nodes + 1, r->nr_variants, r->m->flags, LD_BTF_REACHES);
}

/* The class to begin with: a definition's own, a FWD's that of the only one if there is. */
static uint32_t first_class(struct refiner *r, struct inst *x, const struct ld_btf_def *def)
{
	const struct btf_type *t = type_of(r->m, x->input, x->type);

	if (!(r->m->flags[x->name] & LD_BTF_AMBIGUOUS))
		return x->name;
	if (def)
		return r->nr_names + (uint32_t)(find_variant(r, x->name, def->hash) - r->variants);
	/* An enum that is only declared stays so nowhere; which it is must not depend on order. */
	if (ld_btf_is_enum(ld_btf_kind(t)))
		return r->nr_names + r->first_variant[x->name];
	r->split[x->name] = 1;
	return x->name;
}

static uint32_t count_instances(const struct ld_btf_merge *m)
{
	uint32_t f, i, nr = 0;

	for (f = 0; f < m->nr_in; f++)
		for (i = 1; i < m->in[f].btf->nr_types; i++)
			nr += (m->flags[m->in[f].canon[i]] & LD_BTF_REACHES) != 0;
	return nr;
}

static void list_instances(struct refiner *r)
{
	struct ld_btf_merge *m = r->m;
	const struct ld_btf_def *def, *end;
	uint32_t f, i, nr = count_instances(m);

	r->inst = LD_NEW_ARRAY(m->arena, struct inst, nr);
	r->is_fwd = LD_NEW_ARRAY(m->arena, uint8_t, nr);
	r->next_fwd = LD_NEW_ARRAY(m->arena, uint32_t, nr);
	r->fwds = LD_NEW_ARRAY(m->arena, uint32_t, r->nr_names);
	r->split = LD_NEW_ARRAY(m->arena, uint8_t, r->nr_names);
	for (f = 0; f < m->nr_in; f++) {
		const struct ld_btf *btf = m->in[f].btf;

		def = m->in[f].digest->defs;
		end = def + m->in[f].digest->nr_defs;
		for (i = 1; i < btf->nr_types; i++) {
			uint32_t *canon = &m->in[f].canon[i];
			struct inst *x = &r->inst[r->nr];

			while (def < end && def->type < i)
				def++;
			if (!(m->flags[*canon] & LD_BTF_REACHES))
				continue;
			*x = (struct inst){.input = f, .type = i, .name = *canon};
			x->class = first_class(r, x, def < end && def->type == i ? def : NULL);
			if (ld_btf_is_fwd(btf, type_of(m, f, i))) {
				r->is_fwd[r->nr] = 1;
				r->next_fwd[r->nr] = r->fwds[x->name];
				r->fwds[x->name] = r->nr + 1;
			}
			*canon = r->nr_names + r->nr++;
		}
	}
}

static void list_users(struct refiner *r)
{
	uint32_t *at = LD_NEW_ARRAY(r->m->arena, uint32_t, (size_t)r->nr + 2), i, j;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < r->nr; i++) {
			const struct inst *x = &r->inst[i];
			struct ld_btf_refs refs = ld_btf_refs(type_of(r->m, x->input, x->type));

			for (j = 0; j < refs.nr; j++, refs.id += refs.stride) {
				uint32_t used = r->m->in[x->input].canon[*refs.id];

				if (used < r->nr_names)
					continue;
				used -= r->nr_names;
				if (!pass)
					at[used + 2]++;
				else
					r->users[at[used + 1]++] = i;
			}
		}
		if (pass)
			break;
		for (i = 2; i < r->nr + 2; i++)
			at[i] += at[i - 1];
		r->users = LD_NEW_ARRAY(r->m->arena, uint32_t, at[r->nr + 1]);
	}
	r->users_at = at;
}

static void queue(struct refiner *r, uint32_t inst)
{
	if (r->queued[inst] || r->is_fwd[inst])
		return;
	r->queued[inst] = 1;
	r->next[r->nr_next++] = inst;
}

static void set_class(struct refiner *r, uint32_t inst, uint32_t class)
{
	uint32_t i;

	r->inst[inst].class = class;
	for (i = r->users_at[inst]; i < r->users_at[inst + 1]; i++)
		queue(r, r->users[i]);
	r->work += r->users_at[inst + 1] - r->users_at[inst];
}

/* From now on there are several definitions of a name, so that its FWDs stand for none. */
static void split_name(struct refiner *r, uint32_t name)
{
	uint32_t x;

	if (r->split[name] || !r->fwds[name])
		return;
	r->split[name] = 1;
	for (x = r->fwds[name]; x; x = r->next_fwd[x - 1])
		set_class(r, x - 1, r->m->nr);
	r->m->nr++;
}

/* What an instance says by the classes that it refers to. */
static uint64_t signature(struct refiner *r, const struct inst *x)
{
	struct ld_btf_refs refs = ld_btf_refs(type_of(r->m, x->input, x->type));
	uint64_t h = ld_hash_word(0, x->class);
	uint32_t i;

	for (i = 0; i < refs.nr; i++, refs.id += refs.stride) {
		uint32_t to = r->m->in[x->input].canon[*refs.id];

		h = ld_hash_word(h, to < r->nr_names ? to : r->inst[to - r->nr_names].class);
	}
	r->work += refs.nr + 1;
	return h;
}

static uint32_t find_group(struct refiner *r, uint32_t mask, uint32_t *nr_groups, uint32_t class,
			   uint64_t sig)
{
	uint32_t i, *slot;

	for (i = (uint32_t)sig; *(slot = &r->group_slots[i & mask]); i++) {
		const struct group *g = &r->groups[*slot - 1];

		if (g->sig == sig && g->class == class)
			return *slot - 1;
	}
	r->groups[*nr_groups] = (struct group){.sig = sig, .class = class};
	*slot = ++*nr_groups;
	return *slot - 1;
}

/* Splits the classes of the instances on the list, and lists those that this concerns. */
static void refine_once(struct refiner *r)
{
	uint32_t mask = ld_btf_table_size((uint64_t)r->nr_dirty * 2) - 1, nr_groups = 0, i;
	struct group *g;

	memset(r->group_slots, 0, ((size_t)mask + 1) * sizeof(*r->group_slots));
	for (i = 0; i < r->nr_dirty; i++) {
		const struct inst *x = &r->inst[r->dirty[i]];

		r->queued[r->dirty[i]] = 0;
		r->group_of[i] = find_group(r, mask, &nr_groups, x->class, signature(r, x));
		r->groups[r->group_of[i]].nr++;
		r->dirty_of[x->class]++;
	}
	for (i = 0; i < nr_groups; i++) {
		g = &r->groups[i];
		/* Members that were not looked at refer to what none of these do. */
		if (r->size[g->class] == r->dirty_of[g->class] &&
		    (!r->best[g->class] || g->nr > r->groups[r->best[g->class] - 1].nr))
			r->best[g->class] = i + 1;
	}
	for (i = 0; i < nr_groups; i++) {
		g = &r->groups[i];
		g->to = r->best[g->class] == i + 1 ? g->class : r->m->nr++;
	}
	for (i = 0; i < nr_groups; i++) {
		g = &r->groups[i];
		r->dirty_of[g->class] = 0;
		r->best[g->class] = 0;
		if (g->to == g->class)
			continue;
		r->size[g->class] -= g->nr;
		r->size[g->to] = g->nr;
	}
	r->nr_next = 0;
	for (i = 0; i < r->nr_dirty; i++) {
		uint32_t to = r->groups[r->group_of[i]].to, x = r->dirty[i];

		if (to == r->inst[x].class)
			continue;
		set_class(r, x, to);
		split_name(r, r->inst[x].name);
	}
}

static void refine_all(struct refiner *r)
{
	uint64_t limit = WORK_LIMIT * ((uint64_t)r->nr + r->users_at[r->nr]) + 1024;
	uint32_t *done, i;

	for (i = 0; i < r->nr; i++) {
		if (r->is_fwd[i])
			continue;
		r->size[r->inst[i].class]++;
		queue(r, i);
	}
	while (r->nr_next && r->work <= limit) {
		done = r->dirty;
		r->dirty = r->next;
		r->nr_dirty = r->nr_next;
		r->next = done;
		refine_once(r);
	}
	if (r->work <= limit)
		return;
	for (i = 0; i < r->nr; i++)
		r->inst[i].class = r->m->nr++;
}

static void alloc_classes(struct refiner *r)
{
	struct ld_arena *a = r->m->arena;
	size_t nr = r->nr, classes;

	r->m->nr = r->nr_names + r->nr_variants + 1;
	classes = r->m->nr + 2 * nr + 1;
	r->size = LD_NEW_ARRAY(a, uint32_t, classes);
	r->dirty_of = LD_NEW_ARRAY(a, uint32_t, classes);
	r->best = LD_NEW_ARRAY(a, uint32_t, classes);
	r->dirty = LD_NEW_ARRAY(a, uint32_t, nr);
	r->next = LD_NEW_ARRAY(a, uint32_t, nr);
	r->queued = LD_NEW_ARRAY(a, uint8_t, nr);
	r->group_of = LD_NEW_ARRAY(a, uint32_t, nr);
	r->groups = LD_NEW_ARRAY(a, struct group, nr);
	r->group_slots = LD_NEW_ARRAY(a, uint32_t, ld_btf_table_size((uint64_t)nr * 2));
}

/* Writes the classes back; each stands for its first member that is no FWD, if there is one. */
static void store(struct refiner *r)
{
	struct ld_btf_merge *m = r->m;
	uint8_t *full = LD_NEW_ARRAY(m->arena, uint8_t, m->nr);
	uint8_t *any = LD_NEW_ARRAY(m->arena, uint8_t, m->nr);
	uint32_t i;

	for (i = 0; i < r->nr; i++) {
		const struct inst *x = &r->inst[i];
		uint32_t class = x->class;

		m->in[x->input].canon[x->type] = class;
		if (!any[class] || (!full[class] && !r->is_fwd[i]))
			m->nodes[class] = (struct ld_btf_node){.input = x->input, .type = x->type};
		any[class] = 1;
		full[class] |= !r->is_fwd[i];
	}
}

void ld_btf_refine(struct ld_btf_merge *m)
{
	struct refiner r = {.m = m, .nr_names = m->nr};

	find_variants(&r);
	mark_reaching(&r);
	list_instances(&r);
	list_users(&r);
	alloc_classes(&r);
	refine_all(&r);
	store(&r);
}
