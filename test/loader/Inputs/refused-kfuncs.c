/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Programs that kernels with kernel functions refuse. */
#include "bpf_test.h"

struct bpf_iter_num {
	__u64 opaque[1];
} __attribute__((aligned(8)));
struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern void bpf_preempt_disable(void) __ksym;
extern struct task_struct *bpf_task_from_pid(__s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
char _license[] SEC("license") = "GPL";

SEC("xdp") int iterator_leak(void *ctx)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, 0, 3);
	return 0;
}
SEC("xdp") int no_iterator(void *ctx)
{
	struct bpf_iter_num it = {};

	return bpf_iter_num_next(&it) != 0;
}
SEC("xdp") int twice_destroyed(void *ctx)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, 0, 3);
	bpf_iter_num_destroy(&it);
	bpf_iter_num_destroy(&it);
	return 0;
}
SEC("tc") int never_unlocks_rcu(void *ctx)
{
	bpf_rcu_read_lock();
	return 0;
}
SEC("tc") int only_unlocks_rcu(void *ctx)
{
	bpf_rcu_read_unlock();
	return 0;
}
SEC("tc") int never_enables_preemption(void *ctx)
{
	bpf_preempt_disable();
	return 0;
}
SEC("syscall") int task_leak(void *ctx)
{
	return bpf_task_from_pid(1) != 0;
}
SEC("syscall") int task_before_check(void *ctx)
{
	bpf_task_release(bpf_task_from_pid(1));
	return 0;
}
SEC("syscall") int number_as_task(void *ctx)
{
	bpf_task_release((void *)8);
	return 0;
}
SEC("xdp") int other_kfunc(void *ctx)
{
	struct task_struct *p = bpf_task_from_pid(1);

	if (p)
		bpf_task_release(p);
	return 0;
}
