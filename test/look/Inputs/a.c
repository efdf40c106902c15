/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* With b.c: a program with a map, a weak function that wins, a COMMON-like global, externs. */
#define SEC(name) __attribute__((section(name), used))

struct {
	int (*type)[1];
	int (*max_entries)[8];
	int *key;
	long *value;
} m SEC(".maps");

extern int add(int a);
extern int jiffies_like __attribute__((weak, section(".ksyms")));

int counter;
const char greeting[] = "hello";
char lic[] SEC("license") = "GPL";

__attribute__((weak)) int both(void)
{
	return 1;
}

SEC("tc") int prog(void *ctx)
{
	counter++;
	return add((int)(long)ctx) + both() + !!&jiffies_like + (int)(long)&m;
}
