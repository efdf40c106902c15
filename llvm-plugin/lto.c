/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Chooses the LLVM for link-time optimisation, and runs it in a process of its own. LLVM ends the
 * process over what it can't compile, and its libraries are large: so ld.bpf itself never loads
 * one. What the child makes comes back through a file in memory, as records.
 *
 * LLVM reads what the same or an older release wrote. The modules lto-N.so lie in a folder that is
 * found from where ld.bpf is; the one is taken that is nearest to the newest of the inputs, so that
 * code is made by the compiler that the user has chosen, where it is there.
 */
#include "lto.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* From the folder of ld.bpf to that of the modules. */
#ifndef BPFLD_LTO_FOLDER
#define BPFLD_LTO_FOLDER "../lib/bpfld"
#endif

#define MAX_RELEASES 64

struct run {
	const struct bpfld_lto_job *job;
	const struct lto_options *options;
	char folder[PATH_MAX];
	int releases[MAX_RELEASES]; /* for which there is a module, ascending */
	size_t nr_releases;
	int newest;              /* release among the inputs */
	const char *newest_name; /* the first input of it */
	char *load_error;        /* what the loader said of the first module that can't be loaded */
	char *step;              /* what the child did last */
	bool reported;           /* an error */
};

static int report(struct run *r, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int report(struct run *r, const char *id, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int n, err;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return -ENOMEM;
	err = r->job->report(r->job, BPFLD_ERROR, id, text);
	free(text);
	r->reported = true;
	return err ? err : -EINVAL;
}

/* ---- which LLVM ---- */

static void find_folder(struct run *r)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *slash;

	exe[n > 0 ? n : 0] = '\0';
	slash = strrchr(exe, '/');
	if (slash)
		*slash = '\0';
	if ((size_t)snprintf(r->folder, sizeof(r->folder), "%s/%s", slash ? exe : ".",
			     BPFLD_LTO_FOLDER) >= sizeof(r->folder))
		r->folder[0] = '\0';
}

static int compare_releases(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void find_releases(struct run *r)
{
	DIR *dir = opendir(r->folder);
	struct dirent *e;

	while (dir && (e = readdir(dir)) && r->nr_releases < MAX_RELEASES) {
		int release, end = 0;

		if (sscanf(e->d_name, "lto-%d.so%n", &release, &end) == 1 && end && !e->d_name[end])
			r->releases[r->nr_releases++] = release;
	}
	if (dir)
		closedir(dir);
	qsort(r->releases, r->nr_releases, sizeof(r->releases[0]), compare_releases);
}

static void find_newest(struct run *r)
{
	r->newest_name = r->job->modules[0].name;
	for (size_t i = 0; i < r->job->nr_modules; i++) {
		const struct bpfld_lto_module *m = &r->job->modules[i];
		int release = bitcode_release(m->data, m->size);

		if (release <= r->newest)
			continue;
		r->newest = release;
		r->newest_name = m->name;
	}
}

static int no_module(struct run *r)
{
	char list[MAX_RELEASES * 12] = "";
	int wanted = r->newest ? r->newest : 19;
	size_t n = 0;

	if (!r->nr_releases)
		return report(
		    r, "lto-no-llvm",
		    "%s: bitcode, and no module for LLVM is here\n"
		    ">>> install the package bpfld-lto-%d, or llvm-%d-dev and build ld.bpf "
		    "again; or compile without -flto",
		    r->newest_name, wanted, wanted);
	if (r->load_error)
		return report(r, "lto-no-llvm",
			      "%s: bitcode of LLVM %d, and no such or newer LLVM is installed\n"
			      ">>> install the package libllvm%d\n>>> %s",
			      r->newest_name, wanted, wanted, r->load_error);
	for (size_t i = 0; i < r->nr_releases; i++)
		n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%d", i ? ", " : "",
				      r->releases[i]);
	return report(
	    r, "lto-no-llvm",
	    "%s: bitcode of LLVM %d, newer than any LLVM that there is a module for (%s)\n"
	    ">>> install the package bpfld-lto-%d, or llvm-%d-dev and build ld.bpf again; "
	    "or compile with clang %d",
	    r->newest_name, wanted, list, wanted, wanted, r->releases[r->nr_releases - 1]);
}

/* ---- the child ---- */

struct header {
	uint32_t kind;
	uint32_t number;
	uint64_t size; /* bytes that follow */
};

static void write_all(int fd, const void *data, size_t size)
{
	const char *p = data;

	while (size) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno != EINTR)
			_exit(LTO_NO_MEMORY);
		if (n > 0) {
			p += n;
			size -= (size_t)n;
		}
	}
}

static void put(const struct lto_request *r, enum lto_record kind, size_t number, const void *data,
		size_t size)
{
	struct header h = {kind, (uint32_t)number, size};

	write_all(r->fd, &h, sizeof(h));
	write_all(r->fd, data, size);
}

static _Noreturn void be_child(const struct run *r, const char *path, unsigned way, int fd)
{
	struct lto_request request = {r->job, r->options, way, put, fd};
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const struct lto_module *m = handle ? dlsym(handle, LTO_MODULE_SYMBOL) : NULL;
	const char *error = m ? "it is of another build of ld.bpf" : dlerror();

	if (!m || m->abi != LTO_ABI) {
		put(&request, LTO_STEP, 0, error, strlen(error) + 1);
		_exit(LTO_CANNOT_LOAD);
	}
	_exit((int)m->run(&request));
}

/* ---- what comes back ---- */

static int take_record(struct run *r, const struct header *h, const char *data)
{
	const char *message;

	switch (h->kind) {
	case LTO_MADE: return r->job->take(r->job, h->number, data, h->size);
	case LTO_STEP:
		free(r->step);
		r->step = strndup(data, h->size);
		return r->step ? 0 : -ENOMEM;
	case LTO_REPORT:
		message = memchr(data, 0, h->size);
		if (!h->size || !message || data[h->size - 1])
			return -EINVAL;
		r->reported |= h->number == BPFLD_ERROR;
		return r->job->report(r->job, (enum bpfld_severity)h->number, data, message + 1);
	default: return -EINVAL;
	}
}

static int take_records(struct run *r, int fd)
{
	struct stat st;
	const char *data;
	size_t size, at = 0;
	int err = 0;

	if (fstat(fd, &st))
		return -errno;
	size = (size_t)st.st_size;
	if (!size)
		return 0;
	data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return -errno;
	/* The last one is incomplete where the child was ended while it wrote. */
	while (!err && size - at >= sizeof(struct header)) {
		struct header h;

		memcpy(&h, data + at, sizeof(h));
		at += sizeof(h);
		if (h.size > size - at)
			break;
		err = take_record(r, &h, data + at);
		at += h.size;
	}
	munmap((void *)(uintptr_t)data, size);
	return err;
}

static int say_how_it_ended(struct run *r, int release, int status)
{
	const char *doing = r->step ? r->step : "starting";

	if (WIFSIGNALED(status))
		return report(r, "lto-failed", "LLVM %d was ended by signal %d (%s) while %s",
			      release, WTERMSIG(status), strsignal(WTERMSIG(status)), doing);
	if (WEXITSTATUS(status) == LTO_NO_MEMORY)
		return -ENOMEM;
	if (r->reported)
		return -EINVAL;
	return report(r, "lto-failed", "LLVM %d gave up while %s", release, doing);
}

/* One process of LLVM's. */
struct attempt {
	int fd; /* of its records */
	int status;
};

/* Returns 0 or an errno value. */
static int attempt(const struct run *r, int release, unsigned way, struct attempt *a)
{
	char path[PATH_MAX + 32];
	pid_t child;
	int err;

	a->status = 0;
	a->fd = memfd_create("lto", MFD_CLOEXEC);
	if (a->fd < 0)
		return errno;
	snprintf(path, sizeof(path), "%s/lto-%d.so", r->folder, release);
	signal(SIGCHLD,
	       SIG_DFL); /* who ignores it hands that down, and then there is none to wait for */
	fflush(NULL);    /* LLVM may call exit(), which would write it a second time */
	child = fork();
	if (child == 0)
		be_child(r, path, way, a->fd);
	err = child < 0 ? errno : 0;
	while (!err && waitpid(child, &a->status, 0) < 0)
		if (errno != EINTR)
			err = errno;
	if (err)
		close(a->fd);
	return err;
}

static bool may_work_another_way(const struct attempt *a)
{
	return WIFSIGNALED(a->status) || WEXITSTATUS(a->status) == LTO_ANOTHER_WAY;
}

/*
 * Tries the ways to optimise in turn until one works: LLVM may end over what it has made itself.
 * Where none works, the first one's reasons count. Returns an errno value.
 */
static int try_all(const struct run *r, int release, struct attempt *first)
{
	int err = attempt(r, release, 0, first);

	for (unsigned way = 1; !err && way < LTO_WAYS && may_work_another_way(first); way++) {
		struct attempt next;

		err = attempt(r, release, way, &next);
		if (!err && WIFEXITED(next.status) && WEXITSTATUS(next.status) == LTO_DONE) {
			close(first->fd);
			*first = next;
			return 0;
		}
		if (!err)
			close(next.fd);
		else
			close(first->fd);
	}
	return err;
}

/* Returns 0, a negative errno value, or 1 if the module can't be loaded. */
static int run_release(struct run *r, int release)
{
	struct attempt a;
	int err = try_all(r, release, &a);

	if (err)
		return report(r, "lto-failed", "cannot start LLVM: %s", strerror(err));
	err = take_records(r, a.fd);
	close(a.fd);
	if (WIFEXITED(a.status) && WEXITSTATUS(a.status) == LTO_CANNOT_LOAD) {
		if (!r->load_error && r->step)
			r->load_error = strdup(r->step);
		return 1;
	}
	if (!err && (!WIFEXITED(a.status) || WEXITSTATUS(a.status) != LTO_DONE))
		err = say_how_it_ended(r, release, a.status);
	return err;
}

int lto_compile(void *ctx, const struct bpfld_lto_job *job)
{
	struct run r = {.job = job, .options = ctx};
	int err = 1;

	find_folder(&r);
	find_releases(&r);
	find_newest(&r);
	/* One whose library is not installed is as good as none: the next will do. */
	for (size_t i = 0; err == 1 && i < r.nr_releases; i++) {
		/* What doesn't name its producer is for the newest. */
		bool able = r.newest ? r.releases[i] >= r.newest : i + 1 == r.nr_releases;

		if (able)
			err = run_release(&r, r.releases[i]);
	}
	if (err == 1)
		err = no_module(&r);
	free(r.load_error);
	free(r.step);
	return err;
}

static struct lto_options default_options = {.level = 2};

const struct bpfld_lto lto_default = {
    .sz = sizeof(lto_default),
    .ctx = &default_options,
    .compile = lto_compile,
};
