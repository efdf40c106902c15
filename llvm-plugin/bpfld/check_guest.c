/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Results of other kernels. The script guest boots a kernel under QEMU and runs this program in it:
 * check --json, for each object. It is in a directory relative to this program, and only users that
 * can modify this program may be able to modify it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "bpfld/check.h"
#include "common/path.h"

/* From the directory of bpfld to that of the script. */
#ifndef BPFLD_GUEST_DIRECTORY
#define BPFLD_GUEST_DIRECTORY "../libexec/bpfld"
#endif

struct guest {
	struct request *q;
	const struct input *inputs;
	size_t nr_inputs;
	const char *self, *script;
	const char *kernel;
	int out, err; /* memfds: what the script prints */
};

static bool is_trusted(const struct stat *st, const struct stat *self)
{
	return (!st->st_uid || st->st_uid == self->st_uid) && !(st->st_mode & S_IWOTH) &&
	       (!(st->st_mode & S_IWGRP) ||
		(self->st_mode & S_IWGRP && st->st_gid == self->st_gid));
}

const char *find_guest_script(struct request *q, const char **program, const char **script)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	struct stat self, st, dir;
	const char *path;

	if (n <= 0 || exe[0] != '/' || !find_self(&self))
		return "without /proc this program cannot find the script that boots it";
	exe[n] = '\0';
	*program = pool_printf(q->pool, "%s", exe);
	*strrchr(exe, '/') = '\0';
	path = pool_printf(q->pool, "%s/%s", exe, BPFLD_GUEST_DIRECTORY);
	*script = pool_printf(q->pool, "%s/guest", path);
	if (stat(path, &dir) || stat(*script, &st))
		return pool_printf(q->pool, "%s: %s", *script, strerror(errno));
	if (!is_trusted(&dir, &self) || !is_trusted(&st, &self))
		return pool_printf(q->pool, "%s may be modified by other users than this program",
				   *script);
	return NULL;
}

static void add_words(struct guest *g, struct words *w)
{
	struct request *q = g->q;
	/* For the guest as a whole: to boot and, for each object, to verify. */
	unsigned long limit = 240 + (unsigned long)(q->timeout * (double)g->nr_inputs);
	const char *const words[] = {"bash",      g->script,
				     "--kernel",  g->kernel,
				     "--check",   g->self,
				     "--timeout", pool_printf(q->pool, "%lu", limit),
				     "--option",  pool_printf(q->pool, "--timeout=%g", q->timeout)};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		words_add(w, words[i]);
	if (!q->fetch)
		words_add(w, "--find");
	if (q->verbose) {
		words_add(w, "--option");
		words_add(w, "--verbose");
	}
	words_add(w, "--");
	for (size_t i = 0; i < g->nr_inputs; i++)
		words_add(w, pool_printf(q->pool, "/dev/fd/%d", g->inputs[i].copy));
}

/* Runs in the child. The script, which cleans up, ends with this program. */
static _Noreturn void run_script(struct guest *g, pid_t parent)
{
	struct words words = {0};
	int nothing = open("/dev/null", O_RDONLY);

	add_words(g, &words);
	for (size_t i = 0; i < g->nr_inputs; i++)
		fcntl(g->inputs[i].copy, F_SETFD, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent || dup2(nothing, STDIN_FILENO) < 0 ||
	    dup2(g->out, STDOUT_FILENO) < 0 || dup2(g->err, STDERR_FILENO) < 0)
		_exit(1);
	execvp("bash", (char **)words.v);
	dprintf(STDERR_FILENO, "cannot run bash: %s\n", strerror(errno));
	_exit(1);
}

/* Returns NULL or why there is no child. */
static const char *run(struct guest *g, int *status)
{
	pid_t parent = getpid(), child;

	fflush(NULL);
	child = fork();
	if (child < 0)
		return strerror(errno);
	if (!child)
		run_script(g, parent);
	while (waitpid(child, status, 0) < 0)
		if (errno != EINTR)
			return strerror(errno);
	return NULL;
}

static char *read_output(struct guest *g, int fd)
{
	char *text, *copy;
	size_t size;

	if (lseek(fd, 0, SEEK_SET) < 0 || ld_read_all(fd, &text, &size))
		return pool_printf(g->q->pool, "%s", "");
	copy = pool_strndup(g->q->pool, text, size);
	free(text);
	return copy;
}

const char *last_guest_line(char *text)
{
	size_t len = strlen(text);
	char *line;

	while (len && text[len - 1] == '\n')
		text[--len] = '\0';
	line = strrchr(text, '\n');
	line = line ? line + 1 : text;
	return strncmp(line, "skipped: ", 9) ? line : line + 9;
}

/* Each line is the result of one object; the guest may have died before the last one. */
static size_t read_lines(struct guest *g, struct results *all, char *text)
{
	size_t n = 0;
	char *line;

	while ((line = strsep(&text, "\n")) && n < g->nr_inputs) {
		size_t before = all->n;

		if (!*line)
			continue;
		if (!read_results(g->q->pool, all, line) || all->n != before + 1) {
			all->n = before;
			break;
		}
		all->v[before].object = g->inputs[n++].path;
		all->v[before].target = g->kernel;
	}
	return n;
}

void check_in_guest(struct request *q, struct results *all, const char *kernel,
		    const struct input *inputs, size_t n)
{
	struct guest g = {.q = q, .inputs = inputs, .nr_inputs = n, .kernel = kernel};
	const char *error = find_guest_script(q, &g.self, &g.script), *what = "cannot run it: ";
	int status = 0;
	size_t done = 0;

	g.out = memfd_create("results", MFD_CLOEXEC);
	g.err = memfd_create("errors", MFD_CLOEXEC);
	if (!error && (g.out < 0 || g.err < 0))
		error = strerror(errno);
	if (!error)
		error = run(&g, &status);
	if (!error) {
		done = read_lines(&g, all, read_output(&g, g.out));
		what = done || WEXITSTATUS(status) != 77 ? "" : what;
		error = last_guest_line(read_output(&g, g.err));
		if (!*error)
			error = "the guest ended without a result";
	}
	for (; done < n; done++)
		add_result(all, inputs[done].path, kernel)->error =
		    pool_printf(q->pool, "%s%s", what, error);
	close(g.out);
	close(g.err);
}
