/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * This directory is libbpfld-compat: libbpf's linker API, for programs that call bpf_linker__new().
 * It is linked before libbpf or preloaded, and uses the public headers and base/ only. The output
 * is that of `bpfld link`.
 *
 * Messages go to libbpf's print callback if libbpf is in the process, or else to standard error.
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

#include "base/io.h"
#include "base/opts.h"
#include "bpfld/bpfld.h"

/* New in libbpf 1.6. */
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
	bool busy; /* a call is active: others can only come from the print callback */
};

/* ---- messages ---- */

/* NULL in a program without libbpf. */
extern __typeof__(libbpf_set_print) libbpf_set_print __attribute__((weak));

static int print_stderr(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_DEBUG ? 0 : vfprintf(stderr, format, args);
}

/* libbpf_set_print() is the only way to get the callback. */
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
	int first = (int)strcspn(diag->message, "\n");

	(void)ctx;
	print(loud ? LIBBPF_WARN : LIBBPF_INFO, "bpfld: %.*s [%s]%s\n", first, diag->message,
	      diag->id, diag->message + first);
}

/* ---- errors, as in libbpf 1.0 and later ---- */

static int failed(int err)
{
	errno = -err;
	return err;
}

static bool valid_opts(const size_t *sz)
{
	return !sz || !ld_check_opts(sz, sizeof(*sz));
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

BPFLD_API int bpf_linker__add_fd(struct bpf_linker *linker, int fd,
				 const struct bpf_linker_file_opts *opts)
{
	char name[32], *data;
	size_t size;
	int err;

	if (!takes_inputs(linker, opts ? &opts->sz : NULL))
		return failed(-EINVAL);
	/* From the start, if fd has one. */
	lseek(fd, 0, SEEK_SET);
	err = ld_read_all(fd, &data, &size);
	if (err)
		return failed(err);
	snprintf(name, sizeof(name), "fd:%d", fd);
	err = add_buffer(linker, name, data, size);
	free(data);
	return err;
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
	return ld_write_all(linker->fd, image, size);
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
