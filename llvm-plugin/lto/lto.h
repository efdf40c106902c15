/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * lto/: link-time optimization.
 *
 *	bitcode.c   which LLVM wrote a module; does not need LLVM
 *	plan.c      reads plans: --lto-plan
 *	lto.c       selects an LLVM, runs it in a child process and returns its output
 *	cache.h     a directory that keeps such outputs; blake2b.h names them
 *	compiler.h  the compiler, whose files it lists, built for each LLVM into a module, lto-N.so,
 *	            that only this child loads
 *
 * Only the compiler includes headers of LLVM; it includes nothing else but this file. The other
 * files are part of the programs, and include common/.
 */
#ifndef LTO_LTO_H
#define LTO_LTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpfld/bpfld.h>

struct pool;
struct report;

/* ---- plans: see docs/tuning.md ---- */

/* How a function is compiled. Functions that a plan does not name stay as in the source. */
enum lto_decision {
	LTO_AUTO,   /* LLVM decides whether to inline it, even if the source says always or never */
	LTO_INLINE, /* into each caller */
	LTO_CALL,   /* a static function */
	LTO_GLOBAL, /* a global function, which the verifier looks at once */
};

/* How to optimize. */
enum lto_order {
	LTO_SHORTEST, /* several ways, of which the shortest code is used */
	LTO_SEPARATE, /* the same, after optimizing each module alone, as without a plan */
	LTO_O2,       /* LLVM's default */
	LTO_O2_SHORT, /* inlining only what is shorter than a call */
	LTO_O1,
	LTO_ONE_FILE, /* as clang does for one file */
	LTO_NR_ORDERS
};

#define LTO_NR_SETTINGS 1

/* In the syntax of plans. */
extern const char *const lto_decisions[], *const lto_orders[];
extern const char *const lto_settings[LTO_NR_SETTINGS]; /* options of LLVM, without dashes */

struct lto_plan {
	const char *path;
	int release; /* LLVM that it was made with; 0: unknown */
	enum lto_order order;
	unsigned order_line; /* 0: the plan does not have it */
	struct lto_setting {
		const char *name;     /* in the order of lto_settings */
		unsigned value, line; /* line: 0 if it is not set */
	} set[LTO_NR_SETTINGS];
	struct lto_entry {
		enum lto_decision decision;
		const char *verb;     /* its name */
		const char *function; /* as in the source */
		const char *file; /* source or input, or the end of its path; "*": all; or NULL */
		unsigned line;
	} * entries;
	size_t nr_entries;
	struct lto_input {
		uint64_t hash; /* of the bitcode */
		const char *name;
	} * inputs; /* that it was made for; none: unknown */
	size_t nr_inputs;
};

/* Reads a plan; strings are in pool. Returns 1 after reporting all errors. */
int lto_read_plan(struct lto_plan *plan, struct pool *pool, struct report *r, const char *path);
void lto_free_plan(struct lto_plan *plan);

/* FNV-1a: the same on each machine. */
static inline uint64_t lto_hash(const void *data, size_t size)
{
	const unsigned char *p = data;
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ p[i]) * 0x100000001b3u;
	return hash;
}

/* A function that a plan may decide about. */
struct lto_function {
	const char *name, *file; /* as in a plan */
	bool ambiguous;          /* others have this name: a plan must name the file, too */
	uint32_t can;  /* bit N: enum lto_decision N is possible, and not what it is now */
	uint32_t size; /* instructions of LLVM */
};

/* Options of the command line. */
/* The first LLVM whose BTF for Rust has variant parts, and pointers to functions in them. */
#define LTO_FOR_RUST 22

struct lto_options {
	int level;                   /* 0 to 3 */
	const char *cpu;             /* NULL: that of the functions */
	const char *features;        /* of that CPU, or NULL: none */
	bool inline_never;           /* functions that forbid it may be inlined */
	bool keep_loops;             /* of Rust's panic handlers: do not call bpf_throw() instead */
	int prefer;                  /* a release of LLVM to use for older bitcode, too; 0: none */
	const char *temporaries;     /* prefix of the files of --save-temps, or NULL */
	const char *const *mllvm;    /* ends in NULL; or NULL */
	const char *cache;           /* directory that keeps what LLVM made, or NULL */
	uint64_t cache_size;         /* bytes that it may have */
	uint32_t threads;            /* processors to use; 0: all */
	const struct lto_plan *plan; /* or NULL */
	/* Called for each function that a plan may decide about; or NULL. */
	void (*function)(void *ctx, const struct lto_function *f);
	void *function_ctx;
	int *release; /* set to the LLVM that is used; or NULL */
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
#define LTO_ABI 11

enum lto_record {
	LTO_MADE,    /* number of the module; the output */
	LTO_LIST,    /* struct lto_function with its names after it, each with a NUL */
	LTO_REPORT,  /* severity; id and message, each with a NUL */
	LTO_STEP,    /* description of the current operation, in case LLVM crashes */
	LTO_LIBRARY, /* path of LLVM's library; none if it is a part of the module */
	LTO_IR,      /* optimized bitcode; between processes of the compiler */
	LTO_SMALL,   /* number of a module that was compiled alone; its bitcode without types */
	LTO_DECIDED, /* number of a module; a function and what the plan decided, each with a NUL */
	LTO_TYPES,   /* bitcode with the types of those before it */
};

/* Comes before each record. */
struct lto_header {
	uint32_t kind, number;
	uint64_t size; /* bytes that follow */
};

/* From compiling modules alone: reading them again takes less time. */
struct lto_small {
	uint64_t hash;   /* of the module */
	size_t of, size; /* bytes of the module; 0: types of others */
	char *data;
};

struct lto_request {
	const struct bpfld_lto_job *job;
	const struct lto_options *options;
	const int *releases; /* of the LLVM that wrote it, by module; 0 if unknown */
	const struct lto_small *small;
	size_t nr_small;
	/* Sends a record to the parent. */
	void (*put)(const struct lto_request *r, enum lto_record kind, size_t number,
		    const void *data, size_t size);
	int fd; /* put()'s */
};

/* Exit status of the child. */
enum lto_status {
	LTO_DONE,
	LTO_FAILED, /* an error was reported */
	LTO_NO_MEMORY,
	LTO_CANNOT_LOAD, /* the reason is the last LTO_STEP */
};

/* Exported by a module. */
struct lto_module {
	int abi;
	enum lto_status (*run)(const struct lto_request *r);
};

#define LTO_MODULE_SYMBOL "bpfld_lto_module"
extern const struct lto_module bpfld_lto_module;

#endif
