/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Opens the output of a link with libbpf. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/opts.h"
#include "bpfld/loader.h"

#define MAX_NAME 64 /* bytes with the NUL; the kernel uses the first 15 */

/* The file name of path up to its first dot, or "linked". */
static void name_after(char *name, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	const char *base = slash ? slash + 1 : path ? path : "";
	size_t len = strcspn(base, ".");

	if (!len) {
		base = "linked";
		len = strlen(base);
	}
	snprintf(name, MAX_NAME, "%.*s", (int)(len < MAX_NAME ? len : MAX_NAME - 1), base);
}

/* Sets a name: the default of bpf_object__open_mem() is an address. */
static struct bpf_object *open_named(struct bpfld *l, const struct bpf_object_open_opts *in,
				     const void *image, size_t image_size)
{
	size_t size = sizeof(struct bpf_object_open_opts);
	struct bpf_object_open_opts *opts;
	struct bpf_object *obj;
	char name[MAX_NAME];

	/* The caller's struct may come from another release of libbpf. */
	opts = calloc(1, in && in->sz > size ? in->sz : size);
	if (!opts) {
		errno = ENOMEM;
		return NULL;
	}
	opts->sz = size;
	if (in)
		memcpy(opts, in, in->sz);
	if (opts->sz < size)
		opts->sz = size;
	name_after(name, bpfld_text(l, BPFLD_TEXT_INPUTS, NULL));
	opts->object_name = name;
	obj = bpf_object__open_mem(image, image_size, opts);
	free(opts);
	return obj;
}

/* libbpf trusts sz and reads that many bytes. */
static int check_opts(const struct bpf_object_open_opts *opts)
{
	return opts ? ld_check_opts(opts, LD_MAX_OPTS) : 0;
}

static bool has_name(const struct bpf_object_open_opts *opts)
{
	size_t end = offsetof(struct bpf_object_open_opts, object_name) + sizeof(char *);

	return opts && opts->sz >= end && opts->object_name;
}

struct bpf_object *bpfld_open_object(struct bpfld *l, const struct bpf_object_open_opts *opts,
				     int *err)
{
	const void *image = bpfld_image(l, NULL);
	struct bpf_object *obj;
	char message[128];
	size_t size = 0;
	int ret = image ? 0 : bpfld_link(l);

	if (err)
		*err = ret;
	if (ret)
		return NULL;
	image = bpfld_image(l, &size);
	errno = -check_opts(opts);
	if (errno)
		obj = NULL;
	else if (has_name(opts))
		obj = bpf_object__open_mem(image, size, opts);
	else
		obj = open_named(l, opts, image, size);
	if (obj)
		return obj;
	ret = errno;
	snprintf(message, sizeof(message), "libbpf cannot open the linked object: %s",
		 strerror(ret));
	bpfld_report(l, BPFLD_ERROR, "cannot-open-object", message);
	if (err)
		*err = -ret;
	return NULL;
}
