/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A rule for make: the output and the files that it depends on, then a rule without a recipe for
 * each of them, so that make does not stop if a file has been deleted.
 */
#include <string.h>

#include "base/strmap.h"
#include "report/report.h"

/*
 * Names that GNU make accepts both as a target and as a prerequisite. A backslash quotes blanks,
 * '#' and ':', and each backslash before these; '$$' is a dollar. Nothing quotes the other special
 * characters: '%' makes a pattern rule, '=' an assignment, '*', '?', '[' and '~' are expanded, and
 * a newline starts a line of the author's choice.
 */
static bool is_expressible(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)name[i] < ' ' || strchr("%;=|*?[]", name[i]))
			return false;
	/* make reads this as a member of an archive. */
	if (n && name[n - 1] == ')' && strchr(name, '('))
		return false;
	/* make strips a leading "./". */
	return n && name[strspn(name, "./")] != '~' && !strchr(" \\&", name[n - 1]);
}

static void put_name(struct ld_arena *a, struct ld_blob *out, const char *name)
{
	for (const char *s = name; *s; s++) {
		const char *end = s + strspn(s, "\\");

		if (*end && strchr(" #:", *end))
			ld_blob_put(a, out, "\\", 1);
		else if (*s == '$')
			ld_blob_put(a, out, "$", 1);
		ld_blob_put(a, out, s, 1);
	}
}

struct lister {
	struct ld_arena *a;
	LD_VEC(const char *) files;
	struct ld_strmap seen;
};

static void add_file(struct lister *t, const char *path)
{
	void **slot = ld_strmap_slot(t->a, &t->seen, path, strlen(path));

	if (!*slot)
		LD_PUSH(t->a, &t->files, path);
	*slot = t;
}

/*
 * Lists each file once. Skips temporary files of the compiler, which will be gone when make runs.
 */
static void list_files(struct lister *t, const struct ld_link *l, bool temporary)
{
	for (const char **path = l->opt->read_files; *path; path++)
		add_file(t, *path);
	ld_for_each(i, &l->inputs.images) {
		const struct ld_file *f = l->inputs.images.v[i];

		if (f->opened && (temporary || !f->temporary))
			add_file(t, f->opened);
	}
}

void ld_check_dependencies(const struct ld_link *l)
{
	struct lister t = {.a = l->arena};

	list_files(&t, l, false);
	if (!is_expressible(l->opt->dependency_target))
		ld_error(l->diags, "dependency-name",
			 "cannot write a rule for '%s': make cannot quote this name",
			 l->opt->dependency_target);
	ld_for_each(i, &t.files)
		if (!is_expressible(t.files.v[i]))
			ld_warn(l->diags, "dependency-name",
				"'%s' is omitted from the dependencies of '%s': make cannot quote "
				"this name",
				t.files.v[i], l->opt->dependency_target);
}

void ld_report_dependencies(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l)
{
	struct lister t = {.a = a};

	list_files(&t, l, false);
	put_name(a, out, l->opt->dependency_target);
	ld_blob_printf(a, out, ":");
	ld_for_each(i, &t.files) {
		if (!is_expressible(t.files.v[i]))
			continue;
		ld_blob_printf(a, out, " \\\n ");
		put_name(a, out, t.files.v[i]);
	}
	ld_blob_printf(a, out, "\n");
	ld_for_each(i, &t.files) {
		if (!is_expressible(t.files.v[i]))
			continue;
		ld_blob_printf(a, out, "\n");
		put_name(a, out, t.files.v[i]);
		ld_blob_printf(a, out, ":\n");
	}
}

void ld_report_inputs(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l)
{
	struct lister t = {.a = a};

	list_files(&t, l, true);
	ld_for_each(i, &t.files)
		ld_blob_put(a, out, t.files.v[i], strlen(t.files.v[i]) + 1);
}

static void put_string(struct ld_arena *a, struct ld_blob *out, const char *s, size_t size)
{
	ld_blob_put(a, out, s, size);
	ld_blob_put(a, out, "", 1);
}

void ld_report_files(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l)
{
	ld_for_each(i, &l->inputs.images) {
		const struct ld_file *f = l->inputs.images.v[i];
		const char *archive = f->archive ? f->archive : "";
		/* A member's path is "ARCHIVE(NAME)". */
		const char *member = f->archive ? f->path + strlen(archive) + 1 : "";

		if (!f->opened)
			continue;
		put_string(a, out, archive, strlen(archive));
		put_string(a, out, member, f->archive ? strlen(member) - 1 : 0);
		put_string(a, out, f->opened, strlen(f->opened));
	}
}
