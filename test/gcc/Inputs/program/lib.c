/* Calls and data of two files; prog() of main.c returns 2073. */
int bpad[2] = {1, 1}; int barr[3] = {4, 5, 6}; static int bst[5] = {1,2,3,4,5};
__attribute__((noinline)) static int h1(int x) { asm volatile("" : "+r"(x)); return x + 1; }
__attribute__((noinline)) static int h2(int x) { asm volatile("" : "+r"(x)); return x + 2; }
__attribute__((noinline)) int bfun(int x) { asm volatile("" : "+r"(x)); return h1(x) + h2(x) * 10; }
__attribute__((noinline)) int bfun2(int x) { int *p = &barr[1], *q = &bst[3]; asm volatile("" : "+r"(x), "+r"(p), "+r"(q)); return bfun(x) + *p + *q; }
