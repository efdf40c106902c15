/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Any bytes as .BTF and as the table of imports of a main program, as the loader reads them: by
 * themselves, and with a library that has functions of these names. Nothing is loaded.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <bpfld/bpfld.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "loader/dyn.h"

const enum fuzz_form fuzz_form = FUZZ_IMPORTS;

static void broken(const char *what)
{
	fprintf(stderr, "a promise is broken: %s\n", what);
	abort();
}

static int print_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level, (void)format, (void)args;
	return 0;
}

/* "int sub(struct flow *flow, int v)" and "int other(int v)": what the seeds import. */
static struct bytes make_library(void)
{
	struct btf *btf = btf__new_empty();
	int i32 = btf__add_int(btf, "int", 4, BTF_INT_SIGNED), flow, sub, other;
	struct bytes raw, object;
	uint32_t size;

	flow = btf__add_struct(btf, "flow", 8);
	btf__add_field(btf, "port", i32, 0, 0);
	btf__add_field(btf, "proto", i32, 32, 0);
	flow = btf__add_ptr(btf, flow);
	sub = btf__add_func_proto(btf, i32);
	btf__add_func_param(btf, "flow", flow);
	btf__add_func_param(btf, "v", i32);
	other = btf__add_func_proto(btf, i32);
	btf__add_func_param(btf, "v", i32);
	btf__add_func(btf, "sub", BTF_FUNC_GLOBAL, sub);
	btf__add_func(btf, "other", BTF_FUNC_GLOBAL, other);
	raw.data = btf__raw_data(btf, &size);
	raw.size = size;
	object = fuzz_wrap(FUZZ_AS_LIBRARY, raw, (struct bytes){0});
	btf__free(btf);
	return object;
}

/* ---- the table by itself ---- */

static int look_at(void *ctx, const struct bpfld_function *func)
{
	const struct bytes *object = ctx;

	if (!func->name || !func->name[0] || !func->prototype || !func->prototype[0])
		broken("a function has a name and a prototype");
	if (!func->import && (func->weak || func->nr_tests || func->value))
		broken("what is no import has no row in the table");
	for (size_t i = 0; i < func->nr_tests; i++)
		if (func->tests[i] < 4 || func->tests[i] > object->size - 12 ||
		    object->data[func->tests[i] - 4] != 0x18)
			broken("a test is a load of 64 bits");
	return 0;
}

/* ---- the loader ---- */

static void hear(void *ctx, const struct bpfld_diag *d)
{
	if (!d->id[0] || !d->message[0])
		broken("a diagnostic has an id and a text");
	if (getenv("FUZZ_KEEP"))
		fprintf(stderr, "%s [%s]\n", d->message, d->id);
	*(unsigned int *)ctx += d->severity == BPFLD_ERROR;
}

/* As bpfld_dyn_new() has it, but for the question to the kernel. */
static struct bpfld_dyn *new_handle(bool replace, unsigned int *errors)
{
	struct bpfld_dyn *d = calloc(1, sizeof(*d));

	d->replace = replace;
	d->diag = hear;
	d->diag_ctx = errors;
	return d;
}

/* The library as the kernel would get it: by itself, and the anchor that it is verified against. */
static void open_entries(struct bpfld_module *lib)
{
	static const char *const names[] = {"sub", "other", NULL};

	for (int anchor = 0; anchor < 2; anchor++) {
		struct bpf_object *obj = NULL;

		if (ld_module_entries(lib, names, anchor ? "tc" : NULL, &obj) || !obj)
			broken("a library's functions open as entries");
		bpf_object__close(obj);
	}
}

static void open_main(struct bytes object, struct bytes library, bool replace)
{
	unsigned int errors = 0;
	struct bpfld_dyn *d = new_handle(replace, &errors);
	struct bpfld_module *main, *lib;
	int err;

	lib = bpfld_dyn_add_library_mem(d, "lib.o", library.data, library.size, &err);
	if (!lib)
		broken("the library is sound");
	if (fuzz_thorough)
		open_entries(lib);
	main = bpfld_dyn_add_main_mem(d, "main.o", object.data, object.size, &err);
	if (!main != !!errors || !main != !!err)
		broken("a main is refused if and only if an error is said");
	if (main && !bpfld_dyn_object(main) && !errors)
		broken("a main that can't be opened has an error");
	bpfld_dyn_free(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bytes library;
	struct bytes parts[2], object;
	uint32_t sum;

	if (!library.size) {
		libbpf_set_print(print_nothing);
		library = make_library();
	}
	fuzz_split(data, size, parts);
	sum = fuzz_choose(parts, 2);
	object = fuzz_wrap(FUZZ_AS_MAIN, parts[0], parts[1]);
	bpfld_each_function(&(struct bpfld_object){object.data, object.size}, look_at, &object);
	if (fuzz_thorough || sum % 16 == 0)
		open_main(object, library, sum / 16 % 2);
	if (fuzz_thorough)
		open_main(object, library, !(sum / 16 % 2));
	free((void *)(uintptr_t)object.data);
	return 0;
}
