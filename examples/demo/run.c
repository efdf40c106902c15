/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * run PROG.o: loads the linked program, makes system calls, and prints what the program counted.
 * The exit status is 0 if the counts are right, and 77 if the kernel cannot load such programs or
 * has no BTF. The kernel removes programs and maps when the process ends.
 */
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "demo.h"

#define CALLS 100
#define FAILURES 5

static int on_event(void *ctx, void *data, size_t size)
{
	const struct event *event = data;
	int *closes = ctx;

	(void)size;
	printf("  failure %ld: system call %ld: %s\n", event->nr, event->syscall,
	       strerror((int)event->error));
	*closes += event->syscall == SYS_close && event->nr == *closes + 1;
	return 0;
}

/* Sets the name of this process in the program, before it is loaded. */
static int set_wanted(struct bpf_object *obj)
{
	struct bpf_map *map = bpf_object__find_map_by_name(obj, ".rodata");
	char name[NAME_SIZE] = "";

	snprintf(name, sizeof(name), "demo-%d", getpid());
	prctl(PR_SET_NAME, name);
	/* .rodata holds nothing else: libbpf refuses another size. */
	return map ? bpf_map__set_initial_value(map, name, sizeof(name)) : -1;
}

static struct bpf_link *attach(struct bpf_object *obj, const char *name)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(obj, name);

	return prog ? bpf_program__attach(prog) : NULL;
}

static void work(void)
{
	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getppid);
	for (int i = 0; i < FAILURES; i++)
		syscall(SYS_close, -1);
}

static int count(struct bpf_object *obj)
{
	int counts_fd = bpf_object__find_map_fd_by_name(obj, "counts");
	struct ring_buffer *ring;
	struct bpf_link *enter, *leave;
	long counts[NR_COUNTS] = {0};
	int closes = 0;

	ring = ring_buffer__new(bpf_object__find_map_fd_by_name(obj, "events"), on_event, &closes,
				NULL);
	leave = attach(obj, "leave");
	enter = attach(obj, "enter");
	if (!ring || !enter || !leave) {
		perror("run: cannot attach");
		return 1;
	}
	work();
	bpf_link__destroy(leave);
	bpf_link__destroy(enter);

	ring_buffer__consume(ring);
	for (unsigned int i = 0; i < NR_COUNTS; i++)
		bpf_map_lookup_elem(counts_fd, &i, &counts[i]);
	printf("system calls that this process began: %ld (%d made on purpose)\n", counts[BEGUN],
	       CALLS + FAILURES);
	printf("  of which failed: %ld (%d made on purpose)\n", counts[FAILED], FAILURES);
	ring_buffer__free(ring);
	return counts[BEGUN] < CALLS + FAILURES || counts[FAILED] != FAILURES || closes != FAILURES;
}

int main(int argc, char **argv)
{
	struct bpf_object *obj;
	struct btf *kernel;
	int err;

	if (argc != 2) {
		fprintf(stderr, "Usage: run PROG.o\n");
		return 2;
	}
	kernel = btf__load_vmlinux_btf();
	if (!kernel || libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_RAW_TRACEPOINT, NULL) != 1)
		return 77;
	btf__free(kernel);
	obj = bpf_object__open_file(argv[1], NULL);
	if (!obj || set_wanted(obj) || bpf_object__load(obj)) {
		perror("run: cannot load");
		bpf_object__close(obj);
		return 1;
	}
	err = count(obj);
	bpf_object__close(obj);
	return err;
}
