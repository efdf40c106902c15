/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * This directory is libbpfld-compat: libbpf's linker API, implemented with bpfld's public headers
 * only. Linked before libbpf, or preloaded, it serves programs that call bpf_linker__new() etc.
 * Outputs are those of `bpfld link`.
 *
 * Messages that libbpf would print go to libbpf's print callback if libbpf is in the process,
 * otherwise to standard error.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bpfld/bpfld.h"

/* Those that came with libbpf 1.6. */
BPFLD_API struct bpf_linker *bpf_linker__new_fd(int fd, struct bpf_linker_opts *opts);
BPFLD_API int bpf_linker__add_fd(struct bpf_linker *linker, int fd,
				 const struct bpf_linker_file_opts *opts);
BPFLD_API int bpf_linker__add_buf(struct bpf_linker *linker, void *buf, size_t buf_sz,
				  const struct bpf_linker_file_opts *opts);

struct bpf_linker {
	struct bpfld *l;
	char *path; /* of the output, or NULL: fd */
	int fd;
	bool done;
	bool busy; /* a call is under way: another one can only come from the print callback */
};

/* ---- messages ---- */

/* Not there in a program that has no libbpf. */
extern __typeof__(libbpf_set_print) libbpf_set_print __attribute__((weak));

static int print_stderr(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_DEBUG ? 0 : vfprintf(stderr, format, args);
}

/* libbpf tells which function it prints with only in exchange for another one. */
static libbpf_print_fn_t print_function(void)
{
	static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
	libbpf_print_fn_t fn;

	if (!libbpf_set_print)
		return print_stderr;
	pthread_mutex_lock(&one_at_a_time);
	fn = libbpf_set_print(NULL);
	libbpf_set_print(fn);
	pthread_mutex_unlock(&one_at_a_time);
	return fn;
}

__attribute__((format(printf, 2, 3))) static void print(enum libbpf_print_level level,
							const char *format, ...)
{
	libbpf_print_fn_t fn = print_function();
	va_list args;

	if (!fn)
		return;
	va_start(args, format);
	fn(level, format, args);
	va_end(args);
}

static void print_diag(void *ctx, const struct bpfld_diag *diag)
{
	bool loud = diag->severity == BPFLD_ERROR || diag->severity == BPFLD_WARNING;

	(void)ctx;
	print(loud ? LIBBPF_WARN : LIBBPF_INFO, "bpfld: %s [%s]\n", diag->message, diag->id);
}

/* ---- errors: as libbpf 1.0 and later return them ---- */

static int failed(int err)
{
	errno = -err;
	return err;
}

#define MAX_OPTS ((size_t)4096) /* bytes: no struct of any release is larger */

/* As libbpf's: of options that this library doesn't know all bytes must be 0. */
static bool valid_opts(const size_t *sz)
{
	const char *bytes = (const char *)sz;

	if (!sz)
		return true;
	if (*sz > MAX_OPTS)
		return false;
	for (size_t i = sizeof(*sz); i < *sz; i++)
		if (bytes[i])
			return false;
	return *sz >= sizeof(*sz);
}

/* ---- the linker ---- */

static struct bpf_linker *new_linker(const struct bpf_linker_opts *in, const char *path, int fd)
{
	struct bpfld_opts opts = BPFLD_OPTS_INIT;
	struct bpf_linker *linker;
	int err = -ENOMEM;

	if (in && !valid_opts(&in->sz)) {
		errno = EINVAL;
		return NULL;
	}
	linker = calloc(1, sizeof(*linker));
	if (!linker)
		return NULL;
	opts.output = BPFLD_PARTIAL;
	opts.strip = BPFLD_STRIP_DEBUG;
	opts.diag = print_diag;
	opts.no_image = path;
	linker->fd = fd;
	linker->path = path ? strdup(path) : NULL;
	if (linker->path || !path)
		linker->l = bpfld_new(&opts, &err);
	if (linker->l)
		return linker;
	bpf_linker__free(linker);
	errno = -err;
	return NULL;
}

BPFLD_API struct bpf_linker *bpf_linker__new(const char *filename, struct bpf_linker_opts *opts)
{
	if (!filename) {
		errno = EINVAL;
		return NULL;
	}
	return new_linker(opts, filename, -1);
}

BPFLD_API struct bpf_linker *bpf_linker__new_fd(int fd, struct bpf_linker_opts *opts)
{
	if (fd < 0) {
		errno = EINVAL;
		return NULL;
	}
	return new_linker(opts, NULL, fd);
}

static bool takes_inputs(const struct bpf_linker *linker, const size_t *sz)
{
	return linker && !linker->done && !linker->busy && valid_opts(sz);
}

static int add_buffer(struct bpf_linker *linker, const char *name, const void *data, size_t size)
{
	int err;

	linker->busy = true;
	err = bpfld_add_buffer(linker->l, name, data, size);
	linker->busy = false;
	return failed(err);
}

BPFLD_API int bpf_linker__add_file(struct bpf_linker *linker, const char *filename,
				   const struct bpf_linker_file_opts *opts)
{
	int err;

	if (!takes_inputs(linker, opts ? &opts->sz : NULL))
		return failed(-EINVAL);
	linker->busy = true;
	err = bpfld_add_file(linker->l, filename);
	linker->busy = false;
	return failed(err);
}

BPFLD_API int bpf_linker__add_buf(struct bpf_linker *linker, void *buf, size_t buf_sz,
				  const struct bpf_linker_file_opts *opts)
{
	char name[64];

	if (!takes_inputs(linker, opts ? &opts->sz : NULL))
		return failed(-EINVAL);
	snprintf(name, sizeof(name), "mem:%p+%zu", buf, buf_sz);
	return add_buffer(linker, name, buf, buf_sz);
}

/* All of fd, from its start if it has one; the caller's to free(), or NULL and *err. */
static char *read_fd(int fd, size_t *size, int *err)
{
	char *data = NULL, *more;
	size_t cap = 0;
	ssize_t n = 1;

	lseek(fd, 0, SEEK_SET);
	for (*size = 0; n > 0; *size += (size_t)(n > 0 ? n : 0)) {
		if (*size == cap) {
			cap = cap ? 2 * cap : 65536;
			more = realloc(data, cap);
			if (!more) {
				errno = ENOMEM;
				n = -1;
				break;
			}
			data = more;
		}
		do
			n = read(fd, data + *size, cap - *size);
		while (n < 0 && errno == EINTR);
	}
	if (n == 0)
		return data;
	*err = -errno;
	free(data);
	return NULL;
}

BPFLD_API int bpf_linker__add_fd(struct bpf_linker *linker, int fd,
				 const struct bpf_linker_file_opts *opts)
{
	char name[32], *data;
	size_t size;
	int err = 0;

	if (!takes_inputs(linker, opts ? &opts->sz : NULL))
		return failed(-EINVAL);
	data = read_fd(fd, &size, &err);
	if (!data)
		return failed(err);
	snprintf(name, sizeof(name), "fd:%d", fd);
	err = add_buffer(linker, name, data, size);
	free(data);
	return err;
}

static int write_fd(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

static int finalize(struct bpf_linker *linker)
{
	const void *image;
	size_t size = 0;
	int err;

	err = bpfld_link(linker->l);
	if (err)
		return err;
	if (linker->path)
		return bpfld_write_file(linker->l, linker->path);
	image = bpfld_image(linker->l, &size);
	return write_fd(linker->fd, image, size);
}

BPFLD_API int bpf_linker__finalize(struct bpf_linker *linker)
{
	int err;

	if (!linker || linker->done || linker->busy)
		return failed(-EINVAL);
	linker->done = linker->busy = true;
	err = finalize(linker);
	linker->busy = false;
	return failed(err);
}

BPFLD_API void bpf_linker__free(struct bpf_linker *linker)
{
	if (!linker || linker->busy)
		return;
	bpfld_free(linker->l);
	free(linker->path);
	free(linker);
}
