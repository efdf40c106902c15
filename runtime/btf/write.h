/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A .BTF section in the making, in host byte order. */
#ifndef LD_BTF_WRITE_H
#define LD_BTF_WRITE_H

#include <stdbool.h>

#include "base/blob.h"
#include "base/strtab.h"
#include "btf/format.h"

#define LD_BTF_RECENT 1024 /* a power of two */

struct ld_btf_out {
	struct ld_arena *arena;
	struct ld_blob types; /* behind room for the header */
	struct ld_strtab strs;
	uint32_t nr_types;  /* the next out_type */
	uint64_t strs_left; /* bytes of strings that may still be asked for */
	bool strs_spent;    /* more were: the section is of no use */
	/* By address: what was asked for lately; a file name is asked for with every line. */
	struct {
		const char *s;
		uint32_t off;
	} recent[LD_BTF_RECENT];
};

/*
 * strs_left limits the strings. An input can name each place in one long string as a name: then all
 * names together are as long as the square of its size.
 */
struct ld_btf_out *ld_btf_out_new(struct ld_arena *a, uint64_t strs_left);

/* The offset of s in the string section; equal strings are stored once. s must stay valid. */
uint32_t ld_btf_out_str(struct ld_btf_out *out, const char *s);

/* A type with tail bytes behind it, all but its three words zero. Valid until the next call. */
struct btf_type *ld_btf_out_type(struct ld_btf_out *out, const char *name, uint32_t kind,
				 uint32_t vlen, uint32_t size_or_type, size_t tail);

/*
 * Puts the section into a byte order and writes its header. It is out->types followed by out->strs;
 * nothing may be added any more.
 */
void ld_btf_out_finish(struct ld_btf_out *out, bool big);

#endif
