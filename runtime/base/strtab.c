/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/strtab.h"

#include <string.h>

#include "base/hash.h"

/* The slot of s, of len bytes with its NUL, or the empty slot where it belongs. */
static struct ld_strtab_slot *find(const struct ld_strtab *t, const char *s, size_t len,
				   uint32_t hash)
{
	size_t mask = t->cap - 1, i = hash & mask;

	for (;; i = (i + 1) & mask) {
		struct ld_strtab_slot *slot = &t->slots[i];
		size_t off = slot->place - 1;

		if (!slot->place)
			return slot;
		if (slot->hash == hash && len <= t->bytes.size - off &&
		    !memcmp(t->bytes.data + off, s, len))
			return slot;
	}
}

static void grow(struct ld_arena *a, struct ld_strtab *t, size_t cap)
{
	struct ld_strtab_slot *slots = LD_NEW_ARRAY(a, struct ld_strtab_slot, cap);

	for (size_t i = 0; i < t->cap; i++) {
		size_t k = t->slots[i].hash & (cap - 1);

		if (!t->slots[i].place)
			continue;
		while (slots[k].place)
			k = (k + 1) & (cap - 1);
		slots[k] = t->slots[i];
	}
	t->slots = slots;
	t->cap = cap;
}

void ld_strtab_reserve(struct ld_arena *a, struct ld_strtab *t, size_t nr)
{
	size_t cap = 256;

	while (cap < nr * 2)
		cap *= 2;
	if (cap > t->cap)
		grow(a, t, cap);
}

uint32_t ld_strtab_put(struct ld_arena *a, struct ld_strtab *t, const char *s, size_t size)
{
	uint32_t hash = (uint32_t)ld_hash_bytes(s, size);
	struct ld_strtab_slot *slot;

	/* Keep half of the slots empty, so that probing ends soon. */
	if ((t->nr + 1) * 2 > t->cap)
		grow(a, t, t->cap ? t->cap * 2 : 256);
	slot = find(t, s, size, hash);
	if (!slot->place) {
		*slot = (struct ld_strtab_slot){hash, (uint32_t)t->bytes.size + 1};
		ld_blob_put(a, &t->bytes, s, size);
		t->nr++;
	}
	return slot->place - 1;
}
