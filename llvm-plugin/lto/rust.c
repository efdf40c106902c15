/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Replaces code about errors in Rust, which the verifier rejects.
 *
 * Panics: the usual handler is `loop {}`, and panic=immediate-abort is a trap. Instead, bpf_throw()
 * ends the program, which returns 0. Its declaration is weak, so that kernels before 6.7 load
 * programs whose panics they cannot reach.
 *
 * Debug assertions about the alignment of pointers and preconditions of unsafe functions: they
 * compute with addresses. They are dropped; the verifier checks all accesses itself.
 */
#include "lto/compiler.h"

#include <llvm-c/DebugInfo.h>
#include <string.h>

/* The call goes before the instruction; NULL: nothing to replace. */
static LLVMValueRef endless(LLVMBasicBlockRef block)
{
	LLVMValueRef end = LLVMGetBasicBlockTerminator(block);
	LLVMValueRef first = LLVMGetFirstInstruction(block);

	if (end && first == end && LLVMGetNumSuccessors(end) == 1 &&
	    LLVMGetSuccessor(end, 0) == block)
		return end;
	for (LLVMValueRef i = first; i; i = LLVMGetNextInstruction(i))
		if (LLVMIsACallInst(i) && !strcmp(name_of(LLVMGetCalledValue(i)), "llvm.trap"))
			return i;
	return NULL;
}

/* Declares void bpf_throw(u64) like a kfunc in C. The BTF of a kfunc is made from debug info. */
static LLVMValueRef declare(struct compiler *c, LLVMModuleRef m, LLVMMetadataRef file)
{
	static const char name[] = "bpf_throw", type_name[] = "u64", noreturn[] = "noreturn";
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

static void end_function(struct compiler *c, LLVMModuleRef m, LLVMBuilderRef b, LLVMValueRef f)
{
	LLVMMetadataRef scope = LLVMGetSubprogram(f), location;
	LLVMValueRef zero = LLVMConstInt(LLVMInt64TypeInContext(c->context), 0, 0);

	for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(f); block && scope;
	     block = LLVMGetNextBasicBlock(block)) {
		LLVMValueRef end = endless(block), throw;

		if (!end)
			continue;
		throw = declare(c, m, LLVMDIScopeGetFile(scope));
		location = LLVMInstructionGetDebugLoc(end);
		if (!location)
			location = LLVMDIBuilderCreateDebugLocation(c->context,
								    LLVMDISubprogramGetLine(scope),
								    0, scope, NULL);
		LLVMPositionBuilderBefore(b, end);
		LLVMSetCurrentDebugLocation2(b, location);
		LLVMBuildCall2(b, LLVMGlobalGetValueType(throw), throw, &zero, 1, "");
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
		if (!c->r->options->keep_loops)
			end_function(c, m, b, f);
	}
	LLVMDisposeBuilder(b);
}
