/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* uptr OBJECT: its programs read, and one writes, what user space points a task's storage at. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
	long number;
	long written;
} data __attribute__((aligned(4096))) = {41, 0};

static int run(const struct bpf_object *obj, const char *name)
{
	const struct bpf_program *prog = bpf_object__find_program_by_name(obj, name);
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	if (!prog || bpf_prog_test_run_opts(bpf_program__fd(prog), &opts))
		return -1;
	return (int)opts.retval;
}

int main(int argc, char **argv)
{
	struct bpf_object *obj = argc == 2 ? bpf_object__open_file(argv[1], NULL) : NULL;
	const struct bpf_map *map;
	void *value = &data;
	int task = (int)syscall(SYS_pidfd_open, getpid(), 0);
	int read, wrote;

	if (!obj || bpf_object__load(obj))
		return 1;
	map = bpf_object__find_map_by_name(obj, "storage");
	if (bpf_map_update_elem(bpf_map__fd(map), &task, &value, BPF_NOEXIST)) {
		perror("update");
		return 1;
	}
	read = run(obj, "read_it");
	wrote = run(obj, "write_it");
	printf("read %d, wrote %d, found %ld\n", read, wrote, data.written);
	bpf_object__close(obj);
	return read == 41 && wrote == 1 && data.written == 1041 ? 0 : 1;
}
