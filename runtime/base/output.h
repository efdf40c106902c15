/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_BASE_OUTPUT_H
#define LD_BASE_OUTPUT_H

#include <stddef.h>
#include <sys/stat.h>
#include <sys/uio.h>

/*
 * Writes files. Shared with the programs.
 *
 * ld_write_file() writes nr pieces to path; "-" is standard output. For a regular file it writes a
 * temporary file and then exchanges the two, so that a failure or fatal signal leaves the old file
 * unchanged and no temporary file. It replaces the target of a symbolic link. Other files, such as
 * devices and pipes, are written to directly. Returns 0 or an errno value.
 */
int ld_write_file(const char *path, const struct iovec *pieces, size_t nr);

/* Explains an error of writing path. Returns a constant or buf. */
const char *ld_write_error(const char *path, int err, char *buf, size_t size);

/*
 * Creates a file next to path, with mode & ~umask, and stores its name in tmp, which has at least
 * strlen(path) + 64 bytes. Returns the file descriptor, or -1 and errno.
 */
int ld_create_temporary(const char *path, mode_t mode, char *tmp, size_t tmp_size);

/*
 * Sets the mode of a new file that replaces old, if that is not NULL. If its group cannot be that
 * of old, the new group gets at most the permissions of others. Returns -1 and sets errno on error.
 */
int ld_set_mode(int fd, mode_t mode, const struct stat *old);

#endif
