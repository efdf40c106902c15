/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Who calls bpfld by the name bpftool still wants that other one. */
static bool is_myself(const char *file)
{
	struct stat me, it;

	return !stat("/proc/self/exe", &me) && !stat(file, &it) && me.st_dev == it.st_dev &&
	       me.st_ino == it.st_ino;
}

const char *find_bpftool(struct pool *pool)
{
	const char *path = getenv("PATH"), *end;

	path = pool_printf(pool, "%s:/usr/sbin:/sbin", path ? path : "/usr/bin:/bin");
	for (; path; path = *end ? end + 1 : NULL) {
		const char *file;

		end = path + strcspn(path, ":");
		file = pool_printf(pool, "%.*s%sbpftool", (int)(end - path), path,
				   end == path ? "" : "/");
		if (!access(file, X_OK) && !is_myself(file))
			return file;
	}
	return NULL;
}
