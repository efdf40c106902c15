/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "common/explain.h"

#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "base/text.h"

#define MAX_EDITS 4

static void print_page(const struct page *p, const char *before)
{
	printf("%s%s (%s): %s\n\n%s", before, p->id, p->severity, p->summary, p->text);
}

/* Ids that are similar, or contain what was typed. */
static int unknown(struct report *r, const char *id)
{
	struct ld_near near = {.typed = id, .max = MAX_EDITS};
	char list[256] = "";
	size_t n = 0;

	for (size_t i = 0; i < nr_pages; i++) {
		ld_near_try(&near, pages[i].id);
		if (*id && strstr(pages[i].id, id) && n < sizeof(list) / 2)
			n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%s", n ? ", " : "",
					      pages[i].id);
	}
	if (!n && near.name)
		snprintf(list, sizeof(list), "%s", near.name);
	if (*list)
		return report_error(r, "usage",
				    "no diagnostic has the id '%s'" LD_HELP "did you mean %s?", id,
				    list);
	return report_error(r, "usage",
			    "no diagnostic has the id '%s'" LD_HELP
			    "without an id, the command lists all of them",
			    id);
}

int explain(struct report *r, const char *const *ids, size_t nr)
{
	int err = 0;

	for (size_t i = 0; i < nr; i++) {
		size_t k = 0;

		while (k < nr_pages && strcmp(pages[k].id, ids[i]) != 0)
			k++;
		if (k < nr_pages)
			print_page(&pages[k], i ? "\n" : "");
		else
			err = unknown(r, ids[i]);
	}
	for (size_t k = 0; !nr && k < nr_pages; k++)
		printf("%-24s %s: %s\n", pages[k].id, pages[k].severity, pages[k].summary);
	return err;
}
