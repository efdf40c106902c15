/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
struct pair {
	int a, b;
};
extern struct pair twice;
struct pair twice = {1, 2};
static inline int get(int i)
{
	static int calls[3] = {1, 2, 3};

	return calls[i] += i;
}
__attribute__((section("socket"))) int prog(void *ctx)
{
	return get(1) + get(2) + twice.a;
}
