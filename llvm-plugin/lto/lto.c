/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Chooses the LLVM for link-time optimisation, and runs it in a process of its own. LLVM ends the
 * process over what it can't compile, and its libraries are large: so ld.bpf itself never loads
 * one. What the child makes comes back through a file in memory, as records.
 *
 * LLVM reads what the same or an older release wrote. The modules lto-N.so lie in a directory that
 * is found from where ld.bpf is; the one is taken that is nearest to the newest of the inputs, so
 * that code is made by the compiler that the user has chosen, where it is there.
 *
 * A module is code. So the way to it begins at the absolute path of this program, as the kernel
 * names it, and whoever can write the directory or the module can write the program, too. That is
 * checked on what was opened, and the same descriptor is loaded.
 */
#include "lto/lto.h"
#include "common/path.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* From the directory of ld.bpf to that of the modules. */
#ifndef BPFLD_LTO_FOLDER
#define BPFLD_LTO_FOLDER "../lib/bpfld"
#endif

/* The LLVMs that modules were built for with this program, ascending. */
#ifndef BPFLD_LTO_RELEASES
#define BPFLD_LTO_RELEASES
#endif

#define MAX_RELEASES 64

struct run {
	const struct bpfld_lto_job *job;
	const struct lto_options *options;
	struct stat self;            /* this program's file */
	char folder[2 * PATH_MAX];   /* of the modules */
	int dir;                     /* the same, open; -1: there is none */
	int available[MAX_RELEASES]; /* for which there is a module, ascending */
	size_t nr_available;
	int *releases;           /* of LLVM that made the input, by module; 0 if it doesn't say */
	int newest;              /* of these */
	const char *newest_name; /* the first input of it */
	int unloadable;   /* the first module that lacks its library, or is another build's */
	char *load_error; /* what the loader said of that */
	char *step;       /* what the child did last */
	bool reported;    /* an error */
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

/* Whether nobody can write it who can't write this program; else reports who can. */
static int check_owner(struct run *r, const struct stat *st, const char *path)
{
	bool group =
	    st->st_mode & S_IWGRP && !(r->self.st_mode & S_IWGRP && st->st_gid == r->self.st_gid);

	if (st->st_uid != 0 && st->st_uid != r->self.st_uid)
		return report(
		    r, "lto-untrusted",
		    "'%s' belongs to user %u: it is not loaded into a program of user %u\n"
		    ">>> install bpfld again, or change the owner",
		    path, st->st_uid, r->self.st_uid);
	if (!group && !(st->st_mode & S_IWOTH))
		return 0;
	return report(r, "lto-untrusted",
		      "'%s' is not loaded: its mode %03o lets %s write it\n"
		      ">>> install bpfld again, or run 'chmod go-w' on it",
		      path, st->st_mode & 07777, st->st_mode & S_IWOTH ? "everyone" : "its group");
}

static int open_folder(struct run *r)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	struct stat st;

	/* The kernel puts another word first where it can't be reached from the root. */
	if (n <= 0 || exe[0] != '/' || !find_self(&r->self))
		return report(r, "lto-no-llvm",
			      "%s: bitcode, and without /proc this program cannot find its "
			      "modules for LLVM\n>>> mount /proc, or compile without -flto",
			      r->newest_name);
	exe[n] = '\0';
	*strrchr(exe, '/') = '\0';
	snprintf(r->folder, sizeof(r->folder), "%s/%s", exe, BPFLD_LTO_FOLDER);
	r->dir = open(r->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->dir < 0 && errno == ENOENT)
		return 0;
	if (r->dir < 0 || fstat(r->dir, &st))
		return report(r, "lto-failed", "cannot open '%s': %s", r->folder, strerror(errno));
	return check_owner(r, &st, r->folder);
}

static int compare_releases(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int list_modules(struct run *r)
{
	int copy = r->dir < 0 ? -1 : fcntl(r->dir, F_DUPFD_CLOEXEC, 0);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;

	if (r->dir >= 0 && !dir) {
		int err = errno;

		if (copy >= 0)
			close(copy);
		return report(r, "lto-failed", "cannot read '%s': %s", r->folder, strerror(err));
	}
	while (dir && (e = readdir(dir)) && r->nr_available < MAX_RELEASES) {
		int release, end = 0;

		if (sscanf(e->d_name, "lto-%d.so%n", &release, &end) == 1 && end && !e->d_name[end])
			r->available[r->nr_available++] = release;
	}
	if (dir)
		closedir(dir);
	qsort(r->available, r->nr_available, sizeof(r->available[0]), compare_releases);
	return 0;
}

static int find_newest(struct run *r)
{
	r->releases = calloc(r->job->nr_modules, sizeof(*r->releases));
	if (!r->releases)
		return -ENOMEM;
	r->newest_name = r->job->modules[0].name;
	for (size_t i = 0; i < r->job->nr_modules; i++) {
		const struct bpfld_lto_module *m = &r->job->modules[i];

		r->releases[i] = bitcode_release(m->data, m->size);
		if (r->releases[i] <= r->newest)
			continue;
		r->newest = r->releases[i];
		r->newest_name = m->name;
	}
	return 0;
}

/*
 * Which package has a module depends on the system. Those that this build made modules for have
 * one; of other releases nothing is known.
 */
static void name_package(const struct run *r, char *hint, size_t size)
{
	static const int built[] = {0, BPFLD_LTO_RELEASES};

	for (size_t i = 1; i < sizeof(built) / sizeof(built[0]); i++) {
		if (built[i] < r->newest)
			continue;
		snprintf(hint, size,
			 "install the module for LLVM %d (Debian: package bpfld-lto-%d), or ",
			 built[i], built[i]);
		return;
	}
	if (r->newest)
		snprintf(hint, size, "build bpfld with LLVM %d or newer, or ", r->newest);
	else
		snprintf(hint, size, "build bpfld with LLVM, or ");
}

static int no_module(struct run *r)
{
	char hint[128], list[MAX_RELEASES * 12] = "";
	size_t n = 0;

	name_package(r, hint, sizeof(hint));
	if (!r->nr_available)
		return report(r, "lto-no-llvm",
			      "%s: bitcode, and no module for LLVM is installed\n"
			      ">>> %scompile without -flto",
			      r->newest_name, hint);
	if (r->load_error)
		return report(r, "lto-no-llvm",
			      "%s: bitcode, and the module for LLVM %d cannot be loaded\n"
			      ">>> %s\n>>> install what it lacks, or compile without -flto",
			      r->newest_name, r->unloadable, r->load_error);
	for (size_t i = 0; i < r->nr_available; i++)
		n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%d", i ? ", " : "",
				      r->available[i]);
	return report(
	    r, "lto-no-llvm",
	    "%s: bitcode of LLVM %d, newer than any LLVM that there is a module for (%s)\n"
	    ">>> %scompile with clang %d",
	    r->newest_name, r->newest, list, hint, r->available[r->nr_available - 1]);
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

static void on_abort(int signal)
{
	(void)signal;
	_exit(LTO_NO_MEMORY);
}

/* module: of the release, open. */
static _Noreturn void be_child(const struct run *r, int module, int release, unsigned way, int fd)
{
	struct lto_request request = {r->job, r->options, r->releases, way, put, fd};
	const struct lto_module *m;
	char path[64], *text;
	const char *error;
	void *handle;
	int n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", module);
	/* Constructors of C++ abort where memory is out. */
	signal(SIGABRT, on_abort);
	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	signal(SIGABRT, SIG_DFL);
	m = handle ? dlsym(handle, LTO_MODULE_SYMBOL) : NULL;
	if (m && m->abi == LTO_ABI)
		_exit((int)m->run(&request));
	error = handle ? "it is of another build of bpfld" : dlerror();
	/* Another LLVM may do where this one is not there, but not where there is no memory. */
	if (handle || strstr(error, strerror(ENOENT))) {
		put(&request, LTO_STEP, 0, error, strlen(error) + 1);
		_exit(LTO_CANNOT_LOAD);
	}
	n = asprintf(&text,
		     "lto-failed%ccannot load LLVM %d: %s\n"
		     ">>> there is too little memory for it, or the library is damaged",
		     0, release, error);
	if (n < 0)
		_exit(LTO_NO_MEMORY);
	put(&request, LTO_REPORT, BPFLD_ERROR, text, (size_t)n + 1);
	_exit(LTO_FAILED);
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
		return report(r, "out-of-memory", "LLVM %d ran out of memory while %s", release,
			      doing);
	if (r->reported)
		return -EINVAL;
	return report(r, "lto-failed", "LLVM %d gave up while %s", release, doing);
}

/* One process of LLVM's. */
struct attempt {
	int fd; /* of its records */
	int status;
};

/* module: of the release, open. Returns 0 or an errno value. */
static int attempt(const struct run *r, int module, int release, unsigned way, struct attempt *a)
{
	pid_t child;
	int err;

	a->status = 0;
	a->fd = memfd_create("lto", MFD_CLOEXEC);
	if (a->fd < 0)
		return errno;
	/* A parent that ignores SIGCHLD hands that down, and leaves no child to wait for. */
	signal(SIGCHLD, SIG_DFL);
	fflush(NULL); /* LLVM may call exit(), which would write it a second time */
	child = fork();
	if (child == 0)
		be_child(r, module, release, way, a->fd);
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
static int try_all(const struct run *r, int module, int release, struct attempt *first)
{
	int err = attempt(r, module, release, 0, first);

	for (unsigned way = 1; !err && way < LTO_WAYS && may_work_another_way(first); way++) {
		struct attempt next;

		err = attempt(r, module, release, way, &next);
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

/* Returns a file descriptor or a negative errno value. */
static int open_module(struct run *r, int release)
{
	char name[32], *path = NULL;
	struct stat st;
	int fd, err;

	snprintf(name, sizeof(name), "lto-%d.so", release);
	/* A fifo of that name must not make the link wait. */
	fd = openat(r->dir, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (asprintf(&path, "%s/%s", r->folder, name) < 0)
		err = -ENOMEM;
	else if (fd < 0 || fstat(fd, &st))
		err = report(r, "lto-failed", "cannot open '%s': %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		err = report(r, "lto-failed", "'%s' is not a regular file", path);
	else
		err = check_owner(r, &st, path);
	free(path);
	if (err && fd >= 0)
		close(fd);
	return err ? err : fd;
}

/* Returns 0, a negative errno value, or 1 if the module can't be loaded. */
static int run_release(struct run *r, int release)
{
	struct attempt a;
	int module = open_module(r, release), err;

	if (module < 0)
		return module;
	err = try_all(r, module, release, &a);
	close(module);
	if (err)
		return report(r, "lto-failed", "cannot start LLVM: %s", strerror(err));
	err = take_records(r, a.fd);
	close(a.fd);
	if (WIFEXITED(a.status) && WEXITSTATUS(a.status) == LTO_CANNOT_LOAD) {
		if (!r->load_error && r->step) {
			r->load_error = strdup(r->step);
			r->unloadable = release;
		}
		return 1;
	}
	if (!err && (!WIFEXITED(a.status) || WEXITSTATUS(a.status) != LTO_DONE))
		err = say_how_it_ended(r, release, a.status);
	return err;
}

int lto_compile(void *ctx, const struct bpfld_lto_job *job)
{
	struct run r = {.job = job, .options = ctx, .dir = -1};
	int err = find_newest(&r);

	if (!err)
		err = open_folder(&r);
	if (!err)
		err = list_modules(&r);
	if (!err)
		err = 1;
	/* One whose library is not installed is as good as none: the next will do. */
	for (size_t i = 0; err == 1 && i < r.nr_available; i++) {
		/* What doesn't name its producer is for the newest. */
		bool able = r.newest ? r.available[i] >= r.newest : i + 1 == r.nr_available;

		if (able)
			err = run_release(&r, r.available[i]);
	}
	if (err == 1)
		err = no_module(&r);
	if (r.dir >= 0)
		close(r.dir);
	free(r.releases);
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
