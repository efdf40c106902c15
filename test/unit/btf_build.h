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

#define MAX_IN 1024

static int passed, failed;
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
	return l->in[input].canon[type];
}

static struct ld_arena scratch;

static inline void digest_all(struct link *l)
{
	struct ld_btf_names *names = ld_btf_names_new(&arena);

	scratch.oom = arena.oom;
	for (uint32_t i = 0; i < l->nr; i++) {
		l->in[i].btf = &l->btf[i];
		l->in[i].digest = ld_btf_digest(&arena, &scratch, &l->btf[i], names);
		ld_arena_reset(&scratch);
	}
}

/* The same twice: no result may depend on the key of hashes. */
static inline void dedup(struct link *l, uint32_t threads)
{
	uint32_t **canon = LD_NEW_ARRAY(&arena, uint32_t *, l->nr), nr, i, k;
	bool same = true;

	digest_all(l);
	ld_btf_dedup(&arena, &arena, l->in, l->nr, threads, &l->graph);
	nr = l->graph.nr;
	for (i = 0; i < l->nr; i++)
		canon[i] = l->in[i].canon;
	ld_hash_key.seed[nr & 1] += 0x123456789abcdef1;
	ld_hash_key.factor += 0x9e3779b97f4a7c16;
	digest_all(l);
	ld_btf_dedup(&arena, &arena, l->in, l->nr, threads, &l->graph);
	for (i = 0; i < l->nr; i++)
		for (k = 1; k < l->btf[i].nr_types; k++)
			same &= canon_of(l, i, k) == canon[i][k];
	check(l->graph.nr == nr && same, "%u types with another key, %u with the first, or others",
	      l->graph.nr, nr);
	for (i = 1; i < l->graph.nr; i++) {
		const struct ld_btf_node *node = &l->graph.nodes[i];

		check(node->input < l->nr && canon_of(l, node->input, node->type) == i, "node %u",
		      i);
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

	*type_id = w->in->canon[*type_id];
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
