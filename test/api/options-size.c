/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Options grow at their end: a longer struct of a newer caller is taken while what this library
 * doesn't know is zero, and refused when it isn't.
 *
 * RUN: %build-api %s
 * RUN: ./static %version && ./shared %version
 */
#include "api.h"

struct newer {
	struct bpfld_opts opts;
	char tail[24];
};

int main(int argc, char **argv)
{
	struct newer newer = {.opts = BPFLD_OPTS_INIT};
	struct bpfld_lto lto = {0};
	struct bpfld *l;
	int err = 1;

	CHECK(argc == 2 && !strcmp(bpfld_version(), argv[1]));

	bpfld_free(NULL);
	l = bpfld_new(NULL, NULL);
	CHECK(l);
	bpfld_free(l);

	newer.opts.sz = sizeof(newer);
	l = bpfld_new(&newer.opts, &err);
	CHECK(l);
	bpfld_free(l);

	newer.tail[23] = 1;
	CHECK(!bpfld_new(&newer.opts, &err) && err == -E2BIG);
	CHECK(!bpfld_new(&newer.opts, NULL));

	/* What an older library has as padding may be an option of a newer one. */
	memset(&newer, 0, sizeof(newer));
	newer.opts.sz = sizeof(newer.opts);
	((char *)&newer.opts)[sizeof(newer.opts) - 1] = 1;
	if (BPFLD_OPTS_SIZE < sizeof(newer.opts))
		CHECK(!bpfld_new(&newer.opts, &err) && err == -E2BIG);

	/* Nothing is read of a struct that can't be so large; and nothing behind what there is. */
	newer.opts.sz = SIZE_MAX;
	CHECK(!bpfld_new(&newer.opts, &err) && err == -E2BIG);
	newer.opts.sz = 4097;
	CHECK(!bpfld_new(&newer.opts, &err) && err == -E2BIG);

	/* No struct at all, as a caller that forgot BPFLD_OPTS_INIT has it. */
	newer.opts.sz = 0;
	CHECK(!bpfld_new(&newer.opts, &err) && err == -EINVAL);

	/* An enum of a newer library. */
	newer.opts = (struct bpfld_opts)BPFLD_OPTS_INIT;
	newer.opts.output = (enum bpfld_output)77;
	CHECK(!bpfld_new(&newer.opts, &err) && err == -EINVAL);
	newer.opts = (struct bpfld_opts)BPFLD_OPTS_INIT;
	newer.opts.strip = (enum bpfld_strip)77;
	CHECK(!bpfld_new(&newer.opts, &err) && err == -EINVAL);

	/* The compiler's struct has a size, too. */
	newer.opts = (struct bpfld_opts)BPFLD_OPTS_INIT;
	newer.opts.lto = &lto;
	CHECK(!bpfld_new(&newer.opts, &err) && err == -EINVAL);
	lto.sz = SIZE_MAX;
	CHECK(!bpfld_new(&newer.opts, &err) && err == -E2BIG);
	lto.sz = sizeof(lto);
	CHECK(!bpfld_new(&newer.opts, &err) && err == -EINVAL);
	return 0;
}
