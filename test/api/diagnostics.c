/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What the callback is told: every broken input in the order it was added, whatever the number of
 * threads; never anything on standard output or error; and a handle that failed stays failed.
 *
 * RUN: %objects
 * RUN: %build-api %s
 * RUN: ./static >log 2>&1 && ./shared >>log 2>&1 && not grep . log
 */
#include "api.h"

#define NR_BROKEN 30

struct seen {
	int errors, others;
	char ids[64][48];
	char messages[64][160];
	char objects[64][24]; /* of the first location */
};

static void record(void *ctx, const struct bpfld_diag *diag)
{
	struct seen *seen = ctx;

	CHECK(diag->sz >= sizeof(*diag));
	CHECK(diag->id && *diag->id && diag->message && *diag->message && diag->locations);
	CHECK(!diag->help == !strstr(diag->message, "\n>>> help: "));
	CHECK(!diag->help || strstr(diag->message, diag->help) + strlen(diag->help) ==
				 diag->message + strlen(diag->message));
	if (diag->severity != BPFLD_ERROR) {
		seen->others++;
		return;
	}
	CHECK(seen->errors < 64);
	snprintf(seen->ids[seen->errors], 48, "%s", diag->id);
	snprintf(seen->messages[seen->errors], 160, "%s", diag->message);
	if (diag->locations[0]) {
		CHECK(diag->locations[0]->sz >= sizeof(struct bpfld_location));
		snprintf(seen->objects[seen->errors], 24, "%s", diag->locations[0]->object);
	}
	seen->errors++;
}

static void record_parts(void *ctx, const struct bpfld_diag *diag)
{
	struct seen *seen = ctx;

	if (!strcmp(diag->id, "undefined-symbol")) {
		const struct bpfld_location *at = diag->locations[0];

		CHECK(at && at->line && strstr(at->file, "a.c") && !diag->locations[1]);
		CHECK(!strcmp(at->object, "a.o") && !strcmp(at->section, "socket"));
	}
	if (!strcmp(diag->id, "mine"))
		snprintf(seen->messages[0], 160, "%s", diag->help);
	seen->errors += !strcmp(diag->id, "undefined-symbol");
}

static void add_broken(struct bpfld *l)
{
	char name[24];

	for (int i = 0; i < NR_BROKEN; i++) {
		snprintf(name, sizeof(name), "broken-%02d.o", i);
		CHECK(!bpfld_add_buffer(l, name, "no ELF", 6));
	}
}

static void check_stays_failed(struct bpfld *l)
{
	CHECK(!bpfld_image(l, NULL));
	CHECK(bpfld_add_file(l, "a.o") == -EINVAL);
	CHECK(bpfld_add_buffer(l, "a.o", "", 0) == -EINVAL);
	CHECK(bpfld_mark_temporary(l) == -EINVAL);
	CHECK(bpfld_link(l) == -EINVAL);
	CHECK(bpfld_write_file(l, "never.o") == -EINVAL);
	CHECK(!fopen("never.o", "rb"));
}

static void check_order(unsigned int threads, unsigned int limit, int expected)
{
	struct seen seen = {0};
	struct bpfld_opts opts = {.sz = sizeof(opts),
				  .diag = record,
				  .diag_ctx = &seen,
				  .threads = threads,
				  .error_limit = limit};
	struct bpfld *l = bpfld_new(&opts, NULL);
	char name[24];

	CHECK(l);
	add_broken(l);
	CHECK(bpfld_link(l) < 0);
	CHECK(seen.errors == expected || seen.errors == expected + 1);
	for (int i = 0; i < expected; i++) {
		snprintf(name, sizeof(name), "broken-%02d.o", i);
		CHECK(strstr(seen.messages[i], name));
		CHECK(!strcmp(seen.ids[i], "not-an-object"));
		CHECK(!strcmp(seen.objects[i], name));
	}
	check_stays_failed(l);
	bpfld_free(l);
}

/* Every input that is missing is named; what is there can be added, but not linked. */
static void check_missing_files(void)
{
	struct seen seen = {0};
	struct bpfld_opts opts = {.sz = sizeof(opts), .diag = record, .diag_ctx = &seen};
	struct bpfld *l = bpfld_new(&opts, NULL);

	CHECK(bpfld_add_file(l, "no-such-file.o") == -ENOENT);
	CHECK(!bpfld_add_file(l, "a.o"));
	CHECK(bpfld_add_file(l, "nor-this.o") == -ENOENT);
	CHECK(seen.errors == 2 && strstr(seen.messages[0], "no-such-file.o"));
	CHECK(strstr(seen.messages[1], "nor-this.o"));
	CHECK(bpfld_link(l) < 0);
	check_stays_failed(l);
	bpfld_free(l);
}

/* Advice and the places of the message are parts of their own. */
static void check_parts(void)
{
	struct seen seen = {0};
	struct bpfld_opts opts = {.sz = sizeof(opts), .diag = record_parts, .diag_ctx = &seen};
	struct bpfld *l = bpfld_new(&opts, NULL);

	CHECK(!bpfld_add_file(l, "a.o"));
	CHECK(bpfld_link(l) < 0);
	CHECK(seen.errors);
	bpfld_report(l, BPFLD_ERROR, "mine",
		     "first\n>>> second\n>>> help: third\n>>>       fourth");
	CHECK(!strcmp(seen.messages[0], "third\n>>>       fourth"));
	bpfld_free(l);
}

static void check_once(void)
{
	struct seen seen = {0};
	struct bpfld_opts opts = {.sz = sizeof(opts), .diag = record, .diag_ctx = &seen};
	struct bpfld *l = bpfld_new(&opts, NULL);

	CHECK(!bpfld_add_file(l, "a.o"));
	CHECK(!bpfld_add_file(l, "b.o"));
	CHECK(!bpfld_link(l));
	CHECK(!seen.errors && !seen.others);
	CHECK(bpfld_write_file(l, "no-such-folder/out.o") < 0);
	CHECK(seen.errors == 1 && strstr(seen.messages[0], "no-such-folder/out.o"));
	bpfld_free(l);

	l = bpfld_new(&opts, NULL);
	CHECK(!bpfld_add_file(l, "a.o"));
	CHECK(!bpfld_add_file(l, "b.o"));
	CHECK(!bpfld_link(l));
	CHECK(bpfld_link(l) == -EINVAL);
	bpfld_free(l);
}

int main(void)
{
	check_order(1, ~0u, NR_BROKEN);
	check_order(8, ~0u, NR_BROKEN);
	check_order(0, 0, 20);
	check_order(0, 3, 3);
	check_missing_files();
	check_parts();
	check_once();
	return 0;
}
