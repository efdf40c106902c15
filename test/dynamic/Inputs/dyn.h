/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What the programs of these tests have in common, without a kernel's headers. */
#define SEC(name) __attribute__((section(name), used))
#define noinline __attribute__((noinline))
#define weak __attribute__((weak))
#define DEFAULT(value) __attribute__((btf_decl_tag("bpfld:default=" #value)))

struct xdp_md {
	unsigned int data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex;
};

struct __sk_buff {
	unsigned int len, pkt_type, mark;
};

struct flow {
	unsigned int key;
#ifdef OTHER_LAYOUT
	unsigned long bytes;
#else
	unsigned int bytes;
#endif
};

/* An argument that the compiler can't know. */
#define hide(x) asm volatile("" : "+r"(x))

char _license[] SEC("license") = "GPL";
