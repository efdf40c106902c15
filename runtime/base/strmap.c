/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/strmap.h"

#include <string.h>

#include "base/hash.h"

static struct ld_strmap_slot *find(const struct ld_strmap *m, const char *key, size_t len,
				   uint32_t hash)
{
	size_t mask = m->cap - 1, i = hash & mask;

	for (;; i = (i + 1) & mask) {
		struct ld_strmap_slot *s = &m->slots[i];

		if (!s->key)
			return s;
		if (s->hash == hash && s->len == len && !memcmp(s->key, key, len))
			return s;
	}
}

static void grow(struct ld_arena *a, struct ld_strmap *m)
{
	struct ld_strmap bigger = {.cap = m->cap ? m->cap * 2 : 16, .nr = m->nr};
	size_t i;

	bigger.slots = LD_NEW_ARRAY(a, struct ld_strmap_slot, bigger.cap);
	for (i = 0; i < m->cap; i++) {
		struct ld_strmap_slot *s = &m->slots[i];

		if (s->key)
			*find(&bigger, s->key, s->len, s->hash) = *s;
	}
	*m = bigger;
}

void ld_strmap_reserve(struct ld_arena *a, struct ld_strmap *m, size_t nr)
{
	m->cap = 16;
	while (nr * 2 > m->cap)
		m->cap *= 2;
	m->slots = LD_NEW_ARRAY(a, struct ld_strmap_slot, m->cap);
}

void **ld_strmap_slot(struct ld_arena *a, struct ld_strmap *m, const char *key, size_t len)
{
	uint32_t hash = (uint32_t)ld_hash_bytes(key, len);
	struct ld_strmap_slot *s;

	/* Keep half of the slots empty, so that probing ends soon. */
	if ((m->nr + 1) * 2 > m->cap)
		grow(a, m);
	s = find(m, key, len, hash);
	if (!s->key) {
		*s = (struct ld_strmap_slot){.key = key, .len = (uint32_t)len, .hash = hash};
		m->nr++;
	}
	return &s->value;
}

void *ld_strmap_get(const struct ld_strmap *m, const char *key, size_t len)
{
	if (!m->nr)
		return NULL;
	return find(m, key, len, (uint32_t)ld_hash_bytes(key, len))->value;
}
