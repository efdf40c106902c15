// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#define SEC(name) __attribute__((section(name), used))

struct hidden {
	int secret;
};

struct node {
	struct node *next;
	struct hidden *fwd;
	enum { RED, BLACK } color;
	union {
		int i;
		float f;
	};
} __attribute__((preserve_access_index));

struct other_view {
	const char *name;
	long values[4];
	int bits : 3, more : 5;
};

extern struct {
	int (*type)[2];
	int *key;
	struct other_view *value;
	int (*max_entries)[16];
} shared __attribute__((section(".maps")));

static struct {
	int (*type)[27];
	int (*max_entries)[4096];
} mine SEC(".maps");

static int hits = 5;
long counter;
volatile const int setting = 7;

__attribute__((weak, noinline)) int choose(int n)
{
	return n - 1;
}

static __attribute__((noinline)) int local(struct hidden *h)
{
	return h->secret + hits;
}

__attribute__((visibility("hidden"))) int in_b(struct other_view *v, int n)
{
	struct hidden h = {n};

	return local(&h) + choose(setting) + (int)v->values[1];
}

SEC("tc") int prog_b(struct node *ctx)
{
	return (long)&shared + (long)&mine + (ctx->fwd ? ctx->fwd->secret : 0);
}

const char license_b[] SEC("license") = "Dual BSD/GPL";
