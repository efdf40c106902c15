/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * dynamic MAIN LIBRARY [LIBRARY]: loads the main program and the library apart from each other,
 * lets them run on system calls of its own, and then puts the second library in the first one's
 * place.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <bpfld/loader.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void print_diagnostic(void *ctx, const struct bpfld_diag *diag)
{
	(void)ctx;
	fprintf(stderr, "dynamic: %s\n", diag->message);
}

static int print_import(void *ctx, const struct bpfld_dyn_import *import)
{
	static const char *const served[] = {"its stub", "a static link",
					     "a function in its place"};

	(void)ctx;
	printf("%s: %s%s%s\n", import->prototype, served[import->served],
	       import->library ? ", of " : "", import->library ? import->library : "");
	return 0;
}

/* Global variables can be set between opening and loading, as with any object of libbpf. */
static int watch_this_process(struct bpfld_module *main)
{
	struct bpf_object *obj = bpfld_dyn_object(main);
	struct bpf_map *map = obj ? bpf_object__find_map_by_name(obj, ".rodata") : NULL;
	unsigned int pid = getpid();

	return map ? bpf_map__set_initial_value(map, &pid, sizeof(pid)) : -ENOENT;
}

/* A hundred system calls of number 39 on x86, an odd one, and what the library's map then has. */
static void make_calls(struct bpfld_module *lib, const char *name)
{
	int fd = bpfld_dyn_map_fd(lib, "result"), zero = 0;
	unsigned long long before = 0, after = 0;

	bpf_map_lookup_elem(fd, &zero, &before);
	for (int i = 0; i < 100; i++)
		syscall(SYS_getpid);
	bpf_map_lookup_elem(fd, &zero, &after);
	printf("%s: %s\n", name, after - before >= 100 ? "a hundred calls and more" : "none");
}

int main(int argc, char **argv)
{
	struct bpfld_dyn_opts opts = BPFLD_DYN_OPTS_INIT;
	struct bpfld_module *main, *lib, *other;
	struct bpfld_dyn *d;
	int err;

	if (argc < 3) {
		fprintf(stderr, "usage: dynamic MAIN LIBRARY [LIBRARY]\n");
		return 2;
	}
	opts.diag = print_diagnostic;
	d = bpfld_dyn_new(&opts, &err);
	if (!d)
		return 1;
	main = bpfld_dyn_add_main(d, argv[1], &err);
	lib = main ? bpfld_dyn_add_library(d, argv[2], &err) : NULL;
	if (!err)
		err = watch_this_process(main);
	/* Each is loaded; the library's functions come to where the main has stubs; then it starts.
	 */
	if (!err)
		err = bpfld_dyn_link(d);
	if (!err)
		err = bpfld_dyn_attach(d);
	if (!err) {
		bpfld_dyn_each_import(d, print_import, NULL);
		make_calls(lib, argv[2]);
	}
	if (!err && argc > 3 && bpfld_dyn_no_replace(d)) {
		printf("%s\n", bpfld_dyn_no_replace(d));
	} else if (!err && argc > 3) {
		other = bpfld_dyn_add_library(d, argv[3], &err);
		if (!err)
			err = bpfld_dyn_replace(main, "note", other, "note");
		if (!err) {
			make_calls(other, argv[3]);
			make_calls(lib, argv[2]);
		}
	}
	bpfld_dyn_free(d);
	return err != 0;
}
