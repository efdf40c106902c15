/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * check_types on graphs that no compiler makes: deeper than a stack, and with more pairs of types
 * than there is time for.
 */
#include <bpf/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "passes/passes.h"

static struct ld_options opt;
static struct ld_arena arena;
static struct ld_diags diags;
static struct ld_link l;
static struct ld_global name = {.name = "x"};
static struct btf *b; /* what the file at hand is built from */
static uint32_t nodes;
static int failures;

static int check(int id)
{
	if (id < 0) {
		fprintf(stderr, "libbpf: error %d\n", id);
		exit(2);
	}
	return id;
}

static void begin(void)
{
	diags = (struct ld_diags){.arena = &arena};
	l = (struct ld_link){.opt = &opt, .arena = &arena, .scratch = &arena, .diags = &diags};
	name.owner = NULL;
	nodes = 0;
}

/* A file with one variable x of that type: the definition where it is the first. */
static void add_file(int type)
{
	struct ld_file *f = LD_NEW(&arena, struct ld_file);
	struct ld_section *sec = LD_NEW(&arena, struct ld_section);
	const void *raw;
	uint32_t size, *canon;
	int var = check(btf__add_var(b, "x", BTF_VAR_GLOBAL_ALLOCATED, type));

	raw = btf__raw_data(b, &size);
	f->link = &l;
	f->index = l.res.files.nr;
	f->path = f->index ? "b.o" : "a.o";
	f->has_btf = true;
	if (ld_btf_parse(&arena, &diags, f->path, ld_memdup(&arena, raw, size), size,
			 __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__, &f->btf))
		exit(2);
	btf__free(b);
	/* No type is equal to another: each pair has to be looked at. */
	f->canon = canon = LD_NEW_ARRAY(&arena, uint32_t, f->btf.nr_types);
	for (uint32_t i = 1; i < (uint32_t)var; i++)
		canon[i] = ++nodes;
	f->extern_secs = LD_NEW_ARRAY(&arena, uint32_t, f->btf.nr_types);
	f->nr_syms = 2;
	f->syms = LD_NEW_ARRAY(&arena, struct ld_sym, 2);
	f->syms[1] = (struct ld_sym){.name = "x", .bind = STB_GLOBAL, .global = &name, .btf = var};
	sec->file = f;
	sec->name = ".data";
	f->syms[1].sec = f->index ? NULL : sec;
	if (!name.owner) {
		name.owner = f;
		name.owner_sym = 1;
	}
	LD_PUSH(&arena, &l.res.files, f);
}

static void expect(int line, size_t nr, const char *id, const char *last)
{
	clock_t start = clock();
	double seconds;

	ld_check_types(&l);
	seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
	/* Under sanitizers, on a busy machine; an exponential walk would take years. */
	if (seconds > 30) {
		fprintf(stderr, "line %d: %.1f s\n", line, seconds);
		failures++;
	}
	if (diags.list.nr != nr ||
	    (nr && (strcmp(diags.list.v[0].id, id) || !strstr(diags.list.v[0].message, last)))) {
		fprintf(stderr, "line %d: %zu diagnostics, the first: %s\n", line, diags.list.nr,
			diags.list.nr ? diags.list.v[0].message : "");
		failures++;
	}
}

#define EXPECT(nr, id, last) expect(__LINE__, nr, id, last)

static int add_int(const char *int_name, int size)
{
	return check(btf__add_int(b, int_name, size, BTF_INT_SIGNED));
}

/* Pointers to pointers, 200,000 deep. */
static void deep(void)
{
	begin();
	for (int file = 0; file < 2; file++) {
		int t;

		b = btf__new_empty();
		t = file ? add_int("long", 8) : add_int("int", 4);
		for (int i = 0; i < 200000; i++)
			t = check(btf__add_ptr(b, t));
		add_file(t);
	}
	EXPECT(1, "conflicting-types", "type differs: ");
}

/* Structs that hold the one before twice: 2^60 paths to the one that differs. */
static void diamonds(void)
{
	begin();
	for (int file = 0; file < 2; file++) {
		int t;

		b = btf__new_empty();
		t = file ? add_int("long", 8) : add_int("int", 4);
		t = check(btf__add_ptr(b, t));
		for (int i = 0; i < 60; i++) {
			int s = check(btf__add_struct(b, "s", 16));

			check(btf__add_field(b, "a", t, 0, 0));
			check(btf__add_field(b, "b", t, 64, 0));
			t = s;
		}
		add_file(t);
	}
	EXPECT(1, "conflicting-types", "struct s: member 1 differs: long *a and int *a");
}

/* A ring of structs without names, each of which points to the next. */
static void ring(int length, int last_size)
{
	int first;

	b = btf__new_empty();
	first = 1;
	for (int i = 0; i < length; i++) {
		int s = first + 2 * i;

		check(btf__add_struct(b, "", i == length - 1 ? last_size : 8));
		check(btf__add_field(b, "next", s + 1, 0, 0));
		check(btf__add_ptr(b, i == length - 1 ? first : s + 2));
	}
	add_file(check(btf__add_ptr(b, first)));
}

static void rings(void)
{
	begin();
	ring(3, 8);
	ring(2, 8);
	EXPECT(0, "", "");

	begin();
	ring(3, 8);
	ring(2, 16);
	EXPECT(1, "struct-layout", "size differs: 16 and 8");

	/* Lengths without a common divisor: each type meets each other one. */
	begin();
	ring(30011, 8);
	ring(30013, 8);
	EXPECT(0, "", "");
}

/* Types that refer to themselves in ways that C can't express. */
static void knots(void)
{
	begin();
	for (int file = 0; file < 2; file++) {
		b = btf__new_empty();
		check(btf__add_ptr(b, 1));          /* a pointer to itself */
		check(btf__add_array(b, 1, 2, 3));  /* an array of itself */
		check(btf__add_typedef(b, "t", 3)); /* a typedef of itself */
		check(btf__add_const(b, 5));        /* two qualifiers of each other */
		check(btf__add_volatile(b, 4));
		check(btf__add_struct(b, "s", 8)); /* a struct that holds itself */
		for (int t = 1; t <= 6; t++)
			check(btf__add_field(b, "m", t, 0, 0));
		check(btf__add_func_proto(b, 7));
		check(btf__add_func_param(b, "p", 7));
		check(btf__add_func_param(b, "q", 6));
		add_file(7);
	}
	EXPECT(0, "", "");
}

int main(void)
{
	static jmp_buf oom;

	if (setjmp(oom)) {
		fprintf(stderr, "out of memory\n");
		return 2;
	}
	arena.oom = &oom;
	deep();
	diamonds();
	rings();
	knots();
	ld_arena_free(&arena);
	return failures != 0;
}
