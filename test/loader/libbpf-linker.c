/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A program that links through libbpf's API links with bpfld where libbpfld-compat comes first: at
 * link time, static or shared, or preloaded. What is said goes to libbpf's callback.
 *
 * RUN: %objects
 * RUN: %bpfld link want.o a.o b.o
 * RUN: %build-compat %s
 * RUN: ./static ours && ./shared ours && not ./plain ours
 * RUN: env LD_PRELOAD="%preload" ./plain ours
 * RUN: ./plain theirs
 */
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <unistd.h>

#include "api.h"

struct bpf_linker *bpf_linker__new_fd(int fd, struct bpf_linker_opts *opts) __attribute__((weak));
int bpf_linker__add_fd(struct bpf_linker *linker, int fd, const struct bpf_linker_file_opts *opts)
    __attribute__((weak));
int bpf_linker__add_buf(struct bpf_linker *linker, void *buf, size_t buf_sz,
			const struct bpf_linker_file_opts *opts) __attribute__((weak));

static char said[4096];

static int keep(enum libbpf_print_level level, const char *format, va_list args)
{
	size_t used = strlen(said);

	return level == LIBBPF_WARN ? vsnprintf(said + used, sizeof(said) - used, format, args) : 0;
}

static bool is_want(const char *path)
{
	struct bytes got = read_file(path), want = read_file("want.o");
	bool same = got.size == want.size && !memcmp(got.data, want.data, got.size);

	free(got.data);
	free(want.data);
	return same;
}

static void link_files(const char *out)
{
	DECLARE_LIBBPF_OPTS(bpf_linker_opts, opts);
	struct bpf_linker *linker = bpf_linker__new(out, &opts);

	CHECK(linker);
	CHECK(!bpf_linker__add_file(linker, "a.o", NULL));
	CHECK(!bpf_linker__add_file(linker, "b.o", NULL));
	CHECK(!bpf_linker__finalize(linker));
	CHECK(bpf_linker__finalize(linker) == -EINVAL && errno == EINVAL);
	CHECK(bpf_linker__add_file(linker, "b.o", NULL) == -EINVAL);
	bpf_linker__free(linker);
	bpf_linker__free(NULL);
}

static void link_fds_and_buffers(void)
{
	int out = open("fd.o", O_RDWR | O_CREAT | O_TRUNC, 0644), in = open("a.o", O_RDONLY);
	struct bpf_linker *linker = bpf_linker__new_fd(out, NULL);
	struct bytes b = read_file("b.o");

	CHECK(linker && in >= 0);
	CHECK(!bpf_linker__add_fd(linker, in, NULL));
	CHECK(!bpf_linker__add_buf(linker, b.data, b.size, NULL));
	free(b.data);
	CHECK(!bpf_linker__finalize(linker));
	bpf_linker__free(linker);
	/* They stay the caller's. */
	CHECK(!close(in) && !close(out));
	CHECK(is_want("fd.o"));

	CHECK(!bpf_linker__new_fd(-1, NULL) && errno == EINVAL);
	linker = bpf_linker__new("x.o", NULL);
	CHECK(bpf_linker__add_fd(linker, -1, NULL) == -EBADF && errno == EBADF);
	bpf_linker__free(linker);
}

static void errors(void)
{
	struct {
		size_t sz;
		int unknown;
	} opts = {sizeof(opts), 1};
	struct bpf_linker *linker;

	CHECK(!bpf_linker__new("x.o", (void *)&opts) && errno == EINVAL);
	opts.unknown = 0;
	linker = bpf_linker__new("x.o", (void *)&opts);
	CHECK(linker);
	CHECK(bpf_linker__add_file(linker, "gone.o", NULL) == -ENOENT && errno == ENOENT);
	CHECK(strstr(said, "bpfld: cannot open gone.o: No such file or directory [cannot-open]\n"));
	CHECK(!bpf_linker__add_file(linker, "a.o", NULL));
	CHECK(bpf_linker__finalize(linker) < 0);
	bpf_linker__free(linker);

	linker = bpf_linker__new("no/such/folder/x.o", NULL);
	CHECK(!linker || (!bpf_linker__add_file(linker, "a.o", NULL) &&
			  bpf_linker__finalize(linker) == -ENOENT && errno == ENOENT));
	bpf_linker__free(linker);
	CHECK(strstr(said, "[cannot-write]"));
}

int main(int argc, char **argv)
{
	CHECK(argc == 2);
	libbpf_set_print(keep);
	link_files("got.o");
	if (!strcmp(argv[1], "theirs"))
		return is_want("got.o");
	/* Byte for byte: libbpf's own linker makes another file. */
	CHECK(is_want("got.o"));
	if (bpf_linker__new_fd)
		link_fds_and_buffers();
	errors();
	return 0;
}
