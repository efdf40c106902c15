/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* With -DA and -DB two objects, of which some functions differ. */
#ifdef A
#define LAYOUT int a, b
#define SIGN int
#define TAG __attribute__((btf_decl_tag("arg:nonnull")))
#else
#define LAYOUT long a, b
#define SIGN unsigned int
#define TAG
#endif

struct pair {
	int a, b;
};
struct inner {
	LAYOUT;
};
struct outer {
	int before;
	struct inner inner;
};

static __attribute__((noinline)) int local(int x)
{
	asm volatile("" : "+r"(x));
	return x;
}

int same(struct pair *p, int x)
{
	return p ? p->a + local(x) : 0;
}

int sign(SIGN x)
{
	return x == 0;
}

int layout(struct outer *o)
{
	return o ? o->before : 0;
}

int tagged(struct pair *p TAG)
{
	return p ? p->b : 0;
}

int count(struct pair *p)
{
	return p ? p->b : 0;
}

#ifdef A
extern int wanted(struct pair *p, int x) __attribute__((btf_decl_tag("bpfld:default=-3")));
extern int perhaps(int x) __attribute__((weak));

int *pointer(int x)
{
	return (int *)0 + (perhaps ? perhaps(x) : wanted(0, x));
}
#endif
