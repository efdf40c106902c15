/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* More programs that kernels refuse, each for another mistake. */
#include "bpf_test.h"

#define BPF_MAP_TYPE_QUEUE 22

struct __sk_buff {
	__u32 len, others[18], data, data_end;
};
struct xdp_md {
	__u32 data, data_end;
};
struct bpf_spin_lock {
	__u32 val;
};
struct bpf_dynptr {
	__u64 opaque[2];
} __attribute__((aligned(8)));
struct value {
	int a[4];
};
struct locked {
	struct bpf_spin_lock lock;
	int n;
};
struct bpf_sock;
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
struct pair {
	char tag;
	int n;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, struct pair);
	__type(value, int);
} pairs SEC(".maps");
int values[4];
const volatile int constant = 1;
char _license[] SEC("license") = "GPL";

/* ---- pointers ---- */
SEC("socket") int index_before_check(struct __sk_buff *ctx)
{
	int key = 0;
	struct value *v = bpf_map_lookup_elem(&map, &key);

	v = (void *)v + (ctx->len & 4);
	__asm__ volatile("" : "+r"(v));
	return v ? v->a[0] : 0;
}
SEC("socket") int passed_before_check(struct __sk_buff *ctx)
{
	int key = 0;
	struct value *v = bpf_map_lookup_elem(&map, &key);

	return bpf_skb_load_bytes(ctx, 0, v, sizeof(*v));
}
SEC("tc") int released_before_check(struct __sk_buff *ctx)
{
	__u32 tuple[3] = {};

	bpf_sk_release(bpf_sk_lookup_tcp(ctx, (void *)tuple, sizeof(tuple), 0, 0));
	return 0;
}
SEC("tc") int early_return(struct __sk_buff *ctx)
{
	__u32 tuple[3] = {};
	struct bpf_sock *sk = bpf_sk_lookup_tcp(ctx, (void *)tuple, sizeof(tuple), 0, 0);

	if (!sk)
		return 0;
	if (ctx->len > 100)
		return 1;
	bpf_sk_release(sk);
	return 0;
}
SEC("socket") int after_submit(struct __sk_buff *ctx)
{
	int *record = bpf_ringbuf_reserve(&ring, 8, 0);

	if (!record)
		return 0;
	bpf_ringbuf_submit(record, 0);
	*(volatile int *)record = 1;
	return 0;
}
SEC("socket") int submits_twice(struct __sk_buff *ctx)
{
	int *record = bpf_ringbuf_reserve(&ring, 8, 0);

	if (!record)
		return 0;
	bpf_ringbuf_submit(record, 0);
	bpf_ringbuf_submit(record, 0);
	return 0;
}
SEC("xdp") int old_packet(struct xdp_md *ctx)
{
	char *data = (char *)(long)ctx->data, *end = (char *)(long)ctx->data_end;

	if (data + 4 > end || bpf_xdp_adjust_head((void *)ctx, 2))
		return 0;
	return data[3];
}
SEC("xdp") int wrong_comparison(struct xdp_md *ctx)
{
	char *data = (char *)(long)ctx->data, *end = (char *)(long)ctx->data_end;

	return data + 1 > end ? 0 : *(int *)data;
}
SEC("xdp") int adds_pointers(struct xdp_md *ctx)
{
	__asm__ volatile("r1 = *(u32 *)(%0 + 0); r2 = *(u32 *)(%0 + 4); r1 += r2" ::"r"(ctx)
			 : "r1", "r2");
	return 0;
}
SEC("xdp") int half_pointer(struct xdp_md *ctx)
{
	__asm__ volatile("r1 = %0; w1 += 1" ::"r"(ctx) : "r1");
	return 0;
}
SEC("socket") int masked_pointer(struct __sk_buff *ctx)
{
	__asm__ volatile("r1 = %0; r1 &= -8" ::"r"(&values) : "r1");
	return 0;
}
SEC("socket") int map_as_memory(struct __sk_buff *ctx)
{
	*(volatile int *)&map = 1;
	return 0;
}
SEC("socket") int calls_pointer(struct __sk_buff *ctx)
{
	int (*volatile f)(void) = (void *)values;

	return f();
}

/* ---- sizes ---- */
SEC("socket") int outside_record(struct __sk_buff *ctx)
{
	int *record = bpf_ringbuf_reserve(&ring, 8, 0);

	if (!record)
		return 0;
	record[2] = 1;
	bpf_ringbuf_submit(record, 0);
	return 0;
}
SEC("socket") int negative_size(struct __sk_buff *ctx)
{
	char bytes[16] = {};
	int n = ctx->len;

	return n < 16 ? bpf_probe_read_kernel(bytes, n, values) + bytes[3] : 0;
}
SEC("socket") int unlimited_size(struct __sk_buff *ctx)
{
	char bytes[16] = {};

	return bpf_probe_read_kernel(bytes, ctx->len, values) + bytes[3];
}
SEC("socket") int too_large_size(struct __sk_buff *ctx)
{
	char bytes[16] = {};

	return bpf_skb_load_bytes(ctx, 0, bytes, 32) + bytes[3];
}
SEC("socket") int small_key(struct __sk_buff *ctx)
{
	char key = 1;

	return !bpf_map_lookup_elem(&map, &key);
}
SEC("socket") int padding(struct __sk_buff *ctx)
{
	struct pair pair;

	pair.tag = 1;
	pair.n = 2;
	return !bpf_map_lookup_elem(&pairs, &pair);
}
SEC("socket") int below_stack(struct __sk_buff *ctx)
{
	__asm__ volatile("*(u64 *)(r10 - 520) = %0" ::"r"(ctx));
	return 0;
}
SEC("xdp") int packet_loop(struct xdp_md *ctx)
{
	char *data = (char *)(long)ctx->data, *end = (char *)(long)ctx->data_end;
	long sum = 0;

	for (char *p = data; p + 1 <= end; p++)
		sum += *p;
	return sum & 1;
}
SEC("socket") int overwrites_pointer(struct __sk_buff *ctx)
{
	__asm__ volatile("r2 = 1; *(u64 *)(r10 - 8) = %0; *(u32 *)(r10 - 8) = r2; r1 = *(u64 "
			 "*)(r10 - 8); r0 = *(u32 *)(r1 + 0)" ::"r"(ctx)
			 : "r0", "r1", "r2");
	return 0;
}
SEC("socket") int reads_half(struct __sk_buff *ctx)
{
	__asm__ volatile(
	    "*(u64 *)(r10 - 8) = %0; r1 = *(u32 *)(r10 - 8); r0 = *(u32 *)(r1 + 0)" ::"r"(ctx)
	    : "r0", "r1");
	return 0;
}

/* ---- numbers ---- */
SEC("socket") int divides_by_0(struct __sk_buff *ctx)
{
	__asm__ volatile("r1 = 5; r1 /= 0" ::: "r1");
	return 0;
}
SEC("socket") int writes_frame(struct __sk_buff *ctx)
{
	__asm__ volatile("r10 = 5");
	return 0;
}

/* ---- the context ---- */
SEC("xdp") int writes_context(struct xdp_md *ctx)
{
	*(volatile __u32 *)&ctx->data = 0;
	return 1;
}
SEC("tc") int part_of_context(struct __sk_buff *ctx)
{
	char bytes[4];

	return bpf_skb_load_bytes((char *)ctx + 4, 0, bytes, 4);
}
SEC("xdp") int other_context(struct __sk_buff *ctx)
{
	return ctx->data_end;
}
SEC("socket") int constant_by_helper(struct __sk_buff *ctx)
{
	return bpf_skb_load_bytes(ctx, 0, (void *)&constant, 4);
}

/* ---- locks ---- */
SEC("tc") int locks_twice(struct __sk_buff *ctx)
{
	int key = 0;
	struct locked *v = bpf_map_lookup_elem(&locks, &key);

	if (!v)
		return 0;
	bpf_spin_lock(&v->lock);
	bpf_spin_lock(&v->lock);
	bpf_spin_unlock(&v->lock);
	return 0;
}
SEC("tc") int only_unlocks(struct __sk_buff *ctx)
{
	int key = 0;
	struct locked *v = bpf_map_lookup_elem(&locks, &key);

	if (v)
		bpf_spin_unlock(&v->lock);
	return 0;
}
SEC("tc") int no_lock(struct __sk_buff *ctx)
{
	int key = 0;
	struct value *v = bpf_map_lookup_elem(&map, &key);

	if (!v)
		return 0;
	bpf_spin_lock((void *)v);
	bpf_spin_unlock((void *)v);
	return 0;
}
SEC("tc") int writes_lock(struct __sk_buff *ctx)
{
	int key = 0;
	struct locked *v = bpf_map_lookup_elem(&locks, &key);

	if (v)
		*(volatile int *)&v->lock = 1;
	return 0;
}

/* ---- calls ---- */
SEC("socket") int other_map(struct __sk_buff *ctx)
{
	return bpf_map_push_elem(&map, values, 0);
}
static long five(__u32 i, void *arg)
{
	return 5;
}
SEC("socket") int callback_result(struct __sk_buff *ctx)
{
	return bpf_loop(5, five, 0, 0);
}
static noinline int itself(int n)
{
	volatile int m = n;

	return m ? itself(m - 1) + m : 0;
}
SEC("socket") int recursion(struct __sk_buff *ctx)
{
	return itself(ctx->len);
}
SEC("socket") int no_dynptr(struct __sk_buff *ctx)
{
	struct bpf_dynptr ptr = {};
	int n;

	return bpf_dynptr_read(&n, 4, &ptr, 0, 0);
}
SEC("socket") int dynptr_leak(struct __sk_buff *ctx)
{
	struct bpf_dynptr ptr;

	return bpf_ringbuf_reserve_dynptr(&ring, 8, 0, &ptr);
}
SEC("socket") int dynptr_as_memory(struct __sk_buff *ctx)
{
	struct bpf_dynptr ptr;

	bpf_ringbuf_reserve_dynptr(&ring, 8, 0, &ptr);
	*(volatile int *)&ptr = 1;
	bpf_ringbuf_discard_dynptr(&ptr, 0);
	return 0;
}
noinline int alone(struct value *v)
{
	return v->a[1];
}
SEC("socket") int global_function(struct __sk_buff *ctx)
{
	struct value v = {};

	return alone(&v);
}
