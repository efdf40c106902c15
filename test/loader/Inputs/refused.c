/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Programs that kernels refuse, each for another reason, and one that loads. */
#include "bpf_test.h"

struct __sk_buff {
	__u32 len;
};
struct xdp_md {
	__u32 data, data_end;
};
struct bpf_spin_lock {
	__u32 val;
};
struct value {
	int a[4];
};
struct locked {
	struct bpf_spin_lock lock;
	int n;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, int);
	__type(value, struct value);
} map SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, int);
	__type(value, struct locked);
} locks SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");
int values[4];
const volatile int constant = 1;
char _license[] SEC("license") = "GPL";

SEC("socket") int fine(struct __sk_buff *ctx)
{
	return 0;
}
SEC("socket") int may_be_null(struct __sk_buff *ctx)
{
	int key = 0;
	struct value *v = bpf_map_lookup_elem(&map, &key);

	return v->a[1];
}
SEC("socket") int number_as_pointer(struct __sk_buff *ctx)
{
	return *(int *)(long)ctx->len;
}
SEC("xdp") int no_data_end(struct xdp_md *ctx)
{
	return *(char *)(long)ctx->data;
}
SEC("socket") int behind_value(struct __sk_buff *ctx)
{
	int key = 0;
	struct value *v = bpf_map_lookup_elem(&map, &key);

	return v ? *(int *)((char *)v + 16) : 0;
}
SEC("socket") int no_limit(struct __sk_buff *ctx)
{
	return values[ctx->len];
}
SEC("socket") int limit_too_high(struct __sk_buff *ctx)
{
	return ctx->len < 9 ? values[ctx->len] : 0;
}
SEC("socket") int may_be_negative(struct __sk_buff *ctx)
{
	int i = ctx->len;

	return i < 3 ? values[i] : 0;
}
SEC("socket") int no_such_member(struct __sk_buff *ctx)
{
	return *(int *)((char *)ctx + 1000);
}
SEC("socket") int computed_member(struct __sk_buff *ctx)
{
	return *(int *)((char *)ctx + ctx->len % 8);
}
SEC("socket") int writes_constant(struct __sk_buff *ctx)
{
	*(volatile int *)&constant = 2;
	return 0;
}
SEC("socket") int endless(struct __sk_buff *ctx)
{
	for (volatile int n = 0;; n++)
		;
}
SEC("socket") int leaks(struct __sk_buff *ctx)
{
	return bpf_ringbuf_reserve(&ring, 8, 0) ? 1 : 0;
}
SEC("socket") int other_helper(struct __sk_buff *ctx)
{
	return bpf_skb_store_bytes(ctx, 0, values, 4, 0);
}
SEC("socket") int size_may_be_0(struct __sk_buff *ctx)
{
	char bytes[16];
	__u32 n = ctx->len;

	if (n > sizeof(bytes))
		return 0;
	return bpf_skb_load_bytes(ctx, 0, bytes, n) + bytes[1];
}
SEC("tc") int never_unlocks(struct __sk_buff *ctx)
{
	int key = 0;
	struct locked *v = bpf_map_lookup_elem(&locks, &key);

	if (v)
		bpf_spin_lock(&v->lock);
	return 0;
}
SEC("tc") int calls_under_lock(struct __sk_buff *ctx)
{
	int key = 0;
	struct locked *v = bpf_map_lookup_elem(&locks, &key);

	if (!v)
		return 0;
	bpf_spin_lock(&v->lock);
	v->n = bpf_get_prandom_u32();
	bpf_spin_unlock(&v->lock);
	return 0;
}
SEC("cgroup_skb/egress") int wrong_result(struct __sk_buff *ctx)
{
	return 77;
}
SEC("socket") int wrong_argument(struct __sk_buff *ctx)
{
	return !bpf_map_lookup_elem(&map, (void *)8);
}
SEC("socket") int stack_index(struct __sk_buff *ctx)
{
	volatile char bytes[16] = {};

	return bytes[ctx->len];
}
SEC("socket") int long_loop(struct __sk_buff *ctx)
{
	int n = 0;

	for (__u32 i = 0; i < 1000000; i++)
		if (bpf_get_prandom_u32() == i)
			n += i;
	return n;
}
static noinline int deep(struct __sk_buff *ctx)
{
	volatile char bytes[400] = {};

	return bytes[1] + ctx->len;
}
SEC("socket") int much_stack(struct __sk_buff *ctx)
{
	volatile char bytes[200] = {};

	return bytes[1] + deep(ctx);
}
SEC("socket") int no_value(struct __sk_buff *ctx)
{
	int n;

	__asm__ volatile("%0 = r7" : "=r"(n));
	return n;
}
SEC("socket") int packet_arithmetic(struct __sk_buff *ctx)
{
	__asm__ volatile("r1 = %0; r1 *= 2; r0 = *(u32 *)(r1 + 0)" ::"r"(ctx) : "r0", "r1");
	return 0;
}
SEC("socket") int misaligned(struct __sk_buff *ctx)
{
	char bytes[16];

	__asm__ volatile("*(u64 *)(%0 + 1) = r1" ::"r"(bytes) : "r1");
	return 0;
}
long step(__u32 i, void *arg)
{
	return 0;
}
SEC("socket") int global_callback(struct __sk_buff *ctx)
{
	return bpf_loop(5, step, 0, 0);
}
SEC("socket") int no_such_helper(struct __sk_buff *ctx)
{
	return ((int (*)(void))30000)();
}
noinline int by_pointer(int *p)
{
	return p ? *p : 0;
}
SEC("socket") int small_argument(struct __sk_buff *ctx)
{
	char byte = 1;

	return by_pointer((void *)&byte);
}
SEC("socket") int reads_user_memory(struct __sk_buff *ctx)
{
	return bpf_copy_from_user(values, 4, 0);
}
struct task_struct {
	int no_such_member;
} __attribute__((preserve_access_index));
SEC("socket") int core_missing(struct __sk_buff *ctx)
{
	struct task_struct *task = 0;

	return __builtin_preserve_field_info(task->no_such_member, 0);
}
#define LINK(from, to)                                                                             \
	static noinline int from(struct __sk_buff *ctx)                                            \
	{                                                                                          \
		volatile int n = to(ctx);                                                          \
		return n + 1;                                                                      \
	}
static noinline int f0(struct __sk_buff *ctx)
{
	return ctx->len;
}
LINK(f1, f0)
LINK(f2, f1)
LINK(f3, f2)
LINK(f4, f3)
LINK(f5, f4)
LINK(f6, f5)
LINK(f7, f6)
SEC("socket") int deep_chain(struct __sk_buff *ctx)
{
	return f7(ctx);
}
