/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What the tests of BTF share: writing sections, merging them, and libbpf as oracle. */
#ifndef BPFLD_TEST_BTF_BUILD_H
#define BPFLD_TEST_BTF_BUILD_H

#include <bpf/btf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "btf/dedup/merge.h"
#include "btf/dedup/split.h"

#define MAX_IN 1024

static int passed, failed;
static uint32_t split_inputs; /* how many shared types with a base */
static struct ld_arena arena;
static struct ld_diags diags;

static inline void check(bool ok, const char *fmt, ...)
{
	va_list args;

	passed += ok;
	failed += !ok;
	if (ok || failed > 40)
		return;
	va_start(args, fmt);
	fputs("FAIL ", stdout);
	vprintf(fmt, args);
	putchar('\n');
	va_end(args);
}

/* A .BTF section being written. */
struct out {
	LD_VEC(uint32_t) types;
	LD_VEC(char) strs;
	uint32_t nr;
};

static inline uint32_t add_str(struct out *o, const char *s)
{
	size_t len = strlen(s) + 1, i;

	if (!o->strs.nr)
		LD_PUSH(&arena, &o->strs, '\0');
	if (len == 1)
		return 0;
	for (i = 0; i + len <= o->strs.nr && o->strs.nr < 4096; i++)
		if (!memcmp(o->strs.v + i, s, len))
			return (uint32_t)i;
	for (i = 0; i < len; i++)
		LD_PUSH(&arena, &o->strs, s[i]);
	return (uint32_t)(o->strs.nr - len);
}

static inline uint32_t add_words(struct out *o, uint32_t nr, const uint32_t *words)
{
	while (nr--)
		LD_PUSH(&arena, &o->types, *words++);
	return ++o->nr;
}

#define INFO(kind, kflag, vlen)                                                                    \
	((uint32_t)(kflag) << 31 | (uint32_t)(kind) << 24 | (uint32_t)(vlen))
#define ADD(o, ...) add_words((o), sizeof((uint32_t[]){__VA_ARGS__}) / 4, (uint32_t[]){__VA_ARGS__})

static inline uint32_t add_ref(struct out *o, uint32_t kind, const char *name, uint32_t type)
{
	return ADD(o, add_str(o, name), INFO(kind, 0, 0), type);
}

static inline uint32_t add_int(struct out *o, const char *name, uint32_t size, uint32_t encoding)
{
	return ADD(o, add_str(o, name), INFO(BTF_KIND_INT, 0, 0), size, encoding);
}

static inline uint32_t add_fwd(struct out *o, const char *name, bool is_union)
{
	return ADD(o, add_str(o, name), INFO(BTF_KIND_FWD, is_union, 0), 0);
}

static inline uint32_t add_struct1(struct out *o, const char *name, const char *member,
				   uint32_t type)
{
	return ADD(o, add_str(o, name), INFO(BTF_KIND_STRUCT, 0, 1), 8, add_str(o, member), type,
		   0);
}

static inline uint32_t add_struct2(struct out *o, const char *name, const char *m1, uint32_t t1,
				   const char *m2, uint32_t t2)
{
	return ADD(o, add_str(o, name), INFO(BTF_KIND_STRUCT, 0, 2), 16, add_str(o, m1), t1, 0,
		   add_str(o, m2), t2, 64);
}

static inline uint32_t add_enum1(struct out *o, const char *name, const char *value,
				 uint32_t number)
{
	return ADD(o, add_str(o, name), INFO(BTF_KIND_ENUM, 0, 1), 4, add_str(o, value), number);
}

/* The section's bytes. */
static inline char *finish(struct out *o, size_t *size)
{
	size_t types_len = o->types.nr * 4;
	struct btf_header h = {.magic = BTF_MAGIC,
			       .version = BTF_VERSION,
			       .hdr_len = sizeof(h),
			       .type_len = (uint32_t)types_len,
			       .str_off = (uint32_t)types_len};
	char *data;

	add_str(o, "");
	h.str_len = (uint32_t)o->strs.nr;
	*size = sizeof(h) + types_len + o->strs.nr;
	data = ld_alloc(&arena, *size);
	memcpy(data, &h, sizeof(h));
	if (types_len)
		memcpy(data + sizeof(h), o->types.v, types_len);
	memcpy(data + sizeof(h) + types_len, o->strs.v, o->strs.nr);
	return data;
}

/* Inputs, and what has been made of them. */
struct link {
	struct ld_btf btf[MAX_IN];
	struct {
		const char *data;
		size_t size;
	} raw[MAX_IN];
	struct ld_btf_input in[MAX_IN];
	struct ld_btf_map map[MAX_IN];
	uint32_t nr;
	struct ld_btf_graph graph;
};

static inline bool add_raw(struct link *l, const char *data, size_t size)
{
	uint32_t i = l->nr;

	if (ld_btf_parse(&arena, &diags, "in", data, size, LD_HOST_BIG, &l->btf[i])) {
		printf("%s\n", diags.list.v[diags.list.nr - 1].message);
		return false;
	}
	l->raw[i].data = data;
	l->raw[i].size = size;
	l->nr++;
	return true;
}

static inline void add_out(struct link *l, struct out *o)
{
	size_t size;
	char *data = finish(o, &size);

	check(add_raw(l, data, size), "input %u can't be parsed", l->nr);
}

static inline uint32_t canon_of(const struct link *l, uint32_t input, uint32_t type)
{
	return *ld_btf_canon(&l->in[input], type);
}

/* The definition by a type of its own file, or NULL. */
static inline const struct ld_btf_def *def_of(const struct ld_btf_digest *digest, uint32_t type)
{
	if (type < digest->btf->base_types)
		digest = digest->model;
	for (uint32_t i = 0; i < digest->nr_defs; i++)
		if (digest->defs[i].type == type)
			return &digest->defs[i];
	return NULL;
}

/* A model changes nothing but time and place: btf is the section parsed by itself. */
static inline void check_digest(const struct link *l, uint32_t i, const struct ld_btf *btf,
				const struct ld_btf_map *map)
{
	const struct ld_btf_digest *with = l->in[i].digest;
	const struct ld_btf_digest *without = ld_btf_digest(&arena, btf, NULL, NULL);
	uint32_t place = 0, at = 0;

	check(l->btf[i].nr_in == btf->nr_types - 1, "input %u: %u types", i, l->btf[i].nr_in);
	for (uint32_t k = 1; k < btf->nr_types; k++) {
		uint32_t type = ld_btf_map_type(map, k);
		const struct ld_btf_def *a = def_of(with, type), *b = def_of(without, k);

		check(ld_btf_key(with, type) == without->keys[k], "input %u: key of type %u", i, k);
		check(!a == !b && (!a || a->hash == b->hash), "input %u: definition %u", i, k);
		check(!strcmp(ld_btf_name(&l->btf[i], type), ld_btf_name(btf, k)),
		      "input %u: name of type %u", i, k);
		check(type == l->btf[i].stretches[at].first + place, "input %u: order of type %u",
		      i, k);
		if (++place == l->btf[i].stretches[at].nr)
			at++, place = 0;
	}
	check(at == l->btf[i].nr_stretches && !place, "input %u: stretches", i);
	for (uint32_t off = 0; off < btf->strs_len; off++)
		check(!strcmp(ld_btf_str(&l->btf[i], ld_btf_map_str(map, off)), btf->strs + off),
		      "input %u: string at %u", i, off);
}

static inline uint32_t largest(const struct link *l)
{
	uint32_t found = 0;

	for (uint32_t i = 1; i < l->nr; i++)
		if (l->raw[i].size > l->raw[found].size)
			found = i;
	return found;
}

enum model {
	NO_MODEL,
	INPUT_AS_MODEL, /* the largest one */
	OTHER_MODEL,    /* a file like it that is no input */
};

static bool unchecked;          /* when it is time that matters: */
static struct ld_arena scratch; /* what maps refer to is gone */

static inline void digest_all(struct link *l, enum model how)
{
	uint32_t which = largest(l), i;
	struct ld_btf_digest *model = NULL;
	struct ld_btf *other = ld_memdup(&arena, &l->btf[which], sizeof(*other));

	if (how != NO_MODEL) {
		model =
		    ld_btf_digest(&arena, how == OTHER_MODEL ? other : &l->btf[which], NULL, NULL);
		l->in[which].digest = model;
		if (!ld_btf_make_model(&arena, model))
			model = NULL;
	}
	for (i = 0; i < l->nr; i++) {
		struct ld_btf_source source = {"in", l->raw[i].data, l->raw[i].size, LD_HOST_BIG,
					       true};
		struct ld_btf btf = l->btf[i];

		l->in[i].btf = &l->btf[i];
		l->map[i] = (struct ld_btf_map){.nr_types = btf.nr_types};
		if (how == INPUT_AS_MODEL && i == which)
			continue;
		if (source.data)
			check(!ld_btf_parse_like(&arena, unchecked ? &scratch : &arena, &diags,
						 &source, model, &l->btf[i], &l->map[i]),
			      "input %u can't be parsed beside a model", i);
		if (unchecked)
			ld_arena_reset(&scratch);
		l->in[i].digest = ld_btf_digest(&arena, &l->btf[i], model, l->map[i].twins);
		if (source.data && !unchecked && btf.nr_types < 10000 && btf.strs_len < 100000)
			check_digest(l, i, ld_memdup(&arena, &btf, sizeof(btf)), &l->map[i]);
		split_inputs += l->btf[i].base != NULL;
	}
}

/* Without a model, and with one: the graph is the same, and so is what each type became. */
static inline void dedup(struct link *l, uint32_t threads)
{
	const struct ld_btf *whole = ld_memdup(&arena, l->btf, l->nr * sizeof(*whole));
	uint32_t **canon = LD_NEW_ARRAY(&arena, uint32_t *, l->nr), nr, i, k;
	enum model how;

	digest_all(l, NO_MODEL);
	ld_btf_dedup(&arena, l->in, l->nr, threads, &l->graph);
	nr = l->graph.nr;
	for (i = 0; i < l->nr; i++)
		canon[i] = ld_memdup(&arena, l->in[i].canon, whole[i].nr_types * sizeof(**canon));
	for (how = INPUT_AS_MODEL; how <= OTHER_MODEL; how++) {
		bool same = true;

		memcpy(l->btf, whole, l->nr * sizeof(*whole));
		/* No result may depend on the key. */
		ld_hash_key.seed[how & 1] += 0x123456789abcdef1;
		ld_hash_key.factor += 0x9e3779b97f4a7c16;
		digest_all(l, how);
		ld_btf_dedup(&arena, l->in, l->nr, threads, &l->graph);
		for (i = 0; i < l->nr; i++)
			for (k = 1; k < whole[i].nr_types; k++)
				same &=
				    canon_of(l, i, ld_btf_map_type(&l->map[i], k)) == canon[i][k];
		check(l->graph.nr == nr && same,
		      "%u types with model %d and another key, %u without, or others", l->graph.nr,
		      how, nr);
		for (i = 1; i < l->graph.nr; i++) {
			const struct ld_btf_node *node = &l->graph.nodes[i];

			check(node->input < l->nr && canon_of(l, node->input, node->type) == i,
			      "node %u with model %d", i, how);
		}
	}
}

/* The merged graph as one section; numbers there are node numbers. */
struct rewrite {
	const struct ld_btf_input *in;
	struct out *out;
};

static inline void rewrite_ref(void *ctx, uint32_t *type_id)
{
	const struct rewrite *w = ctx;

	*type_id = *ld_btf_canon(w->in, *type_id);
}

static inline void rewrite_str(void *ctx, uint32_t *str_off)
{
	const struct rewrite *w = ctx;

	*str_off = add_str(w->out, ld_btf_str(w->in->btf, *str_off));
}

static inline void write_graph(const struct link *l, struct out *o)
{
	uint32_t i, size;

	*o = (struct out){0};
	add_str(o, "");
	for (i = 1; i < l->graph.nr; i++) {
		const struct ld_btf_input *in = &l->in[l->graph.nodes[i].input];
		const struct btf_type *t = ld_btf_type(in->btf, l->graph.nodes[i].type);
		struct rewrite w = {in, o};
		struct btf_type *copy;

		size = ld_btf_type_size(ld_btf_kind(t), ld_btf_vlen(t));
		copy = ld_memdup(&arena, t, size);
		ld_btf_each_ref(copy, rewrite_ref, &w);
		ld_btf_each_str(copy, rewrite_str, &w);
		add_words(o, size / 4, (const uint32_t *)copy);
	}
}

static inline bool left_out(uint32_t kind)
{
	return kind == BTF_KIND_FUNC || kind == BTF_KIND_VAR || kind == BTF_KIND_DATASEC ||
	       kind == BTF_KIND_DECL_TAG;
}

static inline struct btf *oracle(const struct link *l, uint32_t *nr)
{
	struct btf *all = btf__new_empty(), *one;
	uint32_t i;

	*nr = 0;
	for (i = 0; i < l->nr; i++) {
		one = btf__new(l->raw[i].data, (uint32_t)l->raw[i].size);
		if (!one || btf__add_btf(all, one) < 0) {
			printf("oracle: can't add input %u\n", i);
			btf__free(one);
			btf__free(all);
			return NULL;
		}
		btf__free(one);
	}
	if (btf__dedup(all, NULL)) {
		btf__free(all);
		return NULL;
	}
	for (i = 1; i < btf__type_cnt(all); i++)
		*nr += !left_out(ld_btf_kind(btf__type_by_id(all, i)));
	return all;
}

static inline struct link *new_link(void)
{
	return LD_NEW(&arena, struct link);
}

static inline struct link *reversed(const struct link *l)
{
	struct link *r = LD_NEW(&arena, struct link);
	uint32_t i;

	for (i = l->nr; i--;)
		add_raw(r, l->raw[i].data, l->raw[i].size);
	dedup(r, 1);
	return r;
}

/* Merging the result changes nothing, not even numbers. */
static inline void check_idempotent(const struct link *l, const char *name)
{
	struct link *again = LD_NEW(&arena, struct link);
	struct out o;
	uint32_t i;
	bool same;

	write_graph(l, &o);
	add_out(again, &o);
	dedup(again, 1);
	same = again->graph.nr == l->graph.nr;
	for (i = 1; same && i < l->graph.nr; i++)
		same = canon_of(again, 0, i) == i && again->graph.nodes[i].type == i;
	check(same, "%s: not idempotent: %u types, then %u", name, l->graph.nr, again->graph.nr);
}

#endif
