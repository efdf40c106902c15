/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The call graph of the output, over all files: functions, their calls, and the stack that each
 * uses.
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
	LD_CALL_LATER, /* a callback that a timer or workqueue runs on its own stack */
};

struct ld_call {
	uint32_t caller, callee; /* indexes of functions */
	enum ld_call_kind kind;
	uint64_t off;  /* bytes into the caller's section */
	bool certain;  /* the verifier is certain to see it, whatever it knows at load time */
	bool circular; /* closes a cycle of calls */
};

/* Needs of a function: a helper, by its number, or one of these. */
enum {
	LD_NEED_FORM = 0x1000,        /* plus a form of instructions, enum ld_form */
	LD_NEED_LOCKED_CALL = 0x2000, /* that it may call a static function while it holds a lock */
	LD_NEED_LOCKED_GLOBAL,        /* the same of a global function */
	LD_NEED_LOCKED_HELPER,        /* the same of a helper */
	LD_NEED_LOCKED_KFUNC,         /* the same of a kfunc, */
	LD_NEED_LOCKED_GRAPH,         /* of one of LD_RULE_LOCKED_GRAPH, */
	LD_NEED_LOCKED_PEEK,          /* LD_RULE_LOCKED_PEEK, */
	LD_NEED_LOCKED_ITERATOR,      /* LD_RULE_LOCKED_ITERATOR, */
	LD_NEED_LOCKED_ARENA,         /* LD_RULE_LOCKED_ARENA, */
	LD_NEED_LOCKED_STREAM,        /* or LD_RULE_LOCKED_STREAM */
	LD_NEED_UNPREEMPTED_GLOBAL,   /* the same with preemption disabled */
	LD_NEED_LOCKED_EXIT,          /* that a program or global function may end with a lock, */
	LD_NEED_UNPREEMPTED_EXIT,     /* with preemption disabled, */
	LD_NEED_RCU_EXIT,             /* or in an RCU read-side critical section */
	LD_NEED_LOCKED_RETURN,        /* that a static function may end with a lock */
	LD_NEED_TAIL_CALL_VOID, /* that it may make a tail call, though it returns no number */
	LD_NEED_UNPASSED,       /* that it calls a function with more parameters than it passes */
	LD_NEED_DEAD_CODE,      /* that it may have code that nothing leads to */
	LD_NEED_FAR_JUMP,       /* that it may jump out of the function */
	LD_NEED_NO_END,         /* that it may end in other instructions than exit and goto */
};

struct ld_need {
	uint32_t slot; /* of the function: the first instruction with this need */
	uint16_t what;
	bool certain; /* the verifier is certain to see it */
};

#define LD_NO_ACCESS INT32_MAX

struct ld_func {
	const struct ld_section *sec;
	const struct ld_sym *sym;
	uint64_t off, size;      /* bytes, into sec */
	uint32_t call, call_end; /* calls->calls[call .. call_end) */
	uint32_t need, need_end; /* calls->needs[need .. need_end) */

	bool linked;       /* calls a function or is called */
	bool program;      /* outside .text: loaders make a program of it */
	bool global;       /* the verifier checks it on its own, for any arguments */
	bool calls_tail;   /* makes a tail call */
	bool later;        /* its address escapes to where a timer or workqueue may call it */
	bool reached;      /* a program calls it, directly or indirectly */
	bool certain;      /* the same, by calls that the verifier is certain to see */
	uint32_t frame;    /* stack bytes: the lowest address that it computes in its frame */
	uint32_t verified; /* stack bytes that the verifier is certain to see accessed; equal to
			      frame if it is not linked and frame is at most 512 */
	int32_t low[LD_KERNEL_ARGS]; /* the lowest offset that it is certain to access through a
					pointer argument, or LD_NO_ACCESS */
	uint64_t gpl_off; /* bytes into sec of a call that needs a GPL-compatible license */
	bool needs_gpl;
	uint8_t effect; /* on what its callers hold: see scan_needs.c */
};

struct ld_calls {
	struct ld_func *funcs; /* in the order of files, sections and offsets */
	uint32_t nr_funcs;
	LD_VEC(struct ld_call) calls; /* by caller, in the order of the code */
	LD_VEC(struct ld_need) needs; /* by function; each need once, certain ones first or alone */
	uint8_t *rejected; /* by function: kernels that certainly reject a program that calls it */
	uint32_t *order;   /* all functions, callees first; cycles are cut */
	uint32_t *parent;  /* the call by which the depth-first walk reached a function + 1, or 0 */
	uint32_t **first;  /* [file index][section index]: its first function */
};

#endif
