/* Addresses before a variable and behind it: prog() returns 100. */
#define SEC(x) __attribute__((section(x), used))
int a0[4] = {1, 2, 3, 4};
int b[8] = {10, 20, 30, 40, 50, 60, 70, 80};
int c[4] = {5, 6, 7, 8};
SEC("tc") int prog(void *ctx)
{
	int *p = &b[-2], *q = &b[10];
	asm volatile("" : "+r"(p), "+r"(q));
	return p[3] + q[-3]; /* 20 + 80 */
}
char LICENSE[] SEC("license") = "GPL";
