/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The functions of an object, which of them are imports, and whether two are alike; whatever the
 * bytes are.
 *
 * RUN: %clang -target bpf -g -O2 -DA -c %S/Inputs/functions.c -o a.o
 * RUN: %clang -target bpf -g -O2 -DB -c %S/Inputs/functions.c -o b.o
 * RUN: %ld.bpf --dynamic a.o -o dynamic.o
 * RUN: %build-api %s
 * RUN: ./static && ./shared
 */
#include "api.h"

#include <bpfld/bpfld.h>

static struct bpfld_object read_object(const char *path)
{
	static unsigned char bytes[4][1 << 16];
	static int nr;
	FILE *f = fopen(path, "rb");
	struct bpfld_object obj = {bytes[nr], 0};

	CHECK(f != NULL);
	obj.size = fread(bytes[nr++], 1, sizeof(bytes[0]), f);
	fclose(f);
	return obj;
}

struct seen {
	int nr, imports, tests;
	const unsigned char *image;
	char text[1024];
};

static int record(void *ctx, const struct bpfld_function *func)
{
	struct seen *seen = ctx;
	size_t len = strlen(seen->text);

	CHECK(func->sz == sizeof(*func));
	seen->nr++;
	seen->imports += func->import;
	/* What is tested is a constant that is 0. */
	for (size_t i = 0; i < func->nr_tests; i++) {
		static const unsigned char zeros[4];

		CHECK(!memcmp(seen->image + func->tests[i], zeros, 4));
		CHECK(seen->image[func->tests[i] - 4] == 0x18);
		seen->tests++;
	}
	snprintf(seen->text + len, sizeof(seen->text) - len, "%s|%s|%d%d|%d\n", func->prototype,
		 func->refused ? func->refused : "", func->import, func->weak, func->value);
	return 0;
}

static int stop(void *ctx, const struct bpfld_function *func)
{
	(void)func;
	return ++*(int *)ctx == 2 ? -7 : 0;
}

static void check_walks(const struct bpfld_object *dynamic)
{
	struct seen seen = {.image = dynamic->image};
	int calls = 0;

	CHECK(bpfld_each_function(dynamic, record, &seen) == 0);
	CHECK(seen.nr == 8 && seen.imports == 2 && seen.tests == 1);
	CHECK(strstr(seen.text, "int wanted(struct pair *, int)||10|-3\n"));
	CHECK(strstr(seen.text, "int perhaps(int)||11|0\n"));
	CHECK(strstr(seen.text, "int *pointer(int)|it returns a pointer|00|0\n"));
	CHECK(strstr(seen.text, "int same(struct pair *, int)||00|0\n"));
	CHECK(bpfld_each_function(dynamic, stop, &calls) == -7 && calls == 2);
}

static void check_pairs(const struct bpfld_object *a, const struct bpfld_object *b)
{
	char why[256] = "";

	CHECK(bpfld_compare_functions(a, "same", b, "same", why, sizeof(why)) == 0 && !*why);
	CHECK(bpfld_compare_functions(a, "sign", b, "sign", why, sizeof(why)) == 0 && !*why);
	CHECK(bpfld_compare_functions(a, "layout", b, "layout", why, sizeof(why)) == 1);
	CHECK(!strcmp(why, "different layouts of struct outer: offset of member 'inner' differs: "
			   "4 and 8"));
	CHECK(bpfld_compare_functions(a, "same", b, "count", why, sizeof(why)) == 1);
	CHECK(!strcmp(why, "parameter count differs: 2 and 1"));
	CHECK(bpfld_compare_functions(a, "tagged", b, "tagged", why, sizeof(why)) == 1);
	CHECK(!strcmp(why, "only one has parameter 1 tagged 'arg:nonnull'"));
	CHECK(bpfld_compare_functions(b, "tagged", a, "tagged", why, sizeof(why)) == 1);
	CHECK(bpfld_compare_functions(a, "tagged", a, "tagged", why, sizeof(why)) == 0);
	CHECK(bpfld_compare_functions(a, "same", b, "layout", why, 4) == 1 && strlen(why) == 3);
	CHECK(bpfld_compare_functions(a, "same", b, "absent", why, sizeof(why)) == -ENOENT);
	CHECK(bpfld_compare_functions(a, "local", b, "same", why, sizeof(why)) == -ENOENT);
}

/* Cut and changed in each place, an object is read, or it is none: it does no harm. */
static void check_garbage(const struct bpfld_object *obj)
{
	unsigned char *copy = malloc(obj->size);
	struct bpfld_object bad = {copy, obj->size};
	char why[64];

	CHECK(copy != NULL);
	for (size_t i = 0; i < obj->size; i += 3) {
		struct seen seen = {.image = copy};
		int calls = -100000;

		memcpy(copy, obj->image, obj->size);
		(void)seen;
		bad.size = i;
		bpfld_each_function(&bad, stop, &calls);
		bad.size = obj->size;
		copy[i] ^= 0x55;
		bpfld_each_function(&bad, stop, &calls);
		if (i % 5 == 0)
			bpfld_compare_functions(&bad, "wanted", obj, "same", why, sizeof(why));
	}
	free(copy);
}

int main(void)
{
	struct bpfld_object a = read_object("a.o"), b = read_object("b.o");
	struct bpfld_object dynamic = read_object("dynamic.o"), none = {"nothing", 7};
	char why[8];
	int calls = 0;

	check_walks(&dynamic);
	check_pairs(&a, &b);
	check_garbage(&dynamic);
	CHECK(bpfld_each_function(&none, stop, &calls) == -EINVAL && !calls);
	CHECK(bpfld_compare_functions(&a, "same", &none, "same", why, sizeof(why)) == -EINVAL);
	return 0;
}
