/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_ELF_ELF_READ_H
#define LD_ELF_ELF_READ_H

#include "model/model.h"

/* BPF relocation types (LLVM's names; <elf.h> of this age knows the first and last only). */
enum {
	LD_R_BPF_NONE = 0,
	LD_R_BPF_64_64 = 1, /* ld_imm64 */
	LD_R_BPF_64_ABS64 = 2,
	LD_R_BPF_64_ABS32 = 3,
	LD_R_BPF_64_NODYLD32 = 4, /* as ABS32, for what a loader must not touch */
	LD_R_BPF_64_32 = 10,      /* call */
	/* What GNU as writes for ABS32 and ABS64; read, never written. */
	LD_R_GNU_DATA_32 = 11,
	LD_R_GNU_DATA_64 = 12,
};

/* One set of types for the dialects: LLVM's; that of LLVM before 13; that of GNU as to 2.40. */
uint32_t ld_reloc_type(const struct ld_section *sec, uint32_t type);

/* The bytes that a relocation of this type changes, or 0 for a type that is unknown. */
unsigned int ld_reloc_width(uint32_t type);

/* Whether the image is LLVM bitcode; no more than its first bytes are looked at. */
bool ld_is_bitcode(const void *image, size_t size);

/* Whether the image is an ELF object for BPF; no more than its header is looked at. */
bool ld_is_bpf_object(const void *image, size_t size);

/*
 * Reads the headers, sections, symbols and relocations of f->image into f, checking every index
 * and offset. Relocations are left as they stand: type, symbol, explicit addend.
 */
int ld_elf_read(struct ld_file *f);

/*
 * The image of a file that was read as far as needed is to be used for another. What the model
 * refers to has been copied, but for symbol tables, relocations, .BTF and .BTF.ext.
 */
void ld_elf_forget_image(struct ld_file *f);

#endif
