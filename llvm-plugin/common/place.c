/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "common/place.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_LINKS 40 /* as in the kernel */

static const char *directory_of(struct pool *pool, const char *path)
{
	const char *base = base_name(path);

	return base == path ? "." : pool_strndup(pool, path, (size_t)(base - path));
}

bool find_place(struct pool *pool, const char *path, struct place *p)
{
	char target[PATH_MAX];
	struct stat st;
	ssize_t n;

	for (int links = 0; links < MAX_LINKS; links++) {
		const char *dir = directory_of(pool, path);

		if (!stat(path, &st)) {
			*p = (struct place){st.st_dev, st.st_ino, NULL};
			return S_ISREG(st.st_mode);
		}
		n = readlink(path, target, sizeof(target) - 1);
		if (n < 0) {
			if (stat(dir, &st))
				return false;
			*p = (struct place){st.st_dev, st.st_ino, base_name(path)};
			return true;
		}
		target[n] = '\0';
		path = *target == '/' ? pool_strndup(pool, target, (size_t)n)
				      : pool_printf(pool, "%s/%s", dir, target);
	}
	return false;
}

bool is_same_place(const struct place *a, const struct place *b)
{
	return a->dev == b->dev && a->ino == b->ino && !a->name == !b->name &&
	       (!a->name || !strcmp(a->name, b->name));
}
