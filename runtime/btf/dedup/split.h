/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A section as what it has in common with an earlier file, and the rest; see split.c. */
#ifndef LD_BTF_DEDUP_SPLIT_H
#define LD_BTF_DEDUP_SPLIT_H

#include "btf/dedup/dedup.h"

/* Strings of a section from start on, up to the next segment's, have their offsets from to on. */
struct ld_btf_segment {
	uint32_t start, to;
};

/* What the numbers in a section are in struct ld_btf. Both count types from 0, void. */
struct ld_btf_map {
	uint32_t nr_types, strs_len;           /* of the section */
	const uint32_t *types;                 /* NULL: all numbers are the same */
	const struct ld_btf_segment *segments; /* ordered; the first starts at 0 */
	uint32_t nr_segments;

	/*
	 * Of a section that was not split: by in_type a type of the model that has the same label
	 * (label.h), or 0. NULL where there is no model.
	 */
	uint32_t *twins;
};

static inline uint32_t ld_btf_map_type(const struct ld_btf_map *map, uint32_t type)
{
	return map->types ? map->types[type] : type;
}

uint32_t ld_btf_find_str(const struct ld_btf_map *map, uint32_t off);

static inline uint32_t ld_btf_map_str(const struct ld_btf_map *map, uint32_t off)
{
	return map->types ? ld_btf_find_str(map, off) : off;
}

/* A section to be parsed: size bytes at data, in the file that diagnostics call where. */
struct ld_btf_source {
	const char *where;
	const void *data;
	size_t size;
	bool big;  /* byte order */
	bool kept; /* data outlives btf; else it is copied as far as it is needed */
};

/*
 * ld_btf_parse() for one of many files: model is another's digest, or NULL. The file gets that one
 * as its base if the two have most types in common. map is valid as long as scratch is, but for
 * twins, which live in a.
 */
int ld_btf_parse_like(struct ld_arena *a, struct ld_arena *scratch, struct ld_diags *d,
		      const struct ld_btf_source *source, const struct ld_btf_digest *model,
		      struct ld_btf *btf, struct ld_btf_map *map);

#endif
