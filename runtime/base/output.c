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

#define AT_ONCE 256 /* pieces; systems take 1024, POSIX wants 16 */

/* What is left of the pieces from which written bytes were taken. */
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

/* To what is no regular file: a device, a pipe. */
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

#define MAX_KEPT_NAME 200 /* bytes of a name that the temporary one begins with */

/* A new file next to path, its name in tmp. Not mkstemp(), whose files don't follow the umask. */
static int open_beside(const char *path, mode_t mode, char *tmp, size_t tmp_size)
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
 * A file that is renamed over another is written to disk at once by ext4, and the linker would wait
 * for that. Where the two change places it need not; the old one is then removed.
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

/* The mode of the old file; of its group's bits nothing goes to another group. */
static int keep_mode(int fd, const struct stat *old)
{
	mode_t mode = old->st_mode & 0777;
	struct stat st;

	if (fstat(fd, &st))
		return errno;
	if (st.st_gid != old->st_gid && fchown(fd, (uid_t)-1, old->st_gid))
		mode &= ~(mode_t)070 | (mode & 07) << 3;
	return fchmod(fd, mode) ? errno : 0;
}

/* old: what the file has been so far, or NULL. */
static int write_and_rename(const char *path, const struct stat *old, const struct iovec *pieces,
			    size_t nr)
{
	/* Who may not read the old file reads nothing of the new one either. */
	mode_t mode = old ? old->st_mode & 0707 : 0666;
	size_t tmp_size = strlen(path) + 64;
	char *tmp = malloc(tmp_size);
	int fd, err;

	if (!tmp)
		return ENOMEM;
	fd = open_beside(path, mode, tmp, tmp_size);
	if (fd < 0) {
		err = errno;
		free(tmp);
		return err;
	}
	err = write_all(fd, pieces, nr);
	if (!err && old)
		err = keep_mode(fd, old);
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
 * A signal must not leave the temporary file behind: signals wait until it has its name. The one
 * for a file that would become too large is taken back: the error says the same.
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
	/* Through a symbolic link to its target: the link stays. */
	real = realpath(path, NULL);
	if (!real)
		return errno;
	err = replace_file(real, &st, pieces, nr);
	free(real);
	return err;
}

const char *ld_write_error(struct ld_arena *a, const char *path, int err)
{
	const char *last = strrchr(path, '/'), *folder;

	/* What isn't there is a directory on the way to it: the first one says where to look. */
	for (const char *slash = path;
	     err == ENOENT && *slash && (slash = strchr(slash + 1, '/'));) {
		folder = ld_printf(a, "%.*s", (int)(slash - path), path);
		if (access(folder, F_OK))
			return ld_printf(a, "there is no directory %s", folder);
	}
	/* The new file is made next to the old one, whose own mode does not matter. */
	folder = last ? ld_printf(a, "%.*s", (int)(last + 1 - path), path) : ".";
	if (err == EACCES && access(folder, W_OK | X_OK))
		return ld_printf(a, "no permission to create files in %s", folder);
	return strerror(err);
}
