/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * lto/: link-time optimization.
 *
 *	bitcode.c   which LLVM wrote a module; does not need LLVM
 *	lto.c       selects an LLVM, runs it in a child process and returns its output
 *	cache.h     a directory that keeps such outputs; blake2b.h names them
 *	compiler.h  the compiler: compiler.c, merge.c and compile.c, built for each LLVM into a
 *	            module, lto-N.so, that only this child loads
 *
 * Only the compiler includes headers of LLVM; it includes nothing else but this file. The other
 * files are part of the programs, and include common/.
 */
#ifndef LTO_LTO_H
#define LTO_LTO_H

#include <stddef.h>
#include <stdint.h>

#include <bpfld/bpfld.h>

/* Options of the command line. */
struct lto_options {
	int level;                /* 0 to 3 */
	const char *cpu;          /* NULL: that of the functions */
	const char *temporaries;  /* prefix of the files of --save-temps, or NULL */
	const char *const *mllvm; /* ends in NULL; or NULL */
	const char *cache;        /* directory that keeps what LLVM made, or NULL */
	uint64_t cache_size;      /* bytes that it may have */
};

#define LTO_CACHE_SIZE ((uint64_t)1 << 30) /* by default */

/* --save-temps writes OUTPUT.lto.NAME.bc with these names. */
#define LTO_MERGED "merged"
#define LTO_OPTIMIZED "optimised"

/* The release of LLVM that wrote the module: 19 for 19.1.7, 0 if unknown. */
int bitcode_release(const void *data, size_t size);

/* A bpfld_lto.compile; ctx is a struct lto_options. */
int lto_compile(void *ctx, const struct bpfld_lto_job *job);

/* bpfld_opts.lto with default options. */
extern const struct bpfld_lto lto_default;

/* ---- between lto.c and compile.c ---- */

/* Changes with the declarations below: modules of other builds are rejected. */
#define LTO_ABI 3

enum lto_record {
	LTO_MADE,    /* number of the module; the output */
	LTO_REPORT,  /* severity; id and message, each with a NUL */
	LTO_STEP,    /* description of the current operation, in case LLVM crashes */
	LTO_LIBRARY, /* path of LLVM's library; none if it is a part of the module */
};

struct lto_request {
	const struct bpfld_lto_job *job;
	const struct lto_options *options;
	const int *releases; /* of the LLVM that wrote it, by module; 0 if unknown */
	unsigned way;        /* first way to optimize to be tried */
	/* Sends a record to the parent. */
	void (*put)(const struct lto_request *r, enum lto_record kind, size_t number,
		    const void *data, size_t size);
	int fd; /* put()'s */
};

/* Exit status of the child. */
enum lto_status {
	LTO_DONE,
	LTO_FAILED,      /* an error was reported */
	LTO_ANOTHER_WAY, /* the same, but another way to optimize may work */
	LTO_NO_MEMORY,
	LTO_CANNOT_LOAD, /* the reason is the last LTO_STEP */
};

#define LTO_WAYS 3

/* Exported by a module. */
struct lto_module {
	int abi;
	enum lto_status (*run)(const struct lto_request *r);
};

#define LTO_MODULE_SYMBOL "bpfld_lto_module"
extern const struct lto_module bpfld_lto_module;

#endif
