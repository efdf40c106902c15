/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The base layer by itself: memory, vectors, the string map, numbers in bytes, threads. */
#include <assert.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/pool.h"
#include "base/strmap.h"

#define NR 20000

static void test_arena(struct ld_arena *a)
{
	/* Around the size of a chunk too. */
	for (size_t size = 0; size < 300000; size = size * 3 / 2 + 1) {
		unsigned char *p = ld_alloc(a, size);

		assert(p && (uintptr_t)p % 16 == 0);
		for (size_t i = 0; i < size; i++) {
			assert(!p[i]);
			p[i] = 0xff;
		}
	}
	assert(!strcmp(ld_printf(a, "%s-%d", "x", 7), "x-7"));
	assert(!strcmp(ld_strdup(a, ""), ""));
}

/* Too much memory leads to the escape, and the arena can still be freed. */
static void test_out_of_memory(struct ld_arena *a)
{
	jmp_buf oom, *old = a->oom;
	volatile int jumps = 0;

	a->oom = &oom;
	if (!setjmp(oom))
		ld_alloc_array(a, SIZE_MAX / 2, 4);
	else
		jumps++;
	if (!setjmp(oom))
		ld_alloc(a, SIZE_MAX - 8);
	else
		jumps++;
	assert(jumps == 2);
	a->oom = old;
}

static void test_vector(struct ld_arena *a)
{
	LD_VEC(uint32_t) vec = {0};

	for (uint32_t i = 0; i < NR; i++)
		LD_PUSH(a, &vec, i * 7);
	assert(vec.nr == NR);
	for (uint32_t i = 0; i < NR; i++)
		assert(vec.v[i] == i * 7);
}

static void test_strmap(struct ld_arena *a)
{
	struct ld_strmap map = {0};
	uint32_t *numbers = LD_NEW_ARRAY(a, uint32_t, NR);

	assert(!ld_strmap_get(&map, "x", 1));
	for (uint32_t i = 0; i < NR; i++) {
		char *key = ld_printf(a, "key%u", i);
		void **slot = ld_strmap_slot(a, &map, key, strlen(key));

		assert(!*slot);
		numbers[i] = i;
		*slot = &numbers[i];
	}
	assert(map.nr == NR);
	for (uint32_t i = 0; i < NR; i++) {
		char *key = ld_printf(a, "key%u and more", i);
		uint32_t *value = ld_strmap_get(&map, key, strcspn(key, " "));

		assert(value && *value == i);
	}
	/* Keys are told apart by length, and may be empty or hold any byte. */
	assert(!ld_strmap_get(&map, "key1 ", 5));
	assert(!ld_strmap_get(&map, "", 0));
	*ld_strmap_slot(a, &map, "", 0) = a;
	*ld_strmap_slot(a, &map, "a\0b", 3) = numbers;
	assert(ld_strmap_get(&map, "", 0) == a);
	assert(ld_strmap_get(&map, "a\0b", 3) == numbers);
	assert(!ld_strmap_get(&map, "a\0c", 3));
}

static void test_bytes(void)
{
	const unsigned char bytes[] = {0xff, 1, 2, 3, 4, 5, 6, 7, 8};
	unsigned char copy[9] = {0xff};

	assert(ld_get16(bytes + 1, false) == 0x0201 && ld_get16(bytes + 1, true) == 0x0102);
	assert(ld_get32(bytes + 1, false) == 0x04030201 && ld_get32(bytes + 1, true) == 0x01020304);
	assert(ld_get64(bytes + 1, false) == 0x0807060504030201);
	assert(ld_get64(bytes + 1, true) == 0x0102030405060708);
	for (int big = 0; big < 2; big++) {
		ld_put64(copy + 1, ld_get64(bytes + 1, big), big);
		assert(!memcmp(bytes, copy, sizeof(copy)));
		ld_put32(copy + 1, ld_get32(bytes + 1, big), big);
		assert(!memcmp(bytes, copy, sizeof(copy)));
		ld_put16(copy + 1, ld_get16(bytes + 1, big), big);
		assert(!memcmp(bytes, copy, sizeof(copy)));
	}

	assert(ld_in_range(0, 0, 0) && ld_in_range(3, 5, 8) && ld_in_range(8, 0, 8));
	assert(!ld_in_range(3, 6, 8) && !ld_in_range(9, 0, 8));
	assert(!ld_in_range(UINT64_MAX, 2, 8) && !ld_in_range(2, UINT64_MAX, 8));

	assert(ld_align_up(0, 8) == 0 && ld_align_up(1, 8) == 8 && ld_align_up(8, 8) == 8);
	assert(ld_align_up(5, 0) == 5 && ld_align_up(5, 1) == 5);
}

static void count(void *ctx, uint32_t i)
{
	__atomic_fetch_add((uint32_t *)ctx + i, 1, __ATOMIC_RELAXED);
}

static void test_parallel(void)
{
	static const uint32_t threads[] = {0, 1, 2, 64};
	static uint32_t calls[1000];

	for (size_t t = 0; t < sizeof(threads) / sizeof(*threads); t++) {
		memset(calls, 0, sizeof(calls));
		ld_parallel(threads[t], 999, count, calls);
		for (uint32_t i = 0; i < 1000; i++)
			assert(calls[i] == (i < 999));
	}
	ld_parallel(4, 0, count, NULL);
}

int main(void)
{
	struct ld_arena a = {0};
	jmp_buf oom;

	a.oom = &oom;
	if (setjmp(oom)) {
		puts("out of memory");
		return 1;
	}
	test_arena(&a);
	test_out_of_memory(&a);
	test_vector(&a);
	test_strmap(&a);
	test_bytes();
	test_parallel();
	ld_arena_free(&a);
	return 0;
}
