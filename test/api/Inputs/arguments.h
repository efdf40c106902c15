/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What the programs that arguments.py makes have in common: arguments, and what is expected of
 * calls. */
#include <bpfld/bpfld.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api.h"

static struct bytes a, b;
static __attribute__((unused)) char buffer[512], long_name[8192], last_call[128];
static __attribute__((unused)) size_t given_size;
static __attribute__((unused)) int given_err, failures;

/* ---- libbpfld ---- */

#ifndef WITH_LINKER
static struct bpfld *links[8];
static size_t nr_links;

static __attribute__((unused)) struct bpfld *new_link(int linked)
{
	struct bpfld *l = bpfld_new(NULL, NULL);

	CHECK(l && !bpfld_add_buffer(l, "a.o", a.data, a.size) &&
	      !bpfld_add_buffer(l, "b.o", b.data, b.size));
	CHECK(!linked || !bpfld_link(l));
	return links[nr_links++] = l;
}

static __attribute__((unused)) const struct bpfld_opts *given_opts(size_t sz)
{
	static struct bpfld_opts o;

	o = (struct bpfld_opts)BPFLD_OPTS_INIT;
	o.sz = sz;
	return &o;
}

static __attribute__((unused)) const struct bpfld_object *object(const void *image, size_t bytes)
{
	static struct bpfld_object objects[2];
	static int next;

	next = !next;
	objects[next] = (struct bpfld_object){image, bytes};
	return &objects[next];
}

static __attribute__((unused)) int each_function(void *ctx, const struct bpfld_function *func)
{
	(void)ctx;
	return !func->name;
}

static __attribute__((unused)) void drop_bpfld_new(const void *l)
{
	bpfld_free((struct bpfld *)(uintptr_t)l);
}
#endif

/* ---- libbpfld-loader ---- */

#ifdef WITH_LOADER
#include <bpf/libbpf.h>
#include <bpfld/loader.h>

static struct bpfld_dyn *dyn;
static struct bpfld_module *given_program, *given_library;

static struct bpfld_dyn *new_dyn(void)
{
	return dyn;
}

static const struct bpfld_dyn_opts *dyn_opts(size_t sz)
{
	static struct bpfld_dyn_opts o;

	o = (struct bpfld_dyn_opts)BPFLD_DYN_OPTS_INIT;
	o.sz = sz;
	return &o;
}

static const struct bpf_object_open_opts *open_opts(size_t sz)
{
	static struct bpf_object_open_opts o;

	o.sz = sz;
	return &o;
}

static int each_import(void *ctx, const struct bpfld_dyn_import *import)
{
	(void)ctx;
	return !import->name;
}

static void drop_bpfld_dyn_new(const void *d)
{
	bpfld_dyn_free((struct bpfld_dyn *)(uintptr_t)d);
}

static void drop_bpfld_open_object(const void *obj)
{
	bpf_object__close((struct bpf_object *)(uintptr_t)obj);
}
#endif

/* ---- libbpfld-compat ---- */

#ifdef WITH_LINKER
#include <bpf/libbpf.h>

struct bpf_linker *bpf_linker__new_fd(int fd, struct bpf_linker_opts *opts);
int bpf_linker__add_fd(struct bpf_linker *linker, int fd, const struct bpf_linker_file_opts *opts);
int bpf_linker__add_buf(struct bpf_linker *linker, void *buf, size_t buf_sz,
			const struct bpf_linker_file_opts *opts);

static struct bpf_linker *linker_of_call;

static struct bpf_linker *new_linker(int finalized)
{
	linker_of_call = bpf_linker__new("linked.o", NULL);
	CHECK(linker_of_call && !bpf_linker__add_file(linker_of_call, "a.o", NULL));
	if (finalized)
		bpf_linker__finalize(linker_of_call);
	return linker_of_call;
}

static struct bpf_linker_opts *linker_opts(size_t sz)
{
	static struct bpf_linker_opts o;

	o.sz = sz;
	return &o;
}

static const struct bpf_linker_file_opts *file_opts(size_t sz)
{
	static struct bpf_linker_file_opts o;

	o.sz = sz;
	return &o;
}

static void drop_bpf_linker__new(const void *linker)
{
	bpf_linker__free((struct bpf_linker *)(uintptr_t)linker);
}

#define drop_bpf_linker__new_fd drop_bpf_linker__new
#endif

/* ---- calls ---- */

/* Notes the choices that the arguments are made by, which end in -1. */
static void begin(const char *name, ...)
{
	int n = snprintf(last_call, sizeof(last_call), "%s:", name);
	va_list args;

	va_start(args, name);
	for (int i = va_arg(args, int); i >= 0; i = va_arg(args, int))
		n += snprintf(last_call + n, sizeof(last_call) - (size_t)n, " %d", i);
	va_end(args);
#ifdef WITH_LOADER
	struct bpfld_dyn_opts o = BPFLD_DYN_OPTS_INIT;

	o.mode = BPFLD_DYN_STATIC;
	CHECK((dyn = bpfld_dyn_new(&o, NULL)));
	CHECK((given_program = bpfld_dyn_add_main_mem(dyn, "a.o", a.data, a.size, NULL)));
	CHECK((given_library = bpfld_dyn_add_library_mem(dyn, "b.o", b.data, b.size, NULL)));
#endif
}

static void end(bool freed)
{
#ifndef WITH_LINKER
	while (nr_links)
		if (links[--nr_links] && !freed)
			bpfld_free(links[nr_links]);
#endif
#ifdef WITH_LOADER
	/* The one that bpfld_dyn_free() was called with, or not. */
	if (!freed || !strstr(last_call, ": 1"))
		bpfld_dyn_free(dyn);
#endif
#ifdef WITH_LINKER
	if (!freed)
		bpf_linker__free(linker_of_call);
	linker_of_call = NULL;
#endif
}

static void expect(bool right)
{
	if (!right)
		printf("%s: not refused\n", last_call);
	failures += !right;
}

/* In a process of its own: what crashes, or runs for long, is seen by its name. */
static void run(const char *name, void (*test)(void))
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		failures = 0;
		test();
		fflush(stdout);
		_exit(failures != 0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	if (status)
		printf("%s: %s %d\n", name, WIFSIGNALED(status) ? "signal" : "status",
		       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	failures += status != 0;
}

static void crashed(int sig)
{
	size_t len = strlen(last_call);

	if (write(STDOUT_FILENO, last_call, len) < 0 || write(STDOUT_FILENO, "\n", 1) < 0)
		_exit(2);
	signal(sig, SIG_DFL);
	raise(sig);
}

static void start(void)
{
	a = read_file("a.o");
	b = read_file("b.o");
	memset(long_name, 'x', sizeof(long_name) - 1);
	signal(SIGSEGV, crashed);
	signal(SIGABRT, crashed);
	CHECK(freopen("/dev/null", "w", stderr));
}

static int finish(int nr)
{
	printf("%d functions\n", nr);
	return failures != 0;
}
