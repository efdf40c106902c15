/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A rule for make: the output and the files that it was made from, then a rule without a recipe
 * for each of them, so that make does not stop where one has gone.
 */
#include <string.h>

#include "base/strmap.h"
#include "report/report.h"

/*
 * make has no way to write every name. What works: a backslash before blanks and '#', two for
 * each that stands before those; two dollars for one.
 */
static void put_name(struct ld_arena *a, struct ld_blob *out, const char *name)
{
	for (const char *s = name; *s; s++) {
		size_t slashes = strspn(s, "\\");

		if (*s == ' ' || *s == '\t' || *s == '#' ||
		    (slashes && strchr(" \t#", s[slashes]) && s[slashes]))
			ld_blob_put(a, out, "\\", 1);
		else if (*s == '$')
			ld_blob_put(a, out, "$", 1);
		ld_blob_put(a, out, s, 1);
	}
}

void ld_report_dependencies(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l)
{
	LD_VEC(const char *) files = {0};
	struct ld_strmap seen = {0};

	ld_for_each(i, &l->images) {
		const struct ld_file *f = l->images.v[i];
		void **slot;

		/* What a compiler made for this link will be gone. */
		if (!f->opened || f->temporary)
			continue;
		slot = ld_strmap_slot(a, &seen, f->opened, strlen(f->opened));
		if (!*slot)
			LD_PUSH(a, &files, f->opened);
		*slot = (void *)(uintptr_t)f;
	}
	put_name(a, out, l->dependency_target);
	ld_blob_printf(a, out, ":");
	ld_for_each(i, &files) {
		ld_blob_printf(a, out, " \\\n ");
		put_name(a, out, files.v[i]);
	}
	ld_blob_printf(a, out, "\n");
	ld_for_each(i, &files) {
		ld_blob_printf(a, out, "\n");
		put_name(a, out, files.v[i]);
		ld_blob_printf(a, out, ":\n");
	}
}

void ld_report_inputs(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l)
{
	ld_for_each(i, &l->images) {
		const char *path = l->images.v[i]->opened;

		if (path)
			ld_blob_put(a, out, path, strlen(path) + 1);
	}
}
