/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Seeds of core: a program with CO-RE relocations and kfuncs, and with -DKERNEL the types of a
 * kernel. */
#define SEC(name) __attribute__((section(name), used))
struct inner {
	int a;
	char b[4];
};
struct task {
	long first;
	union {
		struct inner inner;
		int other;
	};
#ifdef KERNEL
	unsigned small : 3;
	struct inner many[3];
	struct task *parent;
#else
	struct inner many[2];
	unsigned small : 5;
	struct task *parent;
	long missing;
#endif
} __attribute__((preserve_access_index));
enum state { IDLE, BUSY };
#ifdef KERNEL
struct task task;
enum state state;
int get(struct task *t)
{
	return t->first;
}
#else
int get(struct task *t) __attribute__((section(".ksyms")));
int lost(struct task *t) __attribute__((section(".ksyms"), weak));
char _license[] SEC("license") = "GPL";
SEC("tp_btf/x") int prog(struct task **ctx)
{
	struct task *t = *ctx;
	int sum = get(t) + t->inner.a + t->many[1].b[2] + t->parent->other;

	if (__builtin_preserve_field_info(t->missing, 2))
		sum += t->missing;
	if (lost)
		sum += lost(t);
	return sum + __builtin_preserve_field_info(t->small, 4) +
	       __builtin_preserve_type_info(*(struct task *)0, 1) +
	       __builtin_preserve_enum_value(*(enum state *)BUSY, 1) +
	       __builtin_preserve_type_info(*(struct inner *)0, 2);
}
#endif
