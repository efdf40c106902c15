/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "lto/compiler.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <llvm-c/BitReader.h>
#include <llvm-c/Error.h>
#include <llvm-c/Transforms/PassBuilder.h>

_Noreturn void out_of_memory(void)
{
	_exit(LTO_NO_MEMORY);
}

void *grow(void *v, size_t nr, size_t size)
{
	v = reallocarray(v, nr, size);
	if (!v)
		out_of_memory();
	return v;
}

static char *format(const char *fmt, va_list ap)
{
	char *text;

	if (vasprintf(&text, fmt, ap) < 0)
		out_of_memory();
	return text;
}

char *print(const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = format(fmt, ap);
	va_end(ap);
	return text;
}

void report_text(struct compiler *c, enum bpfld_severity severity, const char *id,
		 const char *message)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		out_of_memory();
	fwrite(id, 1, strlen(id) + 1, f);
	for (const char *s = message; *s; s++) {
		if (*s == '\n' && !s[strspn(s, "\n")])
			break;
		fputc(*s, f);
		if (*s == '\n' && strncmp(s + 1, ">>> ", 4) != 0)
			fputs(">>> ", f);
	}
	fputc('\0', f);
	if (fclose(f))
		out_of_memory();
	c->r->put(c->r, LTO_REPORT, severity, text, size);
	c->failed |= severity == BPFLD_ERROR;
}

int report_error(struct compiler *c, const char *id, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report_text(c, BPFLD_ERROR, id, format(fmt, ap));
	va_end(ap);
	return 1;
}

void step(struct compiler *c, const char *doing)
{
	const char *text = c->module ? print("%s %s", doing, c->module) : doing;

	c->r->put(c->r, LTO_STEP, 0, text, strlen(text) + 1);
}

const char *name_of(LLVMValueRef v)
{
	size_t size;

	return LLVMGetValueName2(v, &size);
}

char *copy_text(const char *text)
{
	char *s = strdup(text);

	if (!s)
		out_of_memory();
	return s;
}

const char *string_attribute(LLVMValueRef function, const char *key)
{
	LLVMAttributeRef a = LLVMGetStringAttributeAtIndex(function, LLVMAttributeFunctionIndex,
							   key, (unsigned)strlen(key));
	unsigned size;

	return a ? LLVMGetStringAttributeValue(a, &size) : "";
}

void set_attribute(struct compiler *c, LLVMValueRef function, const char *key, const char *value)
{
	LLVMRemoveStringAttributeAtIndex(function, LLVMAttributeFunctionIndex, key,
					 (unsigned)strlen(key));
	if (*value)
		LLVMAddAttributeAtIndex(function, LLVMAttributeFunctionIndex,
					LLVMCreateStringAttribute(c->context, key,
								  (unsigned)strlen(key), value,
								  (unsigned)strlen(value)));
}

bool has_attribute(LLVMValueRef function, const char *name)
{
	return LLVMGetEnumAttributeAtIndex(function, LLVMAttributeFunctionIndex,
					   LLVMGetEnumAttributeKindForName(name, strlen(name)));
}

void set_enum_attribute(struct compiler *c, LLVMValueRef function, const char *name, bool on)
{
	unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));

	LLVMRemoveEnumAttributeAtIndex(function, LLVMAttributeFunctionIndex, kind);
	if (on)
		LLVMAddAttributeAtIndex(function, LLVMAttributeFunctionIndex,
					LLVMCreateEnumAttribute(c->context, kind, 0));
}

LLVMTargetMachineRef make_machine(struct compiler *c, LLVMModuleRef m)
{
	/* At least "less": CO-RE needs passes that do not run without optimization. */
	static const LLVMCodeGenOptLevel levels[] = {LLVMCodeGenLevelLess, LLVMCodeGenLevelLess,
						     LLVMCodeGenLevelDefault,
						     LLVMCodeGenLevelAggressive};
	LLVMTargetRef target;
	char *message = NULL;

	if (LLVMGetTargetFromTriple(LLVMGetTarget(m), &target, &message)) {
		report_error(c, "lto-failed", "LLVM: %s", message);
		return NULL;
	}
	/* As in clang for BPF: entries of jump tables are absolute. */
	return LLVMCreateTargetMachine(target, LLVMGetTarget(m), c->cpu, c->features,
				       levels[c->r->options->level], LLVMRelocStatic,
				       LLVMCodeModelDefault);
}

int run_passes(struct compiler *c, LLVMModuleRef m, LLVMTargetMachineRef machine,
	       const char *passes)
{
	LLVMErrorRef err = LLVMRunPasses(m, passes, machine, LLVMCreatePassBuilderOptions());

	if (err)
		return report_error(c, "lto-failed", "LLVM: %s", LLVMGetErrorMessage(err));
	return c->failed;
}

LLVMModuleRef parse_made(struct compiler *c, const void *data, size_t size)
{
	LLVMMemoryBufferRef copy = LLVMCreateMemoryBufferWithMemoryRangeCopy(data, size, "lto");
	LLVMModuleRef m = NULL;

	if (LLVMParseBitcodeInContext2(c->context, copy, &m) && !c->failed)
		report_error(c, "lto-failed", "LLVM cannot read its own output");
	return m;
}

LLVMModuleRef parse_again(struct compiler *c, LLVMMemoryBufferRef ir)
{
	return parse_made(c, LLVMGetBufferStart(ir), LLVMGetBufferSize(ir));
}
