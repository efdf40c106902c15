/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Writes the table of imports for .bpfld.imports; docs/dynamic-linking.md has the format. It is a
 * string table because loaders and other linkers ignore those.
 */
#include <string.h>

#include "passes/passes.h"

static void put(struct ld_link *l, const char *text)
{
	ld_blob_put(l->arena, &l->import_table, text, strlen(text) + 1);
}

static void put_import(struct ld_link *l, const struct ld_import *import)
{
	put(l, ld_printf(l->arena, "import=%s", import->name->name));
	put(l, ld_printf(l->arena, "prototype=%s", import->prototype));
	put(l, ld_printf(l->arena, "default=%d", import->value));
	if (!import->strong)
		put(l, "weak");
	ld_for_each(i, &import->tests) {
		const struct ld_import_test *test = &import->tests.v[i];
		uint64_t off = ld_piece_out_off(test->piece, test->off - test->piece->off);

		put(l, ld_printf(l->arena, "test=%llu %s", (unsigned long long)off,
				 test->piece->out->name));
	}
}

void ld_write_imports(struct ld_link *l)
{
	if (!l->imports.nr)
		return;
	put(l, "");
	put(l, "version=1");
	ld_for_each(i, &l->imports)
		put_import(l, &l->imports.v[i]);
}
