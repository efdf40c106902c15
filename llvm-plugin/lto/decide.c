/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Applies a plan to the merged module. Before modules are merged, each function gets an attribute
 * with the number of its module and its name in the source, which merging may change.
 *
 * A decision that would not compile, or that no verifier accepts, is reported and not applied:
 *
 *	- Arguments are in five registers, and the result is a number or pointer in one.
 *	- Some functions have operands that must be constants after inlining: immediates of inline
 *	  assembly, sizes of memcpy(), functions to call.
 *	- A function cannot return a pointer into the stack of its caller.
 *	- A global function is verified knowing only the types of its arguments: the verifier
 *	  assumes that pointers may be NULL, and knows contexts by the name of the type.
 */
#include "lto/compiler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llvm-c/DebugInfo.h>

#define REGISTERS 5

static const char source_key[] = "bpfld-source", global_key[] = "bpfld-global";

struct function {
	LLVMValueRef f;
	size_t module;
	const char *name; /* in the source */
	const struct lto_entry *entry;
	unsigned calls;     /* direct ones */
	bool address_taken; /* for other uses than calls */
};

struct functions {
	struct function *v;
	size_t nr;
};

void tag_functions(struct compiler *c, size_t number)
{
	LLVMModuleRef m = c->parsed[number].module;
	size_t size;

	c->parsed[number].source = copy_text(LLVMGetSourceFileName(m, &size));
	if (!c->r->options->plan && !c->r->options->function)
		return;
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f))
		if (!LLVMIsDeclaration(f))
			set_attribute(c, f, source_key, print("%zu:%s", number, name_of(f)));
}

/* ---- uses ---- */

/* Whether only llvm.used and llvm.compiler.used refer to the constant. */
static bool is_only_kept(LLVMValueRef constant)
{
	if (LLVMIsAGlobalVariable(constant))
		return !strncmp(name_of(constant), "llvm.", 5);
	if (!LLVMIsAConstant(constant) || LLVMIsAFunction(constant) || !LLVMGetFirstUse(constant))
		return false;
	for (LLVMUseRef u = LLVMGetFirstUse(constant); u; u = LLVMGetNextUse(u))
		if (!is_only_kept(LLVMGetUser(u)))
			return false;
	return true;
}

static bool is_call_of(LLVMValueRef user, LLVMValueRef f)
{
	return LLVMIsACallInst(user) && LLVMGetCalledValue(user) == f;
}

static void count_uses(struct function *fn)
{
	for (LLVMUseRef u = LLVMGetFirstUse(fn->f); u; u = LLVMGetNextUse(u)) {
		LLVMValueRef user = LLVMGetUser(u);

		if (!is_call_of(user, fn->f)) {
			fn->address_taken |= !is_only_kept(user);
			continue;
		}
		fn->calls++;
		for (unsigned i = 0; i < LLVMGetNumArgOperands(user); i++)
			fn->address_taken |= LLVMGetOperand(user, i) == fn->f;
	}
}

static struct functions find_functions(LLVMModuleRef m)
{
	struct functions all = {0};
	size_t nr = 0;

	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f))
		nr++;
	all.v = calloc(nr + 1, sizeof(*all.v));
	if (!all.v)
		out_of_memory();
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f)) {
		const char *tag = LLVMIsDeclaration(f) ? "" : string_attribute(f, source_key);
		const char *colon = strchr(tag, ':');
		struct function *fn = &all.v[all.nr];

		if (!colon)
			continue;
		*fn = (struct function){.f = f, .module = strtoul(tag, NULL, 10)};
		fn->name = colon + 1;
		count_uses(fn);
		all.nr++;
	}
	return all;
}

/* ---- where values come from: see any_origin() ---- */

static bool is_argument(LLVMValueRef v, void *ctx)
{
	(void)ctx;
	return LLVMIsAArgument(v);
}

static bool is_parameter(LLVMValueRef v)
{
	unsigned visits = MAX_VISITS;

	return any_origin(v, &visits, is_argument, NULL);
}

struct stack_search {
	unsigned depth; /* of callers */
};

static bool is_stack(LLVMValueRef v, void *ctx);

/* Whether a caller of f passes a pointer into its stack, or that of its callers. */
static bool is_stack_passed(LLVMValueRef argument, struct stack_search *s)
{
	LLVMValueRef f = LLVMGetParamParent(argument);
	unsigned i = 0;
	bool found = false;

	while (i < LLVMCountParams(f) && LLVMGetParam(f, i) != argument)
		i++;
	if (!s->depth)
		return false;
	s->depth--;
	for (LLVMUseRef u = LLVMGetFirstUse(f); u && !found; u = LLVMGetNextUse(u)) {
		unsigned visits = MAX_VISITS;

		if (is_call_of(LLVMGetUser(u), f))
			found = any_origin(LLVMGetOperand(LLVMGetUser(u), i), &visits, is_stack, s);
	}
	s->depth++;
	return found;
}

static bool is_stack(LLVMValueRef v, void *ctx)
{
	if (LLVMIsAAllocaInst(v))
		return true;
	return LLVMIsAArgument(v) && LLVMGetTypeKind(LLVMTypeOf(v)) == LLVMPointerTypeKind &&
	       is_stack_passed(v, ctx);
}

static bool is_callers_stack(LLVMValueRef v, void *ctx)
{
	return LLVMIsAArgument(v) && is_stack(v, ctx);
}

/* ---- what prevents a decision; the reason, or NULL ---- */

/* The constraints of an inline assembly's operands. */
static bool has_parameter_as_immediate(LLVMValueRef call)
{
	char *text = LLVMPrintValueToString(LLVMGetCalledValue(call)), *word, *rest;
	unsigned i = 0;
	bool found = false;

	rest = strrchr(text, '"');
	if (rest)
		*rest = '\0';
	rest = strrchr(text, '"');
	for (rest = rest ? rest + 1 : NULL; (word = strsep(&rest, ","));) {
		if (*word == '~' || (*word == '=' && word[1] != '*'))
			continue;
		if (i >= LLVMGetNumArgOperands(call))
			break;
		if (*word && strspn(word, "in") == strlen(word))
			found |= is_parameter(LLVMGetOperand(call, i));
		i++;
	}
	LLVMDisposeMessage(text);
	return found;
}

static const char *call_problem_at(LLVMValueRef call)
{
	LLVMValueRef callee = LLVMGetCalledValue(call);

	if (LLVMIsAInlineAsm(callee))
		return has_parameter_as_immediate(call)
			   ? "its inline assembly needs an argument that is a constant"
			   : NULL;
	if (!LLVMIsAFunction(callee))
		return is_parameter(callee) ? "it calls a function through an argument" : NULL;
	if ((!strncmp(name_of(callee), "llvm.memcpy", 11) ||
	     !strncmp(name_of(callee), "llvm.memset", 11) ||
	     !strncmp(name_of(callee), "llvm.memmove", 12)) &&
	    is_parameter(LLVMGetOperand(call, 2)))
		return "the size of a copy or fill in it depends on an argument, but must be "
		       "constant";
	return NULL;
}

static const char *body_problem(LLVMValueRef f)
{
	const char *why = NULL;

	for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(f); b; b = LLVMGetNextBasicBlock(b))
		for (LLVMValueRef i = LLVMGetFirstInstruction(b); i && !why;
		     i = LLVMGetNextInstruction(i)) {
			struct stack_search s = {.depth = 8};
			unsigned visits = MAX_VISITS;

			if (LLVMIsACallInst(i))
				why = call_problem_at(i);
			else if (LLVMIsAReturnInst(i) && LLVMGetNumOperands(i) &&
				 LLVMGetTypeKind(LLVMTypeOf(LLVMGetOperand(i, 0))) ==
				     LLVMPointerTypeKind &&
				 any_origin(LLVMGetOperand(i, 0), &visits, is_callers_stack, &s))
				why = "it returns a pointer into the stack of its caller";
		}
	return why;
}

static bool fits_register(LLVMTypeRef type)
{
	LLVMTypeKind kind = LLVMGetTypeKind(type);

	return kind == LLVMPointerTypeKind ||
	       (kind == LLVMIntegerTypeKind && LLVMGetIntTypeWidth(type) <= 64);
}

static const char *signature_problem(LLVMValueRef f)
{
	LLVMTypeRef type = LLVMGlobalGetValueType(f), result = LLVMGetReturnType(type);
	LLVMTargetDataRef layout = LLVMGetModuleDataLayout(LLVMGetGlobalParent(f));
	unsigned long long registers = 0;

	if (LLVMIsFunctionVarArg(type))
		return "it takes a variable number of arguments";
	if (LLVMGetTypeKind(result) != LLVMVoidTypeKind && !fits_register(result))
		return "its result does not fit into a register";
	for (unsigned i = 0; i < LLVMCountParams(f); i++)
		registers += (LLVMABISizeOfType(layout, LLVMTypeOf(LLVMGetParam(f, i))) + 7) / 8;
	return registers > REGISTERS ? "its arguments need more than five registers" : NULL;
}

static bool is_program(LLVMValueRef f)
{
	const char *section = LLVMGetSection(f);

	return section && *section && strcmp(section, ".text");
}

static const char *use_problem(const struct function *fn)
{
	if (is_program(fn->f))
		return "it is a program";
	return fn->calls ? NULL : "nothing calls it directly";
}

static bool calls_itself(LLVMValueRef f)
{
	for (LLVMUseRef u = LLVMGetFirstUse(f); u; u = LLVMGetNextUse(u))
		if (is_call_of(LLVMGetUser(u), f) &&
		    LLVMGetBasicBlockParent(LLVMGetInstructionParent(LLVMGetUser(u))) == f)
			return true;
	return false;
}

static bool is_replaceable(LLVMValueRef f)
{
	LLVMLinkage linkage = LLVMGetLinkage(f);

	return linkage == LLVMWeakAnyLinkage || linkage == LLVMLinkOnceAnyLinkage;
}

static const char *inline_problem(const struct function *fn)
{
	const char *why = use_problem(fn);

	if (why)
		return why;
	if (calls_itself(fn->f))
		return "it calls itself";
	if (is_replaceable(fn->f))
		return "it is weak: another definition may replace it";
	return has_attribute(fn->f, "optnone") ? "it is compiled without optimization" : NULL;
}

static const char *call_problem(const struct function *fn)
{
	const char *why = use_problem(fn);

	if (!why)
		why = signature_problem(fn->f);
	return why ? why : body_problem(fn->f);
}

/* ---- prototypes of global functions ---- */

static LLVMMetadataRef operand(struct compiler *c, LLVMMetadataRef node, unsigned i)
{
	LLVMValueRef v = LLVMMetadataAsValue(c->context, node), *all;
	unsigned nr = LLVMGetMDNodeNumOperands(v);
	LLVMMetadataRef found;

	if (i >= nr)
		return NULL;
	all = calloc(nr, sizeof(LLVMValueRef));
	if (!all)
		out_of_memory();
	LLVMGetMDNodeOperands(v, all);
	found = all[i] ? LLVMValueAsMetadata(all[i]) : NULL;
	free(all);
	return found;
}

static bool is_kind(LLVMMetadataRef node, unsigned kind)
{
	return node && LLVMGetMetadataKind(node) == kind;
}

/* The first operand of that kind from i on: where operands are depends on the release of LLVM. */
static LLVMMetadataRef operand_of_kind(struct compiler *c, LLVMMetadataRef node, unsigned i,
				       unsigned kind)
{
	unsigned nr = LLVMGetMDNodeNumOperands(LLVMMetadataAsValue(c->context, node));

	for (; i < nr; i++)
		if (is_kind(operand(c, node, i), kind))
			return operand(c, node, i);
	return NULL;
}

/* The type below typedefs and qualifiers: they have no size of their own. */
static LLVMMetadataRef strip(struct compiler *c, LLVMMetadataRef type)
{
	while (is_kind(type, LLVMDIDerivedTypeMetadataKind) && !LLVMDITypeGetSizeInBits(type)) {
		LLVMMetadataRef base = NULL;

		for (unsigned i = 3; i < 6 && !base; i++) {
			LLVMMetadataRef o = operand(c, type, i);

			if (is_kind(o, LLVMDIDerivedTypeMetadataKind) ||
			    is_kind(o, LLVMDICompositeTypeMetadataKind) ||
			    is_kind(o, LLVMDISubroutineTypeMetadataKind) ||
			    is_kind(o, LLVMDIBasicTypeMetadataKind))
				base = o;
		}
		type = base;
	}
	return type;
}

static LLVMMetadataRef pointee(struct compiler *c, LLVMMetadataRef pointer)
{
	for (unsigned i = 3; i < 6; i++) {
		LLVMMetadataRef o = operand(c, pointer, i);

		if (is_kind(o, LLVMDIDerivedTypeMetadataKind) ||
		    is_kind(o, LLVMDICompositeTypeMetadataKind) ||
		    is_kind(o, LLVMDIBasicTypeMetadataKind))
			return strip(c, o);
	}
	return NULL;
}

/* Types that kernels know as contexts of programs by their names. */
static bool is_context(LLVMMetadataRef type)
{
	static const char *const names[] = {
	    "__sk_buff",          "xdp_md",           "bpf_sock_addr",
	    "bpf_sock_ops",       "sk_msg_md",        "bpf_perf_event_data",
	    "bpf_sysctl",         "bpf_sockopt",      "bpf_raw_tracepoint_args",
	    "bpf_sk_lookup",      "sk_reuseport_md",  "bpf_cgroup_dev_ctx",
	    "bpf_nf_ctx",         "pt_regs",          "user_pt_regs",
	    "bpf_user_pt_regs_t", "user_regs_struct", "bpf_sock",
	};
	size_t size;
	const char *name = LLVMDITypeGetName(type, &size);

	for (size_t i = 0; name && i < sizeof(names) / sizeof(names[0]); i++)
		if (size == strlen(names[i]) && !memcmp(name, names[i], size))
			return true;
	return false;
}

static bool is_enum(struct compiler *c, LLVMMetadataRef type)
{
	LLVMMetadataRef elements = operand_of_kind(c, type, 3, LLVMMDTupleMetadataKind);

	return elements && is_kind(operand(c, elements, 0), LLVMDIEnumeratorMetadataKind);
}

#define FORWARD_DECLARATION (1u << 2)

/* *pointer: the verifier assumes that it may be NULL. */
static const char *parameter_problem(struct compiler *c, LLVMMetadataRef variable, bool *pointer)
{
	LLVMMetadataRef type = variable ? strip(c, operand(c, variable, 3)) : NULL, to;

	*pointer = false;
	if (!type)
		return "its debug information lacks a parameter";
	if (is_kind(type, LLVMDIBasicTypeMetadataKind))
		return NULL;
	if (is_kind(type, LLVMDICompositeTypeMetadataKind))
		return is_enum(c, type) ? NULL : "it takes a struct or union by value";
	to = pointee(c, type);
	if (!to || !LLVMDITypeGetSizeInBits(to) ||
	    (unsigned)LLVMDITypeGetFlags(to) & FORWARD_DECLARATION)
		return "it takes a pointer to something of unknown size";
	*pointer = !is_context(to);
	return NULL;
}

/* The variable of parameter i, counted from 0, or NULL. Names of variables have no "arg: ". */
static LLVMMetadataRef find_parameter(struct compiler *c, LLVMMetadataRef nodes, unsigned i)
{
	unsigned nr = LLVMGetMDNodeNumOperands(LLVMMetadataAsValue(c->context, nodes));

	for (unsigned k = 0; k < nr; k++) {
		LLVMMetadataRef node = operand(c, nodes, k);
		unsigned number = 0;
		const char *arg;
		char *text;

		if (!is_kind(node, LLVMDILocalVariableMetadataKind))
			continue;
		text = LLVMPrintValueToString(LLVMMetadataAsValue(c->context, node));
		arg = strstr(text, "arg: ");
		if (arg)
			sscanf(arg, "arg: %u", &number);
		LLVMDisposeMessage(text);
		if (number == i + 1)
			return node;
	}
	return NULL;
}

/* With change, makes the function check pointers before it uses them. */
static const char *prototype_problem(struct compiler *c, LLVMValueRef f, bool change)
{
	LLVMMetadataRef subprogram = LLVMGetSubprogram(f), nodes;
	const char *why;

	if (LLVMGetTypeKind(LLVMGetReturnType(LLVMGlobalGetValueType(f))) != LLVMIntegerTypeKind)
		return "it does not return a number";
	if (!subprogram)
		return "it has no debug information";
	nodes = operand_of_kind(c, subprogram, 5, LLVMMDTupleMetadataKind);
	for (unsigned i = 0; i < LLVMCountParams(f); i++) {
		LLVMMetadataRef variable = nodes ? find_parameter(c, nodes, i) : NULL;
		bool pointer;

		why = parameter_problem(c, variable, &pointer);
		if (why)
			return why;
		if (pointer && change)
			check_pointer(c, f, i);
	}
	return NULL;
}

static const char *global_problem(struct compiler *c, const struct function *fn)
{
	LLVMModuleRef m = LLVMGetGlobalParent(fn->f);
	LLVMValueRef other = LLVMGetNamedFunction(m, fn->name);
	const char *why;

	if (fn->address_taken)
		return "it is a callback, which the verifier requires to be static";
	why = call_problem(fn);
	if (why)
		return why;
	if ((other && other != fn->f) || LLVMGetNamedGlobal(m, fn->name))
		return "another symbol has the same name";
	return prototype_problem(c, fn->f, false);
}

static const char *problem(struct compiler *c, const struct function *fn,
			   enum lto_decision decision)
{
	switch (decision) {
	case LTO_INLINE: return inline_problem(fn);
	case LTO_CALL: return call_problem(fn);
	case LTO_GLOBAL: return global_problem(c, fn);
	case LTO_AUTO: break;
	}
	return has_attribute(fn->f, "optnone") ? "it is compiled without optimization" : NULL;
}

/* ---- changes ---- */

static void decide(struct compiler *c, const struct function *fn, enum lto_decision decision)
{
	LLVMValueRef f = fn->f;

	set_enum_attribute(c, f, "alwaysinline", decision == LTO_INLINE);
	set_enum_attribute(c, f, "noinline", decision == LTO_CALL || decision == LTO_GLOBAL);
	/* Hidden functions are static in the output, but other objects may refer to them. */
	if (decision == LTO_CALL && LLVMGetLinkage(f) != LLVMInternalLinkage)
		LLVMSetVisibility(f, LLVMHiddenVisibility);
	if (decision != LTO_GLOBAL)
		return;
	LLVMSetValueName2(f, fn->name, strlen(fn->name));
	/*
	 * Until it is optimized, as if another definition might replace it: LLVM would not set
	 * arguments that it does not use, which the verifier requires to be set.
	 */
	if (!is_replaceable(f)) {
		LLVMSetLinkage(f, LLVMWeakODRLinkage);
		set_attribute(c, f, global_key, "1");
	}
	LLVMSetVisibility(f, LLVMDefaultVisibility);
	prototype_problem(c, f, true);
}

/* ---- entries of the plan ---- */

/* Whether path is end, or ends in it after a slash. */
static bool path_ends(const char *path, const char *end)
{
	size_t len = strlen(path), n = strlen(end);

	return len >= n && !strcmp(path + len - n, end) && (len == n || path[len - n - 1] == '/');
}

static bool is_in_file(struct compiler *c, size_t module, const char *file)
{
	return !strcmp(file, "*") || path_ends(c->r->job->modules[module].name, file) ||
	       path_ends(c->parsed[module].source, file);
}

#define complain(c, e, id, fmt, ...)                                                               \
	report_text(c, BPFLD_WARNING, id,                                                          \
		    print("%s:%u: " fmt, (c)->r->options->plan->path, (e)->line, __VA_ARGS__))

/* Assigns the entry to the functions that it is about. Of several entries, the last one counts. */
static void assign(struct compiler *c, const struct lto_entry *e, struct functions *all)
{
	const char *where = e->file ? print("%s of %s", e->function, e->file) : e->function;
	const struct function *first = NULL;

	for (size_t i = 0; i < all->nr; i++) {
		const struct function *fn = &all->v[i];

		if (strcmp(fn->name, e->function) ||
		    (e->file && !is_in_file(c, fn->module, e->file)))
			continue;
		if (first && !(e->file && !strcmp(e->file, "*"))) {
			complain(
			    c, e, "plan-ambiguous",
			    "'%s' is ignored: several functions have that name\n"
			    ">>> in %s and %s\n>>> help: add 'in FILE', or 'in *' for all of them",
			    where, c->r->job->modules[first->module].name,
			    c->r->job->modules[fn->module].name);
			return;
		}
		first = fn;
	}
	if (!first) {
		complain(c, e, "plan-unknown",
			 "'%s' is ignored: there is no such function in the bitcode\n"
			 ">>> help: correct the name, or compile to bitcode that is not optimized: "
			 "clang may have inlined it",
			 where);
		return;
	}
	for (size_t i = 0; i < all->nr; i++)
		if (!strcmp(all->v[i].name, e->function) &&
		    (!e->file || is_in_file(c, all->v[i].module, e->file)))
			all->v[i].entry = e;
}

static void list_functions(struct compiler *c, const struct functions *all)
{
	for (size_t i = 0; i < all->nr; i++) {
		const struct function *fn = &all->v[i];
		struct lto_function out = {0};
		const char *file = c->parsed[fn->module].source;
		size_t name_size = strlen(fn->name) + 1, file_size = strlen(file) + 1;
		char *record;

		for (size_t k = 0; k < all->nr; k++)
			out.ambiguous |= k != i && !strcmp(all->v[k].name, fn->name);
		for (unsigned d = LTO_AUTO; d <= LTO_GLOBAL; d++)
			if (fn->calls && !is_program(fn->f) &&
			    !problem(c, fn, (enum lto_decision)d))
				out.can |= 1u << d;
		for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(fn->f); b;
		     b = LLVMGetNextBasicBlock(b))
			for (LLVMValueRef v = LLVMGetFirstInstruction(b); v;
			     v = LLVMGetNextInstruction(v))
				out.size++;
		/* As it is, it need not be decided. */
		if (!has_attribute(fn->f, "alwaysinline") && !has_attribute(fn->f, "noinline"))
			out.can &= ~(1u << LTO_AUTO);
		if (has_attribute(fn->f, "alwaysinline"))
			out.can &= ~(1u << LTO_INLINE);
		/* Loaders and other objects may rely on it. */
		if (LLVMGetLinkage(fn->f) != LLVMInternalLinkage &&
		    LLVMGetVisibility(fn->f) == LLVMDefaultVisibility)
			out.can &= ~(1u << LTO_CALL);
		record = malloc(sizeof(out) + name_size + file_size);
		if (!record)
			out_of_memory();
		memcpy(record, &out, sizeof(out));
		memcpy(record + sizeof(out), fn->name, name_size);
		memcpy(record + sizeof(out) + name_size, file, file_size);
		c->r->put(c->r, LTO_LIST, 0, record, sizeof(out) + name_size + file_size);
	}
}

static void put_decision(struct compiler *c, const struct function *fn)
{
	char *text = print("%s%c%s", fn->name, 0, fn->entry->verb);

	c->r->put(c->r, LTO_DECIDED, fn->module, text,
		  strlen(fn->name) + strlen(fn->entry->verb) + 2);
	free(text);
}

static void apply_entry(struct compiler *c, const struct function *fn)
{
	const struct lto_entry *e = fn->entry;
	const char *why = problem(c, fn, e->decision);

	if (why)
		complain(c, e, "plan-not-applied",
			 "'%s %s' is ignored: %s\n>>> defined in %s\n"
			 ">>> help: remove the line, or change the function",
			 e->verb, fn->name, why, c->r->job->modules[fn->module].name);
	else {
		decide(c, fn, e->decision);
		put_decision(c, fn);
	}
}

void apply_plan(struct compiler *c, LLVMModuleRef m)
{
	const struct lto_plan *plan = c->r->options->plan;
	struct functions all;

	if (!plan && !c->r->options->function)
		return;
	/* Types of parameters matter for global functions. */
	show_types(c, m);
	all = find_functions(m);
	if (c->r->options->function)
		list_functions(c, &all);
	for (size_t i = 0; plan && i < plan->nr_entries; i++)
		assign(c, &plan->entries[i], &all);
	for (size_t i = 0; plan && i < plan->nr_entries; i++)
		for (size_t k = 0; k < all.nr; k++)
			if (all.v[k].entry == &plan->entries[i])
				apply_entry(c, &all.v[k]);
	free(all.v);
}

void finish_plan(LLVMModuleRef m)
{
	for (LLVMValueRef f = LLVMGetFirstFunction(m); f; f = LLVMGetNextFunction(f))
		if (*string_attribute(f, global_key))
			LLVMSetLinkage(f, LLVMExternalLinkage);
}

void check_plan(struct compiler *c, LLVMModuleRef m)
{
	const struct lto_plan *plan = c->r->options->plan;
	struct functions all;

	if (!plan || !plan->nr_entries)
		return;
	all = find_functions(m);
	for (size_t i = 0; i < all.nr; i++) {
		const struct function *fn = &all.v[i];

		if (fn->calls && has_attribute(fn->f, "alwaysinline"))
			for (size_t k = 0; k < plan->nr_entries; k++)
				if (plan->entries[k].decision == LTO_INLINE &&
				    !strcmp(plan->entries[k].function, fn->name))
					complain(
					    c, &plan->entries[k], "plan-not-applied",
					    "'inline %s' has no effect: LLVM cannot inline it\n"
					    ">>> help: remove the line, or change the function",
					    fn->name);
	}
	free(all.v);
}
