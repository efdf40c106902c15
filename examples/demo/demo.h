/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Shared by the two BPF files and the loader. The program counts the system calls of one
 * process: enter.c runs at their start, and leave.c at their end.
 */
#ifndef DEMO_H
#define DEMO_H

#define NAME_SIZE 16 /* as in the kernel's task_struct */

enum {
	BEGUN,
	FAILED,
	NR_COUNTS,
};

/* A system call that failed; one record of the ring buffer. */
struct event {
	long nr;      /* which failure this is, from 1 */
	long syscall; /* its number */
	long error;   /* errno */
};

#endif
