/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Replaces what LLVM does not compile for BPF, or kernels reject, by other instructions. rustc
 * generates all of these; clang rarely does.
 */
#include "lto/compiler.h"

#include <string.h>

struct lowering {
	LLVMBuilderRef build;
	unsigned noreturn; /* the attribute's kind */
};

static bool is_call_of(LLVMValueRef i, const char *name)
{
	return LLVMIsACallInst(i) && !strcmp(name_of(LLVMGetCalledValue(i)), name);
}

static LLVMValueRef number(LLVMValueRef like, uint64_t value)
{
	return LLVMConstInt(LLVMTypeOf(like), value, 0);
}

static unsigned width_of(LLVMValueRef v)
{
	LLVMTypeRef type = LLVMTypeOf(v);

	return LLVMGetTypeKind(type) == LLVMIntegerTypeKind ? LLVMGetIntTypeWidth(type) : 0;
}

static void replace_by(LLVMValueRef i, LLVMValueRef new)
{
	LLVMReplaceAllUsesWith(i, new);
	LLVMInstructionEraseFromParent(i);
}

/* ---- arithmetic ---- */

/* All bits are the sign. */
static LLVMValueRef sign_of(LLVMBuilderRef b, LLVMValueRef v)
{
	return LLVMBuildAShr(b, v, number(v, width_of(v) - 1), "");
}

/* Negates v if sign is -1. */
static LLVMValueRef with_sign(LLVMBuilderRef b, LLVMValueRef v, LLVMValueRef sign)
{
	return LLVMBuildSub(b, LLVMBuildXor(b, v, sign, ""), sign, "");
}

/* Signed division, which CPUs before v4 lack. */
static void lower_division(LLVMBuilderRef b, LLVMValueRef i, bool remainder)
{
	LLVMValueRef x = LLVMGetOperand(i, 0), y = LLVMGetOperand(i, 1);
	LLVMValueRef x_sign = sign_of(b, x), y_sign = sign_of(b, y);
	LLVMValueRef x_abs = with_sign(b, x, x_sign), y_abs = with_sign(b, y, y_sign);

	if (remainder)
		replace_by(i, with_sign(b, LLVMBuildURem(b, x_abs, y_abs, ""), x_sign));
	else
		replace_by(i, with_sign(b, LLVMBuildUDiv(b, x_abs, y_abs, ""),
					LLVMBuildXor(b, x_sign, y_sign, "")));
}

/* Whether x * y, which is product, has more than 64 bits. */
static LLVMValueRef overflows(LLVMBuilderRef b, LLVMValueRef x, LLVMValueRef y,
			      LLVMValueRef product)
{
	LLVMValueRef zero = LLVMBuildICmp(b, LLVMIntEQ, x, number(x, 0), "");
	LLVMValueRef divisor = LLVMBuildSelect(b, zero, number(x, 1), x, "");
	LLVMValueRef quotient = LLVMBuildUDiv(b, product, divisor, "");

	return LLVMBuildAnd(b, LLVMBuildNot(b, zero, ""),
			    LLVMBuildICmp(b, LLVMIntNE, quotient, y, ""), "");
}

/* ---- 128 bits ---- */

/* A number of 128 bits. LLVM would call functions to shift and multiply them. */
struct wide {
	LLVMValueRef low, high;
};

static struct wide split(LLVMBuilderRef b, LLVMValueRef v)
{
	LLVMTypeRef word = LLVMInt64TypeInContext(LLVMGetTypeContext(LLVMTypeOf(v)));

	return (struct wide){
	    LLVMBuildTrunc(b, v, word, ""),
	    LLVMBuildTrunc(b, LLVMBuildLShr(b, v, number(v, 64), ""), word, ""),
	};
}

static LLVMValueRef join(LLVMBuilderRef b, struct wide w, LLVMTypeRef type)
{
	LLVMValueRef high = LLVMBuildZExt(b, w.high, type, "");

	return LLVMBuildOr(b, LLVMBuildShl(b, high, LLVMConstInt(type, 64, 0), ""),
			   LLVMBuildZExt(b, w.low, type, ""), "");
}

/* The high half of the product of two numbers of 64 bits. */
static LLVMValueRef high_product(LLVMBuilderRef b, LLVMValueRef x, LLVMValueRef y)
{
	LLVMValueRef half = number(x, 32), mask = number(x, UINT32_MAX);
	LLVMValueRef x0 = LLVMBuildAnd(b, x, mask, ""), x1 = LLVMBuildLShr(b, x, half, "");
	LLVMValueRef y0 = LLVMBuildAnd(b, y, mask, ""), y1 = LLVMBuildLShr(b, y, half, "");
	LLVMValueRef low = LLVMBuildMul(b, x0, y0, ""), high = LLVMBuildMul(b, x1, y1, "");
	LLVMValueRef m0 = LLVMBuildMul(b, x1, y0, ""), m1 = LLVMBuildMul(b, x0, y1, "");
	LLVMValueRef carry = LLVMBuildLShr(b, low, half, "");

	carry = LLVMBuildAdd(b, carry, LLVMBuildAnd(b, m0, mask, ""), "");
	carry = LLVMBuildAdd(b, carry, LLVMBuildAnd(b, m1, mask, ""), "");
	high = LLVMBuildAdd(b, high, LLVMBuildLShr(b, m0, half, ""), "");
	high = LLVMBuildAdd(b, high, LLVMBuildLShr(b, m1, half, ""), "");
	return LLVMBuildAdd(b, high, LLVMBuildLShr(b, carry, half, ""), "");
}

static LLVMValueRef nonzero(LLVMBuilderRef b, LLVMValueRef v)
{
	return LLVMBuildICmp(b, LLVMIntNE, v, number(v, 0), "");
}

/* *overflow: whether the product has more than 128 bits. */
static LLVMValueRef wide_product(LLVMBuilderRef b, LLVMValueRef v, LLVMValueRef w,
				 LLVMValueRef *overflow)
{
	struct wide x = split(b, v), y = split(b, w), product;
	LLVMValueRef cross = LLVMBuildAdd(b, LLVMBuildMul(b, x.low, y.high, ""),
					  LLVMBuildMul(b, x.high, y.low, ""), "");

	product.low = LLVMBuildMul(b, x.low, y.low, "");
	product.high = LLVMBuildAdd(b, high_product(b, x.low, y.low), cross, "");
	if (overflow) {
		LLVMValueRef both = LLVMBuildAnd(b, nonzero(b, x.high), nonzero(b, y.high), "");
		LLVMValueRef parts = LLVMBuildOr(b, high_product(b, x.low, y.high),
						 high_product(b, x.high, y.low), "");
		LLVMValueRef carry = LLVMBuildICmp(b, LLVMIntULT, product.high, cross, "");

		*overflow = LLVMBuildOr(b, LLVMBuildOr(b, both, nonzero(b, parts), ""), carry, "");
	}
	return join(b, product, LLVMTypeOf(v));
}

static void lower_shift(LLVMBuilderRef b, LLVMValueRef i, LLVMOpcode op)
{
	struct wide x = split(b, LLVMGetOperand(i, 0)), in, out;
	LLVMValueRef by = split(b, LLVMGetOperand(i, 1)).low, most = number(by, 63);
	LLVMValueRef near = LLVMBuildAnd(b, by, most, "");
	/* 63 - near; a shift by 64 is undefined. */
	LLVMValueRef rest = LLVMBuildXor(b, near, most, "");
	LLVMValueRef far = LLVMBuildICmp(b, LLVMIntUGT, by, most, ""), one = number(by, 1), moved;

	if (op == LLVMShl) {
		in.low = LLVMBuildShl(b, x.low, near, "");
		moved = LLVMBuildLShr(b, LLVMBuildLShr(b, x.low, one, ""), rest, "");
		in.high = LLVMBuildOr(b, LLVMBuildShl(b, x.high, near, ""), moved, "");
		out = (struct wide){number(by, 0), in.low};
	} else {
		bool sign = op == LLVMAShr;

		in.high =
		    sign ? LLVMBuildAShr(b, x.high, near, "") : LLVMBuildLShr(b, x.high, near, "");
		moved = LLVMBuildShl(b, LLVMBuildShl(b, x.high, one, ""), rest, "");
		in.low = LLVMBuildOr(b, LLVMBuildLShr(b, x.low, near, ""), moved, "");
		out = (struct wide){in.high, sign ? sign_of(b, x.high) : number(by, 0)};
	}
	in.low = LLVMBuildSelect(b, far, out.low, in.low, "");
	in.high = LLVMBuildSelect(b, far, out.high, in.high, "");
	replace_by(i, join(b, in, LLVMTypeOf(i)));
}

/* ---- overflow ---- */

static LLVMValueRef product_of(LLVMBuilderRef b, LLVMValueRef x, LLVMValueRef y,
			       LLVMValueRef *overflow)
{
	LLVMValueRef product;

	if (width_of(x) == 128)
		return wide_product(b, x, y, overflow);
	product = LLVMBuildMul(b, x, y, "");
	*overflow = overflows(b, x, y, product);
	return product;
}

/* Multiplication that reports overflow. LLVM would call a function for twice the width. */
static void lower_checked(LLVMBuilderRef b, LLVMValueRef i, bool is_signed)
{
	LLVMValueRef x = LLVMGetOperand(i, 0), y = LLVMGetOperand(i, 1), overflow, result, product;

	if (is_signed) {
		LLVMValueRef x_sign = sign_of(b, x), y_sign = sign_of(b, y);
		LLVMValueRef sign = LLVMBuildXor(b, x_sign, y_sign, "");
		LLVMValueRef absolute =
		    product_of(b, with_sign(b, x, x_sign), with_sign(b, y, y_sign), &overflow);
		LLVMValueRef ones = LLVMConstAllOnes(LLVMTypeOf(x));
		LLVMValueRef most = LLVMBuildLShr(b, ones, number(x, 1), "");

		most = LLVMBuildSub(b, most, sign, "");
		overflow =
		    LLVMBuildOr(b, overflow, LLVMBuildICmp(b, LLVMIntUGT, absolute, most, ""), "");
		product = with_sign(b, absolute, sign);
	} else {
		product = product_of(b, x, y, &overflow);
	}
	result = LLVMBuildInsertValue(b, LLVMGetUndef(LLVMTypeOf(i)), product, 0, "");
	replace_by(i, LLVMBuildInsertValue(b, result, overflow, 1, ""));
}

/* ---- atomic accesses ---- */

/*
 * LLVM compiles atomic loads and stores for CPU v4 only: Rust's AtomicU64::load(). BPF accesses
 * aligned memory at once, so that relaxed ones are ordinary ones. Others become an exchange, which
 * kernels order fully.
 */
static void lower_atomic(LLVMBuilderRef b, LLVMValueRef i, const char *cpu)
{
	static const LLVMAtomicOrdering full = LLVMAtomicOrderingSequentiallyConsistent;
	LLVMAtomicOrdering order = LLVMGetOrdering(i);
	bool load = LLVMIsALoadInst(i);
	LLVMValueRef value = load ? i : LLVMGetOperand(i, 0);

	if (order == LLVMAtomicOrderingUnordered || order == LLVMAtomicOrderingMonotonic) {
		LLVMSetOrdering(i, LLVMAtomicOrderingNotAtomic);
		LLVMSetVolatile(i, 1);
		return;
	}
	if (order == LLVMAtomicOrderingNotAtomic || strcmp(cpu, "v3") != 0 ||
	    (width_of(value) != 32 && width_of(value) != 64))
		return;
	if (load) {
		replace_by(i, LLVMBuildAtomicRMW(b, LLVMAtomicRMWBinOpOr, LLVMGetOperand(i, 0),
						 number(i, 0), full, 0));
	} else {
		LLVMBuildAtomicRMW(b, LLVMAtomicRMWBinOpXchg, LLVMGetOperand(i, 1), value, full, 0);
		LLVMInstructionEraseFromParent(i);
	}
}

/* ---- control flow ---- */

void return_zero(LLVMBuilderRef b, LLVMValueRef function)
{
	LLVMTypeRef result = LLVMGetReturnType(LLVMGlobalGetValueType(function));

	if (LLVMGetTypeKind(result) == LLVMVoidTypeKind)
		LLVMBuildRetVoid(b);
	else
		LLVMBuildRet(b, LLVMConstNull(result));
}

/*
 * A call that does not return may be the last instruction of a function, which the verifier
 * rejects: returns after such calls.
 */
static void end_block(struct lowering *l, LLVMValueRef function, LLVMBasicBlockRef block)
{
	LLVMValueRef end = LLVMGetBasicBlockTerminator(block);
	LLVMValueRef call = end ? LLVMGetPreviousInstruction(end) : NULL, callee;

	if (!call || !LLVMIsAUnreachableInst(end) || !LLVMIsACallInst(call))
		return;
	callee = LLVMGetCalledValue(call);
	if (!LLVMGetCallSiteEnumAttribute(call, LLVMAttributeFunctionIndex, l->noreturn) &&
	    !(LLVMIsAFunction(callee) &&
	      LLVMGetEnumAttributeAtIndex(callee, LLVMAttributeFunctionIndex, l->noreturn)))
		return;
	LLVMPositionBuilderBefore(l->build, end);
	return_zero(l->build, function);
	LLVMInstructionEraseFromParent(end);
}

static void lower_instruction(struct compiler *c, LLVMBuilderRef b, LLVMValueRef i)
{
	LLVMOpcode op = LLVMGetInstructionOpcode(i);

	LLVMPositionBuilderBefore(b, i);
	if (op == LLVMLoad || op == LLVMStore)
		lower_atomic(b, i, c->cpu);
	else if (op == LLVMMul && width_of(i) == 128)
		replace_by(i, wide_product(b, LLVMGetOperand(i, 0), LLVMGetOperand(i, 1), NULL));
	else if ((op == LLVMShl || op == LLVMLShr || op == LLVMAShr) && width_of(i) == 128 &&
		 !LLVMIsAConstantInt(LLVMGetOperand(i, 1)))
		lower_shift(b, i, op);
	else if ((op == LLVMSDiv || op == LLVMSRem) && width_of(i) && width_of(i) <= 64 &&
		 strcmp(c->cpu, "v4") < 0)
		lower_division(b, i, op == LLVMSRem);
	else if (is_call_of(i, "llvm.umul.with.overflow.i64") ||
		 is_call_of(i, "llvm.umul.with.overflow.i128"))
		lower_checked(b, i, false);
	else if (is_call_of(i, "llvm.smul.with.overflow.i64") ||
		 is_call_of(i, "llvm.smul.with.overflow.i128"))
		lower_checked(b, i, true);
}

void lower(struct compiler *c, LLVMModuleRef m)
{
	static const char noreturn[] = "noreturn";
	struct lowering l = {
	    .build = LLVMCreateBuilderInContext(c->context),
	    .noreturn = LLVMGetEnumAttributeKindForName(noreturn, sizeof(noreturn) - 1),
	};
	LLVMValueRef next;

	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f))
		for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b;
		     b = LLVMGetNextBasicBlock(b)) {
			for (LLVMValueRef i = LLVMGetFirstInstruction(b); i; i = next) {
				next = LLVMGetNextInstruction(i);
				lower_instruction(c, l.build, i);
			}
			end_block(&l, f, b);
		}
	LLVMDisposeBuilder(l.build);
}
