/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A line for each extracted archive member, in lld's format and order. */
#include "report/report.h"

void ld_report_why_extract(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l)
{
	const struct ld_resolution *in = ld_resolved_inputs(l);

	ld_blob_text(a, out, "reference\textracted\tsymbol\n");
	ld_for_each(i, &in->files) {
		const struct ld_file *f = in->files.v[i];

		if (f->pulled_for)
			ld_blob_text(a, out, "%s\t%s\t%s\n", ld_file_name(f->pulled_by),
				     ld_file_name(f), f->pulled_for);
	}
}
