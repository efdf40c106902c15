/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Places for the message of the next diagnostic, of which they become locations. All texts are in
 * the link's arena.
 */
#ifndef LD_ELF_PLACE_H
#define LD_ELF_PLACE_H

#include "model/model.h"

/* An instruction: "w3.c:4 (w3.o)" with line info, otherwise "w3.o:(.text+0x10)". */
const char *ld_place(const struct ld_link *l, const struct ld_section *sec, uint64_t off);

/*
 * The place of a relocation. Without line info it also names the function, and in data the
 * variable: "w3.o:(.text+0x10), in 'f'", "w3.c:2 (w3.o), in 'table'".
 */
const char *ld_use_place(const struct ld_link *l, const struct ld_section *sec, uint64_t off);

/* ld_place() for reports: without escaping, and no location of the next diagnostic. */
const char *ld_plain_place(const struct ld_link *l, const struct ld_section *sec, uint64_t off);

/* A whole file: ld_file_name(). */
const char *ld_file_place(const struct ld_link *l, const struct ld_file *f);

/*
 * The definition of a symbol, or its first use in that file. A variable has its line from DWARF,
 * or else its section: "w3.c (w3.o:(.data+0x8))".
 */
const char *ld_sym_place(const struct ld_link *l, const struct ld_file *f, uint32_t in_sym);

#endif
