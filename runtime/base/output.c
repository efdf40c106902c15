/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define AT_ONCE 256 /* iovecs per call; Linux accepts 1024 */

/* Removes written bytes from the front of the vector. */
static void skip(struct iovec *v, int nr, size_t written)
{
	for (int i = 0; i < nr; i++) {
		size_t n = written < v[i].iov_len ? written : v[i].iov_len;

		v[i].iov_base = (char *)v[i].iov_base + n;
		v[i].iov_len -= n;
		written -= n;
	}
}

static int write_some(int fd, struct iovec *v, int nr)
{
	while (nr) {
		ssize_t n = writev(fd, v, nr);

		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0)
			skip(v, nr, (size_t)n);
		for (; nr && !v->iov_len; nr--)
			v++;
	}
	return 0;
}

static int write_all(int fd, const struct iovec *pieces, size_t nr)
{
	struct iovec some[AT_ONCE];
	int err = 0;

	for (size_t i = 0; i < nr && !err; i += AT_ONCE) {
		size_t n = nr - i < AT_ONCE ? nr - i : AT_ONCE;

		memcpy(some, pieces + i, n * sizeof(*some));
		err = write_some(fd, some, (int)n);
	}
	return err;
}

/* Writes to a device or a pipe. */
static int write_in_place(const char *path, const struct iovec *pieces, size_t nr)
{
	int fd = strcmp(path, "-") ? open(path, O_WRONLY | O_CLOEXEC) : dup(STDOUT_FILENO), err;

	if (fd < 0)
		return errno;
	err = write_all(fd, pieces, nr);
	if (close(fd) && !err)
		err = errno;
	return err;
}

#define MAX_KEPT_NAME 200 /* bytes: the suffix must not exceed NAME_MAX */

/* Unlike mkstemp(), respects the umask. */
int ld_create_temporary(const char *path, mode_t mode, char *tmp, size_t tmp_size)
{
	const char *slash = strrchr(path, '/');
	int len = (slash ? (int)(slash + 1 - path) : 0) + MAX_KEPT_NAME;

	for (unsigned int tries = 0; tries < 1000; tries++) {
		struct timespec now;
		int fd;

		clock_gettime(CLOCK_REALTIME, &now);
		snprintf(tmp, tmp_size, "%.*s.tmp-%lx-%lx-%x", len, path, (unsigned long)getpid(),
			 (unsigned long)now.tv_nsec, tries);
		fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

/*
 * On ext4, renaming a file over another one flushes it to disk, and the linker would wait. Exchange
 * the two instead, and remove the old one.
 */
static int take_place(const char *tmp, const char *path, bool replaces)
{
#ifdef RENAME_EXCHANGE
	if (replaces && !renameat2(AT_FDCWD, tmp, AT_FDCWD, path, RENAME_EXCHANGE)) {
		unlink(tmp);
		return 0;
	}
#endif
	(void)replaces;
	return rename(tmp, path) ? errno : 0;
}

int ld_set_mode(int fd, mode_t mode, const struct stat *old)
{
	struct stat st;

	if (fstat(fd, &st))
		return -1;
	if (old && st.st_gid != old->st_gid && fchown(fd, (uid_t)-1, old->st_gid))
		mode &= ~(mode_t)070 | (mode & 07) << 3;
	return fchmod(fd, mode);
}

/* old: the existing file, or NULL. */
static int write_and_rename(const char *path, const struct stat *old, const struct iovec *pieces,
			    size_t nr)
{
	/* Users that cannot read the old file must not read the new one. */
	mode_t mode = old ? old->st_mode & 0707 : 0666;
	size_t tmp_size = strlen(path) + 64;
	char *tmp = malloc(tmp_size);
	int fd, err;

	if (!tmp)
		return ENOMEM;
	fd = ld_create_temporary(path, mode, tmp, tmp_size);
	if (fd < 0) {
		err = errno;
		free(tmp);
		return err;
	}
	err = write_all(fd, pieces, nr);
	if (!err && old && ld_set_mode(fd, old->st_mode & 0777, old))
		err = errno;
	if (close(fd) && !err)
		err = errno;
	if (!err)
		err = take_place(tmp, path, old);
	if (err)
		unlink(tmp);
	free(tmp);
	return err;
}

/*
 * Block signals until the file has its name, so that none leaves a temporary file behind. Discard
 * SIGXFSZ: the error says the same.
 */
static int replace_file(const char *path, const struct stat *old, const struct iovec *pieces,
			size_t nr)
{
	static const struct timespec now;
	sigset_t all, before, pending, full;
	int err;

	sigfillset(&all);
	sigemptyset(&full);
	sigaddset(&full, SIGXFSZ);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	sigpending(&pending);
	err = write_and_rename(path, old, pieces, nr);
	if (err == EFBIG && !sigismember(&pending, SIGXFSZ))
		sigtimedwait(&full, NULL, &now);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

int ld_write_file(const char *path, const struct iovec *pieces, size_t nr)
{
	struct stat st;
	char *real;
	int err;

	if (!strcmp(path, "-"))
		return write_in_place(path, pieces, nr);
	if (stat(path, &st))
		return errno == ENOENT ? replace_file(path, NULL, pieces, nr) : errno;
	if (S_ISDIR(st.st_mode))
		return EISDIR;
	if (!S_ISREG(st.st_mode))
		return write_in_place(path, pieces, nr);
	/* Follow a symbolic link, so that the link stays. */
	real = realpath(path, NULL);
	if (!real)
		return errno;
	err = replace_file(real, &st, pieces, nr);
	free(real);
	return err;
}

const char *ld_write_error(const char *path, int err, char *buf, size_t size)
{
	const char *last = strrchr(path, '/');
	int len = last ? (int)(last + 1 - path) : 1;

	/* ENOENT: find the first directory of path that does not exist. */
	for (const char *slash = path;
	     err == ENOENT && *slash && (slash = strchr(slash + 1, '/'));) {
		snprintf(buf, size, "%.*s", (int)(slash - path), path);
		if (access(buf, F_OK)) {
			snprintf(buf, size, "directory %.*s does not exist", (int)(slash - path),
				 path);
			return buf;
		}
	}
	/* The new file is created in the directory of path: the mode of path does not matter. */
	snprintf(buf, size, "%.*s", len, last ? path : ".");
	if (err != EACCES || !access(buf, W_OK | X_OK))
		return strerror(err);
	snprintf(buf, size, "no permission to create files in %.*s", len, last ? path : ".");
	return buf;
}
