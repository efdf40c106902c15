/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "lto/compiler.h"

#include <elf.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

LLVMMemoryBufferRef make_code(struct compiler *c, LLVMModuleRef m, LLVMCodeGenFileType type)
{
	LLVMTargetMachineRef machine = make_machine(c, m);
	LLVMMemoryBufferRef buffer;
	char *message = NULL;

	step(c, "compiling");
	if (!machine)
		return NULL;
	if (LLVMTargetMachineEmitToMemoryBuffer(machine, m, type, &message, &buffer)) {
		report_error(c, "lto-failed", "LLVM: %s", message);
		return NULL;
	}
	return c->failed ? NULL : buffer;
}

static uint64_t get(const uint8_t *p, size_t size, bool big)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)p[i] << 8 * (big ? size - 1 - i : i);
	return value;
}

/* The section headers of an object: the address of number i. */
static const uint8_t *section(const uint8_t *elf, uint64_t i)
{
	bool big = elf[EI_DATA] == ELFDATA2MSB;

	return elf + get(elf + offsetof(Elf64_Ehdr, e_shoff), 8, big) + i * sizeof(Elf64_Shdr);
}

#define FIELD(p, type, member, big)                                                                \
	get((p) + offsetof(type, member), sizeof(((type *)0)->member), big)

/* The size of the code in an object. */
static uint64_t count_code(LLVMMemoryBufferRef object)
{
	const uint8_t *e = (const uint8_t *)LLVMGetBufferStart(object);
	bool big = e[EI_DATA] == ELFDATA2MSB;
	uint64_t code = 0;

	for (uint64_t i = 0; i < FIELD(e, Elf64_Ehdr, e_shnum, big); i++)
		if (FIELD(section(e, i), Elf64_Shdr, sh_flags, big) & SHF_EXECINSTR)
			code += FIELD(section(e, i), Elf64_Shdr, sh_size, big);
	return code;
}

/* The size of a function in an object. */
static uint64_t function_size(LLVMMemoryBufferRef object, const char *name)
{
	const uint8_t *e = (const uint8_t *)LLVMGetBufferStart(object), *symtab = NULL, *strings;
	bool big = e[EI_DATA] == ELFDATA2MSB;
	uint64_t nr;

	for (uint64_t i = 0; i < FIELD(e, Elf64_Ehdr, e_shnum, big); i++)
		if (FIELD(section(e, i), Elf64_Shdr, sh_type, big) == SHT_SYMTAB)
			symtab = section(e, i);
	if (!symtab)
		return 0;
	nr = FIELD(symtab, Elf64_Shdr, sh_size, big) / sizeof(Elf64_Sym);
	strings = section(e, FIELD(symtab, Elf64_Shdr, sh_link, big));
	strings = e + FIELD(strings, Elf64_Shdr, sh_offset, big);
	symtab = e + FIELD(symtab, Elf64_Shdr, sh_offset, big);
	for (const uint8_t *s = symtab; nr--; s += sizeof(Elf64_Sym))
		if (ELF64_ST_TYPE(s[offsetof(Elf64_Sym, st_info)]) == STT_FUNC &&
		    !strcmp((const char *)strings + FIELD(s, Elf64_Sym, st_name, big), name))
			return FIELD(s, Elf64_Sym, st_size, big);
	return 0;
}

/* Sets the threshold of the inliner; NULL: the default. */
static void limit_inlining(struct compiler *c, LLVMModuleRef m, const char *cost)
{
	static const char key[] = "function-inline-threshold";

	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f)) {
		if (LLVMIsDeclaration(f))
			continue;
		if (cost)
			set_attribute(c, f, key, cost);
		else
			LLVMRemoveStringAttributeAtIndex(f, LLVMAttributeFunctionIndex, key,
							 sizeof(key) - 1);
	}
}

/* The size of functions that nothing uses: --gc-sections will drop them. They are deleted in m. */
static uint64_t count_unused(LLVMModuleRef m, LLVMMemoryBufferRef object)
{
	uint64_t unused = 0;
	bool more = true;

	while (more) {
		LLVMValueRef next;

		more = false;
		for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = next) {
			next = LLVMGetNextFunction(f);
			/* A function with a section is a program. */
			if (LLVMIsDeclaration(f) || LLVMGetFirstUse(f) || LLVMGetSection(f))
				continue;
			unused += function_size(object, name_of(f));
			LLVMDeleteFunction(f);
			more = true;
		}
	}
	return unused;
}

uint64_t measure(const struct compiler *c, LLVMModuleRef m, LLVMMemoryBufferRef object)
{
	return count_code(object) - (c->r->job->gc_sections ? count_unused(m, object) : 0);
}

int optimize(struct compiler *c, LLVMModuleRef m, struct way way)
{
	LLVMTargetMachineRef machine = make_machine(c, m);
	const char *passes = way.passes;

	if (!machine)
		return 1;
	if (way.inline_cost)
		limit_inlining(c, m, way.inline_cost);
	step(c, "optimizing");
	if (c->unoptimized && strncmp(passes, "default", 7) != 0)
		passes = print("lto-pre-link<O2>,%s", passes);
	if (run_passes(c, m, machine, passes))
		return 1;
	if (way.inline_cost)
		limit_inlining(c, m, NULL);
	if (lower_memory(c, m) && run_passes(c, m, machine, "always-inline"))
		return 1;
	finish_plan(m);
	end_panics(c, m);
	lower(c, m);
	return 0;
}
