/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * For LD_PRELOAD: the FAULT_AT-th call of a group fails as it does where memory is out, a disk
 * is broken, no process can be made. The groups are those of FAULT_GROUP: "memory", "files",
 * "threads". With FAULT_STAYS all later ones fail, too. Which one failed is appended to the file
 * FAULT_LOG, so that it is known when there was no such call.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;

/* Neither may allocate: they run inside malloc(). */
static void note(const char *name)
{
	const char *path = getenv("FAULT_LOG");
	long fd =
	    path ? syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0666) : -1;

	if (fd < 0)
		return;
	syscall(SYS_write, fd, name, strlen(name));
	syscall(SYS_write, fd, "\n", 1);
	syscall(SYS_close, fd);
}

static int is_due(const char *group, const char *name)
{
	const char *at = getenv("FAULT_AT"), *of = getenv("FAULT_GROUP");
	long n;

	if (!at || !of || strcmp(of, group) != 0)
		return 0;
	n = atomic_fetch_add(&calls, 1) + 1;
	if (n == atol(at))
		note(name);
	return n == atol(at) || (n > atol(at) && getenv("FAULT_STAYS"));
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* A function that is passed on, or fails with what is given. */
#define WRAP(group, type, name, parameters, arguments, error, failed)                              \
	type name parameters                                                                       \
	{                                                                                          \
		static __typeof__(&name) real;                                                     \
                                                                                                   \
		if (is_due(group, #name)) {                                                        \
			errno = error;                                                             \
			return failed;                                                             \
		}                                                                                  \
		if (!real)                                                                         \
			real = REAL(name);                                                         \
		return real arguments;                                                             \
	}

/* ---- memory: dlsym() itself may ask for some, and gets it from here ---- */

static char first[65536];
static size_t used;

static void *from_first(size_t size)
{
	size_t at = used;

	used += (size + 15) & ~(size_t)15;
	if (used > sizeof(first))
		abort();
	return first + at;
}

static _Thread_local int looking __attribute__((tls_model("initial-exec")));
static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void (*real_free)(void *);

static void look(void)
{
	if (real_free)
		return;
	looking = 1;
	real_malloc = REAL(malloc);
	real_calloc = REAL(calloc);
	real_realloc = REAL(realloc);
	real_free = REAL(free);
	looking = 0;
}

static int is_memory_due(const char *name)
{
	if (!is_due("memory", name))
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	if (looking)
		return from_first(size);
	look();
	return is_memory_due("malloc") ? NULL : real_malloc(size);
}

void *calloc(size_t nr, size_t size)
{
	if (looking)
		return from_first(nr * size);
	look();
	return is_memory_due("calloc") ? NULL : real_calloc(nr, size);
}

void *realloc(void *block, size_t size)
{
	look();
	return is_memory_due("realloc") ? NULL : real_realloc(block, size);
}

void free(void *block)
{
	look();
	if ((char *)block < first || (char *)block >= first + sizeof(first))
		real_free(block);
}

/* ---- threads and processes ---- */

WRAP("threads", int, pthread_create,
     (pthread_t * t, const pthread_attr_t *attr, void *(*run)(void *), void *arg),
     (t, attr, run, arg), EAGAIN, EAGAIN)

/* What LLVM asks for in a process of its own is not of interest here, and much. */
pid_t fork(void)
{
	pid_t child;

	if (is_due("threads", "fork")) {
		errno = EAGAIN;
		return -1;
	}
	child = REAL(fork)();
	if (!child)
		unsetenv("FAULT_AT");
	return child;
}

/* ---- files, by all the names that headers give the calls ---- */

#define WRAP_OPEN(name)                                                                            \
	int name(const char *path, int flags, ...)                                                 \
	{                                                                                          \
		mode_t mode = 0;                                                                   \
		va_list args;                                                                      \
                                                                                                   \
		va_start(args, flags);                                                             \
		if (flags & (O_CREAT | O_TMPFILE))                                                 \
			mode = va_arg(args, mode_t);                                               \
		va_end(args);                                                                      \
		if (is_due("files", #name)) {                                                      \
			errno = EACCES;                                                            \
			return -1;                                                                 \
		}                                                                                  \
		return REAL(name)(path, flags, mode);                                              \
	}

WRAP_OPEN(open)
WRAP_OPEN(open64)
WRAP("files", FILE *, fopen, (const char *path, const char *mode), (path, mode), EMFILE, NULL)
WRAP("files", FILE *, fopen64, (const char *path, const char *mode), (path, mode), EMFILE, NULL)
WRAP("files", FILE *, fdopen, (int fd, const char *mode), (fd, mode), ENOMEM, NULL)
WRAP("files", FILE *, open_memstream, (char **text, size_t *size), (text, size), ENOMEM, NULL)
WRAP("files", int, mkostemp, (char *name, int flags), (name, flags), EACCES, -1)
WRAP("files", int, mkostemp64, (char *name, int flags), (name, flags), EACCES, -1)
WRAP("files", int, memfd_create, (const char *name, unsigned int flags), (name, flags), ENFILE, -1)
WRAP("files", ssize_t, read, (int fd, void *data, size_t size), (fd, data, size), EIO, -1)
ssize_t __read_chk(int fd, void *data, size_t size, size_t room);
ssize_t __pread64_chk(int fd, void *data, size_t size, off64_t at, size_t room);
WRAP("files", ssize_t, __read_chk, (int fd, void *data, size_t size, size_t room),
     (fd, data, size, room), EIO, -1)
WRAP("files", ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size), ENOSPC, -1)
WRAP("files", ssize_t, writev, (int fd, const struct iovec *v, int nr), (fd, v, nr), ENOSPC, -1)

/* A file with a name that ends in TRUNCATE becomes as short as TRUNCATE_TO says. */
static int has_name(int fd)
{
	const char *end = getenv("TRUNCATE");
	char link[64], path[4096];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = end && fd >= 0 ? readlink(link, path, sizeof(path) - 1) : -1;
	if (len < (ssize_t)(end ? strlen(end) : 0))
		return 0;
	path[len] = '\0';
	return !strcmp(path + len - strlen(end), end);
}

static void truncate_behind(int fd)
{
	char link[64];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (truncate(link, atol(getenv("TRUNCATE_TO"))))
		abort();
}

#define WRAP_PREAD(name, args, values)                                                             \
	ssize_t name args                                                                          \
	{                                                                                          \
		if (is_due("files", #name)) {                                                      \
			errno = EIO;                                                               \
			return -1;                                                                 \
		}                                                                                  \
		return REAL(name) values;                                                          \
	}

WRAP_PREAD(pread, (int fd, void *data, size_t size, off_t at), (fd, data, size, at))
WRAP_PREAD(pread64, (int fd, void *data, size_t size, off64_t at), (fd, data, size, at))
WRAP_PREAD(__pread64_chk, (int fd, void *data, size_t size, off64_t at, size_t room),
	   (fd, data, size, at, room))

#define WRAP_MMAP(name, offset)                                                                    \
	void *name(void *p, size_t size, int prot, int flags, int fd, offset at)                   \
	{                                                                                          \
		void *block;                                                                       \
                                                                                                   \
		if (is_due("files", #name)) {                                                      \
			errno = ENOMEM;                                                            \
			return MAP_FAILED;                                                         \
		}                                                                                  \
		block = REAL(name)(p, size, prot, flags, fd, at);                                  \
		if (has_name(fd))                                                                  \
			truncate_behind(fd);                                                       \
		return block;                                                                      \
	}

WRAP_MMAP(mmap, off_t)
WRAP_MMAP(mmap64, off64_t)
WRAP("files", int, rename, (const char *from, const char *to), (from, to), EIO, -1)
WRAP("files", int, renameat2,
     (int from_dir, const char *from, int to_dir, const char *to, unsigned int flags),
     (from_dir, from, to_dir, to, flags), EIO, -1)
WRAP("files", int, fchmod, (int fd, mode_t mode), (fd, mode), EPERM, -1)
WRAP("files", int, fstat, (int fd, struct stat *st), (fd, st), EIO, -1)
WRAP("files", int, fstat64, (int fd, struct stat64 *st), (fd, st), EIO, -1)
WRAP("files", int, stat, (const char *path, struct stat *st), (path, st), EIO, -1)
WRAP("files", int, stat64, (const char *path, struct stat64 *st), (path, st), EIO, -1)
WRAP("files", int, access, (const char *path, int mode), (path, mode), EIO, -1)
char *__realpath_chk(const char *path, char *real, size_t room);
WRAP("files", char *, realpath, (const char *path, char *to), (path, to), EIO, NULL)
WRAP("files", char *, __realpath_chk, (const char *path, char *to, size_t room), (path, to, room),
     EIO, NULL)
