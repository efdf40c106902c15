/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Tests of ld_btf_parse(): what it takes, what it refuses, and that nothing gets through. */
#include "btf_build.h"

static bool parse(const void *data, size_t size, bool big, struct ld_btf *btf)
{
	size_t errors = diags.errors;
	int err = ld_btf_parse(&arena, &diags, "file", data, size, big, btf);

	check(diags.errors - errors == (err != 0), "%zu errors, returned %d", diags.errors - errors,
	      err);
	return !err;
}

/* Some of everything; 13 types. */
static void add_sample(struct out *o)
{
	uint32_t i, s, proto, var, func;

	i = add_int(o, "int", 4, 32);
	s = add_struct2(o, "s", "a", i, "b", i);
	add_enum1(o, "e", "A", 1);
	add_fwd(o, "f", false);
	ADD(o, 0, INFO(BTF_KIND_ARRAY, 0, 0), 0, i, i, 3);
	proto = ADD(o, 0, INFO(BTF_KIND_FUNC_PROTO, 0, 1), i, add_str(o, "x"), s);
	func = ADD(o, add_str(o, "fn"), INFO(BTF_KIND_FUNC, 0, BTF_FUNC_GLOBAL), proto);
	var = ADD(o, add_str(o, "v"), INFO(BTF_KIND_VAR, 0, 0), i, BTF_VAR_GLOBAL_ALLOCATED);
	ADD(o, add_str(o, ".data"), INFO(BTF_KIND_DATASEC, 0, 2), 4, var, 0, 4, func, 0, 0);
	ADD(o, add_str(o, "t"), INFO(BTF_KIND_DECL_TAG, 0, 0), s, 1);
	ADD(o, add_str(o, "t"), INFO(BTF_KIND_DECL_TAG, 0, 0), func, 0);
	ADD(o, add_str(o, "e64"), INFO(BTF_KIND_ENUM64, 0, 1), 8, add_str(o, "B"), 7, 9);
	ADD(o, add_str(o, "float"), INFO(BTF_KIND_FLOAT, 0, 0), 4);
}

static char *sample(size_t *size)
{
	struct out o = {0};

	add_sample(&o);
	return finish(&o, size);
}

#define ODD_KIND 21

/* The same and a type of a kind that is not known, with the header and layout section of Linux 7.
 */
static char *odd_sample(size_t *size)
{
	struct out o = {0};
	size_t old, off;
	char *data, *longer;

	add_sample(&o);
	ADD(&o, add_str(&o, "odd"), INFO(ODD_KIND, 1, 2), UINT32_MAX, 1, 2, 3, 4, 5);
	add_ref(&o, BTF_KIND_PTR, "", o.nr);
	ADD(&o, add_str(&o, "t"), INFO(BTF_KIND_DECL_TAG, 0, 0), o.nr - 1, 1);
	data = finish(&o, &old);
	off = (old - 24 + 3) & ~3ul;
	*size = 32 + off + 4 * (ODD_KIND + 1);
	longer = memset(ld_alloc(&arena, *size), 0, *size);
	memcpy(longer, data, 24);
	memcpy(longer + 32, data + 24, old - 24);
	ld_put32(longer + 4, 32, LD_HOST_BIG);
	ld_put32(longer + 24, (uint32_t)off, LD_HOST_BIG);
	ld_put32(longer + 28, 4 * (ODD_KIND + 1), LD_HOST_BIG);
	memcpy(longer + 32 + off + 4 * ODD_KIND, "\4\10", 2);
	return longer;
}

static void swap_words(char *data, size_t from, size_t to)
{
	for (; from < to; from += 4)
		ld_put32(data + from, ld_get32(data + from, !LD_HOST_BIG), LD_HOST_BIG);
}

static void test_orders(void)
{
	size_t size, types_len;
	char *data = sample(&size), *other = ld_alloc(&arena, size + 16);
	struct ld_btf btf, swapped, moved;

	check(parse(data, size, LD_HOST_BIG, &btf), "sample");
	check(btf.nr_types == 14 && !strcmp(ld_btf_name(&btf, 2), "s"), "sample's types");
	check(!parse(data, size, !LD_HOST_BIG, &swapped), "wrong byte order taken");
	types_len = ld_get32(data + 12, LD_HOST_BIG);

	memcpy(other, data, size);
	ld_put16(other, BTF_MAGIC, !LD_HOST_BIG);
	swap_words(other, 4, sizeof(struct btf_header) + types_len);
	check(parse(other, size, !LD_HOST_BIG, &swapped), "other byte order");
	check(swapped.nr_types == btf.nr_types && !memcmp(swapped.types, btf.types, types_len),
	      "other byte order's types");

	memcpy(other + 3, data, size);
	check(parse(other + 3, size, LD_HOST_BIG, &moved), "misaligned");
	check((uintptr_t)moved.types % 4 == 0 && !memcmp(moved.types, btf.types, types_len),
	      "misaligned types");
}

/* The header with more fields at its end, which later versions may add. */
static void test_header(void)
{
	size_t size;
	char *data = sample(&size), *longer = ld_alloc(&arena, size + 16);
	struct ld_btf btf;

	memcpy(longer, data, 24);
	memcpy(longer + 40, data + 24, size - 24);
	memset(longer + 24, 0, 8);
	memset(longer + 32, 0xee, 8);
	ld_put32(longer + 4, 40, LD_HOST_BIG);
	check(parse(longer, size + 16, LD_HOST_BIG, &btf) && btf.nr_types == 14, "longer header");
	ld_put32(longer + 4, 20, LD_HOST_BIG);
	check(!parse(longer, size + 16, LD_HOST_BIG, &btf), "shorter header taken");
	check(!parse(data, 23, LD_HOST_BIG, &btf), "part of a header taken");
	check(!parse(data, size - 1, LD_HOST_BIG, &btf), "part of the strings taken");
	data[2]++;
	check(!parse(data, size, LD_HOST_BIG, &btf), "unknown version taken");
}

static void test_layout(void)
{
	size_t size;
	char *data = odd_sample(&size);
	const struct btf_type *t;
	struct ld_btf btf;

	check(parse(data, size, LD_HOST_BIG, &btf), "layout section");
	t = ld_btf_type(&btf, 14);
	check(btf.nr_types == 17 && btf.nr_unknown == 1 && btf.unknown_kind == ODD_KIND,
	      "%u types, %u unknown, the first of kind %u", btf.nr_types, btf.nr_unknown,
	      btf.unknown_kind);
	check(ld_btf_kind(t) == BTF_KIND_UNKN && ld_btf_vlen(t) == ODD_KIND && !t->type &&
		  !strcmp(ld_btf_name(&btf, 14), "odd"),
	      "type of an unknown kind");
	check(BTF_INFO_KIND(((struct btf_type *)(data + 32 + btf.offs[14]))->info) == ODD_KIND,
	      "input was written to");
	check(ld_btf_kind(ld_btf_type(&btf, 15)) == BTF_KIND_PTR, "type after it");
}

/* clang -g1 writes FUNCs without prototypes: void, beyond the last type, and another kind. */
static void test_untyped(void)
{
	struct out o = {0};
	struct ld_btf btf;
	size_t size;
	char *data;

	ADD(&o, 0, INFO(BTF_KIND_FUNC, 0, BTF_FUNC_GLOBAL), 0);
	ADD(&o, 0, INFO(BTF_KIND_FUNC, 0, BTF_FUNC_STATIC), 32767);
	ADD(&o, 0, INFO(BTF_KIND_FUNC, 0, BTF_FUNC_GLOBAL), 2);
	ADD(&o, 0, INFO(BTF_KIND_FUNC_PROTO, 0, 0), 0);
	ADD(&o, 0, INFO(BTF_KIND_FUNC, 0, BTF_FUNC_GLOBAL), 4);
	data = finish(&o, &size);
	check(parse(data, size, LD_HOST_BIG, &btf), "functions without prototypes");
	check(btf.nr_untyped == 3 && btf.nr_decls == 1 && btf.decls[0] == 5,
	      "%u functions without prototypes, %u with", btf.nr_untyped, btf.nr_decls);
	check(ld_btf_kind(ld_btf_type(&btf, 2)) == BTF_KIND_UNKN, "function without a prototype");
	check(((struct btf_type *)(data + 24 + btf.offs[2]))->type == 32767,
	      "input was written to");
}

static void expect_error(struct out *o, const char *text)
{
	struct ld_btf btf;
	size_t size;
	char *data = finish(o, &size);

	check(!parse(data, size, LD_HOST_BIG, &btf), "taken, where expected: %s", text);
	check(strstr(diags.list.v[diags.list.nr - 1].message, text), "%s, where expected: %s",
	      diags.list.v[diags.list.nr - 1].message, text);
}

static void test_refused(void)
{
	struct out o;

	o = (struct out){0};
	ADD(&o, 0, INFO(20, 0, 0), 0);
	expect_error(&o, "type 1 has unknown kind 20");
	o = (struct out){0};
	ADD(&o, 0, INFO(0, 0, 0), 0);
	expect_error(&o, "type 1 has unknown kind 0");
	o = (struct out){0};
	add_ref(&o, BTF_KIND_PTR, "", 2);
	expect_error(&o, "type 1 refers to a type after the last, 1");
	o = (struct out){0};
	ADD(&o, 99, INFO(BTF_KIND_PTR, 0, 0), 0);
	expect_error(&o, "name of type 1 is outside the string section");
	o = (struct out){0};
	ADD(&o, 0, INFO(BTF_KIND_STRUCT, 0, 2), 8, 0, 0, 0);
	expect_error(&o, "type 1 is truncated");
	o = (struct out){0};
	ADD(&o, 0, INFO(BTF_KIND_FUNC_PROTO, 0, 0), 0);
	ADD(&o, 0, INFO(BTF_KIND_FUNC, 0, 0x10001), 1);
	expect_error(&o, "function 2 has unknown linkage 65537");
	o = (struct out){0};
	ADD(&o, 0, INFO(BTF_KIND_FUNC_PROTO, 0, 65536), 0);
	for (uint32_t i = 0; i < 2 * 65536; i++)
		LD_PUSH(&arena, &o.types, 0);
	ADD(&o, 0, INFO(BTF_KIND_FUNC, 0, BTF_FUNC_GLOBAL), 1);
	expect_error(&o, "function 2 has 65536 parameters; the maximum is 65535");
	o = (struct out){0};
	add_int(&o, "int", 4, 32);
	ADD(&o, 0, INFO(BTF_KIND_DATASEC, 0, 1), 4, 1, 0, 4);
	expect_error(&o, "data section 2 contains type 1");
	o = (struct out){0};
	add_struct1(&o, "s", "m", 0);
	ADD(&o, 0, INFO(BTF_KIND_DECL_TAG, 0, 0), 1, 1);
	expect_error(&o, "decl tag 2 is attached to component 1 of type 1, which has only 1");
	o = (struct out){0};
	add_int(&o, "int", 4, 32);
	ADD(&o, 0, INFO(BTF_KIND_DECL_TAG, 0, 0), 1, UINT32_MAX);
	expect_error(&o, "decl tag 2 is attached to type 1 of kind 1");
}

static void touch(void *ctx, uint32_t *word)
{
	*(uint32_t *)ctx += *word;
}

/* Whatever is let through can be walked, digested and merged; the sanitizers watch. */
static void test_mutations(const char *data, size_t size)
{
	size_t i;
	char *copy = malloc(size);
	uint32_t sum = 0, taken = 0, k;
	uint64_t random = 1;

	for (i = 0; i < 20000; i++) {
		struct ld_arena outer = arena;
		struct ld_diags errors = diags;
		struct link *l;

		arena = (struct ld_arena){.oom = outer.oom};
		diags = (struct ld_diags){.arena = &arena};
		memcpy(copy, data, size);
		for (k = 0; k <= i % 3; k++) {
			random = random * 6364136223846793005ull + 1442695040888963407ull;
			copy[(random >> 33) % size] = (char)(random >> 25 & (i & 4 ? 15 : 255));
		}
		l = new_link();
		l->raw[0].data = copy;
		if (parse(copy, size, LD_HOST_BIG, &l->btf[0])) {
			l->nr = 2;
			l->btf[1] = l->btf[0];
			l->raw[0].size = size;
			l->raw[1] = l->raw[0];
			for (k = 1; k < l->btf[0].nr_types; k++) {
				struct btf_type *t =
				    (struct btf_type *)(uintptr_t)ld_btf_type(&l->btf[0], k);

				ld_btf_each_ref(t, touch, &sum);
				ld_btf_each_str(t, touch, &sum);
				sum += ld_btf_strip(&l->btf[0], k);
			}
			dedup(l, 1);
			taken++;
		}
		ld_arena_free(&arena);
		arena = outer;
		diags = errors;
	}
	free(copy);
	check(taken > 100 && taken < 20000, "%u of 20000 taken (%u)", taken, sum);
}

int main(void)
{
	const char *data;
	size_t size;
	jmp_buf oom;

	if (setjmp(oom))
		return 2;
	arena.oom = &oom;
	diags.arena = &arena;
	test_orders();
	test_header();
	test_layout();
	test_untyped();
	test_refused();
	data = sample(&size);
	test_mutations(data, size);
	data = odd_sample(&size);
	test_mutations(data, size);
	printf("%d passed, %d failed\n", passed, failed);
	ld_arena_free(&arena);
	return failed != 0;
}
