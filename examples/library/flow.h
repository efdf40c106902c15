/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* libflow: counts packets, and says when there are too many of a kind. */
#ifndef FLOW_H
#define FLOW_H

enum flow_kind {
	FLOW_IPV4,
	FLOW_IPV6,
	FLOW_OTHER,
	FLOW_NR_KINDS,
};

struct flow_event {
	unsigned int kind;
	unsigned int count;
};

/* The kind of a packet, by the type field of its Ethernet header in host byte order. */
enum flow_kind flow_kind_of(unsigned int ethertype);

/* Counts a packet, and returns the number of packets of its kind. */
unsigned int flow_count(enum flow_kind kind);

/* Whether count is above the limit. User space may set that before the program is loaded. */
int flow_above_limit(unsigned int count);
extern const volatile unsigned int flow_limit;

/* Reports it to user space, in a ring buffer. */
int flow_report(enum flow_kind kind, unsigned int count);

/* The number of packets of all kinds. */
extern unsigned int flow_total;

#endif
