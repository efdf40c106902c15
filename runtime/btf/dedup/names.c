/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * One number for each name of a link, so that later steps compare numbers and never read a name
 * again.
 *
 * Files of one program have the same headers, and so the same names in the same order. So a name is
 * first compared with the one that came after the previous name the last time, and looked up only
 * if it is another.
 *
 * Which number a name gets depends on which thread comes first. Nothing may depend on that: two
 * numbers are compared for equality alone.
 */
#include <pthread.h>
#include <string.h>

#include "base/bytes.h"
#include "btf/dedup/merge.h"

#define LONG_NAME 256 /* bytes */

struct name {
	const char *s;
	uint64_t hash;  /* 0: equal to no other */
	uint32_t after; /* the number that came next the last time, or 0 */
	bool is_long;
};

struct ld_btf_names {
	pthread_mutex_t lock;
	struct name *v; /* by number; 0 is "" */
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

/* Names may share their bytes, so there is a limit for long ones, beyond which none is equal. */
static void hash_long_name(struct name *name, uint64_t *budget)
{
	size_t len = strnlen(name->s, *budget + 1);
	bool whole = len <= *budget;

	*budget -= whole ? len : *budget;
	name->hash = whole ? ld_hash_bytes(name->s, len) | 1 : 0;
	name->is_long = true;
}

static struct name hash_name(const char *s, const char *end, uint64_t *budget)
{
	struct name name = {.s = s};
	uint64_t h = 0, w, nul;
	const char *p = s;
	int i;

	for (; end - p >= 8 && p - s < LONG_NAME; p += 8) {
		w = ld_get64(p, false);
		/* The highest bit of the first NUL, the first character lowest. */
		nul = (w - 0x0101010101010101ull) & ~w & 0x8080808080808080ull;
		nul &= -nul;
		/* Keep the bytes before it. */
		if (nul) {
			name.hash = ld_hash_word(h, w & ((nul >> 7) - 1)) | 1;
			return name;
		}
		h = ld_hash_word(h, w);
	}
	if (p - s >= LONG_NAME) {
		hash_long_name(&name, budget);
		return name;
	}
	for (w = 0, i = 0; p[i]; i++)
		w |= (uint64_t)(unsigned char)p[i] << (8 * i);
	name.hash = ld_hash_word(h, w) | 1;
	return name;
}

/* The slot that holds a name, or an empty one. */
static struct ld_btf_slot *find_slot(const struct ld_btf_names *names, const struct name *name)
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
static void rehash(struct ld_btf_names *names, struct name *v, struct ld_btf_slot *slots,
		   uint32_t nr_slots)
{
	uint32_t i, at;

	if (names->v)
		memcpy(v, names->v, names->nr * sizeof(*v));
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
	struct name *v = NULL;
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
		v = LD_NEW_ARRAY(a, struct name, size / 2);
		slots = LD_NEW_ARRAY(a, struct ld_btf_slot, size);
	}
}

static uint32_t look_up(struct ld_btf_names *names, const struct name *name)
{
	struct ld_btf_slot *s = name->hash ? find_slot(names, name) : NULL;

	if (s && s->nr)
		return s->nr;
	if (s)
		*s = (struct ld_btf_slot){.tag = (uint32_t)(name->hash >> 32), .nr = names->nr};
	names->v[names->nr] = *name;
	return names->nr++;
}

uint32_t ld_btf_number_names(struct ld_btf_names *names, struct ld_arena *a,
			     const struct ld_btf_new_names *list, uint32_t before, uint64_t *budget,
			     uint32_t *numbers)
{
	uint32_t i, next;

	lock_with_room(names, a, list->nr);
	for (i = 0; i < list->nr; i++) {
		next = names->v[before].after;
		if (!next || names->v[next].is_long || strcmp(names->v[next].s, list->v[i]) != 0) {
			struct name name = hash_name(list->v[i], list->end, budget);

			next = look_up(names, &name);
			names->v[before].after = next;
		}
		numbers[i] = before = next;
	}
	pthread_mutex_unlock(&names->lock);
	return before;
}
