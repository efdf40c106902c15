/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What the kernel's verifier knows about helpers, as far as it tells how much stack is used. */
#ifndef LD_KERNEL_HELPERS_H
#define LD_KERNEL_HELPERS_H

#include <stdint.h>

enum {
	LD_HELPER_GPL = 1,     /* for programs under a GPL-compatible license only */
	LD_HELPER_MEM = 2,     /* << i: register i + 1 points at memory that is read or written */
	LD_HELPER_PTR = 64,    /* returns a pointer, or what may be one */
	LD_HELPER_KNOWN = 128, /* returns what the verifier may know */
};

enum {
	LD_HELPER_TAIL_CALL = 12,
	LD_HELPER_FOR_EACH_MAP_ELEM = 164,
	LD_HELPER_TIMER_SET_CALLBACK = 170,
	LD_HELPER_FIND_VMA = 180,
	LD_HELPER_LOOP = 181,
	LD_HELPER_USER_RINGBUF_DRAIN = 209,
	LD_HELPER_LAST = 211,
};

/* LD_HELPER_* of helper number id; 0 for one that is not known. */
unsigned int ld_helper_flags(int32_t id);

/* Its name without "bpf_"; NULL for one that has no flags. */
const char *ld_helper_name(int32_t id);

/* A helper that calls a function of the program, on the stack of the one that calls it. */
struct ld_callback_helper {
	int32_t id;
	uint8_t function; /* the register that holds the function */
	uint8_t ctx;      /* the register that is passed on to it */
	uint8_t arg;      /* as which of its arguments, from 1 */
};

/* NULL where helper id does no such thing. */
const struct ld_callback_helper *ld_callback_helper(int32_t id);

#endif
