/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * One number for each name of a link, so that later steps compare numbers and never read a name
 * again. Each file asks for all of its names at once, each of them once.
 *
 * Which number a name gets depends on which thread comes first. Nothing may depend on that: two
 * numbers are compared for equality alone.
 */
#include <pthread.h>
#include <string.h>

#include "btf/dedup/merge.h"

struct ld_btf_names {
	pthread_mutex_t lock;
	struct ld_btf_name *v; /* by number; 0 is "" */
	struct ld_btf_slot *slots;
	uint32_t nr, nr_slots; /* nr_slots: a power of two */
};

struct ld_btf_names *ld_btf_names_new(struct ld_arena *a)
{
	struct ld_btf_names *names = LD_NEW(a, struct ld_btf_names);

	pthread_mutex_init(&names->lock, NULL);
	names->nr = 1;
	return names;
}

/* The slot that holds a name, or an empty one. */
static struct ld_btf_slot *find_slot(const struct ld_btf_names *names,
				     const struct ld_btf_name *name)
{
	uint32_t tag = (uint32_t)(name->hash >> 32), i;

	for (i = (uint32_t)name->hash;; i++) {
		struct ld_btf_slot *s = &names->slots[i & (names->nr_slots - 1)];

		if (!s->nr || (s->tag == tag && names->v[s->nr].hash == name->hash &&
			       !strcmp(names->v[s->nr].s, name->s)))
			return s;
	}
}

/* Moves everything to tables of nr_slots, with room for half as many names. */
static void rehash(struct ld_btf_names *names, struct ld_btf_name *v, struct ld_btf_slot *slots,
		   uint32_t nr_slots)
{
	uint32_t i, at;

	memcpy(v, names->v, names->nr_slots ? names->nr * sizeof(*v) : 0);
	names->v = v;
	names->slots = slots;
	names->nr_slots = nr_slots;
	for (i = 1; i < names->nr; i++) {
		if (!v[i].hash)
			continue;
		for (at = (uint32_t)v[i].hash; slots[at & (nr_slots - 1)].nr; at++)
			;
		slots[at & (nr_slots - 1)] =
		    (struct ld_btf_slot){.tag = (uint32_t)(v[i].hash >> 32), .nr = i};
	}
}

/*
 * Takes the lock when there is room for nr more names. Nothing is allocated while it is held: where
 * memory is out an arena does not return.
 */
static void lock_with_room(struct ld_btf_names *names, struct ld_arena *a, uint32_t nr)
{
	struct ld_btf_name *v = NULL;
	struct ld_btf_slot *slots = NULL;
	uint64_t want;
	uint32_t size = 0;

	for (;;) {
		pthread_mutex_lock(&names->lock);
		want = 2 * ((uint64_t)names->nr + nr);
		if (want > names->nr_slots && want <= size)
			rehash(names, v, slots, size);
		if (want <= names->nr_slots)
			return;
		pthread_mutex_unlock(&names->lock);
		size = ld_btf_table_size(want);
		v = LD_NEW_ARRAY(a, struct ld_btf_name, size / 2);
		slots = LD_NEW_ARRAY(a, struct ld_btf_slot, size);
	}
}

void ld_btf_number_names(struct ld_btf_names *names, struct ld_arena *a,
			 const struct ld_btf_name *v, uint32_t nr, uint32_t *numbers)
{
	uint32_t i;

	lock_with_room(names, a, nr);
	for (i = 0; i < nr; i++) {
		struct ld_btf_slot *s = v[i].hash ? find_slot(names, &v[i]) : NULL;

		if (s && s->nr) {
			numbers[i] = s->nr;
			continue;
		}
		if (s)
			*s = (struct ld_btf_slot){.tag = (uint32_t)(v[i].hash >> 32),
						  .nr = names->nr};
		names->v[names->nr] = v[i];
		numbers[i] = names->nr++;
	}
	pthread_mutex_unlock(&names->lock);
}
