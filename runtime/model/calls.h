/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The call graph of what goes into the output, over all files: functions, who calls whom, and how
 * much stack each function uses.
 */
#ifndef LD_MODEL_CALLS_H
#define LD_MODEL_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "kernel/limits.h"

struct ld_file;
struct ld_section;
struct ld_sym;

enum ld_call_kind {
	LD_CALL_DIRECT,
	LD_CALL_BACK,  /* a callback that a helper runs on the stack of its caller */
	LD_CALL_LATER, /* a callback that a timer or a workqueue runs on a stack of its own */
};

struct ld_call {
	uint32_t caller, callee; /* indexes of functions */
	enum ld_call_kind kind;
	uint64_t off;  /* bytes into the caller's section */
	bool sure;     /* no value that is known when the program is loaded can leave it out */
	bool circular; /* the one that closes a circle of calls */
};

#define LD_NO_ACCESS INT32_MAX

struct ld_func {
	const struct ld_section *sec;
	const struct ld_sym *sym;
	uint64_t off, size;      /* bytes, into sec */
	uint32_t call, call_end; /* calls->calls[call .. call_end) */

	bool linked;       /* calls some function, or is called */
	bool program;      /* outside .text: a loader makes a program of it */
	bool global;       /* the verifier looks at it by itself, for any arguments */
	bool calls_tail;   /* makes a tail call */
	bool later;        /* its address goes where a timer or a workqueue may call it */
	bool reached;      /* a program calls it, directly or not */
	bool surely;       /* the verifier follows such calls to it, whatever is known at load */
	uint32_t frame;    /* stack bytes: the deepest place of its frame that it computes */
	uint32_t verified; /* stack bytes that the verifier surely sees it access; where not linked
			      and at most 512, the same as frame */
	int32_t low[LD_KERNEL_ARGS]; /* the lowest byte that it surely accesses through a pointer
				      argument, from there, or LD_NO_ACCESS */
	uint64_t gpl_off; /* bytes into sec of a call that needs a GPL-compatible license */
	bool needs_gpl;
};

struct ld_calls {
	struct ld_func *funcs; /* in the order of files, sections and places in them */
	uint32_t nr_funcs;
	LD_VEC(struct ld_call) calls; /* by caller, in the order of the code */
	uint32_t *order;              /* all functions, callees first, circles cut open */
	uint32_t *parent;             /* the call by which the walk came to a function + 1, or 0 */
	uint32_t **first;             /* [file index][section index]: its first function */
};

#endif
