/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * For LD_PRELOAD: a writev() of more than a page sends the process SIGNAL first, waits a moment,
 * and writes half of what comes first; rename() and renameat2() fail with EIO where
 * FAIL_RENAME is set, renameat2() with EINVAL where NO_EXCHANGE is.
 */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

ssize_t writev(int fd, const struct iovec *v, int nr)
{
	ssize_t (*real)(int, const struct iovec *, int) =
	    (ssize_t(*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");
	const char *sig = getenv("SIGNAL");
	size_t size = 0;

	for (int i = 0; i < nr; i++)
		size += v[i].iov_len;
	if (size > 4096 && sig) {
		kill(getpid(), atoi(sig));
		usleep(1000);
		return write(fd, v->iov_base, (v->iov_len + 1) / 2);
	}
	return real(fd, v, nr);
}

int rename(const char *from, const char *to)
{
	int (*real)(const char *, const char *) =
	    (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");

	if (!getenv("FAIL_RENAME"))
		return real(from, to);
	errno = EIO;
	return -1;
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned int flags)
{
	int (*real)(int, const char *, int, const char *, unsigned int) =
	    (int (*)(int, const char *, int, const char *, unsigned int))dlsym(RTLD_NEXT,
									       "renameat2");

	if (!getenv("FAIL_RENAME") && !getenv("NO_EXCHANGE"))
		return real(from_dir, from, to_dir, to, flags);
	errno = getenv("FAIL_RENAME") ? EIO : EINVAL;
	return -1;
}
