/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_BASE_OUTPUT_H
#define LD_BASE_OUTPUT_H

#include <stddef.h>
#include <sys/uio.h>

#include "base/arena.h"

/*
 * Writes nr buffers to path, one after another; "-" is standard output. A regular file is written
 * to a temporary file in the same directory, then atomically exchanged with the target, so that an
 * error or a signal leaves the old file intact and nothing else behind. A symbolic link is
 * followed. Devices and pipes are written in place. Returns an errno value, 0 on success.
 */
int ld_write_file(const char *path, const struct iovec *pieces, size_t nr);

/* Why path could not be written, as text for users; err is an errno value. */
const char *ld_write_error(struct ld_arena *a, const char *path, int err);

#endif
