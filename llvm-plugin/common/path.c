/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Programs in PATH. Relative entries, including the empty one, depend on the current directory,
 * whose files are inputs and must not be executed: they are skipped.
 */
#include "common/path.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* argv[0] is not reliable: the caller sets it. */
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

/* If bpfld is installed as bpftool, it must not execute itself. */
static const char *other_bpftool(struct pool *pool, const struct stat *self)
{
	const char *path = getenv("PATH"), *file;
	struct stat st;

	path = pool_printf(pool, "%s:/usr/sbin:/sbin", path ? path : "/usr/bin:/bin");
	while ((file = next_in_path(pool, &path, "bpftool", &st)))
		if (!is_same_file(self, &st))
			return file;
	return NULL;
}

const char *look_for_bpftool(struct pool *pool)
{
	struct stat self;

	return find_self(&self) ? other_bpftool(pool, &self) : NULL;
}

const char *find_bpftool(struct pool *pool, struct report *r, const char *user)
{
	const char *file;
	struct stat self;

	if (!find_self(&self)) {
		report_error(r, "no-bpftool",
			     "%s requires bpftool, which cannot be distinguished from this program "
			     "without /proc" LD_HELP "mount /proc",
			     user);
		return NULL;
	}
	file = other_bpftool(pool, &self);
	if (!file)
		report_error(r, "no-bpftool",
			     "%s requires bpftool, which is not in PATH" LD_HELP
			     "on Debian and Fedora, install the package bpftool",
			     user);
	return file;
}
