/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Helpers, by the struct bpf_func_proto of each (kernel/bpf/helpers.c, kernel/trace/bpf_trace.c,
 * net/core/filter.c): what they do to the stack and to what the verifier knows, and licenses.
 */
#ifndef LD_KERNEL_HELPERS_H
#define LD_KERNEL_HELPERS_H

#include <stdint.h>

enum {
	LD_HELPER_GPL = 1,      /* gpl_only: needs a GPL-compatible license */
	LD_HELPER_MEM = 2,      /* << i: register i + 1 points to memory that the helper accesses */
	LD_HELPER_PTR = 64,     /* may return a pointer */
	LD_HELPER_KNOWN = 128,  /* returns a value that the verifier may know */
	LD_HELPER_SLEEPS = 256, /* might_sleep: for programs that may sleep */
};

enum {
	LD_HELPER_TAIL_CALL = 12,
	LD_HELPER_SPIN_LOCK = 93,
	LD_HELPER_SPIN_UNLOCK = 94,
	LD_HELPER_FOR_EACH_MAP_ELEM = 164,
	LD_HELPER_TIMER_SET_CALLBACK = 170,
	LD_HELPER_FIND_VMA = 180,
	LD_HELPER_LOOP = 181,
	LD_HELPER_KPTR_XCHG = 194,
	LD_HELPER_USER_RINGBUF_DRAIN = 209,
	LD_HELPER_LAST = 211,
};

/* LD_HELPER_* of a helper, by number. */
unsigned int ld_helper_flags(int32_t id);

/* Its name without "bpf_"; NULL if there is none of this number. */
const char *ld_helper_name(int32_t id);

/* A helper that calls a function of the program, on the stack of its caller. */
struct ld_callback_helper {
	int32_t id;
	uint8_t function; /* the register that holds the function */
	uint8_t ctx;      /* the register that is passed to it */
	uint8_t arg;      /* the argument that receives it, from 1 */
};

/* NULL if the helper calls no function. */
const struct ld_callback_helper *ld_callback_helper(int32_t id);

#endif
