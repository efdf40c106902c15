/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot_write(struct report *r, const char *path, int err)
{
	/* What isn't there is a folder on the way to it: the first one says where to look. */
	for (const char *slash = path; err == ENOENT && (slash = strchr(slash + 1, '/'));) {
		char folder[4096];

		if (snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path) <
			(int)sizeof(folder) &&
		    access(folder, F_OK))
			return report_error(r, "cannot-write",
					    "cannot write %s: there is no folder %s", path, folder);
	}
	return report_error(r, "cannot-write", "cannot write %s: %s", path, strerror(err));
}

/* ---- a signal that ends the program takes the temporary files with it ---- */

static const char *volatile temporaries[8]; /* NULL: free */

static void remove_temporaries(int sig)
{
	for (size_t i = 0; i < sizeof(temporaries) / sizeof(temporaries[0]); i++)
		if (temporaries[i])
			unlink(temporaries[i]);
	/* The handler is gone by now (SA_RESETHAND): this ends the program. */
	raise(sig);
}

static void catch_signals(void)
{
	static const int signals[] = {SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGXFSZ};
	struct sigaction sa = {.sa_handler = remove_temporaries, .sa_flags = SA_RESETHAND}, old;

	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (!sigaction(signals[i], NULL, &old) && old.sa_handler == SIG_DFL)
			sigaction(signals[i], &sa, NULL);
}

static void replace_temporary(const char *old, const char *now)
{
	for (size_t i = 0; i < sizeof(temporaries) / sizeof(temporaries[0]); i++)
		if (temporaries[i] == old) {
			temporaries[i] = now;
			return;
		}
}

/* mkostemp(), with the name known to the signal handler as soon as the file is there. */
static int make_temporary(char *name)
{
	sigset_t all, old;
	int fd;

	catch_signals();
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		replace_temporary(NULL, name);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return fd;
}

/* ---- opening and closing ---- */

/* A file beside path, with the mode that path has or would get. Returns -1 and sets errno. */
static int open_beside(struct output *out, struct pool *pool, const char *path, mode_t mode)
{
	char *name = pool_printf(pool, "%s.tmp-XXXXXX", path);
	int fd = make_temporary(name);

	if (fd < 0)
		return -1;
	out->path = path;
	out->temporary = name;
	if (!fchmod(fd, mode))
		return fd;
	close(fd);
	drop_output(out);
	return -1;
}

static int open_target(struct output *out, struct pool *pool, const char *path)
{
	mode_t mask = umask(0);
	struct stat st;
	char *real;
	int fd;

	umask(mask);
	if (stat(path, &st))
		return errno == ENOENT ? open_beside(out, pool, path, 0666 & ~mask) : -1;
	if (!S_ISREG(st.st_mode))
		return open(path, O_WRONLY | O_CLOEXEC);
	/* Through a symbolic link to its target: the link stays. */
	real = realpath(path, NULL);
	if (!real)
		return -1;
	fd = open_beside(out, pool, pool_strndup(pool, real, strlen(real)), st.st_mode & 07777);
	free(real);
	return fd;
}

int open_output(struct output *out, struct pool *pool, struct report *r, const char *path)
{
	int fd;

	*out = (struct output){.path = path};
	if (!strcmp(path, "-")) {
		out->f = r->out;
		return 0;
	}
	fd = open_target(out, pool, path);
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
	if (!err && out->temporary && rename(out->temporary, out->path))
		err = errno;
	if (!err) {
		if (out->temporary)
			replace_temporary(out->temporary, NULL);
		out->temporary = NULL;
		return 0;
	}
	drop_output(out);
	return cannot_write(r, out->path, err);
}

void drop_output(struct output *out)
{
	if (out->f && strcmp(out->path, "-"))
		fclose(out->f);
	if (out->temporary) {
		unlink(out->temporary);
		replace_temporary(out->temporary, NULL);
	}
	out->f = NULL;
	out->temporary = NULL;
}
