// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
typedef unsigned char u8; typedef unsigned int u32; typedef unsigned long long u64;
#ifdef __clang__
#define REAL double
#else
#define REAL u64 /* gcc has no double for BPF */
#endif
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
extern _Bool r_fill(struct Point *p);
extern u32 r_small(u8 s, u32 c);
extern int r_handle(struct Point *h, struct Point *o);
extern _Bool r_some(struct Point *p, struct Point *o);
extern u8 R_BUFFER[32];
extern struct Point R_LATER;
extern struct Point R_POINT;
extern u32 R_ARR[4];
extern enum Color R_COLOR;
extern union Either R_EITHER;
extern struct Point *R_OPT;
extern _Bool R_FLAG;

struct Point c_point = {5, 6};
u32 c_arr[4] = {1, 2};
struct mixed { u8 kind; union Either either; const char *text; unsigned short list[3]; u8 *next; unsigned short half; };
struct tagged { u32 tag; union { u8 small; u64 large; }; };
struct wrapped { u32 number; };
struct packed { u8 a; u32 b; u64 c; } __attribute__((packed));
struct aligned { u8 a; u32 b; } __attribute__((aligned(64)));
struct bits { u32 low; u32 high : 4, rest : 28; };
u8 c_byte = 1;
char c_letter = 'a';
_Bool c_flag = 1;
__int128 c_wide = 1;
enum Color c_color = Green;
union Either c_either = {1};
struct mixed c_mixed, c_mixes[2];
struct tagged c_tagged;
struct wrapped c_wrapped;
u32 c_plain = 1, c_cell = 1, c_table[2][3];
struct wrapped c_number;
struct packed c_packed;
struct aligned c_aligned;
u64 c_atomic, c_hidden[3];
const char *c_text;
struct Point *c_maybe;
u32 (*c_callback)(u32);
REAL c_real;
struct Point c_start[2];
struct { int (*type)[2]; int (*max_entries)[1]; int *key; int *value; } c_map __attribute__((section(".maps"))),
  c_map_too __attribute__((section(".maps")));
struct bits c_bits;
const volatile enum { LOW = -1, HIGH = 1 } c_level = HIGH;
u32 c_look(const void *p) { return p != 0; }
__attribute__((noinline)) int c_opt(const struct Point *p) { return p ? p->x : 0; }
__attribute__((noinline)) const struct Point *c_ptr(const struct Point *p, unsigned long n) { return p + n; }
_Bool c_enum(enum Color c) { return c == Green; }
void c_unit(unsigned char n, const char *s) { }
u32 c_mix(signed char a, unsigned short b, long long c, _Bool d) { return a + b + c + d; }
__attribute__((section("tc"))) int cprog(void *ctx) {
  struct Point *p = &R_POINT;
  r_unit(1, (char *)ctx);
  return r_opt(p) + r_ref(p) + r_ptr(p, 0)->x + r_enum(R_COLOR) + r_arr(R_ARR) + r_void(ctx) +
         r_char(1, 2, 3) + r_cb(0) + r_fill(p) + r_small(1, 5) + r_handle(p, 0) + r_some(p, 0) +
         R_BUFFER[1] + R_LATER.x + R_EITHER.b[0] + (R_OPT != 0) + R_FLAG;
}
