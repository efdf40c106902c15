/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What the main program hands to libraries: shared, so that both mean the same bytes. */
#ifndef EVENT_H
#define EVENT_H

struct event {
	unsigned int pid;
	unsigned int syscall;
};

#endif
