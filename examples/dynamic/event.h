/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Passed by the main program to libraries, which must agree about the layout. */
#ifndef EVENT_H
#define EVENT_H

struct event {
	unsigned int pid;
	unsigned int syscall;
};

#endif
