/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_ELF_COMPRESSED_H
#define LD_ELF_COMPRESSED_H

#include "model/model.h"

#define LD_CHDR_SIZE 24 /* bytes of the header before compressed contents: Elf64_Chdr */

/*
 * Reads the header of a compressed section. Size and alignment become those of its contents, which
 * ld_decompress_sections() provides. Sections that are not linked stay as they are.
 */
int ld_read_compression(struct ld_section *sec);

/* Decompresses the contents of all sections of f that are linked. */
int ld_decompress_sections(struct ld_file *f);

#endif
