// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
typedef unsigned char u8; typedef unsigned int u32; typedef unsigned long long u64;
struct Point { int x, y; char name[8]; };
enum Color { Red, Green = 5 };
union Either { u64 a; u8 b[8]; };
extern int r_opt(const struct Point *p);
extern int r_ref(struct Point *p);
extern const struct Point *r_ptr(const struct Point *p, unsigned long n);
extern _Bool r_enum(enum Color c);
extern void r_unit(unsigned char n, const char *s);
extern u32 r_arr(const u32 *a);
extern u64 r_void(void *a);
extern long long r_char(char a, signed char b, unsigned short c);
extern u32 r_cb(u32 (*f)(u32));
extern struct Point R_POINT;
extern u32 R_ARR[4];
extern enum Color R_COLOR;
extern union Either R_EITHER;
extern struct Point *R_OPT;
extern _Bool R_FLAG;

struct Point c_point = {5, 6};
u32 c_arr[4] = {1, 2};
__attribute__((noinline)) int c_opt(const struct Point *p) { return p ? p->x : 0; }
__attribute__((noinline)) const struct Point *c_ptr(const struct Point *p, unsigned long n) { return p + n; }
_Bool c_enum(enum Color c) { return c == Green; }
void c_unit(unsigned char n, const char *s) { }
u32 c_mix(signed char a, unsigned short b, long long c, _Bool d) { return a + b + c + d; }
__attribute__((section("tc"))) int cprog(void *ctx) {
  struct Point *p = &R_POINT;
  r_unit(1, (char *)ctx);
  return r_opt(p) + r_ref(p) + r_ptr(p, 0)->x + r_enum(R_COLOR) + r_arr(R_ARR) + r_void(ctx) +
         r_char(1, 2, 3) + r_cb(0) + R_EITHER.b[0] + (R_OPT != 0) + R_FLAG;
}
