/* Each kind of reference, to symbols that are not the first of their sections. prog() returns 352433. */
#define SEC(x) __attribute__((section(x), used))
#define N __attribute__((noinline))
int first[4] = {1, 2, 3, 4};
int arr[4] = {100, 200, 300, 50000};
static int sarr[4] = {7, 8, 9, 10};
int last[4] = {100000, 200000, 300000, 4};
__attribute__((weak)) int warr[3] = {5, 6, 7};
int tail[12] = {1,2,3,4,5,6,7,8,9,10,11,12};
const int ro0[2] = {1, 2};
const int ro[3] = {11, 22, 33};
int zero[2], zarr[6];
#ifdef COMMON
int common[6];
#endif
static N int one(int x) { asm volatile("" : "+r"(x)); return x + first[0]; }
static N int two(int x) { asm volatile("" : "+r"(x)); return x * 3; }
N int gone(int x) { asm volatile("" : "+r"(x)); return x + 10; }
N int gtwo(int x) { asm volatile("" : "+r"(x)); return x * 5 + one(x); }
__attribute__((weak)) N int wk(int x) { asm volatile("" : "+r"(x)); return x + 1000; }
N int glast(int x) { asm volatile("" : "+r"(x)); return gone(x) + gtwo(x) + wk(x) + two(x); }
SEC("tc") int pad0(void *ctx) { return 0; }
SEC("tc") int prog(void *ctx)
{
	int *p = &arr[2], *q = &last[2], *w = &warr[1], *t = &tail[9], *s = &sarr[1], *z = &zarr[2];
	const int *r = &ro[1];
	asm volatile("" : "+r"(p), "+r"(q), "+r"(w), "+r"(t));
	asm volatile("" : "+r"(s), "+r"(z), "+r"(r));
	*z = 3;
#ifdef COMMON
	int *c = &common[2];
	asm volatile("" : "+r"(c));
	*c = 1;
	if (common[2] != 1 || common[0])
		return 1;
#endif
	/* 350364 */
	int v = p[0] + p[1] + q[0] + q[1] + w[0] + t[0] + t[1] + s[0] + zarr[2] + r[0];
	/* 1033, 3, 6, 12, 13, 1002: 352433 in all */
	return v + glast(2) + one(2) + two(2) + gone(2) + gtwo(2) + wk(2);
}
char LICENSE[] SEC("license") = "GPL";
