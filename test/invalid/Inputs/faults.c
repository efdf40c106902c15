/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * For LD_PRELOAD: a write() of more than a page sends the process SIGNAL first, writes half, and
 * waits a moment; rename() fails with EIO where FAIL_RENAME is set.
 */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

ssize_t write(int fd, const void *data, size_t size)
{
	ssize_t (*real)(int, const void *, size_t) =
	    (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
	const char *sig = getenv("SIGNAL");

	if (size > 4096 && sig) {
		kill(getpid(), atoi(sig));
		usleep(1000);
		return real(fd, data, size / 2);
	}
	return real(fd, data, size);
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
