/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "ld/ld.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/output.h"

static int cannot_write(struct report *r, const char *path, int err)
{
	char why[4200];

	return report_error(r, "cannot-write", "cannot write %s: %s",
			    strcmp(path, "-") ? path : "standard output",
			    ld_write_error(path, err, why, sizeof(why)));
}

/* ---- a fatal signal drops outputs ---- */

static struct output *volatile pending[8]; /* with a temporary file; NULL: free */

/* Removes the new file and restores the old one. Async-signal-safe. */
static void undo(const struct output *out)
{
	if (out->placed == PLACED_NEW)
		unlink(out->path);
	else if (out->placed != PLACED_FOR_OLD || rename(out->temporary, out->path))
		unlink(out->temporary);
}

void drop_outputs(void)
{
	for (size_t i = 0; i < sizeof(pending) / sizeof(pending[0]); i++)
		if (pending[i])
			undo(pending[i]);
}

static void on_signal(int sig)
{
	drop_outputs();
	/* SA_RESETHAND has restored the default action. */
	raise(sig);
}

void report_full_files(void)
{
	signal(SIGXFSZ, SIG_IGN);
}

static void catch_signals(void)
{
	static bool caught;
	static const int signals[] = {SIGHUP, SIGINT, SIGTERM, SIGPIPE};
	struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_RESETHAND}, old;

	if (caught)
		return;
	caught = true;
	/* out_of_memory() calls exit(). */
	atexit(drop_outputs);
	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (!sigaction(signals[i], NULL, &old) && old.sa_handler == SIG_DFL)
			sigaction(signals[i], &sa, NULL);
}

static void replace_pending(struct output *old, struct output *now)
{
	for (size_t i = 0; i < sizeof(pending) / sizeof(pending[0]); i++)
		if (pending[i] == old) {
			pending[i] = now;
			return;
		}
}

/* A file and its struct output must change atomically with respect to signals. */
static void block_signals(sigset_t *old)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, old);
}

static void unblock_signals(const sigset_t *old)
{
	sigprocmask(SIG_SETMASK, old, NULL);
}

/* Creates a temporary file and registers out for the signal handler. */
static int make_temporary(struct output *out, char *name, size_t size)
{
	sigset_t old;
	int fd;

	catch_signals();
	block_signals(&old);
	fd = ld_create_temporary(out->path, 0600, name, size);
	if (fd >= 0) {
		out->temporary = name;
		replace_pending(NULL, out);
	}
	unblock_signals(&old);
	return fd;
}

/* ---- opening and closing ---- */

/*
 * Creates a file next to path, to replace old if that is not NULL. Sets its mode before it has
 * contents. Returns -1 and sets errno on error.
 */
static int open_temporary(struct output *out, struct pool *pool, const char *path, mode_t mode,
			  const struct stat *old)
{
	size_t size = strlen(path) + 64;
	char *name = pool_alloc(pool, size);
	int fd;

	out->path = path;
	fd = make_temporary(out, name, size);
	if (fd < 0)
		return -1;
	if (!ld_set_mode(fd, mode, old))
		return fd;
	close(fd);
	drop_output(out);
	return -1;
}

/* The mode of the file at path, or of a new one; without set-user-ID bits. */
static mode_t mode_at(const char *path)
{
	mode_t mask = umask(0);
	struct stat st;

	umask(mask);
	return stat(path, &st) || !S_ISREG(st.st_mode) ? 0666 & ~mask : st.st_mode & 0777;
}

static int open_target(struct output *out, struct pool *pool, const char *path, mode_t mode)
{
	struct stat st;
	char *real;
	int fd;

	if (stat(path, &st))
		return errno == ENOENT ? open_temporary(out, pool, path, mode, NULL) : -1;
	if (!S_ISREG(st.st_mode))
		return open(path, O_WRONLY | O_CLOEXEC);
	/* Replace the target of a symbolic link, not the link. */
	real = realpath(path, NULL);
	if (!real)
		return -1;
	fd = open_temporary(out, pool, pool_strndup(pool, real, strlen(real)), mode, &st);
	free(real);
	return fd;
}

int open_output(struct output *out, struct pool *pool, struct report *r, const char *path,
		const char *like)
{
	mode_t mode = mode_at(path);
	int fd;

	*out = (struct output){.path = path};
	if (!strcmp(path, "-")) {
		out->f = r->out;
		return 0;
	}
	if (like)
		mode &= mode_at(like);
	fd = open_target(out, pool, path, mode);
	if (fd >= 0)
		out->f = fdopen(fd, "w");
	if (out->f)
		return 0;
	cannot_write(r, path, errno);
	if (fd >= 0)
		close(fd);
	drop_output(out);
	return 1;
}

int close_output(struct output *out, struct report *r)
{
	FILE *f = out->f;
	int err = 0;

	out->f = NULL;
	if (fflush(f) || ferror(f))
		err = errno ? errno : EIO;
	if (strcmp(out->path, "-") && fclose(f) && !err)
		err = errno;
	if (!err)
		return 0;
	drop_output(out);
	return cannot_write(r, out->path, err);
}

/* ---- renaming ---- */

static void forget(struct output *out)
{
	replace_pending(out, NULL);
	out->temporary = NULL;
	out->placed = NOT_PLACED;
}

/* As renameat2(), which musl lacks, with RENAME_EXCHANGE. */
static long exchange(const char *a, const char *b)
{
	return syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 1 << 1);
}

static int place(struct output *out)
{
	bool is_new;

	/* Exchange the files, so that the old one can be restored. */
	if (!exchange(out->temporary, out->path)) {
		out->placed = PLACED_FOR_OLD;
		return 0;
	}
	is_new = errno == ENOENT;
	if (rename(out->temporary, out->path))
		return errno;
	/* The file system does not support exchange: the old file cannot be restored. */
	if (is_new)
		out->placed = PLACED_NEW;
	else
		forget(out);
	return 0;
}

int place_output(struct output *out, struct report *r)
{
	sigset_t old;
	int err;

	if (!out->temporary)
		return 0;
	block_signals(&old);
	err = place(out);
	unblock_signals(&old);
	if (!err)
		return 0;
	drop_output(out);
	return cannot_write(r, out->path, err);
}

void keep_output(struct output *out)
{
	sigset_t old;

	block_signals(&old);
	if (out->placed == PLACED_FOR_OLD)
		unlink(out->temporary);
	forget(out);
	unblock_signals(&old);
}

void drop_output(struct output *out)
{
	sigset_t old;

	if (out->f && strcmp(out->path, "-"))
		fclose(out->f);
	out->f = NULL;
	block_signals(&old);
	if (out->temporary)
		undo(out);
	forget(out);
	unblock_signals(&old);
}
