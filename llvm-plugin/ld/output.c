/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "ld/ld.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot_write(struct report *r, const char *path, int err)
{
	const char *base = base_name(path);
	char folder[4096];

	/* What isn't there is a directory on the way to it: the first one says where to look. */
	for (const char *slash = path; err == ENOENT && *slash && (slash = strchr(slash + 1, '/'));)
		if (snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path) <
			(int)sizeof(folder) &&
		    access(folder, F_OK))
			return report_error(r, "cannot-write",
					    "cannot write %s: there is no directory %s", path,
					    folder);
	/* The new file is made next to the old one, whose own mode does not matter. */
	snprintf(folder, sizeof(folder), "%.*s", base == path ? 1 : (int)(base - path),
		 base == path ? "." : path);
	if (err == EACCES && access(folder, W_OK | X_OK))
		return report_error(r, "cannot-write",
				    "cannot write %s: no permission to create files in %s", path,
				    folder);
	return report_error(r, "cannot-write", "cannot write %s: %s", path, strerror(err));
}

/* ---- a signal that ends the program takes back what is not complete ---- */

static struct output *volatile pending[8]; /* those that have a temporary file; NULL: free */

/* As if out had never been opened. Also for a signal handler. */
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

static void end_by_signal(int sig)
{
	drop_outputs();
	/* The handler is gone by now (SA_RESETHAND): this ends the program. */
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
	struct sigaction sa = {.sa_handler = end_by_signal, .sa_flags = SA_RESETHAND}, old;

	if (caught)
		return;
	caught = true;
	/* Where memory runs out the program ends by exit(). */
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

/* Between these two a file changes together with what is noted of it. */
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

/* mkostemp() for out, known to the signal handler as soon as the file is there. */
static int make_temporary(struct output *out, char *name)
{
	sigset_t old;
	int fd;

	catch_signals();
	block_signals(&old);
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0) {
		out->temporary = name;
		replace_pending(NULL, out);
	}
	unblock_signals(&old);
	return fd;
}

/* ---- opening and closing ---- */

#define MAX_KEPT_NAME 200 /* bytes of a name that the temporary one begins with */

/* Sets the mode of a new file; of what old grants its group nothing goes to another group. */
static int set_mode(int fd, mode_t mode, const struct stat *old)
{
	struct stat st;

	if (fstat(fd, &st))
		return -1;
	if (old && st.st_gid != old->st_gid && fchown(fd, (uid_t)-1, old->st_gid))
		mode &= ~(mode_t)070 | (mode & 07) << 3;
	return fchmod(fd, mode);
}

/*
 * A file next to path, in the place of old if that is not NULL. It has its mode before it has
 * contents. Returns -1 and sets errno.
 */
static int open_beside(struct output *out, struct pool *pool, const char *path, mode_t mode,
		       const struct stat *old)
{
	/* Whatever the length of a name that the file system takes, it takes this one. */
	int len = (int)(base_name(path) - path) + MAX_KEPT_NAME;
	char *name = pool_printf(pool, "%.*s.tmp-XXXXXX", len, path);
	int fd;

	out->path = path;
	fd = make_temporary(out, name);
	if (fd < 0)
		return -1;
	if (!set_mode(fd, mode, old))
		return fd;
	close(fd);
	drop_output(out);
	return -1;
}

/* The mode of the file at path, or of one that is made there; no set-user-ID bits. */
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
		return errno == ENOENT ? open_beside(out, pool, path, mode, NULL) : -1;
	if (!S_ISREG(st.st_mode))
		return open(path, O_WRONLY | O_CLOEXEC);
	/* Through a symbolic link to its target: the link stays. */
	real = realpath(path, NULL);
	if (!real)
		return -1;
	fd = open_beside(out, pool, pool_strndup(pool, real, strlen(real)), mode, &st);
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

/* ---- putting in place ---- */

static void forget(struct output *out)
{
	replace_pending(out, NULL);
	out->temporary = NULL;
	out->placed = NOT_PLACED;
}

static int place(struct output *out)
{
	bool is_new;

	/* What was there stays under the other's name, in case it is to come back. */
	if (!renameat2(AT_FDCWD, out->temporary, AT_FDCWD, out->path, RENAME_EXCHANGE)) {
		out->placed = PLACED_FOR_OLD;
		return 0;
	}
	is_new = errno == ENOENT;
	if (rename(out->temporary, out->path))
		return errno;
	/* Where the file system can't exchange, what was there is gone. */
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
