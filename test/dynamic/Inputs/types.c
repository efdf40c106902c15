/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Programs of many types, all of which call one function; it returns what each of them may. */
#include "dyn.h"

extern int zero(int x) DEFAULT(0);

#define PROGRAM(name, section)                                                                     \
	SEC(section) int name(void *ctx)                                                           \
	{                                                                                          \
		zero(1);                                                                           \
		return 0;                                                                          \
	}

PROGRAM(of_socket, "socket")
PROGRAM(of_xdp, "xdp")
PROGRAM(of_tc, "tc")
PROGRAM(of_cgroup_skb, "cgroup_skb/ingress")
PROGRAM(of_raw_tp, "raw_tp/sys_enter")
PROGRAM(of_tp, "tp/raw_syscalls/sys_enter")
PROGRAM(of_kprobe, "kprobe/do_nanosleep")
PROGRAM(of_syscall, "syscall")
