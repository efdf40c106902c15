/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Files of one program are made from the same headers, and compilers write types in the order in
 * which they meet them: where one type of a file is like one of another, the next is most likely
 * like the next. So walk both side by side and compare, which is much cheaper than to hash; where
 * they part, a name leads back.
 *
 * Their strings have long runs in common, too: once a run is found, two names that stand in it at
 * the same place need not be read to be known as equal.
 *
 * Nothing depends on how well that goes but time and memory.
 */
#include "btf/dedup/twins.h"

#include <string.h>

#include "btf/dedup/merge.h"

#define RUN_BLOCK 32 /* bytes */
#define LEAST_RUN 64 /* bytes; less is not worth remembering */
#define FAR 256      /* bytes that are compared at once */
#define MOST_TRIES 128

static uint32_t name_hash(const struct ld_btf *btf, const struct btf_type *t)
{
	return (uint32_t)ld_hash_word(ld_btf_kind(t), ld_btf_str_hash(btf, t->name_off));
}

static bool has_name(const struct ld_btf *btf, const struct btf_type *t)
{
	return t->name_off < btf->strs_len && btf->strs[t->name_off];
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

/* ---- names ---- */

/* How many bytes are the same from here on. */
static uint32_t common_after(const char *a, const char *b, uint32_t most)
{
	uint32_t n = 0;

	while (most - n >= FAR && !memcmp(a + n, b + n, FAR))
		n += FAR;
	while (most - n >= 8 && ld_get64(a + n, false) == ld_get64(b + n, false))
		n += 8;
	while (n < most && a[n] == b[n])
		n++;
	return n;
}

/* How many are the same before. */
static uint32_t common_before(const char *a, const char *b, uint32_t most)
{
	uint32_t n = 0;

	while (most - n >= FAR && !memcmp(a - n - FAR, b - n - FAR, FAR))
		n += FAR;
	while (most - n >= 8 && ld_get64(a - n - 8, false) == ld_get64(b - n - 8, false))
		n += 8;
	while (n < most && a[-1 - (long)n] == b[-1 - (long)n])
		n++;
	return n;
}

/* Two equal names may be part of a run. */
static void find_run(struct ld_btf_twins *w, uint32_t off, uint32_t model_off)
{
	const struct ld_btf *model = w->pair.b;
	const char *a = w->pair.a->strs + off, *b = model->strs + model_off;
	uint32_t left = w->strs_len - off, model_left = model->strs_len - model_off;
	uint32_t before, after, start;

	/* As much as may be read. */
	if (w->nr_runs == LD_BTF_RUNS || w->run_tries == MOST_TRIES || w->run_budget < w->strs_len)
		return;
	before = common_before(a, b, off < model_off ? off : model_off);
	after = common_after(a, b, left < model_left ? left : model_left);
	w->run_budget -= before + after;
	while (before && before < off && a[-1 - (long)before])
		before--;
	while (after && a[after - 1])
		after--;
	/* With nothing before them these may be the end of a string. */
	if (before + after < LEAST_RUN || (!before && off && a[-1])) {
		w->run_tries++;
		return;
	}
	start = off - before;
	w->runs[w->nr_runs] = (struct ld_btf_run){start, before + after, off - model_off, 0};
	memset(w->run_of + start / RUN_BLOCK, (int)w->nr_runs++,
	       (start + before + after - 1) / RUN_BLOCK - start / RUN_BLOCK + 1);
}

static inline bool in_run(const struct ld_btf_run *run, uint32_t off, uint32_t model_off)
{
	return off - run->start < run->len && off - model_off == run->delta;
}

/* Of two names that are not in the run that is the most likely. */
static __attribute__((noinline)) bool same_other_name(struct ld_btf_twins *w, uint32_t off,
						      uint32_t model_off)
{
	if (!ld_btf_same_name(&w->pair, off, model_off))
		return false;
	for (uint32_t i = 0; i < w->nr_runs; i++)
		if (in_run(&w->runs[i], off, model_off))
			return true;
	find_run(w, off, model_off);
	return true;
}

static inline bool same_name(struct ld_btf_twins *w, uint32_t off, uint32_t model_off)
{
	if (off >= w->strs_len)
		return false;
	return in_run(&w->runs[w->run_of[off / RUN_BLOCK]], off, model_off) ||
	       same_other_name(w, off, model_off);
}

/* ---- types ---- */

/* Lists two type ids. Both must be void, or neither. */
static inline bool note_ref(struct ld_btf_twins *w, uint32_t type, uint32_t ref, uint32_t model)
{
	if (!ref || !model)
		return ref == model;
	w->refs[w->nr_refs++] = (struct ld_btf_ref_pair){type, ref, model};
	return true;
}

/* Entries of a name, a type id and, with words 3, a number. */
static inline bool same_members(struct ld_btf_twins *w, uint32_t type, const uint32_t *a,
				const uint32_t *b, uint32_t nr, uint32_t words)
{
	for (; nr; nr--, a += words, b += words)
		if ((words == 3 && a[2] != b[2]) || !note_ref(w, type, a[1], b[1]) ||
		    !same_name(w, a[0], b[0]))
			return false;
	return true;
}

/* Entries of a name and the words of a value. */
static inline bool same_values(struct ld_btf_twins *w, const uint32_t *a, const uint32_t *b,
			       uint32_t nr, uint32_t words)
{
	for (; nr; nr--, a += words, b += words)
		if (a[1] != b[1] || a[words - 1] != b[words - 1] || !same_name(w, a[0], b[0]))
			return false;
	return true;
}

/* Whether two types with the same info word are twins. */
static inline bool same_type(struct ld_btf_twins *w, uint32_t type, const struct btf_type *a,
			     const struct btf_type *b)
{
	const uint32_t *wa = ld_btf_tail(a), *wb = ld_btf_tail(b);
	uint32_t vlen = ld_btf_vlen(a);

	if (!same_name(w, a->name_off, b->name_off))
		return false;
	switch (ld_btf_kind(a)) {
	case BTF_KIND_UNKN: return false; /* a's would be an error */
	case BTF_KIND_FWD: return true;
	case BTF_KIND_INT: return a->size == b->size && wa[0] == wb[0];
	case BTF_KIND_FLOAT: return a->size == b->size;
	case BTF_KIND_ARRAY:
		return a->size == b->size && wa[2] == wb[2] && note_ref(w, type, wa[0], wb[0]) &&
		       note_ref(w, type, wa[1], wb[1]);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: return a->size == b->size && same_members(w, type, wa, wb, vlen, 3);
	case BTF_KIND_ENUM: return a->size == b->size && same_values(w, wa, wb, vlen, 2);
	case BTF_KIND_ENUM64: return a->size == b->size && same_values(w, wa, wb, vlen, 3);
	case BTF_KIND_FUNC_PROTO:
		return note_ref(w, type, a->type, b->type) &&
		       same_members(w, type, wa, wb, vlen, 2);
	case BTF_KIND_FUNC:
	case BTF_KIND_VAR:
	case BTF_KIND_DATASEC:
	case BTF_KIND_DECL_TAG: return false;
	default: return note_ref(w, type, a->type, b->type);
	}
}

static bool are_twins(struct ld_btf_twins *w, uint32_t type, const struct btf_type *a,
		      const struct btf_type *b)
{
	uint32_t nr = w->nr_refs;

	if (a->info == b->info && same_type(w, type, a, b))
		return true;
	memset(&w->refs[nr], 0, (w->nr_refs - nr) * sizeof(*w->refs));
	w->nr_refs = nr;
	return false;
}

static void begin(struct ld_btf_twins *w, const struct ld_btf_parser *p, const struct ld_btf *model)
{
	memset(w, 0, sizeof(*w));
	w->strs_len = p->btf->strs_len;
	w->pair.a = p->btf;
	w->pair.b = model;
	w->pair.budget = w->strs_len;
	w->run_of = LD_NEW_ARRAY(p->arena, uint8_t, w->strs_len / RUN_BLOCK + 1);
	w->run_budget = (uint64_t)w->strs_len * LD_BTF_RUNS;
	w->of = LD_NEW_ARRAY(p->arena, uint32_t, p->types_len / sizeof(struct btf_type) + 1);
	/* Room for more than there can be, of which what is not used costs nothing. */
	w->refs = LD_NEW_ARRAY(p->arena, struct ld_btf_ref_pair, p->types_len / 4);
}

/* A type of the model that has the name of t, or NULL. */
static const struct btf_type *find_by_name(const struct ld_btf *btf, const struct btf_type *t,
					   const struct ld_btf_digest *model, uint32_t *found)
{
	*found = 0;
	if (!ld_btf_is_decl(ld_btf_kind(t)) && has_name(btf, t))
		*found = find_name(model, name_hash(btf, t));
	return *found ? ld_btf_type(model->btf, *found) : NULL;
}

int ld_btf_find_twins(struct ld_btf_parser *p, const struct ld_btf_digest *model,
		      struct ld_btf_twins *w)
{
	const struct ld_btf *base = model->btf;
	uint32_t next = 1, off, size, nr, found;
	int err;

	begin(w, p, base);
	for (off = 0, nr = 1; off < p->types_len; off += size, nr++) {
		const struct btf_type *t = (const struct btf_type *)(p->btf->types + off), *u, *v;

		u = next < base->nr_types ? ld_btf_type(base, next) : NULL;
		size = u ? base->offs[next + 1] - base->offs[next] : 0;
		/* What has the same kind and as many entries is as large. */
		if (u && p->types_len - off >= size && are_twins(w, nr, t, u)) {
			p->offs[nr] = off;
			w->of[nr] = next++;
			w->nr++;
			continue;
		}
		if ((err = ld_btf_note_type(p, nr, off, &size)))
			return err;
		v = find_by_name(p->btf, t, model, &found);
		if (v && are_twins(w, nr, t, v)) {
			w->of[nr] = found;
			w->nr++;
			next = found + 1;
		} else if (u && ld_btf_kind(t) == ld_btf_kind(u)) {
			next++; /* another one in its place */
		}
	}
	ld_trim(p->arena, w->refs, p->types_len / 4 * sizeof(*w->refs),
		w->nr_refs * sizeof(*w->refs));
	ld_btf_close(p, nr);
	return 0;
}
