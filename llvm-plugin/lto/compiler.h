/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Shared by the files of the compiler, which is a module for one LLVM:
 *
 *	compiler.c  diagnostics, memory, and the pass pipeline
 *	origin.c    where values come from, and pointers that may be NULL
 *	decide.c    decisions of a plan about functions
 *	merge.c     reads modules of bitcode and merges them
 *	types.c     unifies equal debug types of the modules
 *	outline.c   reduces a module to its symbols, types and references
 *	lower.c     replaces what LLVM does not compile for BPF
 *	memory.c    copies, fills and compares memory in loops
 *	rust.c      replaces what the verifier rejects in code of rustc
 *	optimize.c  optimizes a module in one way, and generates code
 *	ways.c      runs passes in processes of their own, and optimizes in several ways
 *	compile.c   the main program
 */
#ifndef LTO_COMPILER_H
#define LTO_COMPILER_H

#include "lto/lto.h"

#include <llvm-c/Core.h>
#include <llvm-c/TargetMachine.h>
#include <stdbool.h>

struct compiler {
	const struct lto_request *r;
	LLVMContextRef context;
	struct parsed {
		LLVMModuleRef module;
		char *assembly;     /* all inline assembly */
		const char *source; /* file that was compiled */
	} * parsed;                 /* by module */
	const char *module;         /* current module, for messages; NULL: all */
	bool reading;               /* it is being parsed */
	bool lenient;               /* ignore diagnostics: the code is not used */
	bool failed;
	bool repeated;           /* code is generated again: warnings were reported */
	bool unoptimized;        /* modules are merged as clang's front end makes them */
	struct lto_types *types; /* hidden ones of the merged module; or NULL */

	/* Code is generated for this CPU. */
	const char *cpu, *features;
	const char *default_cpu; /* of functions without target-cpu; NULL: there are none */
	const char *cpu_module, *cpu_function; /* first function for cpu, or NULL */
	unsigned long long passthroughs;       /* calls of llvm.bpf.passthrough so far */
};

_Noreturn void out_of_memory(void);
/* reallocarray(), which ends the process if there is no memory. */
void *grow(void *v, size_t nr, size_t size);
char *print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Returns 1. */
int report_error(struct compiler *c, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Reports a message of LLVM. Lines after the first get the prefix ">>> ". */
void report_text(struct compiler *c, enum bpfld_severity severity, const char *id,
		 const char *message);
/* Records the current operation on c->module, in case LLVM crashes. */
void step(struct compiler *c, const char *doing);

const char *name_of(LLVMValueRef v);
char *copy_text(const char *text);
/* The value of an attribute of a function; "" if it has none. */
const char *string_attribute(LLVMValueRef function, const char *key);
void set_attribute(struct compiler *c, LLVMValueRef function, const char *key, const char *value);
bool has_attribute(LLVMValueRef function, const char *name);
void set_enum_attribute(struct compiler *c, LLVMValueRef function, const char *name, bool on);

/* For c->cpu. NULL: an error was reported. */
LLVMTargetMachineRef make_machine(struct compiler *c, LLVMModuleRef m);
int run_passes(struct compiler *c, LLVMModuleRef m, LLVMTargetMachineRef machine,
	       const char *passes);
/* Runs passes on modules in a process for each, and replaces the modules. */
int run_passes_apart(struct compiler *c, const size_t *numbers, size_t nr, const char *passes);
/* For modules from first up to, but not including, end. */
typedef int part_fn(struct compiler *c, size_t first, size_t end);
/* Calls run() for nr modules in processes that share them out, and sends their records on. */
int run_parts(struct compiler *c, size_t nr, part_fn *run);
/* Reads what LLVM has written. */
LLVMModuleRef parse_again(struct compiler *c, LLVMMemoryBufferRef ir);
LLVMModuleRef parse_made(struct compiler *c, const void *data, size_t size);

typedef bool (*origin_fn)(LLVMValueRef v, void *ctx);

#define MAX_VISITS 4096

/* Whether some value that v is computed from, within its function, is one. *visits is a limit. */
bool any_origin(LLVMValueRef v, unsigned *visits, origin_fn is, void *ctx);
/* Makes f, which is about to become a global function, compare an argument with NULL. */
void check_pointer(struct compiler *c, LLVMValueRef f, unsigned argument);

/* Records names of functions, before they are changed. */
void tag_functions(struct compiler *c, size_t number);
/* Lists functions for the options, and applies the plan to the merged module. */
void apply_plan(struct compiler *c, LLVMModuleRef m);
/* Gives global functions their linkage, when the module is optimized. */
void finish_plan(LLVMModuleRef m);
/* Reports what LLVM did not do, when it has optimized the module. */
void check_plan(struct compiler *c, LLVMModuleRef m);

/* How to optimize. */
struct way {
	const char *passes;
	const char *inline_cost; /* threshold of the inliner; NULL: the default */
};

/* Prepares an optimized module for code generation. */
void lower(struct compiler *c, LLVMModuleRef m);
/*
 * Replaces what LLVM would call functions of C for. Returns whether there was any; then, functions
 * that are alwaysinline have to be inlined.
 */
bool lower_memory(struct compiler *c, LLVMModuleRef m);
/* NULL: an error was reported. */
LLVMMemoryBufferRef make_code(struct compiler *c, LLVMModuleRef m, LLVMCodeGenFileType type);
/* Optimizes m in one way. Returns 1 after reporting an error. */
int optimize(struct compiler *c, LLVMModuleRef m, struct way way);
/* The size of the code of a module in the output, in bytes. It deletes functions of m. */
uint64_t measure(const struct compiler *c, LLVMModuleRef m, LLVMMemoryBufferRef object);
/*
 * Optimizes m in nr ways. Returns the one with the shortest code, or the first of these. Returns
 * NULL after reporting an error, or if it sets *object: the first way mostly wins, so its process
 * generates the whole output, unless object is NULL.
 */
LLVMModuleRef optimize_ways(struct compiler *c, LLVMModuleRef m, const struct way *ways,
			    unsigned nr, LLVMMemoryBufferRef *object);

/*
 * Unifies equal types of c->parsed[first] up to, but not including, end, and hides them. Returns
 * NULL if it cannot.
 */
struct lto_types *unify_types(struct compiler *c, size_t first, size_t end);
/* Restores what m refers to; types: NULL if nothing is hidden. */
void restore_types(struct compiler *c, struct lto_types *types, LLVMModuleRef m);
/* Hides types of the merged module, which passes neither need nor change, unless they are hidden.
 */
void hide_types(struct compiler *c, LLVMModuleRef m);
/* Restores them. */
void show_types(struct compiler *c, LLVMModuleRef m);
/* A module for read_types(), which adds what is hidden to types, or to new ones. */
LLVMMemoryBufferRef write_types(struct compiler *c, const struct lto_types *types);
struct lto_types *read_types(struct lto_types *types, LLVMModuleRef m);
/* With debug information. */
bool has_variables(LLVMModuleRef m);
/* Before code is generated: without DWARF. It may also apply to other modules, from then on. */
void drop_dwarf(struct compiler *c, LLVMModuleRef m);
/* Merges all modules, for the CPU of the options or that of the modules. */
LLVMModuleRef merge_modules(struct compiler *c);
/* Reads modules, to be compiled alone. */
int read_some(struct compiler *c, size_t first, size_t end);
/* Reduces a module to its outline. Sets c->cpu to its CPU, and c->lenient. */
void prepare_alone(struct compiler *c, size_t number);

/* Whether rustc wrote the module. */
bool is_rust(LLVMModuleRef m);
/* Replaces what the verifier rejects in a module of Rust. */
void lower_rust(struct compiler *c, LLVMModuleRef m);
/* Ends programs where the module, which is optimized now, panics. */
void end_panics(struct compiler *c, LLVMModuleRef m);
/* Builds a return of 0, or of nothing. */
void return_zero(LLVMBuilderRef b, LLVMValueRef function);
/* Replaces the bodies of functions by mere references. */
void outline(struct compiler *c, LLVMModuleRef m);

#endif
