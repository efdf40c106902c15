/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Files of one program are made from the same headers: nearly all that a file's .BTF says has been
 * said by an earlier one. What the two share is found here, while the section is in the processor's
 * cache, and only the rest goes on.
 *
 * Types are shared that are alike all the way down: a type and its twin in the base have the same
 * label (label.h), and what they refer to is void in both or again a pair of such twins. So
 * walk the two files side by side for the labels (twins.c), then forget those whose references
 * don't lead to each other's twins until none is left that doesn't. What stays are types that
 * nobody can tell apart: they need no hash, no class and no proof of their own (dedup.c).
 *
 * The others become the file's own types. They and its own strings are copied, with the numbers of
 * base and own types in place of the section's.
 */
#include "btf/dedup/split.h"

#include <stdlib.h>
#include <string.h>

#include "btf/dedup/merge.h"
#include "btf/dedup/twins.h"

#define MAX_ROUNDS 8 /* of settle(); then nothing is shared: the input was made for that */

uint32_t ld_btf_find_str(const struct ld_btf_map *map, uint32_t off)
{
	uint32_t low = 0, high = map->nr_segments;

	while (high - low > 1) {
		uint32_t mid = low + (high - low) / 2;

		if (map->segments[mid].start <= off)
			low = mid;
		else
			high = mid;
	}
	return map->segments[low].to + (off - map->segments[low].start);
}

struct splitter {
	struct ld_btf_parser p; /* of the section as it stands */
	const struct ld_btf *raw, *base;
	struct ld_arena *a, *scratch;
	struct ld_btf_twins twins;
	uint32_t *shared; /* by type of the section: the base's, or 0 */
	uint32_t *own;    /* the others */
	uint32_t nr_own;
	struct ld_btf_segment *segments;
	struct ld_btf *btf;
	struct ld_btf_map *map;
};

/* ---- which types are shared ---- */

/* Forgets the twins whose references are no twins. Returns whether enough are left. */
static bool settle(struct splitter *s)
{
	const struct ld_btf_ref_pair *r, *end = s->twins.refs + s->twins.nr_refs;
	uint32_t *shared = s->shared, nr_types = s->raw->nr_types, nr = s->twins.nr, round;
	uint32_t least = nr_types / 2; /* to share fewer costs more than it saves */
	uint8_t *relied_on = LD_NEW_ARRAY(s->scratch, uint8_t, nr_types);
	bool again = true;

	for (round = 0; again && round < MAX_ROUNDS; round++) {
		again = false;
		for (r = s->twins.refs; r < end && nr > least; r++) {
			if (r->ref < nr_types && shared[r->ref] == r->model) {
				relied_on[r->ref] = 1;
				continue;
			}
			if (!shared[r->type])
				continue;
			shared[r->type] = 0;
			nr--;
			again |= relied_on[r->type];
		}
	}
	return !again && nr > least;
}

/* ---- strings ---- */

static int compare_runs(const void *a, const void *b)
{
	const struct ld_btf_run *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->len < y->len ? -1 : x->len > y->len;
}

static void add_segment(struct splitter *s, uint32_t start, uint32_t to)
{
	s->segments[s->map->nr_segments++] = (struct ld_btf_segment){start, to};
}

/* Strings in runs are the base's. Those between runs are whole strings, too: the file's own. */
static void find_segments(struct splitter *s)
{
	uint32_t nr = s->twins.nr_runs, len = s->raw->strs_len, own = s->base->strs_len, at = 0, i;
	struct ld_btf_run *runs = s->twins.runs;

	s->segments = LD_NEW_ARRAY(s->scratch, struct ld_btf_segment, 2 * (size_t)nr + 1);
	s->map->segments = s->segments;
	qsort(runs, nr, sizeof(*runs), compare_runs);
	for (i = 0; i <= nr; i++) {
		uint32_t start = i < nr ? runs[i].start : len;

		if (start > at) {
			add_segment(s, at, own);
			own += start - at;
			at = start;
		}
		if (i == nr || runs[i].start + runs[i].len <= at)
			continue;
		add_segment(s, at, at - runs[i].delta);
		at = runs[i].start + runs[i].len;
	}
	s->btf->strs_len = own;
}

static void copy_strings(struct splitter *s)
{
	uint32_t base_len = s->base->strs_len, nr = s->map->nr_segments, i;
	char *strs = LD_NEW_ARRAY(s->a, char, s->btf->strs_len - base_len);

	for (i = 0; i < nr; i++) {
		const struct ld_btf_segment *seg = &s->segments[i];
		uint32_t end = i + 1 < nr ? seg[1].start : s->raw->strs_len;

		if (seg->to >= base_len)
			memcpy(strs + (seg->to - base_len), s->raw->strs + seg->start,
			       end - seg->start);
	}
	s->btf->strs = strs;
}

/* ---- the file's own types ---- */

static void map_ref(void *ctx, uint32_t *type)
{
	*type = ld_btf_map_type(ctx, *type);
}

static void map_str(void *ctx, uint32_t *off)
{
	*off = ld_btf_map_str(ctx, *off);
}

/* Numbers the types, shared ones as in the base, the others after those, and checks the others. */
static int number_types(struct splitter *s, uint32_t *size)
{
	uint32_t *types = LD_NEW_ARRAY(s->scratch, uint32_t, s->raw->nr_types);
	struct ld_btf_stretch *all, *last;
	uint32_t next = s->base->nr_types, i;
	int err;

	s->own = LD_NEW_ARRAY(s->scratch, uint32_t, s->raw->nr_types);
	all = last = LD_NEW_ARRAY(s->scratch, struct ld_btf_stretch, s->raw->nr_types);
	*size = 0;
	for (i = 1; i < s->raw->nr_types; i++) {
		uint32_t type = s->shared[i];

		/* What is shared has been compared with what is in range. */
		if (!type) {
			if ((err = ld_btf_check_type(&s->p, i)))
				return err;
			type = next++;
			*size += s->raw->offs[i + 1] - s->raw->offs[i];
			s->own[s->nr_own++] = i;
		}
		types[i] = type;
		if (i == 1 || type != last->first + last->nr || type == s->base->nr_types)
			*(i == 1 ? last : ++last) = (struct ld_btf_stretch){type, 0};
		last->nr++;
	}
	s->map->types = types;
	s->btf->nr_types = next;
	s->btf->nr_stretches = (uint32_t)(last - all) + 1;
	s->btf->stretches = ld_memdup(s->a, all, s->btf->nr_stretches * sizeof(*all));
	return 0;
}

static void copy_types(struct splitter *s, uint32_t size)
{
	char *types = LD_NEW_ARRAY(s->a, char, size);
	uint32_t *offs = LD_NEW_ARRAY(s->a, uint32_t, s->nr_own + 1ul), off = 0, i;

	for (i = 0; i < s->nr_own; i++) {
		struct btf_type *copy = (struct btf_type *)(void *)(types + off);
		uint32_t type = s->own[i], len = s->raw->offs[type + 1] - s->raw->offs[type];

		memcpy(copy, ld_btf_type(s->raw, type), len);
		ld_btf_each_ref(copy, map_ref, s->map);
		ld_btf_each_str(copy, map_str, s->map);
		offs[i] = off;
		off += len;
	}
	offs[i] = off;
	s->btf->types = types;
	s->btf->offs = offs;
}

static void copy_decls(struct splitter *s)
{
	uint32_t *decls = LD_NEW_ARRAY(s->a, uint32_t, s->raw->nr_decls), i;

	for (i = 0; i < s->raw->nr_decls; i++)
		decls[i] = s->map->types[s->raw->decls[i]];
	s->btf->decls = decls;
	s->btf->nr_decls = s->raw->nr_decls;
}

static int split(struct splitter *s)
{
	uint32_t size;
	int err;

	s->btf->base = s->base;
	s->btf->base_types = s->base->nr_types;
	s->btf->base_strs = s->base->strs_len;
	s->btf->nr_in = s->raw->nr_types - 1;
	s->btf->nr_unknown = s->raw->nr_unknown;
	s->btf->unknown_kind = s->raw->unknown_kind;
	if ((err = number_types(s, &size)) || (err = ld_btf_check_decls(&s->p)))
		return err;
	find_segments(s);
	copy_strings(s);
	copy_types(s, size);
	copy_decls(s);
	return 0;
}

/* ---- a file that shares too little ---- */

static int keep_whole(struct splitter *s, bool kept)
{
	struct ld_btf *btf = s->btf;
	uint32_t i;
	int err;

	for (i = 1; i < s->raw->nr_types; i++)
		if ((err = ld_btf_check_type(&s->p, i)))
			return err;
	if ((err = ld_btf_check_decls(&s->p)))
		return err;
	*btf = *s->raw;
	if (s->p.arena != s->a) {
		btf->offs = ld_memdup(s->a, btf->offs, (btf->nr_types + 1ul) * sizeof(*btf->offs));
		btf->decls = ld_memdup(s->a, btf->decls, btf->nr_decls * sizeof(*btf->decls));
	}
	if (btf->types == s->p.types ? !kept : s->p.arena != s->a)
		btf->types = ld_memdup(s->a, btf->types, s->p.types_len);
	if (!kept)
		btf->strs = ld_memdup(s->a, btf->strs, btf->strs_len);
	ld_btf_set_whole(s->a, btf);
	return 0;
}

/* Types and their twins in the model: the base, if enough is shared. */
static int compare(struct splitter *s, const struct ld_btf_digest *model, bool kept)
{
	uint32_t nr;
	int err;

	if ((err = ld_btf_find_twins(&s->p, model, &s->twins)))
		return err;
	nr = s->raw->nr_types;
	s->base = model->btf;
	s->shared = ld_memdup(s->scratch, s->twins.of, nr * sizeof(*s->shared));
	if (settle(s))
		return split(s);
	/* Twins by their labels are of use even so. */
	s->map->twins = ld_memdup(s->a, s->twins.of, nr * sizeof(*s->twins.of));
	return keep_whole(s, kept);
}

int ld_btf_parse_like(struct ld_arena *a, struct ld_arena *scratch, struct ld_diags *d,
		      const struct ld_btf_source *source, const struct ld_btf_digest *model,
		      struct ld_btf *btf, struct ld_btf_map *map)
{
	struct ld_btf raw = {0};
	struct splitter s;
	int err;

	memset(btf, 0, sizeof(*btf));
	memset(map, 0, sizeof(*map));
	s.p = (struct ld_btf_parser){
	    .arena = model ? scratch : a, .diags = d, .where = source->where, .btf = &raw};
	s.raw = &raw;
	s.a = a;
	s.scratch = scratch;
	s.btf = btf;
	s.map = map;
	s.nr_own = 0;
	if ((err = ld_btf_open(&s.p, source->data, source->size, source->big)))
		return err;
	err = model ? compare(&s, model, source->kept) : ld_btf_note_types(&s.p);
	if (!err && !model)
		err = keep_whole(&s, source->kept);
	map->nr_types = raw.nr_types;
	map->strs_len = raw.strs_len;
	return err;
}
