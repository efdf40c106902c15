/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A library in two versions, which differ in the struct, too. Define PFX to get one of them. */
#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)
#ifdef PFX
#define add PASTE(PFX, add)
#define total PASTE(PFX, total)
#define seen PASTE(PFX, seen)
#endif

struct state {
	int calls;
#if VERSION == 2
	int scale;
#endif
};
int add(int n);
extern int total;
struct seen_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, VERSION * 10);
	__type(key, int);
	__type(value, struct state);
};
extern struct seen_map seen SEC(".maps");
