/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The model: what a link knows. Read this first.
 *
 *	link -> files -> sections -> pieces, relocs
 *	              -> symbols of the file (in_sym), each naming, where global, one
 *	link -> names:   struct ld_name, one for each global name, with its owner
 *	link -> outputs: output sections, each a list of pieces in order
 *
 * A piece is what is kept or dropped as a whole: a function, a variable, a map, a string that may
 * be merged, or the stretch between two of them. Everything that the linker moves is a piece.
 *
 * Number spaces: in_* count within an input file, out_* in the output. Offsets and sizes are
 * bytes.
 */
#ifndef LD_MODEL_MODEL_H
#define LD_MODEL_MODEL_H

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/strmap.h"
#include "format/btf.h"
#include "format/btf_dedup.h"

struct ld_file;
struct ld_section;
struct ld_name;
struct ld_out;

enum ld_sec_kind {
	LD_SEC_NONE,    /* consumed or dropped: symbol tables, relocations, .llvm_addrsig, ... */
	LD_SEC_CODE,    /* SHF_EXECINSTR */
	LD_SEC_DATA,    /* PROGBITS: variables, maps, struct_ops, the license */
	LD_SEC_BSS,     /* NOBITS */
	LD_SEC_MERGE,   /* SHF_MERGE: strings or constants, one piece for each */
	LD_SEC_DEBUG,   /* DWARF: one piece for the section */
	LD_SEC_BTF,     /* .BTF */
	LD_SEC_BTF_EXT, /* .BTF.ext */
};

/*
 * A relocation, or a hidden edge: a call inside one section, which clang resolves itself. What it
 * refers to is a symbol, or a place in a section (where the input named the section symbol): then
 * sym is 0 and piece and addend say where.
 */
struct ld_reloc {
	uint64_t off;           /* bytes into the section */
	uint32_t type;          /* R_BPF_* */
	uint32_t sym;           /* in_sym, or 0 */
	struct ld_piece *piece; /* with sym 0: the piece; NULL: outside every piece, see ld_reloc.sec */
	struct ld_section *sec; /* with sym 0: the section meant */
	int64_t addend;         /* bytes, from the symbol or, with sym 0, from the piece's start */
	bool hidden;            /* stands for an instruction without a relocation */
};

struct ld_piece {
	struct ld_section *sec;
	uint64_t off;           /* bytes into the input section */
	uint64_t size;
	uint64_t align;
	uint32_t rel, rel_end;  /* its relocations: sec->relocs[rel .. rel_end) */
	uint32_t sym, sym_end;  /* symbols defined in it: sec->syms[sym .. sym_end) */
	bool live;
	struct ld_piece *same;  /* LD_SEC_MERGE: the piece whose copy stands for this one */
	struct ld_out *out;     /* set by layout_sections, where live */
	uint64_t out_off;       /* bytes into out */
};

struct ld_section {
	struct ld_file *file;
	const char *name;
	uint32_t index;       /* in the input's section header table */
	enum ld_sec_kind kind;
	uint32_t type;        /* sh_type */
	uint64_t flags;       /* sh_flags */
	uint64_t size;
	uint64_t align;       /* a power of two, at least 1 */
	uint64_t entsize;
	const uint8_t *data;  /* size bytes; NULL for NOBITS */
	bool discarded;       /* a second copy of a group: no piece of it lives */
	bool whole;           /* could not be split: one piece */
	struct ld_piece *pieces; /* ordered by off, without gaps or overlaps */
	uint32_t nr_pieces;
	struct ld_reloc *relocs; /* ordered by off */
	uint32_t nr_relocs;
	uint32_t *syms;       /* in_syms defined here, ordered by value */
	uint32_t nr_syms;
};

/* A symbol of a file's symbol table. */
struct ld_sym {
	const char *name;       /* "" for section symbols */
	uint64_t value;         /* bytes into sec; the alignment where common */
	uint64_t size;
	uint8_t bind, type, vis; /* STB_*, STT_*, STV_* */
	bool abs, common;       /* SHN_ABS, SHN_COMMON */
	struct ld_section *sec; /* NULL: undefined, absolute or common */
	struct ld_piece *piece; /* where defined in a section that has pieces */
	struct ld_name *global; /* global and weak symbols: their name */
	uint32_t btf;           /* in_type of its FUNC or VAR, or 0 */
	uint32_t out_sym;       /* index in the output's table, or 0: set by emit's first half */
};

/* One global name over all files. */
struct ld_name {
	const char *name;
	struct ld_file *owner;  /* the file that defines it, or NULL */
	uint32_t owner_sym;     /* in_sym there */
	struct ld_file *first;  /* the first file that mentions it */
	uint32_t first_sym;
	uint8_t vis;            /* most constraining of definitions and references */
	bool referenced;        /* some relocation or -u names it */
	bool weak;              /* the owner is weak; without an owner: every reference is weak */
	bool ksym, kconfig;     /* undefined and declared in DATASEC .ksyms or .kconfig */
	bool sealed;            /* becomes local in the output */
	const char *out_name;   /* NULL: name */
	uint32_t out_sym;
};
#endif
