/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#define SEC(name) __attribute__((section(name), used))

static struct {
	int (*type)[1];
	int (*max_entries)[8];
	int *key;
	long *value;
} m SEC(".maps");

extern int counter;
char _license[] SEC("license") = "GPL";

__attribute__((noinline)) int add(int a)
{
	return a + counter + (int)(long)&m;
}

__attribute__((weak)) int both(void)
{
	return 2;
}
