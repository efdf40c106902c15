/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The cross-reference table in lld's format: the first file of a symbol defines it, the others
 * refer to it.
 */
#include "report/report.h"

void ld_report_cref(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l)
{
	ld_blob_text(a, out, "\nCross Reference Table\n\n%-49s %s\n", "Symbol", "File");
	ld_for_each(i, &l->res.globals) {
		const struct ld_global *n = l->res.globals.v[i];
		const struct ld_file *last = NULL;

		ld_blob_text(a, out, "%-49s %s\n", n->name,
			     n->owner ? ld_file_name(n->owner) : "<undefined>");
		for (const struct ld_file_sym *m = n->file_syms; m; m = m->next) {
			if (m->file != n->owner && m->file != last)
				ld_blob_text(a, out, "%-49s %s\n", "", ld_file_name(m->file));
			last = m->file;
		}
	}
}
