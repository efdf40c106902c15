// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The types of a main program: the target's own code has functions of these names.
struct flow {
	int port, proto;
};

struct context {
	int len;
};

__attribute__((noinline)) int sub(struct flow *flow, int v)
{
	return flow ? v : 0;
}

__attribute__((noinline)) int other(int v)
{
	return v;
}

__attribute__((section("tc"))) int prog(struct context *ctx)
{
	return ctx->len;
}
