/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Prints BTF types and declarations as C source, for diagnostics. The result is one line of
 * printable characters and bounded length, whatever the input.
 */
#ifndef LD_BTF_PRINT_H
#define LD_BTF_PRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "btf/btf.h"

/* A type: "struct foo *", "int (*)(const char *, ...)". */
const char *ld_btf_print_type(struct ld_arena *a, const struct ld_btf *btf, uint32_t in_type);

/* A declaration of name with that type: "int (*name)[4]". */
const char *ld_btf_print_decl(struct ld_arena *a, const struct ld_btf *btf, uint32_t in_type,
			      const char *name);

/*
 * A FUNC as a prototype without parameter names ("long foo(long, int)"), which extern declarations
 * often lack; or a VAR.
 */
const char *ld_btf_print_symbol(struct ld_arena *a, const struct ld_btf *btf, uint32_t in_type);

/* A VAR that defines a map: "struct { __uint(type, BPF_MAP_TYPE_HASH); ... } m SEC(".maps")". */
const char *ld_btf_print_map(struct ld_arena *a, const struct ld_btf *btf, uint32_t in_type);

/* The meaning of a member of a map definition. */
enum ld_map_attr_kind {
	LD_MAP_NUMBER, /* __uint(name, number), __ulong(name, number) */
	LD_MAP_TYPE,   /* __type(name, type) */
	LD_MAP_ARRAY,  /* __array(name, type): an inner map or the prototype of programs */
	LD_MAP_OTHER,  /* any other member, of this type */
};

struct ld_map_attr {
	const char *name;
	enum ld_map_attr_kind kind;
	uint64_t number;
	bool low_half; /* the number may be larger, but its enumerator has only 32 bits */
	uint32_t type; /* in_type, not stripped */
};

struct ld_map_attr ld_btf_map_attr(const struct ld_btf *btf, const struct btf_member *m);

/* The value of an attribute: "BPF_MAP_TYPE_HASH", "64", "struct key". */
const char *ld_btf_print_attr(struct ld_arena *a, const struct ld_btf *btf,
			      const struct ld_map_attr *attr);

#endif
