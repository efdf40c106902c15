/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * For LD_PRELOAD: a writev() of more than a page sends the process SIGNAL first, waits a moment,
 * and writes half of what comes first; rename() fails with EIO where FAIL_RENAME is set.
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
