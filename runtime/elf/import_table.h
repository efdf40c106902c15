/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_ELF_IMPORT_TABLE_H
#define LD_ELF_IMPORT_TABLE_H

#include "model/model.h"

/*
 * Reads the table of imports of an input that --dynamic made; docs/dynamic-linking.md has the
 * format. The table is untrusted.
 */
struct ld_import_table {
	const char *at, *end;
	struct ld_strmap code; /* name -> the first struct ld_section of code */
};

/* Sets `stub` of the stubs that the table of f lists. */
void ld_mark_stubs(struct ld_file *f, struct ld_arena *scratch);

/* Returns false if f has no table. Memory is from the arena. */
bool ld_open_import_table(struct ld_arena *a, const struct ld_file *f, struct ld_import_table *t);

/* The next string, or NULL at the end. */
const char *ld_next_import_string(struct ld_import_table *t);

/* The place in "OFF SECTION"; its piece is NULL if that is no ld_imm64. */
struct ld_import_test ld_read_import_test(const struct ld_import_table *t, const char *text);

#endif
