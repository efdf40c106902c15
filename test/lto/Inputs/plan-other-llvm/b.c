/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
struct item { int kind, weight[3]; };
static int same(struct item *i, int n) { return i->weight[n & 1] + i->kind; }
__attribute__((visibility("hidden"))) int other(struct item *i, int n)
{
	if (!i)
		return 0;
	i->weight[2] += n;
	return same(i, n) * 2 + same(i, n + 1);
}
