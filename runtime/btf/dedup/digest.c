/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Step 1, by file: numbers for the names, and the hashes of the types; see dedup.c.
 *
 * The key of a type is what another type that refers to it sees: of a named struct, union or enum
 * (declared or defined) the name and which of the three it is, of anything else the whole
 * structure down to such names. A C type cannot contain itself without a name in between, so that
 * a depth-first walk computes keys. It keeps its stack in the keys not yet known: a chain of any
 * length needs no memory.
 *
 * Broken BTF has cycles without a name nevertheless. The walk finds the types that reach one. They
 * get the hash of their structure down to a fixed depth, which does not depend on where the walk
 * came in.
 */
#include <string.h>

#include "base/bytes.h"
#include "btf/dedup/merge.h"

#define DONE LD_BTF_KEY_DONE
#define CYCLIC ((uint64_t)1 << 62) /* reaches a cycle without a name */
#define OPEN ((uint64_t)1 << 61)   /* on the stack; below it the next ref and the one above */
#define NEXT ((uint64_t)1 << 32)
#define MOST_REFS 0x1ffffff /* a prototype has one more than vlen can say */

#define CYCLE_DEPTH 16
#define OFFSETS 4      /* of the string section, for each that is remembered */
#define NAME_BUDGET 64 /* times the string section: for long names, which may share their bytes */

const struct ld_btf_ref_place ld_btf_ref_places[BTF_NR_KINDS] = {
    [BTF_KIND_PTR] = {2, 1, 1, 0},
    [BTF_KIND_TYPEDEF] = {2, 1, 1, 0},
    [BTF_KIND_VOLATILE] = {2, 1, 1, 0},
    [BTF_KIND_CONST] = {2, 1, 1, 0},
    [BTF_KIND_RESTRICT] = {2, 1, 1, 0},
    [BTF_KIND_TYPE_TAG] = {2, 1, 1, 0},
    [BTF_KIND_ARRAY] = {3, 1, 2, 0},
    [BTF_KIND_STRUCT] = {4, 3, 0, 1},
    [BTF_KIND_UNION] = {4, 3, 0, 1},
    [BTF_KIND_FUNC_PROTO] = {2, 2, 1, 1}, /* what it returns comes first */
};

/* By kind: words for each of vlen, of which the first is a name; 0 where none is. */
static const uint8_t name_stride[BTF_NR_KINDS] = {
    [BTF_KIND_STRUCT] = 3, [BTF_KIND_UNION] = 3,      [BTF_KIND_ENUM] = 2,
    [BTF_KIND_ENUM64] = 3, [BTF_KIND_FUNC_PROTO] = 2,
};

struct digester {
	struct ld_arena *a, *scratch;
	const struct ld_btf *btf;
	struct ld_btf_digest *digest;
	uint64_t *keys;
	uint64_t cyclic; /* CYCLIC if any type is */

	/* The file's names, most of them once. */
	uint32_t *offs, *numbers;      /* by name: offset in the string section; number */
	uint32_t nr_names;             /* names are counted from 1; 0 is "" */
	uint32_t *seen;                /* by hash of offset: a name, or 0 */
	struct ld_btf_new_names batch; /* those that have no number yet */
	uint32_t before;               /* the last number */
	uint64_t budget;
};

/* ---- names ---- */

static void number_batch(struct digester *g, struct ld_btf_names *names)
{
	g->before = ld_btf_number_names(names, g->a, &g->batch, g->before, &g->budget,
					g->numbers + (g->nr_names - g->batch.nr) + 1);
	g->batch.nr = 0;
}

static inline uint32_t note_name(struct digester *g, struct ld_btf_names *names, uint32_t off)
{
	uint32_t *seen = &g->seen[off / OFFSETS];

	if (!g->btf->strs[off])
		return 0;
	if (g->offs[*seen] == off)
		return *seen;
	if (g->batch.nr == LD_BTF_NAME_BATCH)
		number_batch(g, names);
	g->batch.v[g->batch.nr++] = ld_btf_str(g->btf, off);
	g->offs[++g->nr_names] = off;
	return *seen = g->nr_names;
}

static void number_names(struct digester *g, struct ld_btf_names *names)
{
	const struct ld_btf *btf = g->btf;
	uint32_t most = btf->offs[btf->nr_types] / 8 + 2, nr = 1, i, k;
	uint32_t *uses = LD_NEW_ARRAY(g->scratch, uint32_t, most);

	g->seen = LD_NEW_ARRAY(g->scratch, uint32_t, btf->strs_len / OFFSETS + 1);
	g->offs = LD_NEW_ARRAY(g->scratch, uint32_t, most);
	g->numbers = LD_NEW_ARRAY(g->scratch, uint32_t, most);
	g->budget = (uint64_t)NAME_BUDGET * btf->strs_len;
	g->batch.end = btf->strs + btf->strs_len;
	g->digest->names_at = LD_NEW_ARRAY(g->a, uint32_t, btf->nr_types);
	for (i = 1; i < btf->nr_types; i++) {
		const struct btf_type *t = ld_btf_type(btf, i);
		const uint32_t *w = ld_btf_tail(t);
		uint32_t kind = ld_btf_kind(t);

		if (ld_btf_is_decl(kind))
			continue;
		g->digest->names_at[i] = nr;
		uses[nr++] = note_name(g, names, t->name_off);
		if (!name_stride[kind])
			continue;
		for (k = ld_btf_vlen(t); k; k--, w += name_stride[kind])
			uses[nr++] = note_name(g, names, *w);
	}
	number_batch(g, names);
	g->digest->names = LD_NEW_ARRAY(g->a, uint32_t, nr);
	for (i = 1; i < nr; i++)
		g->digest->names[i] = g->numbers[uses[i]];
}

/* ---- labels ---- */

static bool same_words(const uint32_t *a, const uint32_t *b, uint32_t nr, uint32_t stride)
{
	for (; nr; nr--, a += stride, b += stride)
		if (*a != *b)
			return false;
	return true;
}

bool ld_btf_same_label(const struct ld_btf_digest *x, uint32_t x_type,
		       const struct ld_btf_digest *y, uint32_t y_type)
{
	const struct btf_type *a = ld_btf_type(x->btf, x_type), *b = ld_btf_type(y->btf, y_type);
	const uint32_t *wa = ld_btf_tail(a), *wb = ld_btf_tail(b);
	uint32_t kind = ld_btf_kind(a), vlen = ld_btf_vlen(a);

	if (a->info != b->info ||
	    !same_words(x->names + x->names_at[x_type], y->names + y->names_at[y_type],
			name_stride[kind] ? vlen + 1 : 1, 1))
		return false;
	switch (kind) {
	case BTF_KIND_INT: return a->size == b->size && wa[0] == wb[0];
	case BTF_KIND_FLOAT: return a->size == b->size;
	case BTF_KIND_ARRAY: return a->size == b->size && wa[2] == wb[2];
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: return a->size == b->size && same_words(wa + 2, wb + 2, vlen, 3);
	case BTF_KIND_ENUM: return a->size == b->size && same_words(wa + 1, wb + 1, vlen, 2);
	case BTF_KIND_ENUM64:
		return a->size == b->size && same_words(wa + 1, wb + 1, vlen, 3) &&
		       same_words(wa + 2, wb + 2, vlen, 3);
	default: return true;
	}
}

/* The hash of a type's label and of the keys that it refers to. */
static uint64_t type_hash(const struct digester *g, uint32_t in_type, const uint64_t *keys)
{
	const struct btf_type *t = ld_btf_type(g->btf, in_type);
	const uint32_t *w = ld_btf_tail(t), *name = g->digest->names + g->digest->names_at[in_type];
	uint64_t h = ld_hash_words(0, t->info, *name);
	uint32_t vlen = ld_btf_vlen(t);

	switch (ld_btf_kind(t)) {
	case BTF_KIND_FWD: break;
	case BTF_KIND_INT: h = ld_hash_words(h, t->size, w[0]); break;
	case BTF_KIND_ARRAY:
		h = ld_hash_words(ld_hash_words(h, t->size, w[2]), keys[w[0]], keys[w[1]]);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		h = ld_hash_word(h, t->size);
		for (; vlen; vlen--, w += 3)
			h = ld_hash_words(h, (uint64_t) * ++name << 32 | w[2], keys[w[1]]);
		break;
	case BTF_KIND_ENUM:
		h = ld_hash_word(h, t->size);
		for (; vlen; vlen--, w += 2)
			h = ld_hash_words(h, *++name, w[1]);
		break;
	case BTF_KIND_ENUM64:
		h = ld_hash_word(h, t->size);
		for (; vlen; vlen--, w += 3)
			h = ld_hash_words(h, *++name, (uint64_t)w[2] << 32 | w[1]);
		break;
	case BTF_KIND_FUNC_PROTO:
		h = ld_hash_word(h, keys[t->type]);
		for (; vlen; vlen--, w += 2)
			h = ld_hash_words(h, *++name, keys[w[1]]);
		break;
	case BTF_KIND_FLOAT: h = ld_hash_word(h, t->size); break;
	case BTF_KIND_UNKN: break;
	default: h = ld_hash_word(h, keys[t->type]); break;
	}
	return h;
}

/* ---- keys ---- */

static uint64_t as_key(uint64_t h)
{
	return (h & ~CYCLIC) | DONE;
}

/* Computes the key of a type, and those of the types that it refers to. */
static void walk(struct digester *g, uint32_t in_type)
{
	uint64_t state, key, *keys = g->keys;
	uint32_t idx, ref = 0;

	keys[in_type] = OPEN;
	while (in_type) {
		struct ld_btf_refs refs = ld_btf_refs(ld_btf_type(g->btf, in_type));

		state = keys[in_type];
		for (idx = (uint32_t)(state / NEXT) & MOST_REFS; idx < refs.nr; idx++) {
			ref = refs.id[(size_t)idx * refs.stride];
			key = keys[ref];
			if (!key)
				break;
			/* An open type is one that led here: a cycle. */
			if (!(key & DONE) || (key & CYCLIC))
				state |= CYCLIC;
		}
		if (idx < refs.nr) {
			keys[in_type] =
			    (state & (OPEN | CYCLIC | UINT32_MAX)) | (uint64_t)idx * NEXT;
			keys[ref] = OPEN | in_type;
			in_type = ref;
			continue;
		}
		/* hash_cycles() will replace those that are cyclic. */
		keys[in_type] =
		    state & CYCLIC ? DONE | CYCLIC : as_key(type_hash(g, in_type, keys));
		g->cyclic |= state & CYCLIC;
		in_type = (uint32_t)state;
	}
}

static void hash_cycles(struct digester *g)
{
	uint32_t nr = g->btf->nr_types, depth, i;
	uint64_t *from = LD_NEW_ARRAY(g->scratch, uint64_t, nr);

	for (depth = 0; depth < CYCLE_DEPTH; depth++) {
		memcpy(from, g->keys, nr * sizeof(*from));
		for (i = 0; i < nr; i++)
			if (from[i] & CYCLIC)
				g->keys[i] = type_hash(g, i, from) | DONE | CYCLIC;
	}
	for (i = 0; i < nr; i++)
		g->keys[i] &= ~CYCLIC;
}

/* The key of a type that needs no other's, or 0. */
static uint64_t leaf_key(const struct digester *g, uint32_t in_type)
{
	const struct btf_type *t = ld_btf_type(g->btf, in_type);
	uint32_t kind = ld_btf_kind(t), name;

	if (ld_btf_is_decl(kind))
		return LD_BTF_KEY_VOID;
	name = ld_btf_name_nr(g->digest, in_type);
	switch (kind) {
	case BTF_KIND_INT:
	case BTF_KIND_FLOAT: return as_key(type_hash(g, in_type, g->keys));
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		if (!name)
			return as_key(type_hash(g, in_type, g->keys));
		kind = BTF_KIND_ENUM;
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		if (!name)
			return 0;
		break;
	/* The declared and the defined one have one key, by the kind that they declare. */
	case BTF_KIND_FWD: kind = BTF_INFO_KFLAG(t->info) ? BTF_KIND_UNION : BTF_KIND_STRUCT; break;
	default: return 0;
	}
	return as_key(ld_hash_words(0, kind, name));
}

static bool is_definition(const struct digester *g, uint32_t in_type)
{
	const struct btf_type *t = ld_btf_type(g->btf, in_type);
	uint32_t kind = ld_btf_kind(t);

	return (ld_btf_is_container(kind) || (ld_btf_is_enum(kind) && ld_btf_vlen(t))) &&
	       ld_btf_name_nr(g->digest, in_type);
}

static void compute_keys(struct digester *g)
{
	struct ld_btf_def *defs = LD_NEW_ARRAY(g->scratch, struct ld_btf_def, g->btf->nr_types);
	struct ld_btf_digest *digest = g->digest;
	uint32_t i;

	g->keys[0] = LD_BTF_KEY_VOID;
	for (i = 1; i < g->btf->nr_types; i++) {
		g->keys[i] = leaf_key(g, i);
		if (g->keys[i] != LD_BTF_KEY_VOID && is_definition(g, i))
			defs[digest->nr_defs++].type = i;
	}
	/* Compilers number a type before what it refers to: that comes first, so that walks are
	 * short. */
	for (i = g->btf->nr_types; --i;)
		if (!g->keys[i])
			walk(g, i);
	if (g->cyclic)
		hash_cycles(g);
	for (i = 0; i < digest->nr_defs; i++)
		defs[i].hash = type_hash(g, defs[i].type, g->keys) | DONE;
	digest->defs = ld_memdup(g->a, defs, digest->nr_defs * sizeof(*defs));
}

struct ld_btf_digest *ld_btf_digest(struct ld_arena *a, struct ld_arena *scratch,
				    const struct ld_btf *btf, struct ld_btf_names *names)
{
	struct ld_btf_digest *digest = LD_NEW(a, struct ld_btf_digest);
	struct digester g = {.a = a, .scratch = scratch, .btf = btf, .digest = digest};

	digest->btf = btf;
	digest->keys = g.keys = LD_NEW_ARRAY(a, uint64_t, btf->nr_types);
	number_names(&g, names);
	compute_keys(&g);
	return digest;
}
