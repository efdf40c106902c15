/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The hashes of one file's types; what they are for is told in dedup.c.
 *
 * The key of a type is what another type that refers to it sees: of a named struct, union or enum
 * (declared or defined) the name and which of the three it is, of anything else the whole
 * structure down to such names. A C type can't contain itself without a name in between, so that
 * a depth-first walk computes keys. It keeps its stack in the keys not yet known: a chain of any
 * length needs no memory.
 *
 * Broken BTF has cycles without a name nevertheless. The types that reach one are found by the
 * walk and get the hash of their structure down to a fixed depth, which does not depend on where
 * the walk came in.
 */
#include "btf/dedup/merge.h"
#include "btf/dedup/twins.h"

#define DONE LD_BTF_KEY_DONE
#define CYCLIC ((uint64_t)1 << 62) /* reaches a cycle without a name */
#define OPEN ((uint64_t)1 << 61)   /* on the stack; below it the next ref and the one above */
#define NEXT ((uint64_t)1 << 32)
#define MOST_REFS 0x1ffffff /* a prototype has one more than vlen can say */

#define CYCLE_DEPTH 16
#define HASHED_NAME_BYTES 256 /* so that 10 MB names cost no more than others */

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

/* The keys of a file's types; those of its base are known. */
struct keys {
	uint64_t *own;
	const uint64_t *base;
	uint32_t base_types;
};

static inline uint64_t key_of(const struct keys *k, uint32_t in_type)
{
	return in_type < k->base_types ? k->base[in_type] : k->own[in_type - k->base_types];
}

static inline uint64_t *own_key(const struct keys *k, uint32_t in_type)
{
	return &k->own[in_type - k->base_types];
}

struct digester {
	const struct ld_btf *btf;
	struct keys keys;
	uint64_t cyclic; /* CYCLIC if any type is */
	const struct ld_btf_digest *model;
	uint32_t *twins;
	uint32_t model_def; /* index into the model's defs: the one that was found last */
};

uint64_t ld_btf_str_hash(const struct ld_btf *btf, uint32_t off)
{
	const char *s = ld_btf_str(btf, off), *end = ld_btf_strs_end(btf, off);
	uint64_t h = 0, w, zero;
	int i;

	for (i = 0; i < HASHED_NAME_BYTES / 8 && end - s >= 8; i++, s += 8) {
		w = ld_get64(s, false);
		zero = ld_btf_first_nul(w);
		/* Keep the bytes before the NUL. */
		if (zero)
			return ld_hash_word(h, w & ((zero >> 7) - 1));
		h = ld_hash_word(h, w);
	}
	if (i == HASHED_NAME_BYTES / 8)
		return h;
	for (w = 0, i = 0; s[i]; i++)
		w |= (uint64_t)(unsigned char)s[i] << (8 * i);
	return ld_hash_word(h, w);
}

static uint64_t add_entry(uint64_t h, uint64_t name, uint64_t number, uint64_t key)
{
	return ld_hash_words(h, name ^ number, key);
}

/* The hash of a type and of the keys that it refers to. */
static uint64_t type_hash(const struct ld_btf *btf, const struct btf_type *t, const struct keys *k)
{
	uint64_t h = ld_hash_word(t->info, ld_btf_str_hash(btf, t->name_off));
	uint32_t i, vlen = ld_btf_vlen(t);
	const uint32_t *w = ld_btf_tail(t);

	switch (ld_btf_kind(t)) {
	case BTF_KIND_FWD: break;
	case BTF_KIND_INT: h = ld_hash_word(h, (uint64_t)t->size << 32 | w[0]); break;
	case BTF_KIND_ARRAY:
		h = add_entry(ld_hash_word(h, t->size), key_of(k, w[0]), w[2], key_of(k, w[1]));
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		h = ld_hash_word(h, t->size);
		for (i = 0; i < vlen; i++, w += 3)
			h = add_entry(h, ld_btf_str_hash(btf, w[0]), w[2], key_of(k, w[1]));
		break;
	case BTF_KIND_ENUM:
		h = ld_hash_word(h, t->size);
		for (i = 0; i < vlen; i++, w += 2)
			h = add_entry(h, ld_btf_str_hash(btf, w[0]), w[1], 0);
		break;
	case BTF_KIND_ENUM64:
		h = ld_hash_word(h, t->size);
		for (i = 0; i < vlen; i++, w += 3)
			h = add_entry(h, ld_btf_str_hash(btf, w[0]), w[1], w[2]);
		break;
	case BTF_KIND_FUNC_PROTO:
		h = ld_hash_word(h, key_of(k, t->type));
		for (i = 0; i < vlen; i++, w += 2)
			h = add_entry(h, ld_btf_str_hash(btf, w[0]), 0, key_of(k, w[1]));
		break;
	case BTF_KIND_FLOAT: h = ld_hash_word(h, t->size); break;
	default: h = ld_hash_word(h, key_of(k, t->type)); break;
	}
	return h;
}

static uint64_t as_key(uint64_t h)
{
	return (h & ~CYCLIC) | DONE;
}

/* Whether a type and one of the model, which have the same label, refer to types of the same keys.
 */
static bool same_keys(const struct digester *g, uint32_t in_type, uint32_t twin)
{
	struct ld_btf_refs a = ld_btf_refs(ld_btf_type(g->btf, in_type));
	struct ld_btf_refs b = ld_btf_refs(ld_btf_type(g->model->btf, twin));

	for (; a.nr; a.nr--, a.id += a.stride, b.id += b.stride)
		if (key_of(&g->keys, *a.id) != g->model->keys[*b.id])
			return false;
	return true;
}

/*
 * The twin of a type, if it also refers to types of the same keys. If not it is forgotten, so that
 * those that stay in the end are twins in this sense.
 */
static uint32_t find_twin(struct digester *g, uint32_t in_type)
{
	uint32_t twin = g->twins ? g->twins[in_type] : 0;

	if (twin && !same_keys(g, in_type, twin))
		twin = g->twins[in_type] = 0;
	return twin;
}

/* The key of a type without a name of its own, when those that it refers to are known. */
static uint64_t structure_key(struct digester *g, uint32_t in_type)
{
	uint32_t twin = find_twin(g, in_type);

	if (twin)
		return g->model->keys[twin];
	return as_key(type_hash(g->btf, ld_btf_type(g->btf, in_type), &g->keys));
}

/* What hash_cycles() will replace. The types of a model are on no cycle. */
static uint64_t cyclic_key(struct digester *g, uint32_t in_type)
{
	if (g->twins)
		g->twins[in_type] = 0;
	return DONE | CYCLIC;
}

/* Computes the key of a type, and those of the types that it refers to. */
static void walk(struct digester *g, uint32_t in_type)
{
	uint64_t state, key;
	uint32_t idx, ref = 0;

	*own_key(&g->keys, in_type) = OPEN;
	while (in_type) {
		const struct btf_type *t = ld_btf_type(g->btf, in_type);
		struct ld_btf_refs refs = ld_btf_refs(t);
		uint64_t *own = own_key(&g->keys, in_type);

		state = *own;
		for (idx = (uint32_t)(state / NEXT) & MOST_REFS; idx < refs.nr; idx++) {
			ref = refs.id[(size_t)idx * refs.stride];
			key = key_of(&g->keys, ref);
			if (!key)
				break;
			/* An open type is one that led here: a cycle. */
			if (!(key & DONE) || (key & CYCLIC))
				state |= CYCLIC;
		}
		if (idx < refs.nr) {
			*own = (state & (OPEN | CYCLIC | UINT32_MAX)) | (uint64_t)idx * NEXT;
			*own_key(&g->keys, ref) = OPEN | in_type;
			in_type = ref;
			continue;
		}
		*own = state & CYCLIC ? cyclic_key(g, in_type) : structure_key(g, in_type);
		g->cyclic |= state & CYCLIC;
		in_type = (uint32_t)state;
	}
}

static void hash_cycles(struct digester *g, struct ld_arena *a)
{
	uint32_t nr = ld_btf_nr_own(g->btf), depth, i;
	struct keys from = g->keys;
	uint64_t *to = g->keys.own;

	from.own = ld_memdup(a, to, nr * sizeof(*to));
	for (depth = 0; depth < CYCLE_DEPTH; depth++) {
		for (i = 0; i < nr; i++)
			if (from.own[i] & CYCLIC)
				to[i] =
				    type_hash(g->btf, ld_btf_type(g->btf, g->btf->base_types + i),
					      &from) |
				    DONE | CYCLIC;
		memcpy(from.own, to, nr * sizeof(*to));
	}
	for (i = 0; i < nr; i++)
		to[i] &= ~CYCLIC;
}

/* Whether the key of a type needs no key of another. */
static bool is_leaf(const struct ld_btf *btf, const struct btf_type *t)
{
	switch (ld_btf_kind(t)) {
	case BTF_KIND_INT:
	case BTF_KIND_FLOAT:
	case BTF_KIND_FWD:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64: return true;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: return *ld_btf_str(btf, t->name_off);
	default: return false;
	}
}

static uint64_t leaf_key(const struct ld_btf *btf, const struct btf_type *t)
{
	uint32_t kind = ld_btf_kind(t);

	if (kind == BTF_KIND_INT || kind == BTF_KIND_FLOAT ||
	    (ld_btf_is_enum(kind) && !*ld_btf_str(btf, t->name_off)))
		return as_key(type_hash(btf, t, NULL));
	/* The declared and the defined one have one key, by the kind that they declare. */
	if (kind == BTF_KIND_FWD)
		kind = BTF_INFO_KFLAG(t->info) ? BTF_KIND_UNION : BTF_KIND_STRUCT;
	if (kind == BTF_KIND_ENUM64)
		kind = BTF_KIND_ENUM;
	return as_key(ld_hash_word(kind, ld_btf_str_hash(btf, t->name_off)));
}

static bool is_definition(const struct ld_btf *btf, const struct btf_type *t)
{
	uint32_t kind = ld_btf_kind(t);

	return (kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION || ld_btf_is_enum(kind)) &&
	       *ld_btf_str(btf, t->name_off) && !ld_btf_is_fwd(btf, t);
}

/* Lists the definitions on the way. */
static void find_leaf_keys(struct digester *g, struct ld_btf_digest *digest)
{
	uint32_t i, twin;

	if (!g->btf->base)
		g->keys.own[0] = LD_BTF_KEY_VOID;
	for (i = ld_btf_first(g->btf); i < g->btf->nr_types; i++) {
		const struct btf_type *t = ld_btf_type(g->btf, i);
		uint64_t *own = own_key(&g->keys, i);

		if (ld_btf_is_decl(ld_btf_kind(t))) {
			*own = LD_BTF_KEY_VOID;
		} else if (is_leaf(g->btf, t)) {
			twin = g->twins ? g->twins[i] : 0;
			*own = twin ? g->model->keys[twin] : leaf_key(g->btf, t);
			if (is_definition(g->btf, t))
				digest->defs[digest->nr_defs++].type = i;
		}
	}
}

/* The model's definition by a type, which has one. */
static const struct ld_btf_def *find_def(struct digester *g, uint32_t type)
{
	const struct ld_btf_def *defs = g->model->defs;
	uint32_t low = 0, high = g->model->nr_defs, mid = g->model_def + 1;

	/* Most often it is the one after the last. */
	if (mid >= high || defs[mid].type != type) {
		for (mid = high / 2; defs[mid].type != type; mid = low + (high - low) / 2) {
			if (defs[mid].type < type)
				low = mid + 1;
			else
				high = mid;
		}
	}
	g->model_def = mid;
	return &defs[mid];
}

static uint64_t def_hash(struct digester *g, uint32_t in_type)
{
	uint32_t twin = find_twin(g, in_type);

	if (twin)
		return find_def(g, twin)->hash;
	return type_hash(g->btf, ld_btf_type(g->btf, in_type), &g->keys) | DONE;
}

/* Whether no walk is needed: all that the type refers to has keys, and they are its twin's. */
static bool copy_key(struct digester *g, uint32_t in_type)
{
	uint32_t twin = g->twins ? g->twins[in_type] : 0;

	if (!twin || !same_keys(g, in_type, twin))
		return false;
	*own_key(&g->keys, in_type) = g->model->keys[twin];
	return true;
}

struct ld_btf_digest *ld_btf_digest(struct ld_arena *a, const struct ld_btf *btf,
				    struct ld_btf_digest *model, uint32_t *twins)
{
	struct ld_btf_digest *digest = LD_NEW(a, struct ld_btf_digest);
	uint32_t nr = ld_btf_nr_own(btf), i;
	struct digester g = {
	    .btf = btf,
	    .keys = {.own = LD_NEW_ARRAY(a, uint64_t, nr), .base_types = btf->base_types},
	    .model = model,
	    .twins = twins};

	if (btf->base)
		g.keys.base = model->keys;
	digest->defs = LD_NEW_ARRAY(a, struct ld_btf_def, nr);
	find_leaf_keys(&g, digest);
	ld_trim(a, digest->defs, nr * sizeof(*digest->defs),
		digest->nr_defs * sizeof(*digest->defs));
	for (i = ld_btf_first(btf); i < btf->nr_types; i++)
		if (!*own_key(&g.keys, i) && !copy_key(&g, i))
			walk(&g, i);
	if (g.cyclic)
		hash_cycles(&g, a);
	for (i = 0; i < digest->nr_defs; i++)
		digest->defs[i].hash = def_hash(&g, digest->defs[i].type);
	digest->canon = LD_NEW_ARRAY(a, uint32_t, nr);
	digest->btf = btf;
	digest->keys = g.keys.own;
	digest->cyclic = g.cyclic;
	digest->model = model;
	digest->twins = g.twins;
	return digest;
}

bool ld_btf_make_model(struct ld_arena *a, struct ld_btf_digest *digest)
{
	/* A key on a cycle tells less than others: it can't be taken over. */
	if (digest->cyclic || digest->btf->base)
		return false;
	ld_btf_index_names(a, digest);
	return true;
}
