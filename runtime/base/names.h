/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A list of names or globs given by an option. Looking up a plain name takes constant time. */
#ifndef LD_BASE_NAMES_H
#define LD_BASE_NAMES_H

#include <stdbool.h>

#include "base/strmap.h"

struct ld_names {
	const char **list;          /* all, as given; NULL-terminated */
	struct ld_strmap plain;     /* names without wildcards */
	LD_VEC(const char *) globs; /* names with wildcards */
};

/* Whether text has characters that are special to fnmatch(). */
bool ld_is_glob(const char *text);

/* Keeps list. Without globs, "*" is an ordinary name. */
void ld_names_init(struct ld_arena *a, struct ld_names *n, const char **list, bool globs);

bool ld_names_match(const struct ld_names *n, const char *name);

#endif
