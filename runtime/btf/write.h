/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Builds a .BTF section in host byte order. */
#ifndef LD_BTF_WRITE_H
#define LD_BTF_WRITE_H

#include <stdbool.h>

#include "base/blob.h"
#include "base/strtab.h"
#include "btf/format.h"

#define LD_BTF_RECENT 1024 /* a power of two */

struct ld_btf_out {
	struct ld_arena *arena;
	struct ld_blob types; /* with room for the header in front */
	struct ld_strtab strs;
	uint32_t nr_types;  /* the next out_type */
	uint64_t strs_left; /* bytes of strings that may still be added */
	bool strs_spent;    /* the limit was exceeded: the section must not be used */
	/* Recently added strings, by address: each line record refers to its file name. */
	struct {
		const char *s;
		uint32_t off;
	} recent[LD_BTF_RECENT];
};

/*
 * strs_left limits the strings. An input may use each place in one long string as a name; the names
 * together are then quadratic in its size.
 */
struct ld_btf_out *ld_btf_out_new(struct ld_arena *a, uint64_t strs_left);

/*
 * Returns the offset of s in the string section. Equal strings are stored once. s must stay valid.
 */
uint32_t ld_btf_out_str(struct ld_btf_out *out, const char *s);

/*
 * Appends a type with tail bytes, all zero except for its three words. Valid until the next call.
 */
struct btf_type *ld_btf_out_type(struct ld_btf_out *out, const char *name, uint32_t kind,
				 uint32_t vlen, uint32_t size_or_type, size_t tail);

/*
 * Converts the section to a byte order and writes its header. Its bytes are out->types, then
 * out->strs. Nothing may be added afterwards.
 */
void ld_btf_out_finish(struct ld_btf_out *out, bool big);

#endif
