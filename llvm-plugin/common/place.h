/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Whether two paths mean one file, so that writing one would destroy the other. */
#ifndef COMMON_PLACE_H
#define COMMON_PLACE_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/common.h"

/* The target of a path: a file, or a name in a directory if the file does not exist. */
struct place {
	dev_t dev;
	ino_t ino;
	const char *name; /* NULL: dev and ino are those of the file */
};

/* Returns whether path is a regular file, or can be created as one. */
bool find_place(struct pool *pool, const char *path, struct place *p);

bool is_same_place(const struct place *a, const struct place *b);

#endif
