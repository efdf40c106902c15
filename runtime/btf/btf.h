/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * One .BTF section, checked and in host byte order.
 *
 * After ld_btf_parse() every type id, string offset and count in it is in range.
 */
#ifndef LD_BTF_BTF_H
#define LD_BTF_BTF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "btf/format.h"

struct ld_btf {
	const char *types;    /* 4-byte aligned, host byte order */
	const uint32_t *offs; /* by type, void too: bytes into types; then where they end */
	uint32_t nr_types;    /* ids run from 0 (void) to nr_types - 1 */
	uint32_t nr_decls;
	const uint32_t *decls; /* in_types of FUNC, VAR, DATASEC and DECL_TAG, ascending */
	const char *strs;      /* they end in NUL */
	uint32_t strs_len;     /* bytes: offsets are below */

	/*
	 * Types of kinds that are not known have become BTF_KIND_UNKN, with the kind as vlen; so
	 * have FWDs without a name, with 0, to which decl tags alone still refer.
	 */
	uint32_t nr_unknown;
	uint8_t unknown_kind; /* of the first one */
};

static inline const struct btf_type *ld_btf_type(const struct ld_btf *btf, uint32_t in_type)
{
	return (const struct btf_type *)(btf->types + btf->offs[in_type]);
}

static inline const char *ld_btf_str(const struct ld_btf *btf, uint32_t off)
{
	return btf->strs + off;
}

static inline const char *ld_btf_name(const struct ld_btf *btf, uint32_t in_type)
{
	return in_type ? ld_btf_str(btf, ld_btf_type(btf, in_type)->name_off) : "void";
}

static inline uint32_t ld_btf_kind(const struct btf_type *t)
{
	return BTF_INFO_KIND(t->info);
}

static inline uint32_t ld_btf_vlen(const struct btf_type *t)
{
	return BTF_INFO_VLEN(t->info);
}

/* What is no type, though it has an in_type: it says something of a symbol or of a type. */
static inline bool ld_btf_is_decl(uint32_t kind)
{
	return kind == BTF_KIND_FUNC || kind == BTF_KIND_VAR || kind == BTF_KIND_DATASEC ||
	       kind == BTF_KIND_DECL_TAG;
}

/* What follows the three words of struct btf_type. */
static inline const void *ld_btf_tail(const struct btf_type *t)
{
	return t + 1;
}

/* Bytes of a type with its tail; 0 for a kind that is not known, and for BTF_KIND_UNKN. */
uint32_t ld_btf_type_size(uint32_t kind, uint32_t vlen);

/*
 * Calls fn for each place in type t (writable copies too: cast the const away) where a type id
 * stands, as a pointer to the 4-byte id. Void ids (0) are visited too.
 */
typedef void (*ld_btf_ref_fn)(void *ctx, uint32_t *type_id);
void ld_btf_each_ref(struct btf_type *t, ld_btf_ref_fn fn, void *ctx);

/* The same for string offsets. */
void ld_btf_each_str(struct btf_type *t, ld_btf_ref_fn fn, void *ctx);

/*
 * Parses size bytes at data; where they stand in the other byte order or misaligned, into a copy.
 * data must outlive btf. where names the file in diagnostics.
 */
int ld_btf_parse(struct ld_arena *a, struct ld_diags *d, const char *where, const void *data,
		 size_t size, bool big, struct ld_btf *btf);

/* Follows typedefs and qualifiers (const, volatile, restrict, type tags); bounded on cycles. */
uint32_t ld_btf_strip(const struct ld_btf *btf, uint32_t in_type);

/* Bytes that an object of the type takes; 0 where that is not known. Bounded on cycles. */
uint64_t ld_btf_size_of(const struct ld_btf *btf, uint32_t in_type);

#endif
