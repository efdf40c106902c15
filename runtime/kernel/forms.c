/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "kernel/forms.h"

#include "kernel/limits.h"

static const struct {
	const char *name;
	bool anywhere;
	uint8_t refusing;
} forms[] = {
#define FORM(id, name, anywhere, v61, v612, v618, v72)                                             \
	{name, anywhere, LD_ZEROS(v61, v612, v618, v72)},
#include "kernel/forms.def"
};

/* Opcodes and parts of them: RFC 9669, and include/uapi/linux/bpf.h of Linux 7.2. */
enum {
	CLASS = 7,
	LDX = 1,
	ST = 2,
	STX = 3,
	ALU = 4,
	ALU64 = 7,
	MODE = 0xe0,
	MEMSX = 0x80,
	ATOMIC = 0xc0,
	LOAD_ACQUIRE = 0x100,
	STORE_RELEASE = 0x110,
	OPERATION = 0xf0,
	BY_REGISTER = 8,
	DIV = 0x30,
	MOD = 0x90,
	MOV = 0xb0,
	LSH = 0x60,
	RSH = 0x70,
	ARSH = 0xc0,
	LD_IMM64 = 0x18,
	BSWAP = 0xd7,
	MAY_GOTO = 0xe5,
	GOTOX = 0x0d,
	INDIRECT_CALL = 0x8d,
	SIGNED_DIVISION = 1, /* in off of a division */
	CAST_ADDR_SPACE = 1, /* in off of a move */
	FRAME_REGISTER = 10,
	STACK_ARGS = 11,
};

/* An operand in imm that no kernel accepts. */
static bool is_bad_constant(uint8_t op, int32_t imm, enum ld_form *form)
{
	uint8_t operation = op & OPERATION;

	if (op & BY_REGISTER)
		return false;
	if ((operation == DIV || operation == MOD) && !imm) {
		*form = LD_FORM_DIVISION;
		return true;
	}
	*form = LD_FORM_SHIFT;
	return (operation == LSH || operation == RSH || operation == ARSH) &&
	       (imm < 0 || imm >= ((op & CLASS) == ALU64 ? 64 : 32));
}

static enum ld_form arithmetic_form(uint8_t op, unsigned int dst, unsigned int src, int16_t off,
				    int32_t imm)
{
	uint8_t operation = op & OPERATION;
	enum ld_form form;

	if (dst > STACK_ARGS || (operation == MOV && op & BY_REGISTER && src > STACK_ARGS))
		return LD_FORM_REGISTER;
	if (dst == FRAME_REGISTER)
		return LD_FORM_FRAME_WRITE;
	if (is_bad_constant(op, imm, &form))
		return form;
	if (op == BSWAP)
		return LD_FORM_BSWAP;
	if (!off)
		return LD_NR_FORMS;
	if (operation == DIV || operation == MOD)
		return off == SIGNED_DIVISION ? LD_FORM_SDIV : LD_FORM_RESERVED;
	if (operation != MOV || !(op & BY_REGISTER))
		return LD_FORM_RESERVED;
	if (off == CAST_ADDR_SPACE)
		return LD_FORM_ADDR_SPACE;
	return off == 8 || off == 16 || off == 32 ? LD_FORM_MOVSX : LD_FORM_RESERVED;
}

static enum ld_form memory_form(uint8_t op, unsigned int dst, unsigned int src, int32_t imm)
{
	uint8_t class = op & CLASS;

	if (dst > STACK_ARGS || (class != ST && src > STACK_ARGS))
		return LD_FORM_REGISTER;
	if (dst == STACK_ARGS || (class != ST && src == STACK_ARGS))
		return LD_FORM_STACK_ARGS;
	if (class == LDX && dst == FRAME_REGISTER)
		return LD_FORM_FRAME_WRITE;
	if (class == LDX && (op & MODE) == MEMSX)
		return LD_FORM_MEMSX;
	if (class == STX && (op & MODE) == ATOMIC && (imm == LOAD_ACQUIRE || imm == STORE_RELEASE))
		return LD_FORM_ACQUIRE;
	return LD_NR_FORMS;
}

enum ld_form ld_form_of(uint8_t op, unsigned int dst, unsigned int src, int16_t off, int32_t imm)
{
	uint8_t class = op & CLASS;

	if (class == ALU || class == ALU64)
		return arithmetic_form(op, dst, src, off, imm);
	if (op == MAY_GOTO)
		return LD_FORM_MAY_GOTO;
	if (op == GOTOX)
		return LD_FORM_GOTOX;
	if (op == INDIRECT_CALL)
		return LD_FORM_INDIRECT_CALL;
	if (op == LD_IMM64 && dst == FRAME_REGISTER)
		return LD_FORM_FRAME_WRITE;
	return class >= LDX && class <= STX ? memory_form(op, dst, src, imm) : LD_NR_FORMS;
}

const char *ld_form_name(enum ld_form form)
{
	return forms[form].name;
}

bool ld_form_counts_anywhere(enum ld_form form)
{
	return forms[form].anywhere;
}

uint32_t ld_kernels_without_form(enum ld_form form)
{
	return forms[form].refusing;
}
