/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The format of a .BTF section, as the kernel's Documentation/bpf/btf.rst describes it. The names
 * are those of <linux/btf.h>. That header is not included: its numbers depend on the kernel of the
 * build host's headers, and the output must not.
 *
 * Two forms exist. Since Linux 7, `info` has 24 bits for vlen and 7 for the kind, and the header
 * has two more fields. Older kernels use 16 and 5 bits; the other bits are zero, so the wider masks
 * read both. We write the older form, which every kernel and libbpf accepts.
 */
#ifndef LD_BTF_FORMAT_H
#define LD_BTF_FORMAT_H

#include <stdint.h>

#define BTF_MAGIC 0xeb9f
#define BTF_VERSION 1

struct btf_header {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t hdr_len;
	/* Offsets from the end of the header, and sizes in bytes. */
	uint32_t type_off, type_len;
	uint32_t str_off, str_len;
	/* Since Linux 7, if hdr_len includes them: uint32_t layout_off, layout_len. */
};

/* The layout section has one of these for each kind from 0: the bytes after struct btf_type. */
struct btf_layout {
	uint8_t info_sz; /* fixed */
	uint8_t elem_sz; /* per element; vlen of them */
	uint8_t flags[2];
};

struct btf_type {
	uint32_t name_off;
	uint32_t info; /* bit 31: kflag; 24 to 30: kind; 0 to 23: vlen */
	union {
		uint32_t size;
		uint32_t type;
	};
};

#define BTF_INFO_KIND(info) ((info) >> 24 & 0x7f)
#define BTF_INFO_VLEN(info) ((info)&0xffffff)
#define BTF_INFO_KFLAG(info) ((info) >> 31)

/* The most that we write. */
#define BTF_MAX_VLEN 0xffffu

enum {
	BTF_KIND_UNKN,
	BTF_KIND_INT,
	BTF_KIND_PTR,
	BTF_KIND_ARRAY,
	BTF_KIND_STRUCT,
	BTF_KIND_UNION,
	BTF_KIND_ENUM,
	BTF_KIND_FWD,
	BTF_KIND_TYPEDEF,
	BTF_KIND_VOLATILE,
	BTF_KIND_CONST,
	BTF_KIND_RESTRICT,
	BTF_KIND_FUNC,
	BTF_KIND_FUNC_PROTO,
	BTF_KIND_VAR,
	BTF_KIND_DATASEC,
	BTF_KIND_FLOAT,
	BTF_KIND_DECL_TAG,
	BTF_KIND_TYPE_TAG,
	BTF_KIND_ENUM64,
	BTF_NR_KINDS
};

/* BTF_KIND_INT: one word. */
#define BTF_INT_ENCODING(word) ((word) >> 24 & 0xf)
#define BTF_INT_OFFSET(word) ((word) >> 16 & 0xff)
#define BTF_INT_BITS(word) ((word)&0xff)
#define BTF_INT_SIGNED 1
#define BTF_INT_CHAR 2
#define BTF_INT_BOOL 4

/* BTF_KIND_ENUM: for each value. */
struct btf_enum {
	uint32_t name_off;
	int32_t val;
};

/* BTF_KIND_ENUM64: for each value. */
struct btf_enum64 {
	uint32_t name_off, val_lo32, val_hi32;
};

struct btf_array {
	uint32_t type, index_type, nelems;
};

/* BTF_KIND_STRUCT, BTF_KIND_UNION: for each member. */
struct btf_member {
	uint32_t name_off, type;
	uint32_t
	    offset; /* bits; if the type has kflag, the upper 8 bits are the size of a bit field */
};

#define BTF_MEMBER_BITFIELD_SIZE(offset) ((offset) >> 24)
#define BTF_MEMBER_BIT_OFFSET(offset) ((offset)&0xffffff)

/* BTF_KIND_FUNC_PROTO: for each parameter. */
struct btf_param {
	uint32_t name_off, type;
};

/* BTF_KIND_FUNC: vlen is the linkage. */
enum btf_func_linkage { BTF_FUNC_STATIC, BTF_FUNC_GLOBAL, BTF_FUNC_EXTERN };

enum { BTF_VAR_STATIC, BTF_VAR_GLOBAL_ALLOCATED, BTF_VAR_GLOBAL_EXTERN };

struct btf_var {
	uint32_t linkage;
};

/* BTF_KIND_DATASEC: for each variable. */
struct btf_var_secinfo {
	uint32_t type, offset, size;
};

struct btf_decl_tag {
	int32_t component_idx; /* -1: the declaration itself */
};

#endif
