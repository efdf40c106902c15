/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Merges modules. LLVM's linker does most of the work, but not this:
 *
 * CO-RE: code reads the offset of a member from a placeholder, which the loader relocates. It is an
 * external variable such as "llvm.s:0:0$0:0", named after the struct and bound to its type by
 * metadata. Two modules may have different types of one name; merging their placeholders would make
 * one module access a member of the other's type. So placeholders get a prefix for each module; the
 * backend reads only the part after the first colon or dollar. For the same reason, the numbers in
 * calls of llvm.bpf.passthrough, which separate accesses, are made unique.
 *
 * Static symbols get the suffix ".lto.N" in module N. The linker removes it again, so that symbols
 * and BTF have the names of the source. Symbols that inline assembly refers to keep their names.
 *
 * The CPU is an attribute of functions, but code is generated for a single one.
 *
 * Module flags for full and thin LTO differ. That is irrelevant here, but LLVM refuses to merge
 * such modules.
 */
#include "lto/compiler.h"

#include <ctype.h>
#include <llvm-c/BitReader.h>
#include <llvm-c/Comdat.h>
#include <llvm-c/Linker.h>
#include <llvm/Config/llvm-config.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- one module ---- */

static LLVMModuleRef read_module(struct compiler *c, const struct bpfld_lto_module *m)
{
	LLVMMemoryBufferRef buffer =
	    LLVMCreateMemoryBufferWithMemoryRangeCopy((const char *)m->data, m->size, m->name);
	LLVMModuleRef module = NULL;
	const char *triple;

	c->module = m->name;
	step(c, "reading");
	c->reading = true;
	if (LLVMParseBitcodeInContext2(c->context, buffer, &module) && !c->failed)
		report_error(c, "lto-failed", "%s: invalid bitcode\n>>> help: recompile it",
			     m->name);
	c->reading = false;
	if (c->failed)
		return NULL;
	triple = LLVMGetTarget(module);
	if (strncmp(triple, "bpf", 3) != 0) {
		report_error(
		    c, "wrong-machine",
		    "%s: bitcode for %s, not for BPF\n>>> help: compile it with -target bpf",
		    m->name, *triple ? triple : "an unknown target");
		return NULL;
	}
	return module;
}

/* The functions and then the variables of a module. */
static LLVMValueRef first_global(LLVMModuleRef m)
{
	LLVMValueRef v = LLVMGetFirstFunction(m);

	return v ? v : LLVMGetFirstGlobal(m);
}

static LLVMValueRef next_global(LLVMModuleRef m, LLVMValueRef v)
{
	LLVMValueRef next;

	if (!LLVMIsAFunction(v))
		return LLVMGetNextGlobal(v);
	next = LLVMGetNextFunction(v);
	return next ? next : LLVMGetFirstGlobal(m);
}

static LLVMValueRef find_global(LLVMModuleRef m, const char *name)
{
	LLVMValueRef v = LLVMGetNamedFunction(m, name);

	if (!v)
		v = LLVMGetNamedGlobal(m, name);
	return v ? v : LLVMGetNamedGlobalAlias(m, name, strlen(name));
}

static LLVMValueRef first_definition(LLVMModuleRef m)
{
	LLVMValueRef f = LLVMGetFirstFunction(m);

	while (f && LLVMIsDeclaration(f))
		f = LLVMGetNextFunction(f);
	return f;
}

static const char cpu_key[] = "target-cpu", features_key[] = "target-features";

/*
 * The default CPU of the clang that compiled the module, or of this LLVM if that is unknown. The
 * newest one of all modules is used: their machine code would require that, too.
 */
static void take_default_cpu(struct compiler *c, size_t number, LLVMModuleRef m)
{
	int release = c->r->releases[number];
	const char *cpu = (release ? release : LLVM_VERSION_MAJOR) < 20 ? "v1" : "v3";

	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f))
		if (!LLVMIsDeclaration(f) && !*string_attribute(f, cpu_key) &&
		    (!c->default_cpu || strcmp(cpu, c->default_cpu) > 0))
			c->default_cpu = cpu;
}

static const char *cpu_of(const struct compiler *c, LLVMValueRef function)
{
	const char *cpu = string_attribute(function, cpu_key);

	if (!*cpu)
		return c->default_cpu;
	return strcmp(cpu, "generic") ? cpu : "v1";
}

static const char *features_of(LLVMValueRef function)
{
	return string_attribute(function, features_key);
}

static void take_cpu(struct compiler *c, LLVMValueRef function)
{
	c->cpu = copy_text(function ? cpu_of(c, function) : "v1");
	c->features = copy_text(function ? features_of(function) : "");
	c->cpu_function = function ? copy_text(name_of(function)) : NULL;
	c->cpu_module = c->module;
}

/* Requires that all functions are compiled for the CPU of the first one. */
static int check_cpu(struct compiler *c, LLVMModuleRef m)
{
	if (!c->cpu_function)
		take_cpu(c, first_definition(m));
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f)) {
		const char *cpu, *features;

		if (LLVMIsDeclaration(f))
			continue;
		cpu = cpu_of(c, f);
		features = features_of(f);
		if (!strcmp(c->cpu, cpu) && !strcmp(c->features, features))
			continue;
		return report_error(c, "lto-cpu-conflict",
				    "modules are compiled for different CPUs\n"
				    ">>> '%s' of %s for %s%s%s\n>>> '%s' of %s for %s%s%s\n"
				    ">>> help: select one with --mcpu=CPU",
				    c->cpu_function, c->cpu_module, c->cpu,
				    *c->features ? " with " : "", c->features, name_of(f),
				    c->module, cpu, *features ? " with " : "", features);
	}
	return 0;
}

/* LLVM does not inline between functions for different CPUs. */
static void set_cpu(struct compiler *c, LLVMModuleRef m)
{
	static const char noinline[] = "noinline";
	unsigned kind = LLVMGetEnumAttributeKindForName(noinline, sizeof(noinline) - 1);

	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f)) {
		if (LLVMIsDeclaration(f))
			continue;
		set_attribute(c, f, cpu_key, c->cpu);
		set_attribute(c, f, features_key, c->features);
		if (c->r->options->inline_never)
			LLVMRemoveEnumAttributeAtIndex(f, LLVMAttributeFunctionIndex, kind);
	}
}

/* mem2reg promotes an alloca with marks of lifetime, which take a bitcast of it before LLVM 15. */
static bool marks_lifetime(LLVMValueRef user)
{
	if (!LLVMIsABitCastInst(user))
		return LLVMIsACallInst(user) &&
		       !strncmp(name_of(LLVMGetCalledValue(user)), "llvm.lifetime.", 14);
	for (LLVMUseRef use = LLVMGetFirstUse(user); use; use = LLVMGetNextUse(use))
		if (!marks_lifetime(LLVMGetUser(use)))
			return false;
	return true;
}

/* Whether mem2reg would promote it. Unoptimized code has such allocas: parameters and variables. */
static bool is_register(LLVMValueRef alloca)
{
	bool found = false;

	for (LLVMUseRef use = LLVMGetFirstUse(alloca); use; use = LLVMGetNextUse(use)) {
		LLVMValueRef user = LLVMGetUser(use);
		bool load = LLVMIsALoadInst(user);

		if (marks_lifetime(user))
			continue;
		if (!load && (!LLVMIsAStoreInst(user) || LLVMGetOperand(user, 1) != alloca))
			return false;
		if (LLVMGetVolatile(user))
			return false;
		found = true;
	}
	return found;
}

static bool is_unoptimized(LLVMValueRef function)
{
	if (LLVMIsDeclaration(function) || has_attribute(function, "optnone"))
		return false;
	for (LLVMValueRef i = LLVMGetFirstInstruction(LLVMGetEntryBasicBlock(function)); i;
	     i = LLVMGetNextInstruction(i))
		if (LLVMIsAAllocaInst(i) && is_register(i))
			return true;
	return false;
}

/* LLVM inlines functions that are always_inline even without optimization. */
static const char always[] = "alwaysinline", always_mark[] = "bpfld-alwaysinline";

static void hide_always_inline(struct compiler *c, LLVMModuleRef m)
{
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f))
		if (has_attribute(f, always)) {
			set_enum_attribute(c, f, always, false);
			set_attribute(c, f, always_mark, "1");
		}
}

static void restore_always_inline(struct compiler *c, LLVMModuleRef m)
{
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f))
		if (*string_attribute(f, always_mark)) {
			set_enum_attribute(c, f, always, true);
			set_attribute(c, f, always_mark, "");
		}
}

/* Whether it is as clang's front end makes it, as with -fembed-bitcode=all. */
static bool needs_pre_link(LLVMModuleRef m)
{
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f))
		if (is_unoptimized(f) || !strncmp(name_of(f), "llvm.preserve.", 14) ||
		    !strncmp(name_of(f), "llvm.bpf.preserve.", 18) ||
		    !strncmp(name_of(f), "llvm.bpf.btf.type.id", 20))
			return true;
	return false;
}

/*
 * Runs the pre-link pipeline on modules that clang did not optimize. The pipeline for merged
 * modules lacks passes that help the verifier and that lower BPF's intrinsics. With together, the
 * pre-link pipeline is left for the merged module, and intrinsics are lowered and nothing else:
 * they refer to types of their module, so that merging them would mix up types of one name (see the
 * top of this file). A plan may want functions that are always_inline to remain.
 *
 * Modules of rustc, which does not use the intrinsics, are always left for the merged module: it
 * lacks most of libcore.
 */
static int optimize_alone(struct compiler *c, bool together)
{
	size_t *numbers = grow(NULL, c->r->job->nr_modules, sizeof(*numbers)), nr = 0;
	int err;

	for (size_t i = 0; i < c->r->job->nr_modules; i++) {
		if (!needs_pre_link(c->parsed[i].module))
			continue;
		if (is_rust(c->parsed[i].module))
			c->unoptimized = true;
		else
			numbers[nr++] = i;
	}
	c->unoptimized |= together && nr;
	for (size_t i = 0; together && i < nr; i++)
		hide_always_inline(c, c->parsed[numbers[i]].module);
	err = run_passes_apart(c, numbers, nr, together ? "lto-pre-link<O0>" : "lto-pre-link<O2>");
	for (size_t i = 0; !err && together && i < nr; i++)
		restore_always_inline(c, c->parsed[numbers[i]].module);
	free(numbers);
	return err;
}

static void new_parsed(struct compiler *c)
{
	c->parsed = calloc(c->r->job->nr_modules, sizeof(*c->parsed));
	if (!c->parsed)
		out_of_memory();
}

int read_some(struct compiler *c, size_t first, size_t end)
{
	new_parsed(c);
	for (size_t i = first; i < end; i++) {
		c->parsed[i].module = read_module(c, &c->r->job->modules[i]);
		if (!c->parsed[i].module)
			return 1;
	}
	return 0;
}

void prepare_alone(struct compiler *c, size_t number)
{
	LLVMModuleRef m = c->parsed[number].module;
	const char *cpu = c->r->options->cpu;

	c->module = c->r->job->modules[number].name;
	c->lenient = true;
	c->default_cpu = NULL;
	take_default_cpu(c, number, m);
	take_cpu(c, first_definition(m));
	/* The code may use instructions of the newer CPU. */
	if (cpu && strcmp(cpu, c->cpu) > 0) {
		c->cpu = cpu;
		c->features = "";
	}
	outline(c, m);
}

/* ---- symbols ---- */

static void replace(LLVMValueRef old, LLVMValueRef with)
{
	LLVMReplaceAllUsesWith(old, LLVMConstBitCast(with, LLVMTypeOf(old)));
	if (LLVMIsAFunction(old))
		LLVMDeleteFunction(old);
	else if (LLVMIsAGlobalVariable(old))
		LLVMDeleteGlobal(old);
}

/* Turns a definition into a declaration: another file's definition is used. */
static void drop_definition(LLVMModuleRef m, LLVMValueRef v)
{
	LLVMTypeRef type = LLVMGlobalGetValueType(v);
	char *name = strdup(name_of(v));
	LLVMValueRef ref;

	if (!name)
		out_of_memory();
	if (LLVMIsAFunction(v))
		ref = LLVMAddFunction(m, "", type);
	else
		ref = LLVMAddGlobalInAddressSpace(m, type, "",
						  LLVMGetPointerAddressSpace(LLVMTypeOf(v)));
	if (LLVMGetLinkage(v) != LLVMInternalLinkage)
		LLVMSetVisibility(ref, LLVMGetVisibility(v));
	replace(v, ref);
	LLVMSetValueName2(ref, name, strlen(name));
	free(name);
}

/* Renames a symbol, or replaces it with an existing symbol of that name. */
static void rename_global(LLVMModuleRef m, LLVMValueRef v, const char *name)
{
	LLVMValueRef other = find_global(m, name);

	if (other)
		replace(v, other);
	else
		LLVMSetValueName2(v, name, strlen(name));
}

static void apply_symbols(LLVMModuleRef m, const struct bpfld_lto_module *in)
{
	LLVMValueRef *renamed = calloc(in->nr_symbols + 1, sizeof(LLVMValueRef));

	if (!renamed)
		out_of_memory();
	for (size_t i = 0; i < in->nr_symbols; i++) {
		LLVMValueRef v = find_global(m, in->symbols[i].name);

		/* Inline assembly may define symbols that are not in the IR. */
		if (!v)
			continue;
		if (in->symbols[i].drop && !LLVMIsDeclaration(v) && !LLVMIsAGlobalAlias(v)) {
			drop_definition(m, v);
			v = find_global(m, in->symbols[i].name);
		}
		renamed[i] = v;
	}
	/* Free all old names first: the new name of a symbol may be the old one of another. */
	for (size_t i = 0; i < in->nr_symbols; i++)
		if (renamed[i] && in->symbols[i].new_name)
			LLVMSetValueName2(renamed[i], "bpfld.renamed", strlen("bpfld.renamed"));
	for (size_t i = 0; i < in->nr_symbols; i++)
		if (renamed[i] && in->symbols[i].new_name)
			rename_global(m, renamed[i], in->symbols[i].new_name);
	free(renamed);
}

static bool is_placeholder(struct compiler *c, LLVMValueRef v)
{
	unsigned kind = LLVMGetMDKindIDInContext(c->context, "llvm.preserve.access.index",
						 strlen("llvm.preserve.access.index"));
	LLVMValueMetadataEntry *entries;
	size_t nr;

	if (!LLVMIsAGlobalVariable(v) || !LLVMIsDeclaration(v) ||
	    strncmp(name_of(v), "llvm.", 5) != 0)
		return false;
	entries = LLVMGlobalCopyAllMetadata(v, &nr);
	for (size_t i = 0; i < nr; i++)
		if (LLVMValueMetadataEntriesGetKind(entries, (unsigned)i) == kind)
			return true;
	return false;
}

/* ---- inline assembly: LLVM does not see the symbols that it refers to ---- */

/* All inline assembly of the module, with escapes (\0A) replaced by blanks. */
static char *assembly_of(LLVMModuleRef m)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		out_of_memory();
	fwrite(LLVMGetModuleInlineAsm(m, &size), 1, size, f);
	for (LLVMValueRef fn = LLVMGetFirstFunction(m); fn; fn = LLVMGetNextFunction(fn))
		for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(fn); b;
		     b = LLVMGetNextBasicBlock(b))
			for (LLVMValueRef i = LLVMGetFirstInstruction(b); i;
			     i = LLVMGetNextInstruction(i))
				if (LLVMIsACallInst(i) && LLVMIsAInlineAsm(LLVMGetCalledValue(i)))
					fprintf(f, " %s",
						LLVMPrintValueToString(LLVMGetCalledValue(i)));
	if (fclose(f))
		out_of_memory();
	for (char *s = text; (s = strchr(s, '\\')) && isxdigit((unsigned char)s[1]) && s[2];)
		memset(s, ' ', 3);
	return text;
}

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '$';
}

static bool refers_to(const char *assembly, const char *name)
{
	size_t len = strlen(name);

	for (const char *s = assembly; (s = strstr(s, name)); s++)
		if ((s == assembly || !is_name_char(s[-1])) && !is_name_char(s[len]))
			return true;
	return false;
}

/* ---- names ---- */

/* Inline assembly refers to this static symbol by name: no other module may use that name. */
static int check_static(struct compiler *c, const char *name, size_t number)
{
	for (size_t i = 0; i < c->r->job->nr_modules; i++) {
		LLVMValueRef v = i == number ? NULL : find_global(c->parsed[i].module, name);

		if (!v || (LLVMGetLinkage(v) == LLVMInternalLinkage &&
			   !refers_to(c->parsed[i].assembly, name)))
			continue;
		return report_error(c, "lto-asm-name",
				    "inline assembly refers to static symbol '%s', but another "
				    "file has a symbol of that name\n>>> static in %s\n>>> also in "
				    "%s\n>>> help: rename one, or compile one without bitcode",
				    name, c->r->job->modules[number].name,
				    c->r->job->modules[i].name);
	}
	return 0;
}

/* Makes names unique: see the top of this file. */
static int make_unique(struct compiler *c, size_t number)
{
	LLVMModuleRef m = c->parsed[number].module;

	for (LLVMValueRef v = first_global(m); v; v = next_global(m, v)) {
		const char *name = name_of(v);
		char *unique;

		if (is_placeholder(c, v)) {
			unique = print("llvm.%zu.%s", number, name + strlen("llvm."));
		} else if (LLVMGetLinkage(v) != LLVMInternalLinkage) {
			continue;
		} else if (refers_to(c->parsed[number].assembly, name)) {
			if (check_static(c, name, number))
				return 1;
			continue;
		} else {
			unique = print("%s.lto.%zu", name, number);
		}
		LLVMSetValueName2(v, unique, strlen(unique));
	}
	return 0;
}

static void number_passthroughs(struct compiler *c, LLVMModuleRef m)
{
	LLVMTypeRef i32 = LLVMInt32TypeInContext(c->context);

	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f)) {
		if (strncmp(name_of(f), "llvm.bpf.passthrough", 20) != 0)
			continue;
		for (LLVMUseRef use = LLVMGetFirstUse(f); use; use = LLVMGetNextUse(use))
			if (LLVMIsACallInst(LLVMGetUser(use)))
				LLVMSetOperand(LLVMGetUser(use), 0,
					       LLVMConstInt(i32, c->passthroughs++, 0));
	}
}

static bool is_in_assembly(const struct compiler *c, const char *name)
{
	for (size_t i = 0; i < c->r->job->nr_modules; i++)
		if (refers_to(c->parsed[i].assembly, name))
			return true;
	return false;
}

static void make_local(struct compiler *c, LLVMModuleRef m, const struct bpfld_lto_module *in)
{
	for (size_t i = 0; i < in->nr_symbols; i++) {
		const struct bpfld_lto_symbol *s = &in->symbols[i];
		const char *name = s->new_name ? s->new_name : s->name;
		LLVMValueRef v = s->local ? find_global(m, name) : NULL;

		if (!v || LLVMIsDeclaration(v) || is_in_assembly(c, name))
			continue;
		LLVMSetLinkage(v, LLVMInternalLinkage);
		if (!LLVMIsAGlobalAlias(v))
			LLVMSetComdat(v, NULL);
	}
}

/* ---- the attribute "used" ---- */

static const char used_list[] = "llvm.compiler.used";

/*
 * A static definition that nothing refers to is there because it has the attribute "used", as SEC()
 * sets it. Maps may also be for user space alone.
 */
static bool is_for_loader(LLVMValueRef v)
{
	const char *section = LLVMIsAGlobalAlias(v) ? NULL : LLVMGetSection(v);

	if (LLVMIsDeclaration(v) || LLVMGetLinkage(v) != LLVMInternalLinkage || !section ||
	    !section[0])
		return false;
	return !LLVMGetFirstUse(v) || !strcmp(section, ".maps");
}

/* -fembed-bitcode=all writes bitcode without the list of symbols that are "used". */
static void restore_used(struct compiler *c, LLVMModuleRef m)
{
	LLVMTypeRef type = LLVMPointerType(LLVMInt8TypeInContext(c->context), 0);
	LLVMValueRef *used = NULL, list;
	unsigned nr = 0;

	if (LLVMGetNamedGlobal(m, used_list))
		return;
	for (LLVMValueRef v = first_global(m); v; v = next_global(m, v)) {
		if (!is_for_loader(v))
			continue;
		used = grow(used, nr + 1, sizeof(*used));
		used[nr++] = LLVMGetPointerAddressSpace(LLVMTypeOf(v))
				 ? LLVMConstAddrSpaceCast(v, type)
				 : LLVMConstBitCast(v, type);
	}
	if (!nr)
		return;
	list = LLVMAddGlobal(m, LLVMArrayType(type, nr), used_list);
	LLVMSetInitializer(list, LLVMConstArray(type, used, nr));
	LLVMSetLinkage(list, LLVMAppendingLinkage);
	LLVMSetSection(list, "llvm.metadata");
	free(used);
}

/* ---- all modules ---- */

/* LLVM refuses to merge modules whose flags differ, unless one overrides the flag. */
static void override_flag(struct compiler *c, LLVMModuleRef m, const char *name)
{
	LLVMMetadataRef zero =
	    LLVMValueAsMetadata(LLVMConstInt(LLVMInt32TypeInContext(c->context), 0, 0));

	LLVMAddModuleFlag(m, LLVMModuleFlagBehaviorOverride, name, strlen(name), zero);
}

/* The module as it was written when it was compiled for its symbols, with hidden types; or NULL. */
static LLVMModuleRef read_small(struct compiler *c, const struct bpfld_lto_module *m)
{
	uint64_t hash = c->r->nr_small ? lto_hash(m->data, m->size) : 0;

	c->module = m->name;
	for (size_t i = 0; i < c->r->nr_small; i++)
		if (c->r->small[i].hash == hash && c->r->small[i].of == m->size)
			return parse_made(c, c->r->small[i].data, c->r->small[i].size);
	return NULL;
}

static int read_all(struct compiler *c)
{
	const struct bpfld_lto_job *job = c->r->job;
	struct lto_types *types = NULL;

	new_parsed(c);
	for (size_t i = 0; i < job->nr_modules; i++) {
		c->parsed[i].module = read_small(c, &job->modules[i]);
		if (!c->parsed[i].module)
			c->parsed[i].module = read_module(c, &job->modules[i]);
		if (!c->parsed[i].module)
			return 1;
	}
	/* The types of such modules are modules of their own. */
	for (size_t i = 0; i < c->r->nr_small; i++) {
		const struct lto_small *s = &c->r->small[i];
		LLVMModuleRef m = s->of ? NULL : parse_made(c, s->data, s->size);

		if (m)
			types = read_types(types, m);
	}
	for (size_t i = 0; i < job->nr_modules; i++)
		restore_types(c, types, c->parsed[i].module);
	return c->failed;
}

/* Reads all modules and applies the linker's symbol resolution. */
static int read_modules(struct compiler *c)
{
	const struct bpfld_lto_job *job = c->r->job;
	const struct lto_plan *plan = c->r->options->plan;
	bool together = plan && plan->order != LTO_SEPARATE;

	c->cpu = c->r->options->cpu;
	c->features = c->r->options->features ? c->r->options->features : "";
	if (read_all(c))
		return 1;
	for (size_t i = 0; i < job->nr_modules; i++) {
		take_default_cpu(c, i, c->parsed[i].module);
		restore_used(c, c->parsed[i].module);
		lower_rust(c, c->parsed[i].module);
	}
	for (size_t i = 0; i < job->nr_modules && !c->r->options->cpu; i++) {
		c->module = job->modules[i].name;
		if (check_cpu(c, c->parsed[i].module))
			return 1;
	}
	if (optimize_alone(c, together))
		return 1;
	for (size_t i = 0; i < job->nr_modules; i++) {
		LLVMModuleRef m = c->parsed[i].module;

		c->module = job->modules[i].name;
		set_cpu(c, m);
		tag_functions(c, i);
		apply_symbols(m, &job->modules[i]);
		c->parsed[i].assembly = assembly_of(m);
	}
	return 0;
}

static int drop_unused(struct compiler *c, LLVMModuleRef m)
{
	LLVMTargetMachineRef machine = make_machine(c, m);

	return !machine || run_passes(c, m, machine, "globaldce");
}

LLVMModuleRef merge_modules(struct compiler *c)
{
	const struct bpfld_lto_job *job = c->r->job;
	LLVMModuleRef all = LLVMModuleCreateWithNameInContext("lto", c->context);

	if (read_modules(c))
		return NULL;
	for (size_t i = 0; i < job->nr_modules; i++)
		if (make_unique(c, i))
			return NULL;
	LLVMSetTarget(all, LLVMGetTarget(c->parsed[0].module));
	LLVMSetDataLayout(all, LLVMGetDataLayoutStr(c->parsed[0].module));
	override_flag(c, all, "EnableSplitLTOUnit");
	override_flag(c, all, "ThinLTO");
	c->types = unify_types(c, 0, job->nr_modules);
	for (size_t i = 0; i < job->nr_modules; i++) {
		LLVMModuleRef m = c->parsed[i].module;

		c->module = job->modules[i].name;
		/* "bpf" and "bpfel" may be equal. The linker has checked byte orders. */
		LLVMSetTarget(m, LLVMGetTarget(all));
		number_passthroughs(c, m);
		step(c, "merging");
		if (LLVMLinkModules2(all, m) && !c->failed)
			report_error(c, "lto-failed", "cannot merge %s", c->module);
		if (c->failed)
			return NULL;
	}
	c->module = NULL;
	for (size_t i = 0; i < job->nr_modules; i++)
		make_local(c, all, &job->modules[i]);
	apply_plan(c, all);
	if (c->unoptimized && drop_unused(c, all))
		return NULL;
	return all;
}
