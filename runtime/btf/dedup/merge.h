/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What the files of the deduplication share: digest.c, dedup.c, refine.c, fwd.c. */
#ifndef LD_BTF_DEDUP_MERGE_H
#define LD_BTF_DEDUP_MERGE_H

#include "base/bytes.h"
#include "base/hash.h"
#include "btf/dedup/dedup.h"

/* Set in every key; a key with it alone and 1 is void, and the kinds that are left out. */
#define LD_BTF_KEY_DONE ((uint64_t)1 << 63)
#define LD_BTF_KEY_VOID (LD_BTF_KEY_DONE | 1)

/* Hash tables that hold numbers of 1 and more, 0 where empty; tag is a part of the hash. */
struct ld_btf_slot {
	uint32_t tag, nr;
};

/* A named struct, union or enum with a body. */
struct ld_btf_def {
	uint64_t hash; /* of all that the type says of itself, other named types by name only */
	uint32_t type; /* in_type */
};

struct ld_btf_digest {
	const struct ld_btf *btf;
	uint64_t *keys;          /* by own type: what a type that refers to it sees of it */
	struct ld_btf_def *defs; /* the own ones, by ascending in_type */
	uint32_t nr_defs;
	bool cyclic; /* there is a cycle without a name */

	/* The base's, where the file has one; else that of the file that it is compared with. */
	struct ld_btf_digest *model;
	/*
	 * Without a base: by in_type, a type of the model that has the same label (label.h) and
	 * refers to types of the same keys; or 0.
	 */
	uint32_t *twins;

	/* Room for what ld_btf_dedup() finds out. */
	uint32_t input;  /* index into the inputs */
	uint32_t *canon; /* by own type */
	uint32_t left;   /* own types, decls not counted, that have no class yet */

	/* Of a model: named types by the hash of kind and name. */
	struct ld_btf_slot *names;
	uint32_t names_mask;
};

static inline uint64_t ld_btf_key(const struct ld_btf_digest *digest, uint32_t in_type)
{
	if (in_type < digest->btf->base_types)
		digest = digest->model;
	return digest->keys[ld_btf_own(digest->btf, in_type)];
}

uint64_t ld_btf_str_hash(const struct ld_btf *btf, uint32_t off);

/* Where in a type the type ids stand: id[0], id[stride], ... */
struct ld_btf_refs {
	const uint32_t *id;
	uint32_t stride, nr;
};

/* By kind: the first one's place in words from the start of the type, and how many there are. */
struct ld_btf_ref_place {
	uint8_t at, stride, fixed, each; /* each: one more for each of vlen */
};

extern const struct ld_btf_ref_place ld_btf_ref_places[];

/* A table, not a switch: a processor can't guess the next type's kind. */
static inline struct ld_btf_refs ld_btf_refs(const struct btf_type *t)
{
	const struct ld_btf_ref_place *place = &ld_btf_ref_places[ld_btf_kind(t)];

	return (struct ld_btf_refs){.id = (const uint32_t *)t + place->at,
				    .stride = place->stride,
				    .nr = place->fixed + place->each * ld_btf_vlen(t)};
}

static inline bool ld_btf_is_enum(uint32_t kind)
{
	return kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64;
}

/* Whether a type is only declared. For an enum the format has no other mark than no values. */
static inline bool ld_btf_is_fwd(const struct ld_btf *btf, const struct btf_type *t)
{
	uint32_t kind = ld_btf_kind(t);

	return kind == BTF_KIND_FWD ||
	       (ld_btf_is_enum(kind) && !ld_btf_vlen(t) && *ld_btf_str(btf, t->name_off));
}

/* Of 8 characters, the first lowest: the highest bit of the first NUL, or 0. */
static inline uint64_t ld_btf_first_nul(uint64_t w)
{
	uint64_t marks = (w - 0x0101010101010101ull) & ~w & 0x8080808080808080ull;

	/* There may be false marks above the first. */
	return marks & -marks;
}

/*
 * The state of a merge. Until it is done, canon[] holds any numbers below nr.
 *
 * Behind the inputs stand those bases that are none themselves. Of their types those take part that
 * some input has; the others have no class. To visit each type once, visit the own types of all;
 * for the order of the inputs, their stretches.
 */
struct ld_btf_merge {
	struct ld_arena *arena;
	struct ld_btf_input *in;
	uint32_t nr_in, nr_all;
	uint32_t nr;               /* classes are numbered 1 to nr - 1 */
	uint32_t nr_ambiguous;     /* names with several definitions */
	uint64_t *keys;            /* by class */
	uint64_t *defs;            /* by class: the hash of the first definition, or 0 */
	struct ld_btf_node *nodes; /* by class: a full definition where there is one */
	uint8_t *flags;            /* by class */
};

enum {
	LD_BTF_AMBIGUOUS = 1, /* several definitions have this name */
	LD_BTF_REACHES = 2,   /* an ambiguous name can be reached from here */
};

static inline uint32_t ld_btf_class(const struct ld_btf_input *in, uint32_t in_type)
{
	return *ld_btf_canon(in, in_type);
}

/* Splits the classes by what they refer to, where a name has several definitions. */
void ld_btf_refine(struct ld_btf_merge *m);

/* Numbers the classes by first appearance. */
void ld_btf_renumber(struct ld_btf_merge *m);

/* Merges what differs only in that a FWD stands for a definition. The classes must be verified. */
void ld_btf_merge_fwds(struct ld_btf_merge *m);

/*
 * Sets the mark of every class that refers to a marked one, and so on. The references are those of
 * the classes' nodes and of nr_more other types.
 */
void ld_btf_spread(const struct ld_btf_merge *m, const struct ld_btf_node *more, uint32_t nr_more,
		   uint8_t *flags, uint8_t mark);

/* Whether two nodes have the same label (label.h). */
bool ld_btf_same_node_label(const struct ld_btf_merge *m, const struct ld_btf_node *a,
			    const struct ld_btf_node *b);

#endif
