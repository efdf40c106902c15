/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef COMMON_PATH_H
#define COMMON_PATH_H

#include <stdbool.h>
#include <sys/stat.h>

#include "common/common.h"
#include "common/report.h"

/* The file of this program. Fails without /proc. */
bool find_self(struct stat *self);
bool is_same_file(const struct stat *a, const struct stat *b);

/* The next executable file of that name in *path, which is advanced; NULL at its end. */
const char *next_in_path(struct pool *pool, const char **path, const char *name, struct stat *st);

/*
 * bpftool in PATH, /usr/sbin or /sbin, which are not in PATH for users of some distributions.
 * Reports that user ("--skeleton") needs it and returns NULL if there is none.
 */
const char *find_bpftool(struct pool *pool, struct report *r, const char *user);

/* The same, or NULL without a report. */
const char *look_for_bpftool(struct pool *pool);

#endif
