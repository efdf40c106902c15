/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Texts about a link: there after it and not before, each time the same, valid until the end.
 * Tracing goes to the callback, unlike any diagnostic.
 *
 * RUN: %objects
 * RUN: %build-api %s
 * RUN: ./static && ./shared
 */
#include "api.h"

static void record(void *ctx, const struct bpfld_diag *diag)
{
	char *said = ctx;

	CHECK(diag->severity == BPFLD_INFO);
	strcat(strcat(said, diag->message), "\n");
}

int main(void)
{
	const char *symbols[] = {"no_such_name", NULL};
	char said[4096] = "";
	struct bpfld_opts opts = BPFLD_OPTS_INIT;
	const char *texts[BPFLD_TEXT_FILES + 1], *deps;
	size_t sizes[BPFLD_TEXT_FILES + 1], size = 77;
	struct bytes a = read_file("a.o");
	struct bpfld *l;

	opts.diag = record;
	opts.diag_ctx = said;
	opts.trace = true;
	opts.trace_symbols = symbols;
	opts.dependency_target = "the target";
	l = bpfld_new(&opts, NULL);
	CHECK(l);
	CHECK(!bpfld_add_buffer(l, "from memory", a.data, a.size));
	CHECK(!bpfld_add_file(l, "b.o"));
	CHECK(!bpfld_text(l, BPFLD_TEXT_MAP, &size) && size == 77);
	/* Before the link too: what has been read. */
	CHECK(!strcmp(bpfld_text(l, BPFLD_TEXT_INPUTS, &size), "b.o") && size == 4);
	CHECK(!bpfld_link(l));
	CHECK(!strcmp(said, "from memory\nb.o\n"));

	for (int i = 0; i <= BPFLD_TEXT_FILES; i++) {
		texts[i] = bpfld_text(l, (enum bpfld_text)i, &sizes[i]);
		CHECK(texts[i] && sizes[i]);
		if (i != BPFLD_TEXT_FILES)
			CHECK(strlen(texts[i]) == sizes[i] - (i == BPFLD_TEXT_INPUTS));
	}
	for (int i = 0; i <= BPFLD_TEXT_FILES; i++) {
		const char *again = bpfld_text(l, (enum bpfld_text)i, NULL);

		CHECK(again && again != texts[i] && !strcmp(again, texts[i]));
	}
	CHECK(sizes[BPFLD_TEXT_FILES] == 6 && !memcmp(texts[BPFLD_TEXT_FILES], "\0\0b.o", 6));
	CHECK(!bpfld_text(l, (enum bpfld_text)77, NULL));
	CHECK(!bpfld_text(l, (enum bpfld_text) - 1, NULL));

	/* What came from memory is no file that make could look at. */
	deps = texts[BPFLD_TEXT_DEPENDENCIES];
	CHECK(!strcmp(deps, "the\\ target: \\\n b.o\n\nb.o:\n"));

	/* Writing is part of the time trace. */
	CHECK(!strstr(texts[BPFLD_TEXT_TIME_TRACE], "write_file"));
	CHECK(!bpfld_write_file(l, "out.o"));
	CHECK(strstr(bpfld_text(l, BPFLD_TEXT_TIME_TRACE, NULL), "write_file"));
	bpfld_free(l);
	free(a.data);
	return 0;
}
