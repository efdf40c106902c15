/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * lto/: link-time optimisation.
 *
 *	bitcode.c   which LLVM made a module; needs no LLVM
 *	lto.c       chooses the LLVM, runs it in a process of its own, brings back what it made
 *	compiler.h  the compiler: bitcode in, object out. Built once for each LLVM into a shared
 *	            object, lto-N.so, that nothing but that process loads
 *	merge.c     makes one module of all
 *	compile.c   optimises it, and makes code
 *
 * The last three alone include LLVM's headers, and nothing of this room but compiler.h and lto.h.
 * The first two are part of the programs, and include common/.
 */
#ifndef LTO_LTO_H
#define LTO_LTO_H

#include <stddef.h>

#include <bpfld/bpfld.h>

/* What the command line says; strings and lists end in NULL. */
struct lto_options {
	int level;       /* 0 to 3 */
	const char *cpu; /* NULL: the one that the functions were compiled for */
	const char
	    *temporaries; /* files of each step are kept under names that begin so, or NULL */
	const char *const *mllvm;
};

/* The files that --save-temps keeps are OUTPUT.lto.NAME.bc, with these names. */
#define LTO_MERGED "merged"
#define LTO_OPTIMISED "optimised"

/* The release of LLVM that made the module, 19 for 19.1.7; 0 if it doesn't say. */
int bitcode_release(const void *data, size_t size);

/* A bpfld_lto.compile; ctx is a struct lto_options. */
int lto_compile(void *ctx, const struct bpfld_lto_job *job);

/* For bpfld_opts.lto where there are no options for it. */
extern const struct bpfld_lto lto_default;

/* ---- between lto.c and compile.c ---- */

/* Changes with what stands below, so that a module of another build is not taken. */
#define LTO_ABI 2

enum lto_record {
	LTO_MADE,   /* of the module: the bytes that it was made into */
	LTO_REPORT, /* severity; id and message, with a NUL behind each */
	LTO_STEP,   /* what is being done now, in case it is never finished */
};

struct lto_request {
	const struct bpfld_lto_job *job;
	const struct lto_options *options;
	const int *releases; /* of LLVM that made the input, by module; 0 if it doesn't say */
	unsigned way;        /* of those to optimise, the first to be tried */
	/* number: the module's or the severity. */
	void (*put)(const struct lto_request *r, enum lto_record kind, size_t number,
		    const void *data, size_t size);
	int fd; /* put()'s */
};

/* How a run ends: the status with which LLVM's process exits. */
enum lto_status {
	LTO_DONE,
	LTO_FAILED,      /* an error was reported */
	LTO_ANOTHER_WAY, /* the same, but with the next way to optimise it may work */
	LTO_NO_MEMORY,
	LTO_CANNOT_LOAD, /* the step says what */
};

#define LTO_WAYS 3

/* What a module exports. */
struct lto_module {
	int abi;
	enum lto_status (*run)(const struct lto_request *r);
};

#define LTO_MODULE_SYMBOL "bpfld_lto_module"
extern const struct lto_module bpfld_lto_module;

#endif
