/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Archives, lazy inputs and what is dropped, by the API.
 *
 * RUN: for f in m t n; do %clang -target bpf -g -O2 -c %S/Inputs/library/$f.c || exit 1; done
 * RUN: mkdir d && ar rc d/libt.a n.o t.o
 * RUN: %build-api %s
 * RUN: ./static && llvm-nm -j out.o | sort | xargs | grep -x 'prog twice'
 * RUN: ./shared && llvm-nm -j whole.o | sort | xargs | grep -x 'never prog twice unused'
 */
#include "api.h"

struct said {
	int errors, infos;
	char text[4096]; /* infos: "id: message\n" */
};

static void keep(void *ctx, const struct bpfld_diag *d)
{
	struct said *s = ctx;
	size_t used = strlen(s->text);

	s->errors += d->severity == BPFLD_ERROR;
	if (d->severity != BPFLD_INFO)
		return;
	s->infos++;
	snprintf(s->text + used, sizeof(s->text) - used, "%s: %s\n", d->id, d->message);
}

static const char *const paths[] = {"none", "d", NULL};

static struct bpfld *new_link(struct bpfld_opts opts, struct said *s)
{
	struct bpfld *l;

	memset(s, 0, sizeof(*s));
	opts.diag = keep;
	opts.diag_ctx = s;
	opts.library_paths = paths;
	opts.verify = true;
	l = bpfld_new(&opts, NULL);
	CHECK(l);
	return l;
}

/* Links and writes to path, unless that is NULL; frees the link. */
static struct bytes finish(struct bpfld *l, const struct said *s, const char *path)
{
	struct bytes image;

	CHECK(!bpfld_link(l) && !s->errors);
	CHECK(!path || !bpfld_write_file(l, path));
	image = image_of(l);
	bpfld_free(l);
	return image;
}

static void check_text(struct bpfld *l, const char *want)
{
	size_t size = 0;
	const char *text = bpfld_text(l, BPFLD_TEXT_WHY_EXTRACT, &size);

	CHECK(text && size == strlen(want) && !strcmp(text, want));
}

/* A library by its name, by its path, from memory; before and after what asks for it. */
static void find_library(void)
{
	struct bpfld_opts opts = BPFLD_OPTS_INIT;
	struct bytes archive = read_file("d/libt.a"), one, two, three, four;
	struct said s;
	struct bpfld *l = new_link(opts, &s);

	CHECK(!bpfld_add_file(l, "m.o") && !bpfld_add_library(l, "t"));
	CHECK(!bpfld_link(l) && !s.errors);
	check_text(l, "reference\textracted\tsymbol\nm.o\td/libt.a(t.o)\ttwice\n");
	one = image_of(l);
	CHECK(bpfld_add_library(l, "t") == -EINVAL && bpfld_input_mode(l, 0) == -EINVAL);
	bpfld_free(l);

	l = new_link(opts, &s);
	CHECK(!bpfld_add_library(l, ":libt.a") && !bpfld_add_file(l, "m.o"));
	two = finish(l, &s, NULL);
	l = new_link(opts, &s);
	CHECK(!bpfld_add_file(l, "m.o") && !bpfld_add_buffer(l, "b.a", archive.data, archive.size));
	three = finish(l, &s, NULL);
	l = new_link(opts, &s);
	CHECK(!bpfld_add_file(l, "m.o") && !bpfld_input_mode(l, BPFLD_LAZY));
	CHECK(!bpfld_add_file(l, "n.o") && !bpfld_add_file(l, "t.o") && !bpfld_input_mode(l, 0));
	four = finish(l, &s, NULL);
	check_same(one, two);
	check_same(one, three);
	check_same(one, four);
	free(archive.data);
	free(one.data);
	free(two.data);
	free(three.data);
	free(four.data);
}

/* A mode is for what follows. What is not there is an error, now and when linking. */
static void modes_and_errors(void)
{
	struct bpfld_opts opts = BPFLD_OPTS_INIT;
	struct said s;
	struct bpfld *l = new_link(opts, &s);

	CHECK(bpfld_input_mode(l, 4) == -EINVAL);
	CHECK(!bpfld_input_mode(l, BPFLD_WHOLE_ARCHIVE) && !bpfld_add_library(l, "t"));
	CHECK(!bpfld_input_mode(l, BPFLD_LAZY | BPFLD_WHOLE_ARCHIVE));
	CHECK(!bpfld_add_file(l, "n.o") && !bpfld_input_mode(l, 0) && !bpfld_add_file(l, "m.o"));
	free(finish(l, &s, "whole.o").data);

	l = new_link(opts, &s);
	CHECK(bpfld_add_library(l, "nowhere") < 0 && s.errors == 1);
	CHECK(!bpfld_add_file(l, "m.o") && bpfld_add_library(l, ":gone") < 0 && s.errors == 2);
	CHECK(bpfld_link(l) < 0 && !bpfld_text(l, BPFLD_TEXT_WHY_EXTRACT, NULL));
	bpfld_free(l);
}

static void drop(void)
{
	static const char *const why[] = {"tw*", NULL}, *const globs[] = {"unus?d", NULL};
	struct bpfld_opts opts = BPFLD_OPTS_INIT;
	struct said s;
	struct bpfld *l;

	opts.gc_sections = opts.print_gc_sections = true;
	opts.icf = opts.print_icf_sections = true;
	opts.why_live = why;
	l = new_link(opts, &s);
	CHECK(!bpfld_add_file(l, "m.o") && !bpfld_add_library(l, "t"));
	free(finish(l, &s, "out.o").data);
	CHECK(!strcmp(s.text, "gc-sections: removing unused section d/libt.a(t.o):(.text:unused)\n"
			      "why-live: live symbol: d/libt.a(t.o):(twice)\n"
			      ">>> referenced by: m.o:(socket:prog) (a program)\n"));

	opts.keep = globs;
	opts.why_live = NULL;
	l = new_link(opts, &s);
	CHECK(!bpfld_add_file(l, "m.o") && !bpfld_add_library(l, "t"));
	free(finish(l, &s, NULL).data);
	CHECK(!s.infos);
}

int main(void)
{
	find_library();
	modes_and_errors();
	drop();
	return 0;
}
