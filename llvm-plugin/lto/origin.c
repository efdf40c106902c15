/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Pointers that a function gets as arguments. As a global function it is verified without its
 * callers: the verifier assumes that pointers may be NULL, and wants them to be compared before
 * they are used.
 *
 * The comparisons are where the function uses a pointer, and not at its begin: a caller may pass
 * NULL if the function then does not use it. So they change nothing: where the verifier accepts a
 * function with its callers, no pointer that it uses is NULL. LLVM omits those that others imply.
 *
 * A declaration tag, arg:nonnull, is no replacement. Kernels before 6.8 do not read it; later ones
 * nevertheless accept a caller that passes the constant NULL, and the function then reads address
 * 0.
 */
#include "lto/compiler.h"

#include <string.h>

bool any_origin(LLVMValueRef v, unsigned *visits, origin_fn is, void *ctx)
{
	LLVMValueRef slot;
	int nr;

	if (is(v, ctx))
		return true;
	if (!LLVMIsAInstruction(v) || LLVMIsACallInst(v) || !*visits)
		return false;
	--*visits;
	if (LLVMIsALoadInst(v)) {
		/* Unoptimized code keeps variables in memory. */
		slot = LLVMGetOperand(v, 0);
		if (!LLVMIsAAllocaInst(slot))
			return false;
		for (LLVMUseRef u = LLVMGetFirstUse(slot); u; u = LLVMGetNextUse(u)) {
			LLVMValueRef store = LLVMGetUser(u);

			if (LLVMIsAStoreInst(store) && LLVMGetOperand(store, 1) == slot &&
			    any_origin(LLVMGetOperand(store, 0), visits, is, ctx))
				return true;
		}
		return false;
	}
	nr = LLVMIsAAllocaInst(v) ? 0 : LLVMGetNumOperands(v);
	for (int i = 0; i < nr; i++)
		if (any_origin(LLVMGetOperand(v, (unsigned)i), visits, is, ctx))
			return true;
	return false;
}

/* ---- uses of pointers ---- */

#define MAX_DEPTH 8 /* of calls */

static bool is_same(LLVMValueRef v, void *ctx)
{
	return v == (LLVMValueRef)ctx;
}

static bool is_from(LLVMValueRef v, LLVMValueRef argument)
{
	unsigned visits = MAX_VISITS;

	return any_origin(v, &visits, is_same, argument);
}

/* The pointer that an address is relative to; *member: the address is that of a member. */
static LLVMValueRef base_of(LLVMValueRef address, bool *member)
{
	*member = false;
	for (;;) {
		if (LLVMIsAGetElementPtrInst(address))
			*member |= LLVMGetTypeKind(LLVMGetGEPSourceElementType(address)) ==
				   LLVMStructTypeKind;
		else if (!LLVMIsABitCastInst(address))
			return address;
		address = LLVMGetOperand(address, 0);
	}
}

static bool is_memory_intrinsic(LLVMValueRef call)
{
	LLVMValueRef callee = LLVMGetCalledValue(call);

	return LLVMIsAFunction(callee) && !strncmp(name_of(callee), "llvm.mem", 8);
}

static bool uses_at_once(LLVMValueRef f, unsigned argument, unsigned depth);

/*
 * The pointer that instruction i uses by its operand, so that it is not NULL there, or NULL: for
 * loads, stores and the like, where it passes the address of a member, and where it passes the
 * pointer to a function that uses it whatever happens.
 */
static LLVMValueRef used_pointer(LLVMValueRef i, unsigned at, unsigned depth)
{
	LLVMValueRef v = LLVMGetOperand(i, at), callee, base;
	bool member, used;

	if (LLVMGetTypeKind(LLVMTypeOf(v)) != LLVMPointerTypeKind)
		return NULL;
	base = base_of(v, &member);
	switch (LLVMGetInstructionOpcode(i)) {
	case LLVMLoad:
	case LLVMAtomicRMW:
	case LLVMAtomicCmpXchg: return at == 0 ? base : NULL;
	case LLVMStore: return at == 1 ? base : NULL;
	case LLVMCall: break;
	default: return NULL;
	}
	if (at >= LLVMGetNumArgOperands(i))
		return NULL;
	if (is_memory_intrinsic(i))
		return at < 2 ? base : NULL;
	callee = LLVMGetCalledValue(i);
	if (LLVMIsAFunction(callee) && LLVMGetIntrinsicID(callee))
		return NULL;
	used = member || (depth && LLVMIsAFunction(callee) && !LLVMIsDeclaration(callee) &&
			  at < LLVMCountParams(callee) && uses_at_once(callee, at, depth - 1));
	return used ? base : NULL;
}

static bool uses(LLVMValueRef i, LLVMValueRef argument, unsigned depth, LLVMValueRef *pointer)
{
	for (int at = 0; at < LLVMGetNumOperands(i); at++) {
		*pointer = used_pointer(i, (unsigned)at, depth);
		if (*pointer && is_from(*pointer, argument))
			return true;
	}
	return false;
}

/* Whether the function uses the argument on each path. */
static bool uses_at_once(LLVMValueRef f, unsigned argument, unsigned depth)
{
	LLVMValueRef i = LLVMGetFirstInstruction(LLVMGetFirstBasicBlock(f)), pointer;

	while (i && !uses(i, LLVMGetParam(f, argument), depth, &pointer))
		i = LLVMGetNextInstruction(i);
	return i != NULL;
}

/* ---- comparisons ---- */

/* Lets jumps to one block go to another. Values of phi instructions still come from the former. */
static void redirect(LLVMBasicBlockRef from, LLVMBasicBlockRef to)
{
	LLVMValueRef f = LLVMGetBasicBlockParent(from);

	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b; b = LLVMGetNextBasicBlock(b)) {
		LLVMValueRef last = LLVMGetBasicBlockTerminator(b);

		for (unsigned i = 0; last && i < LLVMGetNumSuccessors(last); i++)
			if (LLVMGetSuccessor(last, i) == from)
				LLVMSetSuccessor(last, i, to);
	}
}

/* Moves the instructions before i to a new block, which jumps lead to instead. Returns that of i.
 */
static LLVMBasicBlockRef split_before(struct compiler *c, LLVMBuilderRef b, LLVMValueRef i)
{
	LLVMBasicBlockRef rest = LLVMGetInstructionParent(i);
	LLVMBasicBlockRef front = LLVMInsertBasicBlockInContext(c->context, rest, "");
	LLVMValueRef first;

	redirect(rest, front);
	LLVMPositionBuilderAtEnd(b, front);
	while ((first = LLVMGetFirstInstruction(rest)) != i) {
		LLVMInstructionRemoveFromParent(first);
		LLVMInsertIntoBuilder(b, first);
	}
	return rest;
}

/* Returns from f if the pointer is NULL before the instruction. */
static void check_before(struct compiler *c, LLVMValueRef i, LLVMValueRef pointer,
			 LLVMBasicBlockRef leave)
{
	LLVMBuilderRef b = LLVMCreateBuilderInContext(c->context);
	LLVMBasicBlockRef rest = split_before(c, b, i);

	LLVMBuildCondBr(b, LLVMBuildIsNull(b, pointer, ""), leave, rest);
	LLVMDisposeBuilder(b);
}

void check_pointer(struct compiler *c, LLVMValueRef f, unsigned argument)
{
	LLVMBasicBlockRef leave = LLVMAppendBasicBlockInContext(c->context, f, "");
	LLVMBuilderRef builder = LLVMCreateBuilderInContext(c->context);
	LLVMValueRef next, pointer;

	LLVMPositionBuilderAtEnd(builder, leave);
	LLVMBuildRet(builder, LLVMConstNull(LLVMGetReturnType(LLVMGlobalGetValueType(f))));
	LLVMDisposeBuilder(builder);
	/* The block of an instruction ends with the same instructions after a split. */
	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b; b = LLVMGetNextBasicBlock(b))
		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i; i = next) {
			next = LLVMGetNextInstruction(i);
			if (!LLVMIsAAllocaInst(i) &&
			    uses(i, LLVMGetParam(f, argument), MAX_DEPTH, &pointer))
				check_before(c, i, pointer, leave);
		}
}
