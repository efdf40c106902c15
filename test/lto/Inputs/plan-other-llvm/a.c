/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
struct item { int kind, weight[3]; };
static int weigh(const struct item *i) { return i->weight[0] * 3 + i->weight[1] * 5 + i->weight[2]; }
static __attribute__((noinline)) int same(const struct item *i, int n) { return weigh(i) + n * i->kind; }
int other(struct item *i, int n);
__attribute__((section("socket"))) int prog(void *ctx)
{
	struct item i = {1, {1, 2, 3}};
	int sum = 0;

	for (int n = 0; n < 4; n++) {
		i.weight[n & 1] += n;
		sum += same(&i, n) + other(&i, n);
	}
	return sum & 0xffff;
}
char _license[] __attribute__((section("license"))) = "GPL";
