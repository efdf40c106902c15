/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_ELF_ELF_READ_H
#define LD_ELF_ELF_READ_H

#include "model/model.h"

/*
 * This directory turns bytes into the model: archives, ELF files, relocations and their addends,
 * instructions, and the binding of symbols to BTF. Every number of an input is checked here, so
 * that later passes need not. Nothing here decides what a link does with an input, and no state
 * outlives a file: inputs are parsed in parallel.
 *
 * BPF relocation types, by LLVM's names; this <elf.h> has only the first and the last.
 */
enum {
	LD_R_BPF_NONE = 0,
	LD_R_BPF_64_64 = 1, /* ld_imm64 */
	LD_R_BPF_64_ABS64 = 2,
	LD_R_BPF_64_ABS32 = 3,
	LD_R_BPF_64_NODYLD32 = 4, /* like ABS32, for places that a loader must not change */
	LD_R_BPF_64_32 = 10,      /* call */
	/* GNU as writes these for ABS32 and ABS64; they are read, never written. */
	LD_R_GNU_DATA_32 = 11,
	LD_R_GNU_DATA_64 = 12,
};

/* Maps the types of all dialects to LLVM's: those of LLVM before 13 and of GNU as up to 2.40. */
uint32_t ld_reloc_type(const struct ld_section *sec, uint32_t type);

/* The bytes that a relocation of this type changes; 0 if the type is unknown. */
unsigned int ld_reloc_width(uint32_t type);

/* The number of relocations in rel, a section of type SHT_REL or SHT_RELA. */
uint32_t ld_nr_relocs(const struct ld_section *rel);

/* Reads relocation k of rel, which is for sec: its type, symbol and explicit addend. */
void ld_decode_reloc(const struct ld_section *rel, const struct ld_section *sec, uint32_t k,
		     struct ld_reloc *r);

/* Whether the image is LLVM bitcode, by its first bytes. */
bool ld_is_bitcode(const void *image, size_t size);

/*
 * Reads the headers, sections, symbols and relocations of f->image into f, and checks every index
 * and offset. Relocations keep their type, symbol and explicit addend as they are; those of DWARF
 * stay in the file.
 */
int ld_elf_read(struct ld_file *f);

#endif
