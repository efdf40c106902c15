/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_BASE_OUTPUT_H
#define LD_BASE_OUTPUT_H

#include <stddef.h>
#include <sys/uio.h>

#include "base/arena.h"

/*
 * Writes nr pieces one behind the other to path; "-" is standard output. A regular file is written
 * beside its target, with which it then changes places, so that a failure, or a signal that ends
 * the process, leaves the old one whole and nothing else behind; through a symbolic link its target
 * is replaced. Anything else (a device, a pipe) is written to. Returns an errno value, 0 on
 * success.
 */
int ld_write_file(const char *path, const struct iovec *pieces, size_t nr);

/* Why path could not be written, for users; err is an errno value. */
const char *ld_write_error(struct ld_arena *a, const char *path, int err);

#endif
