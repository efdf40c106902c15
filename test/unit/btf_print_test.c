/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Types and declarations as C: declarator syntax, map definitions, bounds on hostile input. */
#include <bpf/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "btf/print.h"

static struct ld_arena arena;
static struct ld_diags diags = {.arena = &arena};
static struct btf *b;     /* what the test at hand builds */
static struct ld_btf btf; /* the same, once parsed */
static int i32, chr, foo; /* int, char, struct foo in each b */
static int failures;

static int check(int id)
{
	if (id < 0) {
		fprintf(stderr, "libbpf: error %d\n", id);
		exit(2);
	}
	return id;
}

static void field(const char *name, int type, int off)
{
	check(btf__add_field(b, name, type, off, 0));
}

static void begin(void)
{
	b = btf__new_empty();
	i32 = check(btf__add_int(b, "int", 4, BTF_INT_SIGNED));
	chr = check(btf__add_int(b, "char", 1, BTF_INT_SIGNED));
	foo = check(btf__add_struct(b, "foo", 4));
	field("a", i32, 0);
}

static void parse(void)
{
	uint32_t size;
	const void *raw = btf__raw_data(b, &size);

	if (ld_btf_parse(&arena, &diags, "test", ld_memdup(&arena, raw, size), size,
			 __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__, &btf)) {
		fprintf(stderr, "not parsed: %s\n", diags.list.v[0].message);
		exit(2);
	}
}

static void expect_text(int line, const char *got, const char *want)
{
	if (!strcmp(got, want))
		return;
	fprintf(stderr, "line %d: got  %s\nline %d: want %s\n", line, got, line, want);
	failures++;
}

#define EXPECT(got, want) expect_text(__LINE__, got, want)
#define TYPE(id, want) EXPECT(ld_btf_print_type(&arena, &btf, id), want)
#define DECL(id, want) EXPECT(ld_btf_print_decl(&arena, &btf, id, "x"), want)

static int ptr(int id)
{
	return check(btf__add_ptr(b, id));
}

static int array(int id, int nelems)
{
	return check(btf__add_array(b, i32, id, nelems));
}

static int proto(int ret, int p1, int p2)
{
	int id = check(btf__add_func_proto(b, ret));

	if (p1 >= 0)
		check(btf__add_func_param(b, p1 ? "first" : "", p1));
	if (p2 >= 0)
		check(btf__add_func_param(b, "", p2));
	return id;
}

static void end(void)
{
	btf__free(b);
}

static void pointers_and_arrays(void)
{
	begin();
	int p = ptr(i32), pp = ptr(p), a = array(i32, 4), aa = array(a, 2), open = array(foo, 0);
	int pa = ptr(a), ap = array(p, 3), pv = ptr(0), pfoo = ptr(foo);
	parse();

	TYPE(0, "void");
	TYPE(p, "int *");
	DECL(p, "int *x");
	DECL(pp, "int **x");
	DECL(aa, "int x[2][4]");
	TYPE(aa, "int[2][4]");
	DECL(open, "struct foo x[]");
	TYPE(pa, "int (*)[4]");
	DECL(pa, "int (*x)[4]");
	DECL(ap, "int *x[3]");
	DECL(pv, "void *x");
	DECL(pfoo, "struct foo *x");
	end();
}

static void functions(void)
{
	begin();
	int none = proto(0, -1, -1), two = proto(i32, i32, ptr(foo)), va = proto(i32, i32, 0);
	int open = proto(i32, 0, -1), pf = ptr(two), ppf = ptr(pf), fpf = proto(pf, pf, -1);
	int apf = array(pf, 2), ret = proto(ptr(array(i32, 4)), -1, -1);
	int func = check(btf__add_func(b, "f", BTF_FUNC_GLOBAL, two));
	parse();

	DECL(none, "void x(void)");
	DECL(two, "int x(int, struct foo *)");
	TYPE(two, "int (int, struct foo *)");
	DECL(va, "int x(int, ...)");
	DECL(open, "int x()");
	TYPE(pf, "int (*)(int, struct foo *)");
	DECL(ppf, "int (**x)(int, struct foo *)");
	DECL(fpf, "int (*x(int (*)(int, struct foo *)))(int, struct foo *)");
	DECL(apf, "int (*x[2])(int, struct foo *)");
	DECL(ret, "int (*x(void))[4]");
	EXPECT(ld_btf_print_symbol(&arena, &btf, func), "int f(int, struct foo *)");
	end();
}

static void qualifiers_and_tags(void)
{
	begin();
	int ci = check(btf__add_const(b, i32)), pci = ptr(ci);
	int cpci = check(btf__add_const(b, pci)), pcpci = ptr(cpci);
	int cvi = check(btf__add_const(b, check(btf__add_volatile(b, i32))));
	int rp = check(btf__add_restrict(b, ptr(chr)));
	int cvp = check(btf__add_const(b, check(btf__add_volatile(b, ptr(chr)))));
	int ca = check(btf__add_const(b, array(i32, 4))), pca = ptr(ca);
	int kptr = ptr(check(btf__add_type_tag(b, "kptr_untrusted", foo)));
	int odd = ptr(check(btf__add_type_tag(b, "a b", check(btf__add_const(b, chr)))));
	int td = check(btf__add_typedef(b, "u32", i32)), ptd = ptr(check(btf__add_const(b, td)));
	int var = check(btf__add_var(b, "v", BTF_VAR_GLOBAL_EXTERN, cvi));
	parse();

	DECL(pci, "const int *x");
	DECL(cpci, "const int *const x");
	DECL(pcpci, "const int *const *x");
	TYPE(pcpci, "const int *const *");
	DECL(cvi, "const volatile int x");
	DECL(rp, "char *restrict x");
	DECL(cvp, "char *volatile const x");
	DECL(ca, "const int x[4]");
	DECL(pca, "const int (*x)[4]");
	DECL(kptr, "struct foo __kptr_untrusted *x");
	DECL(odd, "const char __attribute__((a b)) *x");
	DECL(ptd, "const u32 *x");
	EXPECT(ld_btf_print_symbol(&arena, &btf, var), "const volatile int v");
	end();
}

static void aggregates(void)
{
	begin();
	int pfoo = ptr(foo), anon = check(btf__add_struct(b, "", 8));
	check(btf__add_field(b, "a", i32, 0, 3));
	field("p", pfoo, 64);
	int outer = check(btf__add_union(b, "", 8));
	field("s", anon, 0);
	int wide = check(btf__add_struct(b, "", 40));
	for (int i = 0; i < 10; i++)
		field("a_long_name", i32, i * 32);
	int e = check(btf__add_enum(b, "", 4));
	check(btf__add_enum_value(b, "A", 0));
	check(btf__add_enum_value(b, "B", 1));
	int e64 = check(btf__add_enum64(b, "", 8, false));
	check(btf__add_enum64_value(b, "C", 1ULL << 33));
	int named = check(btf__add_enum(b, "color", 4)), un = check(btf__add_union(b, "u", 4));
	int fwd = check(btf__add_fwd(b, "later", BTF_FWD_STRUCT));
	int fwdu = check(btf__add_fwd(b, "later", BTF_FWD_UNION));
	int pa = ptr(array(anon, 2)), pw = ptr(wide), fl = check(btf__add_float(b, "double", 8));
	parse();

	DECL(anon, "struct { int a : 3; struct foo *p; } x");
	DECL(pa, "struct { int a : 3; struct foo *p; } (*x)[2]");
	DECL(outer, "union { struct { ... } s; } x");
	DECL(pw, "struct { ... } *x");
	DECL(e, "enum { A, B } x");
	DECL(e64, "enum { C } x");
	DECL(named, "enum color x");
	DECL(un, "union u x");
	DECL(fwd, "struct later x");
	DECL(fwdu, "union later x");
	DECL(fl, "double x");
	end();
}

static void maps(void)
{
	begin();
	int hash = ptr(array(i32, 1)), fourk = ptr(array(i32, 4096)), of_maps = ptr(array(i32, 12));
	int pin = ptr(array(i32, 1)), far = ptr(array(i32, 999)), pkey = ptr(array(chr, 16));
	int pfoo = ptr(foo);
	int inner = check(btf__add_struct(b, "", 16));
	field("type", hash, 0);
	field("max_entries", fourk, 64);
	int values = array(ptr(inner), 0), extra = check(btf__add_enum(b, "", 4));
	check(btf__add_enum_value(b, "__unique_value0", 5));
	int progs = array(ptr(proto(i32, ptr(0), -1)), 0);
	int named = check(btf__add_struct(b, "in", 8));
	field("type", far, 0);
	int outer = check(btf__add_struct(b, "", 48));
	field("type", of_maps, 0);
	field("key", pkey, 64);
	field("value", pfoo, 128);
	field("pinning", pin, 192);
	field("map_extra", extra, 256);
	field("flag", i32, 288);
	field("values", values, 320);
	int var = check(btf__add_var(b, "m", BTF_VAR_GLOBAL_ALLOCATED, outer));
	int jmp = check(btf__add_struct(b, "jmp", 0));
	field("values", progs, 0);
	int jvar = check(btf__add_var(b, "j", BTF_VAR_GLOBAL_ALLOCATED, jmp));
	int to_named = array(ptr(named), 0), tagged = check(btf__add_struct(b, "", 0));
	field("values", to_named, 0);
	int tvar = check(btf__add_var(b, "t", BTF_VAR_GLOBAL_ALLOCATED, tagged));
	int nvar = check(btf__add_var(b, "n", BTF_VAR_GLOBAL_ALLOCATED, named));
	int ivar = check(btf__add_var(b, "i", BTF_VAR_GLOBAL_ALLOCATED, i32));
	parse();

	EXPECT(ld_btf_print_map(&arena, &btf, var),
	       "struct { __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __type(key, char[16]); "
	       "__type(value, struct foo); __uint(pinning, LIBBPF_PIN_BY_NAME); "
	       "__uint(map_extra, 5); int flag; __array(values, struct { __uint(type, "
	       "BPF_MAP_TYPE_HASH); __uint(max_entries, 4096); }); } m SEC(\".maps\")");
	EXPECT(ld_btf_print_map(&arena, &btf, jvar),
	       "struct jmp { __array(values, int (void *)); } j SEC(\".maps\")");
	EXPECT(ld_btf_print_map(&arena, &btf, tvar),
	       "struct { __array(values, struct in); } t SEC(\".maps\")");
	EXPECT(ld_btf_print_map(&arena, &btf, nvar),
	       "struct in { __uint(type, 999); } n SEC(\".maps\")");
	EXPECT(ld_btf_print_map(&arena, &btf, ivar), "int i SEC(\".maps\")");
	end();
}

/* Names of any length and content, chains without end, and parameters without number. */
static void hostile(void)
{
	char name[3000];

	begin();
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	int td = check(btf__add_typedef(b, name, i32)), p = ptr(td), deep = i32;
	for (int i = 0; i < 5000; i++)
		deep = ptr(deep);
	int self = ptr(i32), tree = ptr(i32), wide = proto(i32, -1, -1);
	for (int i = 0; i < 5000; i++)
		check(btf__add_func_param(b, "", i32));
	for (int i = 0; i < 60; i++) {
		tree = ptr(proto(tree, tree, tree));
	}
	int esc = check(btf__add_typedef(b, "name", i32));
	parse();

	size_t len = strlen(ld_btf_print_type(&arena, &btf, p));
	if (len != 1003)
		EXPECT("a long name", "a text of 1003 bytes");
	for (int i = 0; i < 3; i++) {
		int id = i == 0 ? deep : i == 1 ? wide : tree;

		if (strlen(ld_btf_print_decl(&arena, &btf, id, "x")) > 1003)
			EXPECT("more", "at most 1003 bytes");
	}
	((struct btf_type *)ld_btf_type(&btf, self))->type = self;
	ld_btf_print_type(&arena, &btf, self);
	strcpy((char *)ld_btf_name(&btf, esc), "\033[2");
	TYPE(esc, "?[2");
	end();
}

int main(void)
{
	static jmp_buf oom;

	if (setjmp(oom)) {
		fprintf(stderr, "out of memory\n");
		return 2;
	}
	arena.oom = &oom;
	pointers_and_arrays();
	functions();
	qualifiers_and_tags();
	aggregates();
	maps();
	hostile();
	ld_arena_free(&arena);
	return failures != 0;
}
