/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Reduces a module to its outline: symbols, types, and what each function refers to, with the
 * source lines. That is all that the linker needs before the modules are merged, and it does not
 * take code generation. Some functions of Rust's libraries LLVM cannot compile for BPF at all.
 *
 * Each function is replaced by one that reads or calls everything that it referred to.
 */
#include "lto/compiler.h"

#include <ctype.h>
#include <llvm-c/Comdat.h>
#include <llvm-c/DebugInfo.h>
#include <llvm-c/Target.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NESTING 8 /* of constants that are operands */

struct reference {
	LLVMValueRef to;
	LLVMMetadataRef at; /* the source line, or NULL */
};

struct references {
	struct reference *v;
	size_t nr, cap;
};

static void add(struct references *r, LLVMValueRef to, LLVMMetadataRef at)
{
	/* Most repetitions follow each other. */
	for (size_t i = r->nr; i && i + 8 > r->nr; i--)
		if (r->v[i - 1].to == to)
			return;
	if (r->nr == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 16;
		r->v = grow(r->v, r->cap, sizeof(*r->v));
	}
	r->v[r->nr++] = (struct reference){to, at};
}

static bool is_intrinsic(LLVMValueRef v)
{
	size_t size;

	return !strncmp(LLVMGetValueName2(v, &size), "llvm.", 5);
}

/* Adds the functions and variables in an operand, which may be in an expression. */
static void add_operand(struct references *r, LLVMValueRef v, LLVMMetadataRef at, int depth)
{
	if (LLVMIsAGlobalValue(v)) {
		if (!is_intrinsic(v))
			add(r, v, at);
	} else if (LLVMIsAConstantExpr(v) || LLVMIsAConstantStruct(v) || LLVMIsAConstantArray(v)) {
		for (int i = 0; depth < MAX_NESTING && i < LLVMGetNumOperands(v); i++)
			add_operand(r, LLVMGetOperand(v, (unsigned)i), at, depth + 1);
	}
}

static struct references references_of(LLVMValueRef function)
{
	struct references r = {0};

	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b;
	     b = LLVMGetNextBasicBlock(b))
		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i; i = LLVMGetNextInstruction(i))
			for (int k = 0; k < LLVMGetNumOperands(i); k++)
				add_operand(&r, LLVMGetOperand(i, (unsigned)k),
					    LLVMInstructionGetDebugLoc(i), 0);
	return r;
}

/* A register, or a keyword of instructions without symbols. */
static bool is_keyword(const char *s, size_t len)
{
	static const char *const names[] = {"if",  "goto", "call", "exit", "lock",
					    "ll",  "s",    "u8",   "u16",  "u32",
					    "u64", "s8",   "s16",  "s32",  "s64"};

	if ((*s == 'r' || *s == 'w') && strspn(s + 1, "0123456789") == len - 1)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strlen(names[i]) == len && !strncmp(s, names[i], len))
			return true;
	return false;
}

/* Whether inline assembly may refer to symbols by name, not only by its operands. */
static bool names_symbols(LLVMValueRef assembly)
{
	char *text = LLVMPrintValueToString(assembly), *asm_at = strstr(text, "asm "), *s;
	bool found = !asm_at;

	s = found ? NULL : strchr(asm_at, '"');
	for (s = s ? s + 1 : text + strlen(text); !found && *s && *s != '"';) {
		size_t len = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_."
				       "0123456789");

		if (*s == '\\') {
			/* A character in hexadecimal, mostly the end of a line. */
			len = s[1] && s[2] ? 3 : 1;
		} else if (*s == '$') {
			/* An operand: $0, or ${0:w} */
			len = s[1] == '{' ? strcspn(s, "}\"") : 1 + strspn(s + 1, "0123456789");
			found = len == 1;
		} else if (len && !isdigit((unsigned char)*s)) {
			found = !is_keyword(s, len);
		}
		s += len ? len : 1;
	}
	LLVMDisposeMessage(text);
	return found;
}

/* Whether it has inline assembly that may refer to symbols. */
static bool has_assembly(LLVMValueRef function)
{
	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b;
	     b = LLVMGetNextBasicBlock(b))
		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
		     i = LLVMGetNextInstruction(i)) {
			LLVMValueRef callee = LLVMIsACallInst(i) ? LLVMGetCalledValue(i) : NULL;

			if (callee && LLVMIsAInlineAsm(callee) && names_symbols(callee))
				return true;
		}
	return false;
}

/* A function without a body that replaces the other one. */
static LLVMValueRef replace_function(LLVMModuleRef m, LLVMValueRef old)
{
	size_t size;
	char *name = print("%s", LLVMGetValueName2(old, &size));
	LLVMValueRef new = LLVMAddFunction(m, "", LLVMGlobalGetValueType(old));
	LLVMMetadataRef subprogram = LLVMGetSubprogram(old);
	const char *section = LLVMGetSection(old);

	LLVMSetLinkage(new, LLVMGetLinkage(old));
	LLVMSetVisibility(new, LLVMGetVisibility(old));
	LLVMSetComdat(new, LLVMGetComdat(old));
	if (section && *section)
		LLVMSetSection(new, section);
	LLVMReplaceAllUsesWith(old, new);
	LLVMDeleteFunction(old);
	LLVMSetValueName2(new, name, strlen(name));
	if (subprogram)
		LLVMSetSubprogram(new, subprogram);
	free(name);
	return new;
}

static void refer(struct compiler *c, LLVMBuilderRef build, const struct reference *r)
{
	bool call = LLVMIsAFunction(r->to);
	LLVMTypeRef type = call ? LLVMFunctionType(LLVMVoidTypeInContext(c->context), NULL, 0, 0)
				: LLVMInt8TypeInContext(c->context);
	unsigned space = LLVMGetPointerAddressSpace(LLVMTypeOf(r->to));
	/* LLVM 14 has typed pointers. */
	LLVMValueRef to = LLVMConstBitCast(r->to, LLVMPointerType(type, space)), i;

	if (call) {
		i = LLVMBuildCall2(build, type, to, NULL, 0, "");
	} else {
		i = LLVMBuildLoad2(build, type, to, "");
		LLVMSetVolatile(i, 1);
	}
	if (r->at)
		LLVMInstructionSetDebugLoc(i, r->at);
}

/* An instruction without a source line: LLVM gives it that of the function. */
static void begin_line(struct compiler *c, LLVMBuilderRef build)
{
	LLVMTypeRef byte = LLVMInt8TypeInContext(c->context);
	LLVMValueRef place = LLVMBuildAlloca(build, byte, "");

	LLVMSetVolatile(LLVMBuildStore(build, LLVMConstNull(byte), place), 1);
}

static void outline_function(struct compiler *c, LLVMModuleRef m, LLVMValueRef function)
{
	LLVMTypeRef result = LLVMGetReturnType(LLVMGlobalGetValueType(function));
	struct references r = references_of(function);
	LLVMBuilderRef build = LLVMCreateBuilderInContext(c->context);

	/* A reference to itself is none. */
	for (size_t i = 0; i < r.nr; i++)
		if (r.v[i].to == function)
			r.v[i--] = r.v[--r.nr];
	function = replace_function(m, function);
	LLVMPositionBuilderAtEnd(build, LLVMAppendBasicBlockInContext(c->context, function, ""));
	begin_line(c, build);
	for (size_t i = 0; i < r.nr; i++)
		refer(c, build, &r.v[i]);
	if (LLVMGetTypeKind(result) == LLVMVoidTypeKind)
		LLVMBuildRetVoid(build);
	else
		LLVMBuildRet(build, LLVMConstNull(result));
	free(r.v);
	LLVMDisposeBuilder(build);
}

bool is_rust(LLVMModuleRef m)
{
	unsigned nr = LLVMGetNamedMetadataNumOperands(m, "llvm.ident"), parts, size;
	bool found = false;

	for (unsigned i = 0; i < nr && !found; i++) {
		LLVMValueRef *list = calloc(nr, sizeof(*list)), text = NULL;
		const char *s;

		if (!list)
			out_of_memory();
		LLVMGetNamedMetadataOperands(m, "llvm.ident", list);
		parts = LLVMGetMDNodeNumOperands(list[i]);
		if (parts == 1)
			LLVMGetMDNodeOperands(list[i], &text);
		s = text && LLVMIsAMDString(text) ? LLVMGetMDString(text, &size) : "";
		found = !strncmp(s, "rustc ", 6);
		free(list);
	}
	return found;
}

/* ---- types of Rust's extern "C" declarations ---- */

/*
 * rustc describes no declaration. The IR has the kinds of parameters, a pointer or a number of some
 * size, and the layouts of variables. The linker recognizes the names of the types made here by
 * their '?'.
 */
struct declarer {
	LLVMDIBuilderRef build;
	LLVMMetadataRef file;
	LLVMTargetDataRef data;
};

static LLVMMetadataRef describe(struct declarer *d, LLVMTypeRef type)
{
	static const unsigned encoding = 7; /* DW_ATE_unsigned */
	LLVMTypeKind kind = LLVMGetTypeKind(type);
	unsigned bits = kind == LLVMIntegerTypeKind ? LLVMGetIntTypeWidth(type)
			: kind == LLVMFloatTypeKind ? 32
						    : 64;
	char *name;

	if (kind == LLVMVoidTypeKind)
		return NULL;
	if (kind == LLVMPointerTypeKind)
		return LLVMDIBuilderCreatePointerType(d->build, NULL, 64, 0, 0, "", 0);
	if (bits != 16 && bits != 32 && bits != 64 && bits != 128)
		bits = bits <= 8 ? 8 : 64;
	name = kind == LLVMIntegerTypeKind ? print("i%u?", bits) : print("?");
	return LLVMDIBuilderCreateBasicType(d->build, name, strlen(name), bits, encoding, 0);
}

/* Whether the IR has the parameters of the source: none is split, or a pointer to a copy. */
static bool is_plain(LLVMValueRef function)
{
	static const char *const names[] = {"sret", "byval"};
	LLVMTypeRef type = LLVMGlobalGetValueType(function);

	for (unsigned i = 1; i <= LLVMCountParams(function); i++)
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
			unsigned kind = LLVMGetEnumAttributeKindForName(names[k], strlen(names[k]));

			if (LLVMGetEnumAttributeAtIndex(function, i, kind))
				return false;
		}
	return !LLVMIsFunctionVarArg(type);
}

static void declare(struct declarer *d, LLVMValueRef function)
{
	LLVMTypeRef type = LLVMGlobalGetValueType(function);
	unsigned nr = LLVMCountParamTypes(type);
	LLVMTypeRef *params = calloc(nr + 1, sizeof(LLVMTypeRef));
	LLVMMetadataRef *list = calloc(nr + 1, sizeof(LLVMMetadataRef));
	const char *name;
	size_t size;

	if (!params || !list)
		out_of_memory();
	LLVMGetParamTypes(type, params);
	list[0] = describe(d, LLVMGetReturnType(type));
	for (unsigned i = 0; i < nr; i++)
		list[i + 1] = describe(d, params[i]);
	name = LLVMGetValueName2(function, &size);
	LLVMSetSubprogram(function,
			  LLVMDIBuilderCreateFunction(
			      d->build, d->file, name, size, NULL, 0, d->file, 0,
			      LLVMDIBuilderCreateSubroutineType(d->build, d->file, list, nr + 1, 0),
			      0, 0, 0, 0, 0));
	free(params);
	free(list);
}

/* Names that rustc mangles are of Rust, and were compiled from one source. */
static bool is_mangled(LLVMValueRef v)
{
	const char *name = name_of(v);

	return !strncmp(name, "_ZN", 3) || !strncmp(name, "_R", 2) || is_intrinsic(v);
}

static bool is_foreign(LLVMValueRef function)
{
	return LLVMIsDeclaration(function) && !LLVMGetSubprogram(function) &&
	       !is_mangled(function) && is_plain(function);
}

struct members {
	LLVMMetadataRef *v;
	unsigned nr, cap;
};

/* Adds the numbers and pointers of a struct. Arrays may be padding, or bytes of a union. */
static void add_members(struct declarer *d, struct members *list, LLVMTypeRef type, uint64_t offset)
{
	LLVMTypeKind kind = LLVMGetTypeKind(type);
	unsigned nr = kind == LLVMStructTypeKind ? LLVMCountStructElementTypes(type) : 0;

	for (unsigned i = 0; i < nr; i++)
		add_members(d, list, LLVMStructGetTypeAtIndex(type, i),
			    offset + LLVMOffsetOfElement(d->data, type, i));
	if (kind != LLVMIntegerTypeKind && kind != LLVMPointerTypeKind)
		return;
	if (list->nr == list->cap) {
		list->cap = list->cap ? 2 * list->cap : 16;
		list->v = grow(list->v, list->cap, sizeof(*list->v));
	}
	list->v[list->nr++] =
	    LLVMDIBuilderCreateMemberType(d->build, d->file, "", 0, d->file, 0,
					  8 * LLVMABISizeOfType(d->data, type), 0, 8 * offset,
					  LLVMDIFlagZero, describe(d, type));
}

/* Names of types are unique in a context: "Point.3" may be a second Point. */
static char *struct_name(LLVMTypeRef type)
{
	const char *name = LLVMGetStructName(type), *end = name ? strrchr(name, '.') : NULL;

	if (!name)
		return print("?");
	if (!end || !end[1] || end[1 + strspn(end + 1, "0123456789")])
		end = name + strlen(name);
	return print("%.*s?", (int)(end - name), name);
}

static LLVMMetadataRef describe_variable(struct declarer *d, LLVMTypeRef type)
{
	uint64_t bits = 8 * LLVMABISizeOfType(d->data, type);
	struct members list = {0};
	LLVMMetadataRef range;
	char *name;

	switch (LLVMGetTypeKind(type)) {
	case LLVMArrayTypeKind:
		range = LLVMDIBuilderGetOrCreateSubrange(d->build, 0, LLVMGetArrayLength(type));
		return LLVMDIBuilderCreateArrayType(d->build, bits, 0,
						    describe_variable(d, LLVMGetElementType(type)),
						    &range, 1);
	case LLVMStructTypeKind:
		add_members(d, &list, type, 0);
		name = struct_name(type);
		return LLVMDIBuilderCreateStructType(d->build, d->file, name, strlen(name), d->file,
						     0, bits, 0, LLVMDIFlagZero, NULL, list.v,
						     list.nr, 0, NULL, "", 0);
	default: return describe(d, type);
	}
}

/* Whether only its address matters: it has no size, or is a byte that is not accessed as such. */
static bool is_opaque(struct declarer *d, LLVMValueRef variable)
{
	LLVMTypeRef type = LLVMGlobalGetValueType(variable);
	uint64_t size = LLVMABISizeOfType(d->data, type);

	if (LLVMGetTypeKind(type) != LLVMIntegerTypeKind || size > 1)
		return !size;
	for (LLVMUseRef use = LLVMGetFirstUse(variable); use; use = LLVMGetNextUse(use))
		if (LLVMIsALoadInst(LLVMGetUser(use)) || LLVMIsAStoreInst(LLVMGetUser(use)))
			return false;
	return true;
}

static void declare_variable(struct compiler *c, struct declarer *d, LLVMValueRef variable)
{
	unsigned kind = LLVMGetMDKindIDInContext(c->context, "dbg", strlen("dbg"));
	const char *name = name_of(variable);
	size_t nr;

	LLVMDisposeValueMetadataEntries(LLVMGlobalCopyAllMetadata(variable, &nr));
	if (!LLVMIsDeclaration(variable) || nr || is_mangled(variable) || is_opaque(d, variable))
		return;
	LLVMGlobalSetMetadata(variable, kind,
			      LLVMDIBuilderCreateGlobalVariableExpression(
				  d->build, d->file, name, strlen(name), "", 0, d->file, 0,
				  describe_variable(d, LLVMGlobalGetValueType(variable)), 0,
				  LLVMDIBuilderCreateExpression(d->build, NULL, 0), NULL, 0));
}

static void declare_foreign(struct compiler *c, LLVMModuleRef m)
{
	struct declarer d = {.data = LLVMGetModuleDataLayout(m)};

	for (LLVMValueRef f = LLVMGetFirstFunction(m); f && !d.file; f = LLVMGetNextFunction(f))
		if (LLVMGetSubprogram(f))
			d.file = LLVMDIScopeGetFile(LLVMGetSubprogram(f));
	if (!d.file)
		return;
	d.build = LLVMCreateDIBuilderDisallowUnresolved(m);
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f))
		if (is_foreign(f))
			declare(&d, f);
	for (LLVMValueRef v = LLVMGetFirstGlobal(m); v; v = LLVMGetNextGlobal(v))
		declare_variable(c, &d, v);
	LLVMDIBuilderFinalize(d.build);
	LLVMDisposeDIBuilder(d.build);
}

void outline(struct compiler *c, LLVMModuleRef m)
{
	LLVMValueRef next, last = LLVMGetLastFunction(m);

	if (is_rust(m))
		declare_foreign(c, m);
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = next) {
		next = f == last ? NULL : LLVMGetNextFunction(f);
		if (!LLVMIsDeclaration(f) && !has_assembly(f))
			outline_function(c, m, f);
	}
}
