/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_BASE_OUTPUT_H
#define LD_BASE_OUTPUT_H

#include <stddef.h>

#include "base/arena.h"

/*
 * Writes size bytes to path; "-" is standard output. A regular file is written beside its target
 * and renamed over it, so that a failure, or a signal that ends the process, leaves the old one
 * whole and nothing else behind; through a symbolic link its target is replaced. Anything else (a
 * device, a pipe) is written to. Returns an errno value, 0 on success.
 */
int ld_write_file(const char *path, const void *data, size_t size);

/* Why path could not be written, for users; err is an errno value. */
const char *ld_write_error(struct ld_arena *a, const char *path, int err);

#endif
