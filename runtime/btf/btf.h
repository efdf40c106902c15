/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * This directory knows BTF alone: its format, parsing and checks, printing as C, writing; dedup/
 * merges the types of many files into one graph. It knows neither ELF nor a link.
 *
 * One .BTF section, checked and in host byte order. After ld_btf_parse(), every type id, string
 * offset and count is in range.
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
	const uint32_t *offs; /* by type, including void: byte offset in types; then the end */
	uint32_t nr_types;    /* ids are 0 (void) to nr_types - 1 */
	uint32_t nr_decls;
	const uint32_t *decls; /* in_types of FUNC, VAR, DATASEC and DECL_TAG, ascending */
	const char *strs;      /* NUL-terminated strings */
	uint32_t strs_len;     /* bytes; offsets are smaller */

	/*
	 * Types of unknown kinds have become BTF_KIND_UNKN with the kind as vlen; so have anonymous
	 * FWDs, with vlen 0, to which only decl tags still refer.
	 */
	uint32_t nr_unknown;
	uint8_t unknown_kind; /* kind of the first one */

	bool rust; /* has an integer with a name of Rust, such as u8 */

	/*
	 * FUNCs without a prototype, as clang -g1 writes them: their type ids are arbitrary
	 * numbers. They have become BTF_KIND_UNKN with vlen 0, too, and are not in decls.
	 */
	uint32_t nr_untyped;
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

#define LD_BTF_DECL_KINDS                                                                          \
	(1u << BTF_KIND_FUNC | 1u << BTF_KIND_VAR | 1u << BTF_KIND_DATASEC |                       \
	 1u << BTF_KIND_DECL_TAG)

/* Whether it has a type id but is no type: it describes a symbol or a type. */
static inline bool ld_btf_is_decl(uint32_t kind)
{
	return 1u << kind & LD_BTF_DECL_KINDS;
}

/* The bits of a member's offset that are the offset. */
static inline uint32_t ld_btf_offset_mask(const struct btf_type *t)
{
	return BTF_INFO_KFLAG(t->info) ? 0xffffff : UINT32_MAX;
}

/* The part of a type after the three words of struct btf_type. */
static inline const void *ld_btf_tail(const struct btf_type *t)
{
	return t + 1;
}

/* The size of a type with its tail in bytes; 0 for an unknown kind and for BTF_KIND_UNKN. */
uint32_t ld_btf_type_size(uint32_t kind, uint32_t vlen);

/*
 * Calls fn with a pointer to each 4-byte type id in t, including 0 for void. To modify a copy, cast
 * the const away.
 */
typedef void (*ld_btf_ref_fn)(void *ctx, uint32_t *type_id);
void ld_btf_each_ref(struct btf_type *t, ld_btf_ref_fn fn, void *ctx);

/* The same for string offsets. */
void ld_btf_each_str(struct btf_type *t, ld_btf_ref_fn fn, void *ctx);

/*
 * Parses size bytes at data; copies them if they are in the other byte order or misaligned. data
 * must outlive btf. where names the file in diagnostics.
 */
int ld_btf_parse(struct ld_arena *a, struct ld_diags *d, const char *where, const void *data,
		 size_t size, bool big, struct ld_btf *btf);

/* Skips typedefs and qualifiers (const, volatile, restrict, type tags). Terminates on cycles. */
uint32_t ld_btf_strip(const struct ld_btf *btf, uint32_t in_type);

/* The size of an object of the type in bytes; 0 if unknown. Terminates on cycles. */
uint64_t ld_btf_size_of(const struct ld_btf *btf, uint32_t in_type);

#endif
