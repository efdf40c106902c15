/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A list of names or globs, as options have it. Plain names cost one look, however many there are.
 */
#ifndef LD_BASE_NAMES_H
#define LD_BASE_NAMES_H

#include <stdbool.h>

#include "base/strmap.h"

struct ld_names {
	const char **list;          /* all, as given; ends in NULL */
	struct ld_strmap plain;     /* those without wildcards */
	LD_VEC(const char *) globs; /* the others */
};

/* Whether text has a character that means something else to fnmatch(). */
bool ld_is_glob(const char *text);

/* Keeps list. Without globs "*" is a name like any other. */
void ld_names_init(struct ld_arena *a, struct ld_names *n, const char **list, bool globs);

bool ld_names_match(const struct ld_names *n, const char *name);

#endif
