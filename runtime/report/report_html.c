/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The page: page.html with its style and script, and the facts as JSON, which the script renders.
 * Nothing from an input is ever parsed as HTML.
 */
#include "report/facts.h"
#include "report/page.h"

void ld_report_html(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l)
{
	struct ld_blob json = {0};

	ld_put_facts(a, &json, ld_gather_facts(a, l));
	ld_blob_put(a, out, ld_page_before, ld_page_before_size);
	/* In JSON, '<' occurs only in strings, where it could end the script element. */
	for (size_t i = 0, next; i < json.size; i = next + 1) {
		for (next = i; next < json.size && json.data[next] != '<';)
			next++;
		ld_blob_put(a, out, json.data + i, next - i);
		if (next < json.size)
			ld_blob_put(a, out, "\\u003c", 6);
	}
	ld_blob_put(a, out, ld_page_after, ld_page_after_size);
}
