#define SEC(x) __attribute__((section(x), used))
int bfun2(int x); extern int barr[3];
int c0 = 1, c1[2] = {1000, 2000};
__attribute__((noinline)) static int k0(int x) { asm volatile("" : "+r"(x)); return x; }
__attribute__((noinline)) static int k1(int x) { asm volatile("" : "+r"(x)); return x + c0; }
SEC("tc") int prog(void *ctx) { int *p = &c1[1], *e = &barr[2]; asm volatile("" : "+r"(p), "+r"(e)); return *p + *e + k1(1) + k0(2) + bfun2(3); }
/* 2000 + 6 + 2 + 2 + (4 + 50 + 5 + 4) = 2073 */
char LICENSE[] SEC("license") = "GPL";
