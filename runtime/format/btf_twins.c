/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Files of one program are made from the same headers, and compilers write types in the order in
 * which they meet them: where one type of a file is like one of another, the next is most likely
 * like the next. So walk both side by side and compare, which is much cheaper than to hash; where
 * they part, a name leads back.
 *
 * Nothing depends on how well that goes but time.
 */
#include "format/btf_label.h"
#include "format/btf_merge.h"

static uint32_t name_hash(const struct ld_btf *btf, const struct btf_type *t)
{
	return (uint32_t)ld_btf_fold(ld_btf_kind(t), ld_btf_str_hash(btf, t->name_off));
}

static bool has_name(const struct ld_btf *btf, const struct btf_type *t)
{
	return btf->strs[t->name_off];
}

void ld_btf_index_names(struct ld_arena *a, struct ld_btf_digest *digest)
{
	const struct ld_btf *btf = digest->btf;
	uint32_t cap = 64, i, at;

	while (cap / 2 < btf->nr_types)
		cap *= 2;
	digest->names = LD_NEW_ARRAY(a, struct ld_btf_slot, cap);
	digest->names_mask = cap - 1;
	for (i = 1; i < btf->nr_types; i++) {
		const struct btf_type *t = ld_btf_type(btf, i);
		uint32_t hash;

		if (!has_name(btf, t) || ld_btf_is_decl(ld_btf_kind(t)))
			continue;
		hash = name_hash(btf, t);
		for (at = hash; digest->names[at & (cap - 1)].nr; at++)
			if (digest->names[at & (cap - 1)].tag == hash)
				break;
		/* Of several of one name the first stays: a chain of them could take long. */
		if (!digest->names[at & (cap - 1)].nr)
			digest->names[at & (cap - 1)] = (struct ld_btf_slot){.tag = hash, .nr = i};
	}
}

/* A type of the model that may have the same name and kind, or 0. */
static uint32_t find_name(const struct ld_btf_digest *model, uint32_t hash)
{
	for (uint32_t at = hash;; at++) {
		const struct ld_btf_slot *s = &model->names[at & model->names_mask];

		if (!s->nr || s->tag == hash)
			return s->nr;
	}
}

uint32_t *ld_btf_find_twins(struct ld_arena *a, const struct ld_btf *btf,
			    const struct ld_btf_digest *model)
{
	uint32_t *twins = LD_NEW_ARRAY(a, uint32_t, btf->nr_types), next = 1, i, j;
	struct ld_btf_pair p = {.a = btf,
				.b = model->btf,
				.budget = btf->strs_len,
				.run_of =
				    LD_NEW_ARRAY(a, uint8_t, btf->strs_len / LD_BTF_RUN_BLOCK + 1),
				.run_budget = (uint64_t)btf->strs_len * LD_BTF_RUNS};

	for (i = 1; i < btf->nr_types; i++) {
		const struct btf_type *t = ld_btf_type(btf, i), *u = NULL;
		bool is_decl = ld_btf_is_decl(ld_btf_kind(t));

		if (next < p.b->nr_types)
			u = ld_btf_type(p.b, next);
		if (!is_decl && u && ld_btf_same_label(&p, t, u)) {
			twins[i] = next++;
			continue;
		}
		j = is_decl || !has_name(btf, t) ? 0 : find_name(model, name_hash(btf, t));
		if (j && ld_btf_same_label(&p, t, ld_btf_type(p.b, j))) {
			twins[i] = j;
			next = j + 1;
		} else if (u && ld_btf_kind(t) == ld_btf_kind(u)) {
			next++; /* another one in its place */
		}
	}
	return twins;
}
