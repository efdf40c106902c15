/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Which code of a function the verifier is sure to look at: the second step of scan_function. */
#ifndef LD_PASSES_CHECK_SCAN_PATHS_H
#define LD_PASSES_CHECK_SCAN_PATHS_H

#include <stdbool.h>
#include <stdint.h>

#include "elf/insn.h"

/* What is known of a slot of code. */
enum {
	LD_PATH_LEADER = 1,     /* begins a basic block */
	LD_PATH_SECOND = 2,     /* second slot of an ld_imm64 */
	LD_PATH_CORE = 4,       /* the loader changes it */
	LD_PATH_SURE = 8,       /* the verifier gets here */
	LD_PATH_SURE_JUMP = 16, /* from here, if it gets here, it follows the jump */
	LD_PATH_SURE_FALL = 32, /* and goes on to the next instruction */
	LD_PATH_SPILL = 64,     /* saves a register over a call, or gets it back: see mark_spills */
};

/* Sets LD_PATH_SURE, given which sides of conditional jumps are followed. nr: slots of code. */
void ld_mark_sure(const uint8_t *code, uint32_t nr, bool big, uint8_t *flags);

/* Where the jump at slot leads; nr where out of the function. */
static inline uint32_t ld_jump_target(uint32_t nr, uint32_t slot, int64_t distance)
{
	int64_t to = (int64_t)slot + 1 + distance;

	return to < 0 || to > (int64_t)nr ? nr : (uint32_t)to;
}

/* goto and gotol; not the computed one. */
static inline bool ld_is_goto(uint8_t op)
{
	return op == LD_OP_JA || op == LD_OP_JA32;
}

#endif
