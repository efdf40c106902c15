// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/* Mistakes of beginners, and some that experience does not prevent. Each program is rejected. */
#include "bpf_test.h"

struct task_struct {
	int pid;
} __attribute__((preserve_access_index));
struct locked {
	struct bpf_spin_lock {
		__u32 val;
	} lock;
	__u64 n;
};
struct timed {
	struct bpf_timer {
		__u64 opaque[2];
	} timer;
};
#define MAP(name, number, keys, values, entries)                                                   \
	struct {                                                                                   \
		__uint(type, number);                                                              \
		__uint(max_entries, entries);                                                      \
		__type(key, keys);                                                                 \
		__type(value, values);                                                             \
	} name SEC(".maps")
MAP(counts, BPF_MAP_TYPE_HASH, __u64, __u64, 16);
MAP(locks, BPF_MAP_TYPE_ARRAY, __u32, struct locked, 4);
MAP(timers, BPF_MAP_TYPE_ARRAY, __u32, struct timed, 1);
MAP(programs, 3 /* BPF_MAP_TYPE_PROG_ARRAY */, __u32, __u32, 4);
struct {
	__uint(type, 27); /* BPF_MAP_TYPE_RINGBUF */
	__uint(max_entries, 4096);
} ring SEC(".maps");
struct context {
	__u32 data, data_end;
};

__u64 numbers[16];
extern struct task_struct *bpf_task_from_pid(int pid) SEC(".ksyms");
extern void bpf_task_release(struct task_struct *task) SEC(".ksyms");

SEC("tp_btf/sys_enter") int kfunc_may_fail(__u64 *ctx)
{
	struct task_struct *task = bpf_task_from_pid(1);
	int pid = task->pid;

	bpf_task_release(task);
	return pid;
}
SEC("tp_btf/task_newtask") int releases_argument(__u64 *ctx)
{
	bpf_task_release((struct task_struct *)ctx[0]);
	return 0;
}
SEC("tp_btf/task_newtask") int no_such_argument(__u64 *ctx)
{
	return ctx[5];
}
SEC("tp_btf/task_newtask") int writes_task(__u64 *ctx)
{
	((struct task_struct *)ctx[0])->pid = 0;
	return 0;
}
SEC("raw_tp/sys_enter") int current_is_a_number(__u64 *ctx)
{
	return ((struct task_struct *)bpf_get_current_task())->pid;
}
SEC("raw_tp/sys_enter") int checks_another(__u64 *ctx)
{
	__u64 one = 1, two = 2;
	__u64 *a = bpf_map_lookup_elem(&counts, &one), *b = bpf_map_lookup_elem(&counts, &two);

	return a ? *b : 0;
}
SEC("raw_tp/sys_enter") int key_of_another_type(__u64 *ctx)
{
	__u32 key = 1;
	__u64 *value = bpf_map_lookup_elem(&counts, &key);

	return value ? *value : 0;
}
SEC("raw_tp/sys_enter") int record_without_check(__u64 *ctx)
{
	__u64 *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	*record = 1;
	bpf_ringbuf_submit(record, 0);
	return 0;
}
static long add_number(__u32 i, __u64 *sum)
{
	*sum += numbers[i];
	return 0;
}
SEC("raw_tp/sys_enter") int callback_without_limit(__u64 *ctx)
{
	__u64 sum = 0;

	bpf_loop(16, add_number, &sum, 0);
	return sum;
}
SEC("raw_tp/sys_enter") int signed_remainder(__u64 *ctx)
{
	return numbers[(int)ctx[1] % 16];
}
SEC("xdp") int compares_wrong_way(struct context *ctx)
{
	char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	return data + 14 < end ? 2 : data[13];
}
SEC("xdp") int one_byte_short(struct context *ctx)
{
	char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	return data + 13 > end ? 2 : data[13];
}
SEC("xdp") int trusts_header(struct context *ctx)
{
	__u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	if (data + 34 > end)
		return 2;
	return data[14 + (data[14] & 15) * 4 + 13] & 1;
}
SEC("xdp") int tail_call_with_copy(struct context *ctx)
{
	struct context copy = {};

	bpf_tail_call(&copy, &programs, 0);
	return 2;
}
SEC("tc") int tail_call_by_hash(void *ctx)
{
	bpf_tail_call(ctx, &counts, 0);
	return 0;
}
static int expired(void *map, int *key, struct timed *value)
{
	return 1;
}
SEC("tc") int timer_returns_1(void *ctx)
{
	__u32 key = 0;
	struct timed *value = bpf_map_lookup_elem(&timers, &key);

	if (!value)
		return 0;
	bpf_timer_init((void *)&value->timer, &timers, 1);
	bpf_timer_set_callback((void *)&value->timer, expired);
	return 0;
}
SEC("tc") int copies_lock(void *ctx)
{
	__u32 key = 0;
	struct locked *value = bpf_map_lookup_elem(&locks, &key), copy;

	if (!value)
		return 0;
	__builtin_memcpy(&copy, value, sizeof(copy));
	asm volatile("" ::"r"(&copy) : "memory");
	return 0;
}
SEC("tc") int returns_under_lock(void *ctx)
{
	__u32 key = 0;
	struct locked *value = bpf_map_lookup_elem(&locks, &key);

	if (!value)
		return 0;
	bpf_spin_lock((void *)&value->lock);
	if (value->n > 5)
		return 1;
	bpf_spin_unlock((void *)&value->lock);
	return 0;
}
SEC("uprobe") int sleeps(void *ctx)
{
	char c = 0;

	bpf_copy_from_user(&c, 1, (void *)1);
	return c;
}
SEC("socket") int packet_in_socket_filter(__u32 *ctx)
{
	return ctx[19]; /* data */
}
SEC("xdp") int counts_in_packet(struct context *ctx)
{
	__u64 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	if (data + 1 <= end)
		__sync_fetch_and_add(data, 1);
	return 2;
}
char _license[] SEC("license") = "GPL";
