/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Copies, fills and compares memory of any size in loops. For BPF, LLVM only copies and fills what
 * takes few stores, and would call functions of C for the rest, which there are none of: for
 * copy_from_slice(), for example. The loops count up from 0 and compare with "less than", so that
 * the verifier knows the index.
 */
#include "lto/compiler.h"

#include <string.h>

/* A loop over the bytes of memory, in steps. The builder is in its body. */
struct loop {
	LLVMBuilderRef b;
	LLVMValueRef function, index, size;
	LLVMBasicBlockRef head, end;
	unsigned step;
};

static LLVMBasicBlockRef add_block(LLVMValueRef function)
{
	return LLVMAppendBasicBlockInContext(LLVMGetTypeContext(LLVMTypeOf(function)), function,
					     "");
}

static LLVMTypeRef word_type(LLVMValueRef function)
{
	return LLVMInt64TypeInContext(LLVMGetTypeContext(LLVMTypeOf(function)));
}

static struct loop begin_loop(LLVMBuilderRef b, LLVMValueRef function, unsigned step)
{
	struct loop l = {.b = b, .function = function, .size = LLVMGetParam(function, 2)};
	LLVMBasicBlockRef before = LLVMGetInsertBlock(b), body = add_block(function);
	LLVMValueRef zero = LLVMConstInt(word_type(function), 0, 0);

	l.step = step;
	l.head = add_block(function);
	l.end = add_block(function);
	LLVMBuildBr(b, l.head);
	LLVMPositionBuilderAtEnd(b, l.head);
	l.index = LLVMBuildPhi(b, word_type(function), "");
	LLVMAddIncoming(l.index, &zero, &before, 1);
	LLVMBuildCondBr(b, LLVMBuildICmp(b, LLVMIntULT, l.index, l.size, ""), body, l.end);
	LLVMPositionBuilderAtEnd(b, body);
	return l;
}

static void end_loop(struct loop *l)
{
	LLVMBasicBlockRef last = LLVMGetInsertBlock(l->b);
	LLVMValueRef step = LLVMConstInt(word_type(l->function), l->step, 0);
	LLVMValueRef next = LLVMBuildAdd(l->b, l->index, step, "");

	LLVMBuildBr(l->b, l->head);
	LLVMAddIncoming(l->index, &next, &last, 1);
	LLVMPositionBuilderAtEnd(l->b, l->end);
}

/* The address of the unit at an index of memory that a parameter points to. */
static LLVMValueRef address(const struct loop *l, unsigned parameter, LLVMValueRef index,
			    LLVMTypeRef unit)
{
	LLVMValueRef base = LLVMGetParam(l->function, parameter);
	unsigned space = LLVMGetPointerAddressSpace(LLVMTypeOf(base));
	LLVMContextRef context = LLVMGetTypeContext(unit);
	LLVMTypeRef byte = LLVMInt8TypeInContext(context);
	LLVMValueRef at = LLVMBuildGEP2(l->b, byte, base, &index, 1, "");

	return LLVMBuildBitCast(l->b, at, LLVMPointerType(unit, space), "");
}

static LLVMTypeRef unit_type(const struct loop *l)
{
	return LLVMIntTypeInContext(LLVMGetTypeContext(LLVMTypeOf(l->index)), l->step * 8);
}

/* ---- bodies of functions ---- */

static void copy(LLVMBuilderRef b, LLVMValueRef function, unsigned unit, bool backward)
{
	struct loop l = begin_loop(b, function, unit);
	LLVMValueRef at = l.index, from, value;
	LLVMTypeRef type = unit_type(&l);

	if (backward) {
		/* First, so that the verifier knows the result to be positive. */
		at = LLVMBuildSub(b, l.size, l.index, "");
		at = LLVMBuildSub(b, at, LLVMConstInt(word_type(function), unit, 0), "");
	}
	from = address(&l, 1, at, type);
	value = LLVMBuildLoad2(b, type, from, "");
	LLVMSetAlignment(value, unit);
	value = LLVMBuildStore(b, value, address(&l, 0, at, type));
	LLVMSetAlignment(value, unit);
	end_loop(&l);
	LLVMBuildRetVoid(b);
}

/* Memory may overlap: starts at the end if the target is behind the source. */
static void move(LLVMBuilderRef b, LLVMValueRef function, unsigned unit)
{
	LLVMTypeRef word = word_type(function);
	LLVMValueRef to = LLVMBuildPtrToInt(b, LLVMGetParam(function, 0), word, "");
	LLVMValueRef from = LLVMBuildPtrToInt(b, LLVMGetParam(function, 1), word, "");
	LLVMBasicBlockRef up = add_block(function), down = add_block(function);

	LLVMBuildCondBr(b, LLVMBuildICmp(b, LLVMIntUGT, to, from, ""), down, up);
	LLVMPositionBuilderAtEnd(b, up);
	copy(b, function, unit, false);
	LLVMPositionBuilderAtEnd(b, down);
	copy(b, function, unit, true);
}

static void fill(LLVMBuilderRef b, LLVMValueRef function, unsigned unit)
{
	struct loop l = begin_loop(b, function, unit);
	LLVMTypeRef type = unit_type(&l);
	LLVMValueRef value = LLVMBuildZExtOrBitCast(b, LLVMGetParam(function, 1), type, "");
	uint64_t ones = 0x0101010101010101;

	if (unit > 1)
		value = LLVMBuildMul(b, value, LLVMConstInt(type, ones, 0), "");
	value = LLVMBuildStore(b, value, address(&l, 0, l.index, type));
	LLVMSetAlignment(value, unit);
	end_loop(&l);
	LLVMBuildRetVoid(b);
}

/* The difference of the first bytes that differ, or 0. */
static void compare(LLVMBuilderRef b, LLVMValueRef function)
{
	struct loop l = begin_loop(b, function, 1);
	LLVMTypeRef type = unit_type(&l),
		    result = LLVMGetReturnType(LLVMGlobalGetValueType(function));
	LLVMBasicBlockRef differ = add_block(function), same = add_block(function);
	LLVMValueRef x = LLVMBuildLoad2(b, type, address(&l, 0, l.index, type), "");
	LLVMValueRef y = LLVMBuildLoad2(b, type, address(&l, 1, l.index, type), "");

	LLVMBuildCondBr(b, LLVMBuildICmp(b, LLVMIntEQ, x, y, ""), same, differ);
	LLVMPositionBuilderAtEnd(b, differ);
	x = LLVMBuildZExt(b, x, result, "");
	y = LLVMBuildZExt(b, y, result, "");
	LLVMBuildRet(b, LLVMBuildSub(b, x, y, ""));
	LLVMPositionBuilderAtEnd(b, same);
	end_loop(&l);
	LLVMBuildRet(b, LLVMConstNull(result));
}

/* ---- calls ---- */

enum kind { NONE, COPY, MOVE, FILL, COMPARE };

struct memory_call {
	enum kind kind;
	LLVMValueRef call, size;
	unsigned unit; /* in bytes: what is known to be aligned, and divides the size */
};

static unsigned alignment_of(LLVMValueRef call, unsigned argument)
{
	static const char align[] = "align";
	unsigned kind = LLVMGetEnumAttributeKindForName(align, sizeof(align) - 1);
	LLVMAttributeRef a = LLVMGetCallSiteEnumAttribute(call, argument + 1, kind);
	uint64_t value = a ? LLVMGetEnumAttributeValue(a) : 1;

	return value < 8 ? (unsigned)value : 8;
}

static bool starts_with(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

static enum kind kind_of(LLVMValueRef callee, bool rust)
{
	const char *name = name_of(callee);

	if (starts_with(name, "llvm.memcpy.p"))
		return COPY;
	if (starts_with(name, "llvm.memmove.p"))
		return MOVE;
	if (starts_with(name, "llvm.memset.p"))
		return FILL;
	/* rustc takes these for granted. In C, the name may be that of any function. */
	if (rust && LLVMIsAFunction(callee) && LLVMIsDeclaration(callee) &&
	    (!strcmp(name, "memcmp") || !strcmp(name, "bcmp")) && LLVMCountParams(callee) == 3)
		return COMPARE;
	return NONE;
}

/* Whether LLVM generates the stores itself. */
static bool is_short(const struct memory_call *m, unsigned aligned)
{
	static const unsigned most = 128; /* stores, as in LLVM's backend */

	/* LLVM aligns variables on the stack. */
	if (LLVMIsAAllocaInst(LLVMGetOperand(m->call, 0)))
		aligned = 8;
	return LLVMIsAConstantInt(m->size) &&
	       LLVMConstIntGetZExtValue(m->size) <= (uint64_t)most * aligned;
}

static struct memory_call find_call(LLVMValueRef i, bool rust)
{
	struct memory_call m = {NONE, i, NULL, 1};
	unsigned other;

	if (!LLVMIsACallInst(i))
		return m;
	m.kind = kind_of(LLVMGetCalledValue(i), rust);
	if (m.kind == NONE)
		return m;
	m.size = LLVMGetOperand(i, 2);
	if (m.kind == COMPARE)
		return m;
	m.unit = alignment_of(i, 0);
	other = m.kind == FILL ? 8 : alignment_of(i, 1);
	if (other < m.unit)
		m.unit = other;
	if (is_short(&m, m.unit))
		m.kind = NONE;
	while (m.unit > 1 &&
	       (!LLVMIsAConstantInt(m.size) || LLVMConstIntGetZExtValue(m.size) % m.unit))
		m.unit /= 2;
	return m;
}

/* Makes a function that will be inlined. */
static LLVMValueRef make_function(struct compiler *c, LLVMModuleRef m, LLVMBuilderRef b,
				  const struct memory_call *call, LLVMValueRef *arguments)
{
	static const char cpu[] = "target-cpu", features[] = "target-features";
	LLVMTypeRef types[3], type;
	LLVMValueRef f;

	for (unsigned i = 0; i < 3; i++)
		types[i] = LLVMTypeOf(arguments[i]);
	type = LLVMFunctionType(LLVMTypeOf(call->call), types, 3, 0);
	f = LLVMAddFunction(m, "bpfld.memory", type);
	LLVMSetLinkage(f, LLVMInternalLinkage);
	set_enum_attribute(c, f, "alwaysinline", true);
	set_attribute(c, f, cpu, c->cpu);
	set_attribute(c, f, features, c->features);
	LLVMPositionBuilderAtEnd(b, add_block(f));
	LLVMSetCurrentDebugLocation2(b, NULL);
	switch (call->kind) {
	case COPY: copy(b, f, call->unit, false); break;
	case MOVE: move(b, f, call->unit); break;
	case FILL: fill(b, f, call->unit); break;
	default: compare(b, f);
	}
	return f;
}

static void replace_call(struct compiler *c, LLVMModuleRef m, LLVMBuilderRef b,
			 const struct memory_call *call)
{
	LLVMTypeRef word = LLVMInt64TypeInContext(c->context);
	LLVMValueRef arguments[3], f, new;

	LLVMPositionBuilderBefore(b, call->call);
	for (unsigned i = 0; i < 3; i++)
		arguments[i] = LLVMGetOperand(call->call, i);
	arguments[2] = LLVMBuildZExtOrBitCast(b, arguments[2], word, "");
	f = make_function(c, m, b, call, arguments);
	LLVMPositionBuilderBefore(b, call->call);
	new = LLVMBuildCall2(b, LLVMGlobalGetValueType(f), f, arguments, 3, "");
	if (call->kind == COMPARE)
		LLVMReplaceAllUsesWith(call->call, new);
	LLVMInstructionEraseFromParent(call->call);
}

bool lower_memory(struct compiler *c, LLVMModuleRef m)
{
	LLVMBuilderRef b = LLVMCreateBuilderInContext(c->context);
	bool rust = is_rust(m), found = false;
	LLVMValueRef next;

	/* Those that are made come last, and have no such calls. */
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f))
		for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(f); block;
		     block = LLVMGetNextBasicBlock(block))
			for (LLVMValueRef i = LLVMGetFirstInstruction(block); i; i = next) {
				struct memory_call call = find_call(i, rust);

				next = LLVMGetNextInstruction(i);
				if (call.kind == NONE)
					continue;
				replace_call(c, m, b, &call);
				found = true;
			}
	LLVMDisposeBuilder(b);
	return found;
}
