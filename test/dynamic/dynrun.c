/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * dynrun: <bpfld/loader.h>'s dynamic linking as a list of actions, for tests in shell scripts.
 * Diagnostics go to standard output, where they stand in order with the rest.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <bpfld/loader.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
    "usage: dynrun [--mode auto|replace|static] ACTION...\n"
    "An action is a word and its arguments; with '!' before it, it has to fail.\n"
    "  main FILE, lib FILE               add a module; it goes by the file's name\n"
    "  open MAIN, load MODULE, link, attach, pin DIR, show\n"
    "  bind MAIN IMPORT LIB FUNC, bind-pin MAIN IMPORT PINNED-PROGRAM\n"
    "  detach MAIN IMPORT, replace MAIN IMPORT LIB FUNC\n"
    "  run MAIN PROG VALUE               a test run returns VALUE\n"
    "  start MAIN PROG, stop VALUE...    runs in a thread; it returned each VALUE, and no\n"
    "                                    other; \"5?\" may or may not be among them\n"
    "  get MODULE MAP VALUE              the first 4 bytes of a map's first value\n"
    "  pin-prog NAME FILE                pins the program of type EXT that the kernel has by that\n"
    "                                    name\n"
    "  progs N                           the kernel has N programs\n"
    "  occupy MAIN PROG FUNC PINNED      puts a program there by another way\n"
    "  bench MAIN PROG TEXT              prints nanoseconds a run\n"
    "  mode                              prints what the kernel can\n"
    "  new                               frees all and begins anew\n";

#define MAX_MODULES 16

static struct bpfld_dyn *d;
static enum bpfld_dyn_mode mode;
static struct {
	char name[64];
	struct bpfld_module *module;
} modules[MAX_MODULES];
static int nr_modules;

static void print_diag(void *ctx, const struct bpfld_diag *diag)
{
	static const char *const severities[] = {"note", "warning", "error", "info"};

	(void)ctx;
	printf("%s: %s [%s]\n", severities[diag->severity], diag->message, diag->id);
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return level == LIBBPF_DEBUG || !getenv("DYNRUN_VERBOSE") ? 0 : vfprintf(stderr, fmt, args);
}

static int start(void)
{
	struct bpfld_dyn_opts opts = BPFLD_DYN_OPTS_INIT;
	int err;

	opts.diag = print_diag;
	opts.mode = mode;
	bpfld_dyn_free(d);
	nr_modules = 0;
	d = bpfld_dyn_new(&opts, &err);
	return err;
}

static struct bpfld_module *module(const char *name)
{
	for (int i = 0; i < nr_modules; i++)
		if (!strcmp(modules[i].name, name))
			return modules[i].module;
	fprintf(stderr, "dynrun: no module %s\n", name);
	exit(2);
}

static int add(const char *path, int library)
{
	const char *slash = strrchr(path, '/');
	int err;

	modules[nr_modules].module =
	    library ? bpfld_dyn_add_library(d, path, &err) : bpfld_dyn_add_main(d, path, &err);
	snprintf(modules[nr_modules].name, sizeof(modules[0].name), "%s", slash ? slash + 1 : path);
	nr_modules += modules[nr_modules].module != NULL;
	return err;
}

/* ---- runs ---- */

static int prog_fd(const char *main, const char *prog)
{
	struct bpf_object *obj = bpfld_dyn_object(module(main));
	struct bpf_program *p = obj ? bpf_object__find_program_by_name(obj, prog) : NULL;

	return p ? bpf_program__fd(p) : -1;
}

static int run_once(int fd, int times, unsigned int *ns)
{
	unsigned char packet[64] = {[12] = 8, [14] = 0x45};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet),
		    .repeat = times);

	if (bpf_prog_test_run_opts(fd, &opts))
		return -errno;
	if (ns)
		*ns = opts.duration;
	return (int)opts.retval;
}

static int run(const char *main, const char *prog, int expect)
{
	int ret = run_once(prog_fd(main, prog), 1, NULL);

	if (ret != expect)
		printf("%s of %s returned %d, not %d\n", prog, main, ret, expect);
	return ret == expect ? 0 : -ERANGE;
}

#define MAX_VALUES 64

static struct {
	pthread_t thread;
	int fd;
	atomic_int stop;
	long seen[MAX_VALUES], other;
} load;

static void *run_until_stopped(void *arg)
{
	(void)arg;
	while (!load.stop) {
		int ret = run_once(load.fd, 1, NULL);

		if (ret >= 0 && ret < MAX_VALUES)
			load.seen[ret]++;
		else
			load.other++;
	}
	return NULL;
}

static int start_load(const char *main, const char *prog)
{
	memset(&load, 0, sizeof(load));
	load.fd = prog_fd(main, prog);
	if (pthread_create(&load.thread, NULL, run_until_stopped, NULL))
		return -EAGAIN;
	usleep(100000);
	return 0;
}

static int stop_load(char **values, int nr)
{
	int err = load.other ? -ERANGE : 0;

	usleep(100000);
	load.stop = 1;
	pthread_join(load.thread, NULL);
	for (int i = 0; i < MAX_VALUES; i++) {
		bool expected = false, optional = false;

		for (int k = 0; k < nr; k++) {
			expected |= atoi(values[k]) == i;
			optional |= atoi(values[k]) == i && strchr(values[k], '?');
		}
		if (!optional && expected != (load.seen[i] != 0)) {
			printf("%d was returned %ld times\n", i, load.seen[i]);
			err = -ERANGE;
		}
	}
	return err;
}

/* The first variable of a module's .bss, of 4 bytes. */
static int get(const char *name, const char *map, int expect)
{
	int fd = bpfld_dyn_map_fd(module(name), map), zero = 0, value;
	unsigned char bytes[4096];

	if (fd < 0 || bpf_map_lookup_elem(fd, &zero, bytes))
		return fd < 0 ? fd : -errno;
	memcpy(&value, bytes, sizeof(value));
	if (value != expect)
		printf("%s of %s has %d, not %d\n", map, name, value, expect);
	return value == expect ? 0 : -ERANGE;
}

/* ---- fds ---- */

static int pin_ext(const char *name, const char *path)
{
	__u32 id = 0;

	while (!bpf_prog_get_next_id(id, &id)) {
		struct bpf_prog_info info = {0};
		__u32 len = sizeof(info);
		int fd = bpf_prog_get_fd_by_id(id), err = -1;

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len) &&
		    info.type == BPF_PROG_TYPE_EXT && !strcmp(info.name, name))
			err = bpf_obj_pin(fd, path) ? -errno : 0;
		close(fd);
		if (err != -1)
			return err;
	}
	return -ENOENT;
}

/* How many programs the kernel has; those that are gone are freed a moment later. */
static int count_programs(int expect)
{
	int nr = 0;

	for (int i = 0; i < 30; i++) {
		__u32 id = 0;

		for (nr = 0; !bpf_prog_get_next_id(id, &id);)
			nr++;
		if (nr == expect)
			return 0;
		usleep(100000);
	}
	printf("there are %d programs, not %d\n", nr, expect);
	return -ERANGE;
}

static int bind_pin(const char *main, const char *import, const char *path)
{
	int fd = bpf_obj_get(path);

	return fd < 0 ? -errno : bpfld_dyn_bind_fd(d, module(main), import, fd);
}

/* Puts a program in the place of a function, behind the library's back; until this process ends. */
static int occupy(const char *main, const char *prog, const char *func, const char *path)
{
	const struct btf *btf = bpf_object__btf(bpfld_dyn_object(module(main)));
	int id = btf__find_by_name_kind(btf, func, BTF_KIND_FUNC), fd = bpf_obj_get(path);
	LIBBPF_OPTS(bpf_link_create_opts, opts, .target_btf_id = (__u32)id);

	if (fd < 0 || id < 0)
		return -ENOENT;
	return bpf_link_create(fd, prog_fd(main, prog), 0, &opts) < 0 ? -errno : 0;
}

static int bench(const char *main, const char *prog, const char *text)
{
	unsigned int best = ~0u, ns;

	for (int i = 0; i < 9; i++) {
		int err = run_once(prog_fd(main, prog), 2000, &ns);

		if (err < 0)
			return err;
		best = ns < best ? ns : best;
	}
	printf("%s: %u ns\n", text, best);
	return 0;
}

static int show_import(void *ctx, const struct bpfld_dyn_import *import)
{
	static const char *const served[] = {"stub", "linked", "live"};

	(void)ctx;
	printf("%s: %s, default %d%s: %s", import->main, import->prototype, import->value,
	       import->weak ? ", weak" : "", served[import->served]);
	if (import->library)
		printf(", %s of %s", import->func, import->library);
	putchar('\n');
	return 0;
}

/* ---- actions ---- */

static const struct {
	const char *name;
	int args;
} actions[] = {{"main", 1},   {"lib", 1},      {"open", 1},     {"load", 1},    {"link", 0},
	       {"attach", 0}, {"pin", 1},      {"show", 0},     {"bind", 4},    {"bind-pin", 3},
	       {"detach", 2}, {"replace", 4},  {"run", 3},      {"start", 2},   {"stop", -1},
	       {"get", 3},    {"pin-prog", 2}, {"occupy", 4}, {"progs", 1}, {"bench", 3},    {"mode", 0},    {"new", 0}};

static int act(const char *name, char **a, int nr)
{
#define IS(text) (!strcmp(name, text))
	if (IS("main") || IS("lib"))
		return add(a[0], IS("lib"));
	if (IS("open"))
		return bpfld_dyn_object(module(a[0])) ? 0 : -EINVAL;
	if (IS("load"))
		return bpfld_dyn_load(module(a[0]));
	if (IS("link"))
		return bpfld_dyn_link(d);
	if (IS("attach"))
		return bpfld_dyn_attach(d);
	if (IS("pin"))
		return bpfld_dyn_pin(d, a[0]);
	if (IS("show"))
		return bpfld_dyn_each_import(d, show_import, NULL);
	if (IS("bind"))
		return bpfld_dyn_bind(d, module(a[0]), a[1], module(a[2]), a[3]);
	if (IS("bind-pin"))
		return bind_pin(a[0], a[1], a[2]);
	if (IS("detach"))
		return bpfld_dyn_detach(module(a[0]), a[1]);
	if (IS("replace"))
		return bpfld_dyn_replace(module(a[0]), a[1], module(a[2]), a[3]);
	if (IS("run"))
		return run(a[0], a[1], atoi(a[2]));
	if (IS("start"))
		return start_load(a[0], a[1]);
	if (IS("stop"))
		return stop_load(a, nr);
	if (IS("get"))
		return get(a[0], a[1], atoi(a[2]));
	if (IS("pin-prog"))
		return pin_ext(a[0], a[1]);
	if (IS("occupy"))
		return occupy(a[0], a[1], a[2], a[3]);
	if (IS("progs"))
		return count_programs(atoi(a[0]));
	if (IS("bench"))
		return bench(a[0], a[1], a[2]);
	if (IS("mode"))
		return printf("%s\n", bpfld_dyn_no_replace(d) ? bpfld_dyn_no_replace(d)
							      : "replaces functions") < 0;
	return start();
#undef IS
}

static int arguments(const char *name)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (!strcmp(actions[i].name, name))
			return actions[i].args;
	fprintf(stderr, "dynrun: no action '%s'\n%s", name, usage);
	exit(2);
}

/* Performs the action at argv[i]; returns the index of the next, or -1. */
static int step(int argc, char **argv, int i)
{
	int fails = argv[i][0] == '!', nr, err;
	const char *name = argv[i] + fails;

	nr = arguments(name);
	i++;
	/* The values that a run returned: numbers up to the next action. */
	if (nr < 0)
		for (nr = 0; i + nr < argc && argv[i + nr][0] <= '9' && argv[i + nr][0] != '!';)
			nr++;
	if (i + nr > argc) {
		fprintf(stderr, "dynrun: too few arguments for %s\n", name);
		return -1;
	}
	err = act(name, argv + i, nr);
	if ((err != 0) != fails) {
		printf("dynrun: %s %s: %s\n", name, nr ? argv[i] : "",
		       err ? strerror(-err) : "did not fail");
		return -1;
	}
	return i + nr;
}

int main(int argc, char **argv)
{
	int i = 1;

	setvbuf(stdout, NULL, _IOLBF, 0);
	libbpf_set_print(quiet);
	if (argc > 2 && !strcmp(argv[1], "--mode")) {
		mode = !strcmp(argv[2], "static")    ? BPFLD_DYN_STATIC
		       : !strcmp(argv[2], "replace") ? BPFLD_DYN_REPLACE
						     : BPFLD_DYN_AUTO;
		i = 3;
	}
	if (i == argc || !strcmp(argv[i], "--help")) {
		fputs(usage, stdout);
		return 2;
	}
	if (start())
		return 1;
	while (i >= 0 && i < argc)
		i = step(argc, argv, i);
	bpfld_dyn_free(d);
	return i < 0;
}
