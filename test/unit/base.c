/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The base layer by itself: memory, vectors, string map and table, numbers in bytes, threads. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "base/pool.h"
#include "base/strmap.h"
#include "base/strtab.h"

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

/* Blocks that grow keep what is in them, and so do their neighbours, small and large. */
static void test_realloc(struct ld_arena *a)
{
	struct ld_blob blobs[3] = {0};

	for (uint32_t i = 0; i < 3 * NR; i++) {
		const uint32_t *zero = ld_blob_add(a, &blobs[i % 3], i % 5 * 4);

		for (uint32_t k = 0; k < i % 5; k++)
			assert(!zero[k]);
		ld_blob_put32(a, &blobs[i % 3], i);
	}
	for (uint32_t i = 0, at[3] = {0}; i < 3 * NR; i++) {
		at[i % 3] += i % 5 * 4;
		assert(ld_get32(blobs[i % 3].data + at[i % 3], LD_HOST_BIG) == i);
		at[i % 3] += 4;
	}
}

/* What is given back is zeros when it is handed out again. */
static void test_trim(struct ld_arena *a)
{
	for (size_t size = 64; size < 400000; size *= 5) {
		unsigned char *p = ld_alloc(a, size), *next;

		memset(p, 0xff, 20);
		ld_trim(a, p, size, 20);
		next = ld_alloc(a, 64);
		for (size_t i = 0; i < 64; i++)
			assert(!next[i]);
		memset(next, 0xee, 64);
		assert(p[0] == 0xff && p[19] == 0xff);
	}
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

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Each byte counts, the length does, and so does the key; low bits are spread. */
static void test_hash(void)
{
	static uint64_t all[NR];
	struct ld_hash_key key = ld_hash_key;
	unsigned char bytes[64] = {0};
	uint64_t words[2] = {0};
	size_t nr = 0;

	for (size_t len = 0; len < sizeof(bytes); len++) {
		all[nr++] = ld_hash_bytes(bytes, len);
		for (size_t i = 0; i < len; i++) {
			bytes[i] = 0x80;
			all[nr++] = ld_hash_bytes(bytes, len);
			bytes[i] = 0;
		}
	}
	qsort(all, nr, sizeof(*all), compare_u64);
	for (size_t i = 1; i < nr; i++)
		assert(all[i] != all[i - 1]);
	/* 20,000 balls in 65,536 bins: no bin has many. */
	for (nr = 0; nr < NR; nr++) {
		words[1] += (uint64_t)1 << 40;
		all[nr] = ld_hash_bytes(words, sizeof(words)) & 0xffff;
	}
	qsort(all, nr, sizeof(*all), compare_u64);
	for (size_t i = 12; i < nr; i++)
		assert(all[i] != all[i - 12]);
	all[0] = ld_hash_bytes(words, sizeof(words));
	ld_hash_key.seed[1]++;
	assert(ld_hash_bytes(words, sizeof(words)) != all[0]);
	ld_hash_key = key;
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

static void test_strtab(struct ld_arena *a)
{
	struct ld_strtab tab = {0};
	uint32_t *offs = LD_NEW_ARRAY(a, uint32_t, NR);
	char text[20];

	assert(!ld_strtab_add(a, &tab, ""));
	for (uint32_t i = 0; i < NR; i++) {
		snprintf(text, sizeof(text), "%u", i);
		offs[i] = ld_strtab_add(a, &tab, text);
		assert(!strcmp((char *)tab.bytes.data + offs[i], text));
	}
	size_t size = tab.bytes.size;
	for (uint32_t i = 0; i < NR; i++) {
		snprintf(text, sizeof(text), "%u", i);
		assert(ld_strtab_add(a, &tab, text) == offs[i]);
	}
	/* The end of a string is not taken for one, and the last has nothing behind it. */
	assert(tab.bytes.size == size && tab.nr == NR + 1);
	assert(ld_strtab_add(a, &tab, "19999x") == size);
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

static void count(void *ctx, uint32_t thread, uint32_t i)
{
	assert(thread < LD_MAX_THREADS);
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
	test_realloc(&a);
	test_trim(&a);
	test_out_of_memory(&a);
	test_vector(&a);
	test_hash();
	test_strmap(&a);
	test_strtab(&a);
	test_bytes();
	test_parallel();
	ld_arena_free(&a);
	return 0;
}
