// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// CO-RE, a helper and kfuncs, for Rust.
struct task_struct { int pid, tgid; } __attribute__((preserve_access_index));
static struct task_struct *(*const bpf_get_current_task_btf)(void) = (void *)158;
extern struct task_struct *bpf_task_from_pid(int pid) __attribute__((section(".ksyms")));
extern void bpf_task_release(struct task_struct *task) __attribute__((section(".ksyms")));

__attribute__((always_inline)) struct task_struct *current(void)
{
	return bpf_get_current_task_btf();
}

__attribute__((always_inline)) int pid_of(struct task_struct *task)
{
	return task->pid;
}

_Bool has_tgid(void)
{
	return __builtin_preserve_field_info(((struct task_struct *)0)->tgid, 2);
}

int find_pid(int pid)
{
	struct task_struct *task = bpf_task_from_pid(pid);
	int found;

	if (!task)
		return -1;
	found = task->pid;
	bpf_task_release(task);
	return found;
}
