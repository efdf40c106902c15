/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Which code of a function the verifier is certain to visit: step 2 of scan_function. */
#ifndef LD_PASSES_CHECK_SCAN_PATHS_H
#define LD_PASSES_CHECK_SCAN_PATHS_H

#include <stdbool.h>
#include <stdint.h>

#include "elf/insn.h"
#include "model/model.h"

/* Properties of a slot of code. */
enum {
	LD_PATH_LEADER = 1,        /* starts a basic block */
	LD_PATH_SECOND = 2,        /* second slot of an ld_imm64 */
	LD_PATH_CORE = 4,          /* the loader changes it (CO-RE) */
	LD_PATH_CERTAIN = 8,       /* the verifier is certain to visit it */
	LD_PATH_CERTAIN_JUMP = 16, /* from here the verifier is certain to follow the jump */
	LD_PATH_CERTAIN_FALL = 32, /* from here it is certain to continue at the next instruction */
	LD_PATH_SPILL = 64,        /* saves or restores a register around a call: see mark_spills */
};

/* Sets LD_PATH_CERTAIN, given the sides of conditional jumps that are followed. nr: slots of code.
 */
void ld_mark_certain(const uint8_t *code, uint32_t nr, bool big, uint8_t *flags);

/* The relocation at off, or NULL. */
const struct ld_reloc *ld_reloc_at(const struct ld_section *sec, uint64_t off);

/* The target of the jump at slot; nr if it leaves the function. */
static inline uint32_t ld_jump_target(uint32_t nr, uint32_t slot, int64_t distance)
{
	int64_t to = (int64_t)slot + 1 + distance;

	return to < 0 || to > (int64_t)nr ? nr : (uint32_t)to;
}

/* goto and gotol, but not a computed goto. */
static inline bool ld_is_goto(uint8_t op)
{
	return op == LD_OP_JA || op == LD_OP_JA32;
}

#endif
