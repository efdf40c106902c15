/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef COMMON_PATH_H
#define COMMON_PATH_H

#include <stdbool.h>
#include <sys/stat.h>

#include "common/common.h"
#include "common/report.h"

/* The file that this program runs from. Fails where /proc is not mounted. */
bool find_self(struct stat *self);
bool is_same_file(const struct stat *a, const struct stat *b);

/*
 * The next executable file of that name in *path, which moves on; NULL at its end. Relative entries
 * are skipped.
 */
const char *next_in_path(struct pool *pool, const char **path, const char *name, struct stat *st);

/*
 * bpftool in PATH, or in /usr/sbin and /sbin, which some distributions keep out of users' PATH. Or
 * NULL: it has been reported that what ("--skeleton needs") lacks it.
 */
const char *find_bpftool(struct pool *pool, struct report *r, const char *what);

#endif
