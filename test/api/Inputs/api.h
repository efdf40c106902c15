/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What the tests of the API share. */
#ifndef API_H
#define API_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfld/bpfld.h>

/* Stops the test at the first thing that is not so. */
#define CHECK(cond)                                                                                \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #cond);         \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

struct bytes {
	void *data;
	size_t size;
};

static inline struct bytes copy_of(const void *data, size_t size)
{
	struct bytes b = {malloc(size ? size : 1), size};

	CHECK(b.data);
	memcpy(b.data, data, size);
	return b;
}

static inline struct bytes image_of(const struct bpfld *l)
{
	size_t size = 0;
	const void *image = bpfld_image(l, &size);

	CHECK(image && size);
	return copy_of(image, size);
}

static inline struct bytes read_file(const char *path)
{
	size_t most = 1 << 20;
	struct bytes b = {malloc(most), 0};
	FILE *f = fopen(path, "rb");

	CHECK(b.data && f);
	b.size = fread(b.data, 1, most, f);
	CHECK(b.size < most && !fclose(f));
	return b;
}

static inline void check_same(struct bytes a, struct bytes b)
{
	CHECK(a.size == b.size && !memcmp(a.data, b.data, a.size));
}

/* A diagnostics callback that prints to standard error, for tests that expect none. */
static inline void print_diag(void *ctx, const struct bpfld_diag *diag)
{
	(void)ctx;
	fprintf(stderr, "%d: %s [%s]\n", diag->severity, diag->message, diag->id);
}

#endif
