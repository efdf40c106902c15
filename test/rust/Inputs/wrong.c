// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
typedef unsigned int u32; typedef unsigned long long u64;
struct Point { int x, y; };
struct other { int z; };
extern u32 r_count(u32 a);
extern u32 r_width(u32 a);
extern u32 r_kind(u64 a);
extern u32 r_ret(u32 a);
extern u32 r_other(u64 p);
extern _Bool r_fill(struct other *a);
extern u32 r_small(u32 a);
extern u32 R_WIDTH;
extern struct Point R_POINT;
extern u32 R_LIST[4];
struct list { u64 first, range; };
u64 C_WIDTH = 1;
struct Point C_POINT = {1, 2};
u64 C_RANGE = 3;
struct list C_INSIDE = {1, 2};
u32 *C_KIND;
u64 C_PTR = 4;
u32 C_LIST[4] = {5};
struct list C_LISTS[2];
int C_BYTE = 6;
u64 C_FUNC(void) { return 7; }
__attribute__((noinline)) u32 c_count(u32 a, u32 b) { return a + b; }
u32 c_width(u64 a) { return a; }
u32 c_kind(struct Point *p) { return p->x; }
u32 c_ret(u32 a) { return a; }
void c_void(u32 a) {}
__attribute__((section("tc"))) int cprog(void *ctx) {
  return r_count(1) + r_width(2) + r_kind(3) + r_ret(4) + r_other(3) + r_fill(0) + r_small(1) + R_WIDTH + R_POINT.y + R_LIST[2];
}
