/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Replaces code about errors in Rust, which the verifier rejects.
 *
 * Panics: the usual handler is `loop {}`, and panic=immediate-abort is a trap. Instead, the program
 * ends and returns 0. Until the module is optimized, both are calls of a function without a body.
 * Such a call becomes a return in a program, and in functions after which the program ends anyway.
 * In others it becomes bpf_throw(), which not all kinds of programs may call. Its declaration is
 * weak, so that kernels before 6.7 load programs whose panics they cannot reach.
 *
 * Debug assertions about the alignment of pointers and preconditions of unsafe functions: they
 * compute with addresses. They are dropped; the verifier checks all accesses itself.
 */
#include "lto/compiler.h"

#include <llvm-c/DebugInfo.h>
#include <string.h>

/* Whether an instruction does nothing: debug information, or what core::hint::spin_loop() is. */
static bool is_idle(LLVMValueRef i)
{
	const char *name = LLVMIsACallInst(i) ? name_of(LLVMGetCalledValue(i)) : "";

	return !strncmp(name, "llvm.dbg.", 9) || strstr(name, "4hint9spin_loop");
}

/* Where a block jumps to after instructions that do nothing, or NULL. */
static LLVMBasicBlockRef idle_successor(LLVMBasicBlockRef block)
{
	LLVMValueRef end = LLVMGetBasicBlockTerminator(block), i = LLVMGetFirstInstruction(block);

	while (i && i != end && is_idle(i))
		i = LLVMGetNextInstruction(i);
	return i && i == end && LLVMGetNumSuccessors(end) == 1 ? LLVMGetSuccessor(end, 0) : NULL;
}

/* The call goes before the instruction; NULL: nothing to replace. */
static LLVMValueRef endless(LLVMBasicBlockRef block)
{
	LLVMBasicBlockRef next = idle_successor(block);

	for (int blocks = 1; next && next != block && blocks < 8; blocks++)
		next = idle_successor(next);
	if (next == block)
		return LLVMGetBasicBlockTerminator(block);
	for (LLVMValueRef i = LLVMGetFirstInstruction(block); i; i = LLVMGetNextInstruction(i))
		if (LLVMIsACallInst(i) && !strcmp(name_of(LLVMGetCalledValue(i)), "llvm.trap"))
			return i;
	return NULL;
}

static const char noreturn[] = "noreturn", panic_name[] = "bpfld.panic";

static LLVMValueRef declare_panic(struct compiler *c, LLVMModuleRef m)
{
	LLVMTypeRef type = LLVMFunctionType(LLVMVoidTypeInContext(c->context), NULL, 0, 0);
	LLVMValueRef f = LLVMGetNamedFunction(m, panic_name);

	if (f)
		return f;
	f = LLVMAddFunction(m, panic_name, type);
	set_enum_attribute(c, f, noreturn, true);
	return f;
}

static void mark_panics(struct compiler *c, LLVMModuleRef m, LLVMBuilderRef b, LLVMValueRef f)
{
	LLVMMetadataRef scope = LLVMGetSubprogram(f), location;

	for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(f); block && scope;
	     block = LLVMGetNextBasicBlock(block)) {
		LLVMValueRef end = endless(block), panic;

		if (!end)
			continue;
		panic = declare_panic(c, m);
		location = LLVMInstructionGetDebugLoc(end);
		if (!location)
			location = LLVMDIBuilderCreateDebugLocation(c->context,
								    LLVMDISubprogramGetLine(scope),
								    0, scope, NULL);
		LLVMPositionBuilderBefore(b, end);
		LLVMSetCurrentDebugLocation2(b, location);
		LLVMBuildCall2(b, LLVMGlobalGetValueType(panic), panic, NULL, 0, "");
		if (end == LLVMGetBasicBlockTerminator(block))
			LLVMBuildUnreachable(b);
		LLVMInstructionEraseFromParent(end);
	}
}

/* core's nested functions of this name, as mangled in both ways. */
static bool is_precondition(LLVMValueRef f)
{
	return strstr(name_of(f), "18precondition_check") &&
	       LLVMGetTypeKind(LLVMGetReturnType(LLVMGlobalGetValueType(f))) == LLVMVoidTypeKind;
}

/* Drops calls that report misalignment. What remains is unreachable, so LLVM drops the check. */
static void drop_alignment_checks(LLVMValueRef f)
{
	for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(f); block;
	     block = LLVMGetNextBasicBlock(block)) {
		LLVMValueRef end = LLVMGetBasicBlockTerminator(block);
		LLVMValueRef call = end ? LLVMGetPreviousInstruction(end) : NULL;

		if (call && LLVMIsAUnreachableInst(end) && LLVMIsACallInst(call) &&
		    strstr(name_of(LLVMGetCalledValue(call)),
			   "panic_misaligned_pointer_dereference"))
			LLVMInstructionEraseFromParent(call);
	}
}

static void return_at_once(struct compiler *c, LLVMBuilderRef b, LLVMValueRef f)
{
	LLVMBasicBlockRef entry = LLVMGetEntryBasicBlock(f);

	LLVMPositionBuilderAtEnd(b, LLVMInsertBasicBlockInContext(c->context, entry, ""));
	LLVMSetCurrentDebugLocation2(b, NULL);
	LLVMBuildRetVoid(b);
}

void lower_rust(struct compiler *c, LLVMModuleRef m)
{
	LLVMBuilderRef b;

	if (!is_rust(m))
		return;
	b = LLVMCreateBuilderInContext(c->context);
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f)) {
		if (!LLVMIsDeclaration(f) && is_precondition(f))
			return_at_once(c, b, f);
		drop_alignment_checks(f);
		mark_panics(c, m, b, f);
	}
	LLVMDisposeBuilder(b);
}

/* ---- panics, when the module is optimized ---- */

/* Declares void bpf_throw(u64) like a kfunc in C. The BTF of a kfunc is made from debug info. */
static LLVMValueRef declare_throw(struct compiler *c, LLVMModuleRef m, LLVMMetadataRef file)
{
	static const char name[] = "bpf_throw", type_name[] = "u64";
	LLVMTypeRef word = LLVMInt64TypeInContext(c->context);
	LLVMTypeRef type = LLVMFunctionType(LLVMVoidTypeInContext(c->context), &word, 1, 0);
	LLVMValueRef f = LLVMGetNamedFunction(m, name);
	LLVMDIBuilderRef b;
	LLVMMetadataRef types[2] = {NULL, NULL}, proto;

	if (f)
		return f;
	f = LLVMAddFunction(m, name, type);
	LLVMSetLinkage(f, LLVMExternalWeakLinkage);
	LLVMSetSection(f, ".ksyms");
	set_enum_attribute(c, f, noreturn, true);
	b = LLVMCreateDIBuilderDisallowUnresolved(m);
	types[1] =
	    LLVMDIBuilderCreateBasicType(b, type_name, strlen(type_name), 64, 0x07, LLVMDIFlagZero);
	proto = LLVMDIBuilderCreateSubroutineType(b, file, types, 2, LLVMDIFlagPrototyped);
	LLVMSetSubprogram(f, LLVMDIBuilderCreateFunction(b, file, name, strlen(name), name,
							 strlen(name), file, 0, proto, 0, 0, 0,
							 LLVMDIFlagPrototyped, 1));
	LLVMDisposeDIBuilder(b);
	return f;
}

static LLVMValueRef caller_of(LLVMValueRef call)
{
	return LLVMGetBasicBlockParent(LLVMGetInstructionParent(call));
}

/* Whether a function's user is a call of it that is the last instruction. */
static bool is_last_call(LLVMValueRef user, LLVMValueRef function)
{
	LLVMValueRef next = LLVMIsACallInst(user) && LLVMGetCalledValue(user) == function
				? LLVMGetNextInstruction(user)
				: NULL;

	return next && LLVMIsAUnreachableInst(next);
}

/* Functions whose return ends the program have this attribute. */
static const char ends_key[] = "bpfld-ends";

static bool may_end(LLVMValueRef f)
{
	/* Programs have a section. Machine code of other files may call other functions. */
	if (!LLVMGetFirstUse(f))
		return LLVMGetSection(f) && *LLVMGetSection(f);
	if (LLVMGetLinkage(f) != LLVMInternalLinkage)
		return false;
	for (LLVMUseRef use = LLVMGetFirstUse(f); use; use = LLVMGetNextUse(use)) {
		LLVMValueRef user = LLVMGetUser(use);

		if (!is_last_call(user, f) || !*string_attribute(caller_of(user), ends_key))
			return false;
	}
	return true;
}

static void find_ends(struct compiler *c, LLVMModuleRef m)
{
	bool more = true;

	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f))
		if (!LLVMIsDeclaration(f))
			set_attribute(c, f, ends_key, "1");
	while (more) {
		more = false;
		for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f)) {
			if (!*string_attribute(f, ends_key) || may_end(f))
				continue;
			set_attribute(c, f, ends_key, "");
			more = true;
		}
	}
}

/* The call is the last instruction of its block, before unreachable. */
static void return_after(LLVMBuilderRef b, LLVMValueRef call)
{
	LLVMValueRef end = LLVMGetNextInstruction(call);

	LLVMPositionBuilderBefore(b, end);
	return_zero(b, caller_of(call));
	LLVMInstructionEraseFromParent(end);
}

/* Without bpf_throw(), the loop that was in the source. */
static void loop_after(struct compiler *c, LLVMBuilderRef b, LLVMValueRef call)
{
	LLVMValueRef end = LLVMGetNextInstruction(call);
	LLVMBasicBlockRef loop = LLVMAppendBasicBlockInContext(c->context, caller_of(call), "");

	LLVMPositionBuilderBefore(b, end);
	LLVMBuildBr(b, loop);
	LLVMInstructionEraseFromParent(end);
	LLVMPositionBuilderAtEnd(b, loop);
	LLVMBuildBr(b, loop);
}

static void end_program(struct compiler *c, LLVMModuleRef m, LLVMBuilderRef b, LLVMValueRef call)
{
	LLVMValueRef f = caller_of(call), throw;
	LLVMMetadataRef scope = LLVMGetSubprogram(f);
	/* Without optimization, code may follow a trap. */
	bool last = is_last_call(call, LLVMGetCalledValue(call));

	if (last && *string_attribute(f, ends_key)) {
		return_after(b, call);
	} else if (last && (c->r->job->no_kfuncs || c->r->options->keep_loops || !scope)) {
		loop_after(c, b, call);
	} else if (scope) {
		LLVMValueRef zero = LLVMConstInt(LLVMInt64TypeInContext(c->context), 0, 0);

		throw = declare_throw(c, m, LLVMDIScopeGetFile(scope));
		LLVMPositionBuilderBefore(b, call);
		LLVMBuildCall2(b, LLVMGlobalGetValueType(throw), throw, &zero, 1, "");
	}
	LLVMInstructionEraseFromParent(call);
}

void end_panics(struct compiler *c, LLVMModuleRef m)
{
	LLVMValueRef panic = LLVMGetNamedFunction(m, panic_name);
	LLVMBuilderRef b;
	LLVMUseRef use;

	if (!panic)
		return;
	b = LLVMCreateBuilderInContext(c->context);
	find_ends(c, m);
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f))
		for (use = LLVMGetFirstUse(f); use && *string_attribute(f, ends_key);
		     use = LLVMGetNextUse(use))
			return_after(b, LLVMGetUser(use));
	while ((use = LLVMGetFirstUse(panic)))
		end_program(c, m, b, LLVMGetUser(use));
	LLVMDeleteFunction(panic);
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f))
		set_attribute(c, f, ends_key, "");
	LLVMDisposeBuilder(b);
}
