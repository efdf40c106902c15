// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// With b.c: something of all that a linker looks at, small.
#define SEC(name) __attribute__((section(name), used))
#define tag(x) __attribute__((btf_decl_tag(x)))

struct node {
	struct node *next;
	struct hidden *fwd;
	enum { RED, BLACK } color;
	union {
		int i;
		float f;
	};
} __attribute__((preserve_access_index));

typedef const char *text;
struct other_view {
	text name;
	long values[4];
	int bits : 3, more : 5;
};

struct {
	int (*type)[2];
	int *key;
	struct other_view *value;
	int (*max_entries)[16];
} shared SEC(".maps"), mine SEC(".maps") tag("mine");

extern int limit __attribute__((section(".kconfig"), weak));
extern void bpf_kfunc(struct node *n) __attribute__((section(".ksyms"), weak));
extern int in_b(struct other_view *v, int n);
extern long counter;

static int hits;
int table[3] = {1, 2, 3};
text names[] = {"one", "two"};

__attribute__((weak, noinline)) int choose(int n)
{
	return n + 1;
}

static __attribute__((noinline)) int local(struct node *n tag("arg"))
{
	hits++;
	return n->color + n->i;
}

SEC("tc") int prog_a(struct node *ctx)
{
	struct other_view v = {.values = {1}};
	static int (*volatile callback)(struct node *) = local;

	if (bpf_kfunc)
		bpf_kfunc(ctx);
	v.bits = choose(limit);
	return local(ctx) + in_b(&v, table[ctx->i & 1]) + (long)&shared + (long)&mine + counter +
	       (long)callback;
}

char _license[] SEC("license") = "GPL";
