/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * BPF instructions as bytes: RFC 9669. An instruction slot has 8 bytes; ld_imm64 takes two slots.
 */
#ifndef LD_ELF_INSN_H
#define LD_ELF_INSN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define LD_INSN_SIZE 8

enum {
	LD_OP_LD_IMM64 = 0x18,
	LD_OP_CALL = 0x85,
	LD_OP_EXIT = 0x95,
	LD_OP_JA = 0x05,
	LD_OP_JA32 = 0x06,     /* gotol: the distance is in imm */
	LD_OP_JUMP_REG = 0x0d, /* to the address in a register */
	LD_OP_MOV64_IMM = 0xb7,
	LD_OP_MOV64_REG = 0xbf,
	LD_PSEUDO_CALL = 1, /* src_reg of a call to a BPF function */
	LD_PSEUDO_FUNC = 4, /* src_reg of an ld_imm64 of a function's address */
	LD_CLASS_LDX = 0x01,
	LD_CLASS_STX = 0x03,
	LD_CLASS_ALU = 0x04,
	LD_CLASS_JMP = 0x05,
	LD_CLASS_JMP32 = 0x06,
	LD_CLASS_ALU64 = 0x07,
	LD_SRC_REG = 0x08, /* of an ALU or jump opcode: the operand is a register, not imm */
};

static inline uint8_t ld_insn_op(const uint8_t *insn)
{
	return insn[0];
}

static inline uint8_t ld_insn_src(const uint8_t *insn, bool big)
{
	return big ? insn[1] & 0xf : insn[1] >> 4;
}

static inline int32_t ld_insn_imm(const uint8_t *insn, bool big)
{
	return (int32_t)ld_get32(insn + 4, big);
}

static inline void ld_insn_set_imm(uint8_t *insn, int32_t imm, bool big)
{
	ld_put32(insn + 4, (uint32_t)imm, big);
}

/* Whether insn is a load or store at a register's address plus an offset. */
static inline bool ld_insn_is_memory(const uint8_t *insn)
{
	uint8_t class = insn[0] & 7;

	return class >= LD_CLASS_LDX && class <= LD_CLASS_STX;
}

/* Whether insn is arithmetic, or a move, with an operand in imm. */
static inline bool ld_insn_is_alu_imm(const uint8_t *insn)
{
	uint8_t class = insn[0] & 7;

	return (class == LD_CLASS_ALU || class == LD_CLASS_ALU64) && !(insn[0] & LD_SRC_REG);
}

/* Whether insn jumps within a function; if so, *distance is in slots from the next one. */
static inline bool ld_insn_is_jump(const uint8_t *insn, bool big, int64_t *distance)
{
	uint8_t op = insn[0];

	if (((op & 7) != LD_CLASS_JMP && (op & 7) != LD_CLASS_JMP32) || op == LD_OP_CALL ||
	    op == LD_OP_EXIT)
		return false;
	*distance = op == LD_OP_JA32 ? ld_insn_imm(insn, big) : (int16_t)ld_get16(insn + 2, big);
	return true;
}

#endif
