/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Drops UDP packets to an odd port. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct packet {
	struct ethhdr eth;
	struct iphdr ip;
	struct udphdr udp;
} __attribute__((packed));

SEC("xdp") int xdp_prog(struct xdp_md *ctx)
{
	struct packet *p = (void *)(long)ctx->data;

	if ((void *)(p + 1) > (void *)(long)ctx->data_end ||
	    p->eth.h_proto != bpf_htons(ETH_P_IP) || p->ip.ihl != 5 ||
	    p->ip.protocol != IPPROTO_UDP)
		return XDP_PASS;
	return bpf_ntohs(p->udp.dest) & 1 ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
