// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The C half of both.rs.
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

struct sample {
	u32 id;
	u16 values[3];
	u64 next;
};

struct {
	int (*type)[2];
	int (*max_entries)[4];
	u32 *key;
	u64 *value;
} counts __attribute__((section(".maps")));

static void *(*lookup)(void *map, const void *key) = (void *)1;

extern struct sample RUST_SAMPLE;
extern u64 rust_total(u32 id, u64 next);

const volatile struct sample c_sample = {.id = 6, .values = {7, 8, 9}, .next = 40};

__attribute__((visibility("hidden"))) u64 c_sum(const struct sample *s, _Bool twice)
{
	u64 sum = rust_total(s->id, s->next);

	for (int i = 0; i < 3; i++)
		sum += s->values[i];
	return twice ? 2 * sum : sum;
}

__attribute__((visibility("hidden"))) u64 c_count(u32 key)
{
	u64 *n = lookup(&counts, &key);

	if (!n)
		return 1000;
	*n += 1;
	return *n;
}

__attribute__((section("tc"))) int c_first(void *ctx)
{
	return c_sum(&RUST_SAMPLE, 0) + c_sum((const struct sample *)&c_sample, 1) + c_sample.values[1] + c_count(1);
}
