/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Programs found in PATH. Relative entries of PATH, the empty one included, name the directory that
 * the link runs in: its files are input, never code of the linker. So they are skipped.
 */
#include "common/path.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* No other source is certain: argv[0] is the caller's word. */
bool find_self(struct stat *self)
{
	return !stat("/proc/self/exe", self);
}

bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

const char *next_in_path(struct pool *pool, const char **path, const char *name, struct stat *st)
{
	while (**path) {
		const char *entry = *path;
		size_t len = strcspn(entry, ":");
		const char *file;

		*path += len + (entry[len] == ':');
		if (entry[0] != '/')
			continue;
		file = pool_printf(pool, "%.*s/%s", (int)len, entry, name);
		if (!stat(file, st) && S_ISREG(st->st_mode) && !access(file, X_OK))
			return file;
	}
	return NULL;
}

const char *find_bpftool(struct pool *pool, struct report *r, const char *what)
{
	const char *path = getenv("PATH"), *file;
	struct stat self, st;

	/* bpfld, called by the name bpftool, would run itself forever. */
	if (!find_self(&self)) {
		report_error(r, "no-bpftool",
			     "%s bpftool, and without /proc this program cannot tell it from "
			     "itself\n>>> mount /proc",
			     what);
		return NULL;
	}
	path = pool_printf(pool, "%s:/usr/sbin:/sbin", path ? path : "/usr/bin:/bin");
	while ((file = next_in_path(pool, &path, "bpftool", &st)))
		if (!is_same_file(&self, &st))
			return file;
	report_error(r, "no-bpftool",
		     "%s bpftool, which is not in PATH\n"
		     ">>> Debian and Fedora have it in the package bpftool",
		     what);
	return NULL;
}
