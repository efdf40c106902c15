/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* An object, and a file with BTF of the kernel that it is for (--target-btf). */
#include <bpfld/bpfld.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

const enum fuzz_form fuzz_form = FUZZ_PAIR;

static void count_errors(void *ctx, const struct bpfld_diag *diag)
{
	*(int *)ctx += diag->severity == BPFLD_ERROR;
}

/* A refusal comes with an error, and the results are the same each time. */
static char *look_up(const struct bytes *object, const char *path)
{
	const char *paths[] = {path, NULL}, *text;
	struct bpfld_opts opts = BPFLD_OPTS_INIT;
	int errors = 0, refused;
	struct bpfld *l;
	char *copy;

	opts.output = BPFLD_PARTIAL;
	opts.target_btf = paths;
	opts.diag = count_errors;
	opts.diag_ctx = &errors;
	l = bpfld_new(&opts, NULL);
	bpfld_add_buffer(l, "a.o", object->data, object->size);
	refused = bpfld_link(l);
	text = bpfld_text(l, BPFLD_TEXT_TARGETS_JSON, NULL);
	if (!text || !refused != !errors ||
	    (!refused && !bpfld_text(l, BPFLD_TEXT_TARGETS, NULL))) {
		fprintf(stderr, "a promise is broken: status %d, %d errors\n", refused, errors);
		abort();
	}
	copy = strdup(text);
	bpfld_free(l);
	return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("kernel", MFD_CLOEXEC);
	struct bytes parts[2];
	char path[64], *texts[2];

	fuzz_split(data, size, parts);
	if (fd < 0 || (parts[1].size && write(fd, parts[1].data, parts[1].size) < 0))
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	for (int i = 0; i < 2; i++)
		texts[i] = look_up(&parts[0], path);
	if (strcmp(texts[0], texts[1]) != 0) {
		fprintf(stderr, "a promise is broken: results differ\n%s%s", texts[0], texts[1]);
		abort();
	}
	free(texts[0]);
	free(texts[1]);
	close(fd);
	return 0;
}
