/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/names.h"

#include <fnmatch.h>
#include <string.h>

bool ld_is_glob(const char *text)
{
	return strpbrk(text, "*?[\\") != NULL;
}

void ld_names_init(struct ld_arena *a, struct ld_names *n, const char **list, bool globs)
{
	n->list = list;
	for (; *list; list++)
		if (globs && ld_is_glob(*list))
			LD_PUSH(a, &n->globs, *list);
		else
			*ld_strmap_slot(a, &n->plain, *list, strlen(*list)) = n;
}

bool ld_names_match(const struct ld_names *n, const char *name)
{
	if (n->plain.nr && ld_strmap_get(&n->plain, name, strlen(name)))
		return true;
	for (size_t i = 0; i < n->globs.nr; i++)
		if (!fnmatch(n->globs.v[i], name, 0))
			return true;
	return false;
}
