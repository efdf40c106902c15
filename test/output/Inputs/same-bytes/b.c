// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#define SEC(name) __attribute__((section(name), used))

struct seen_in_b {
	int secret;
	struct seen_in_b *self;
};
struct node {
	struct node *next;
	struct seen_in_b *other;
};
extern struct {
	int (*type)[2];
} shared __attribute__((section(".maps")));

int counter = 5;
static int hits;

long choose(int n)
{
	return n + 2;
}

static __attribute__((noinline)) int local(struct seen_in_b *v)
{
	hits += 2;
	return v->secret;
}

__attribute__((noinline)) long in_b(struct seen_in_b *v, int n)
{
	if (v)
		n += local(v);
	return n + counter;
}

__attribute__((noinline)) long unused(struct node *n)
{
	return n->next == (void *)n->other;
}

SEC("tc") int prog_b(void *ctx)
{
	return in_b(0, 1) + (long)&shared;
}

char _license[] SEC("license") = "GPL";
