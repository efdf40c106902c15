/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Writes the table of imports for .bpfld.imports; docs/dynamic-linking.md has the format. It is a
 * string table because loaders and other linkers ignore those.
 */
#include <string.h>

#include "passes/passes.h"

static void put(const struct ld_link *l, struct ld_blob *table, const char *text)
{
	ld_blob_put(l->arena, table, text, strlen(text) + 1);
}

static void put_import(const struct ld_link *l, struct ld_blob *table,
		       const struct ld_import *import)
{
	put(l, table, ld_printf(l->arena, "import=%s", import->name->name));
	put(l, table, ld_printf(l->arena, "prototype=%s", import->prototype));
	put(l, table, ld_printf(l->arena, "default=%d", import->value));
	if (!import->strong)
		put(l, table, "weak");
	ld_for_each(i, &import->tests) {
		const struct ld_import_test *test = &import->tests.v[i];
		uint64_t off = ld_piece_out_off(test->piece, test->off - test->piece->off);

		put(l, table,
		    ld_printf(l->arena, "test=%llu %s", (unsigned long long)off,
			      test->piece->out->name));
	}
}

struct ld_blob ld_write_imports(const struct ld_link *l)
{
	struct ld_blob table = {0};

	if (!l->imports.list.nr)
		return table;
	put(l, &table, "");
	put(l, &table, "version=1");
	ld_for_each(i, &l->imports.list)
		put_import(l, &table, &l->imports.list.v[i]);
	return table;
}
