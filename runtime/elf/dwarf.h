/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_ELF_DWARF_H
#define LD_ELF_DWARF_H

#include "model/model.h"

/* Where the source declares a variable. */
struct ld_decl_line {
	const char *path; /* in the arena; relative only if DWARF has no directory */
	uint32_t line;
};

/*
 * Looks a defined variable up in the file's DWARF, versions 2 to 5, by its address. The first call
 * for a file scans .debug_info, also if the link strips it. Bad DWARF is no error: parts of it that
 * make no sense are skipped. Returns false if there is no line.
 */
bool ld_dwarf_find(struct ld_arena *a, const struct ld_file *f, uint32_t in_sym,
		   struct ld_decl_line *found);

#endif
