/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Shared by dispatcher.bpf.c and dispatch.c. */
#ifndef DISPATCHER_H
#define DISPATCHER_H

#define SLOTS 10  /* programs */
#define ACTIONS 5 /* XDP_ABORTED to XDP_REDIRECT */

/* Set before the program is loaded. */
struct dispatcher_config {
	unsigned int nr_programs;
	unsigned int chain_call_actions[SLOTS]; /* bits: the next program runs after these */
};

#endif
