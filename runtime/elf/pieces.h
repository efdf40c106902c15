/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_ELF_PIECES_H
#define LD_ELF_PIECES_H

#include "model/model.h"

/*
 * Splits every section of f into pieces, sets the target and addend of each relocation, and adds
 * the hidden edges. f->secs and f->syms are as ld_elf_read() leaves them.
 */
int ld_make_pieces(struct ld_file *f);

/*
 * DWARF has a relocation for each string: they are not stored, but decoded when they are needed.
 * Reads relocation k of sec->rel with its target and addend. Returns false if it does nothing.
 */
bool ld_debug_reloc(const struct ld_section *sec, uint32_t k, struct ld_reloc *r);

#endif
