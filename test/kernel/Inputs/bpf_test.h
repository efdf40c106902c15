/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What a small BPF program needs, without the headers of a kernel or a machine. */
#ifndef BPF_TEST_H
#define BPF_TEST_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PROG_ARRAY = 3,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
	BPF_MAP_TYPE_RINGBUF = 27,
};

#include <bpf/bpf_helpers.h>

#define noinline __attribute__((noinline))

#ifndef __clang__
/* gcc 12 calls a helper by this attribute only. */
void *lookup_elem(void *map, const void *key) __attribute__((kernel_helper(1)));
long update_elem(void *map, const void *key, const void *value, __u64 flags)
	__attribute__((kernel_helper(2)));
long probe_read_kernel_str(void *to, __u32 size, const void *from)
	__attribute__((kernel_helper(115)));
long loop(__u32 times, void *callback, void *ctx, __u64 flags) __attribute__((kernel_helper(181)));
#define bpf_map_lookup_elem lookup_elem
#define bpf_map_update_elem update_elem
#define bpf_probe_read_kernel_str probe_read_kernel_str
#define bpf_loop loop
#endif

#endif
