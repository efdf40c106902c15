/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int ld_read_all(int fd, char **data, size_t *size)
{
	char *text = NULL, *more;
	size_t n = 0, cap = 0;
	struct stat st;
	ssize_t got;

	/* A pipe has no size, and a file may grow. Room for a NUL and for noticing the end. */
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		cap = ((size_t)st.st_size + 3) / 2;
	do {
		if (!text || n + 1 == cap) {
			cap = cap ? 2 * cap : 65536;
			more = realloc(text, cap);
			if (!more) {
				free(text);
				return -ENOMEM;
			}
			text = more;
		}
		got = read(fd, text + n, cap - n - 1);
		n += got > 0 ? (size_t)got : 0;
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (got < 0) {
		int err = -errno;

		free(text);
		return err;
	}
	text[n] = '\0';
	*data = text;
	*size = n;
	return 0;
}

int ld_read_file(const char *path, char **data, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), err;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		err = -errno;
	else if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
		err = S_ISDIR(st.st_mode) ? -EISDIR : -ENODEV;
	else
		err = ld_read_all(fd, data, size);
	close(fd);
	return err;
}

int ld_write_all(int fd, const void *data, size_t size)
{
	const char *p = data;

	while (size) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno != EINTR)
			return -errno;
		p += n > 0 ? n : 0;
		size -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}
