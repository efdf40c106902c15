/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What the files of a module of link-time optimisation share:
 *
 *	merge.c    reads the modules of bitcode, and makes one of them
 *	compile.c  optimises it, and makes code
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
		char *assembly; /* that stands in it */
	} * parsed;             /* by module */
	const char *module;     /* that is worked on, for messages; NULL: all */
	bool reading;           /* it is being parsed */
	bool lenient;           /* what LLVM complains of doesn't matter: the code is not used */
	bool complained;        /* it did */
	bool failed;
	bool merged; /* the modules are: what fails now may be for how it is optimised */

	/* What is good enough if LLVM ends over an attempt at something better. */
	LLVMMemoryBufferRef fallback;

	/* The CPU that code is generated for, and the first function that names it. */
	const char *cpu, *features;
	const char *default_cpu; /* of functions that name none; NULL: each names one */
	const char *cpu_module, *cpu_function; /* the latter is NULL while no function does */
	unsigned long long passthroughs;       /* calls of llvm.bpf.passthrough so far */
};

_Noreturn void out_of_memory(void);
char *print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Returns 1. */
int report_error(struct compiler *c, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Notes what is being done, of c->module. */
void step(struct compiler *c, const char *doing);

/* For c->cpu. NULL: reported. */
LLVMTargetMachineRef make_machine(struct compiler *c, LLVMModuleRef m);
int run_passes(struct compiler *c, LLVMModuleRef m, LLVMTargetMachineRef machine,
	       const char *passes);

/* All modules in one, for c->cpu, which is theirs or the one that the options name. */
LLVMModuleRef merge_modules(struct compiler *c);
/* One module, to be compiled alone for its own CPU, which c->cpu becomes; c is lenient from here.
 */
LLVMModuleRef read_alone(struct compiler *c, size_t number);

#endif
