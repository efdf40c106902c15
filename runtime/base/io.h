/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Whole reads and writes of file descriptors. Shared by all libraries and programs. */
#ifndef LD_BASE_IO_H
#define LD_BASE_IO_H

#include <stddef.h>

/*
 * Reads fd to its end into *data, which is followed by a NUL, and which the caller frees. Returns 0
 * or a negative errno value.
 */
int ld_read_all(int fd, char **data, size_t *size);

/* The same for a regular file or a pipe. Others are refused: they may be endless. */
int ld_read_file(const char *path, char **data, size_t *size);

/* Returns 0 or a negative errno value. */
int ld_write_all(int fd, const void *data, size_t size);

#endif
