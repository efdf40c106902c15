/* One program and what it calls: -DMAIN gives the one, without it the other. */
#define SEC(name) __attribute__((section(name), used))

int helper(int a);

#ifdef MAIN
static int count;

SEC("license") char _license[] = "GPL";

SEC("socket") int prog(void *ctx)
{
	count++;
	return helper(count);
}
#else
static int count = 7;

int helper(int a)
{
	return a + count++;
}
#endif
