// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See make-objects.
#define SEC(name) __attribute__((section(name), used))
#define tag(x) __attribute__((btf_decl_tag(x)))

struct seen_in_b;
enum color { RED, GREEN = -7 };
enum large { HUGE = 1ull << 40 };
struct node {
	struct node *next;
	struct seen_in_b *other;
	const char *name;
	int low : 3, high : 13;
	enum color color;
	union {
		float f;
		enum large large;
	};
} __attribute__((preserve_access_index));

struct {
	int (*type)[2];
	int *key;
	struct node *value;
	int (*max_entries)[16];
} shared SEC(".maps"), mine SEC(".maps") tag("mine");

extern int limit __attribute__((section(".kconfig"), weak));
extern void bpf_kfunc(struct node *n) __attribute__((section(".ksyms"), weak));
extern long in_b(struct seen_in_b *v, int n);
extern int counter;
int table[3] = {1, 2, 3}, zeros[4];
static int hits;

__attribute__((weak, noinline)) long choose(int n)
{
	return n + 1;
}

static __attribute__((noinline)) int local(struct node *n tag("argument"))
{
	hits++;
	return n->color + n->high;
}

SEC("tc") int prog_a(struct node *n)
{
	static const char text[] = "text";

	if (bpf_kfunc)
		bpf_kfunc(n);
	zeros[1] = choose(limit) + text[n->low & 3];
	return local(n) + in_b(n->other, table[n->low & 1]) + (long)&shared + (long)&mine + counter;
}

char _license[] SEC("license") = "GPL";
