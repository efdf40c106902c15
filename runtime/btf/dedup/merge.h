/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What the files of the deduplication share. */
#ifndef LD_BTF_DEDUP_MERGE_H
#define LD_BTF_DEDUP_MERGE_H

#include "base/hash.h"
#include "btf/dedup/dedup.h"

/* Set in every key; a key with it alone and 1 is void, and the kinds that are left out. */
#define LD_BTF_KEY_DONE ((uint64_t)1 << 63)
#define LD_BTF_KEY_VOID (LD_BTF_KEY_DONE | 1)

/* Hash tables that hold numbers of 1 and more, 0 where empty; tag is a part of the hash. */
struct ld_btf_slot {
	uint32_t tag, nr;
};

/* A power of two that is not below nr. */
static inline uint32_t ld_btf_table_size(uint64_t nr)
{
	uint32_t size = 16;

	while (size < nr)
		size *= 2;
	return size;
}

/* A named struct, union or enum with a body. */
struct ld_btf_def {
	uint64_t hash; /* of its label and of the keys that it refers to */
	uint32_t type; /* in_type */
};

struct ld_btf_digest {
	const struct ld_btf *btf;
	uint32_t *names;         /* numbers: of each type its own, then those of its members */
	uint32_t *names_at;      /* by type: index into names */
	uint64_t *keys;          /* by type: what a type that refers to it sees of it */
	struct ld_btf_def *defs; /* by ascending in_type */
	uint32_t nr_defs;
	uint32_t *canon; /* set by ld_btf_dedup(): the input's */
};

/* The number of a type's own name; equal names have equal numbers, and "" has 0. */
static inline uint32_t ld_btf_name_nr(const struct ld_btf_digest *digest, uint32_t in_type)
{
	return digest->names[digest->names_at[in_type]];
}

#define LD_BTF_NAME_BATCH 256

/* Names of one file to be numbered. */
struct ld_btf_new_names {
	const char *v[LD_BTF_NAME_BATCH]; /* not empty; they stay as long as the numbers */
	uint32_t nr;
	const char *end; /* of the string section */
};

/*
 * Gives each name its number, and returns the last one. before is the number of the name before
 * these, or 0. Names of more bytes than are left in budget are equal to none. What the names need
 * more room for comes from a. Thread-safe.
 */
uint32_t ld_btf_number_names(struct ld_btf_names *names, struct ld_arena *a,
			     const struct ld_btf_new_names *list, uint32_t before, uint64_t *budget,
			     uint32_t *numbers);

/* Where in a type the type ids are: id[0], id[stride], ... */
struct ld_btf_refs {
	const uint32_t *id;
	uint32_t stride, nr;
};

/* By kind: the first one's place in words from the start of the type, and how many there are. */
struct ld_btf_ref_place {
	uint8_t at, stride, fixed, each; /* each: one more for each of vlen */
};

extern const struct ld_btf_ref_place ld_btf_ref_places[];

/* A table, not a switch: a processor cannot guess the next type's kind. */
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

static inline bool ld_btf_is_container(uint32_t kind)
{
	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION;
}

/* Whether a type is only declared. For an enum the format has no other mark than no values. */
static inline bool ld_btf_is_fwd(const struct ld_btf *btf, const struct btf_type *t)
{
	uint32_t kind = ld_btf_kind(t);

	return kind == BTF_KIND_FWD ||
	       (ld_btf_is_enum(kind) && !ld_btf_vlen(t) && *ld_btf_str(btf, t->name_off));
}

/*
 * Whether two types have the same label: all that a type says apart from type ids, which mean
 * something else in each file. Kind, size, names, offsets, values.
 */
bool ld_btf_same_label(const struct ld_btf_digest *x, uint32_t x_type,
		       const struct ld_btf_digest *y, uint32_t y_type);

/* The state of a merge. Until it is done, canon[] holds any numbers below nr. */
struct ld_btf_merge {
	struct ld_arena *arena;
	struct ld_btf_input *in;
	uint32_t nr_in;
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

static inline const struct btf_type *ld_btf_node_type(const struct ld_btf_merge *m, uint32_t class)
{
	return ld_btf_type(m->in[m->nodes[class].input].btf, m->nodes[class].type);
}

/* Step 2: splits the classes by what they refer to, where a name has several definitions. */
void ld_btf_refine(struct ld_btf_merge *m);

/*
 * Step 4: joins what differs only in forward declarations. The classes must be proved. False where
 * no forward declaration is of a name with definitions.
 */
bool ld_btf_join(struct ld_btf_merge *m);

/* Numbers the classes by first appearance. */
void ld_btf_renumber(struct ld_btf_merge *m);

/*
 * Sets the mark of every class that refers to a marked one, and so on. The references are those of
 * the classes' nodes and of nr_more other types.
 */
void ld_btf_spread(const struct ld_btf_merge *m, const struct ld_btf_node *more, uint32_t nr_more,
		   uint8_t *flags, uint8_t mark);

#endif
