/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * bpfld: link BPF ELF objects into one.
 *
 *	struct bpfld_opts opts = BPFLD_OPTS_INIT;
 *	struct bpfld *l = bpfld_new(&opts, NULL);
 *	bpfld_add_file(l, "a.o");
 *	bpfld_add_file(l, "b.o");
 *	if (bpfld_link(l) || bpfld_write_file(l, "prog.o"))
 *		...;
 *	bpfld_free(l);
 *
 * Threads: several threads may use different handles at the same time, but not the same handle. The
 * library keeps no global state, never prints and never exits: it reports to the diagnostics
 * callback.
 *
 * Errors: functions that return int return 0 or a negative errno value. Before they return an
 * error, they have called the callback with at least one BPFLD_ERROR. If an input cannot be added,
 * further ones still can, so that all errors are reported; bpfld_link() then fails. After any other
 * call has failed, later calls on the handle return -EINVAL; bpfld_free() is always allowed.
 *
 * Arguments: for a NULL that is not allowed, an enumerator out of range, or a call that is too
 * early or too late, functions return -EINVAL, or NULL if they return pointers. They report no
 * diagnostic and have no effect then.
 *
 * Callbacks (diag, and compile() of struct bpfld_lto) run during a call on the handle. They may use
 * other handles, and functions that need none. Calls on the same handle have no effect and return
 * -EBUSY or NULL; bpfld_free() of it is ignored, and the outer call fails with -EBUSY
 * ("handle-in-use"). A callback must return: it must not leave by longjmp() or an exception.
 */
#ifndef BPFLD_BPFLD_H
#define BPFLD_BPFLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define BPFLD_API __attribute__((visibility("default")))
#else
#define BPFLD_API
#endif

struct bpfld;

enum bpfld_severity {
	BPFLD_NOTE,
	BPFLD_WARNING,
	BPFLD_ERROR,
	BPFLD_INFO, /* output that an option asks for: print the text as it is to standard output */
};

/* A place that a diagnostic names. */
struct bpfld_location {
	size_t sz;             /* sizeof(struct bpfld_location) of the library */
	const char *file;      /* source file, or NULL */
	uint32_t line, column; /* of file, from 1; 0: unknown */
	const char *object;    /* input file, as in messages; or NULL */
	const char *section;   /* of object, or NULL */
	uint64_t offset;       /* bytes into section */
};

/*
 * A diagnostic. All pointers are valid during the callback only. Its message has lines that are
 * separated by '\n':
 *
 *	duplicate symbol 'count'             the problem; print " [" id "]" after this line
 *	>>> defined at a.c:3 (a.o)           details: both sides, and all that differs
 *	>>> defined at b.c:7 (b.o)
 *	>>> help: make one of them static    a suggestion, if there is one;
 *	>>>       or rename it               it may have several lines
 *
 * Names in it are escaped: they contain no control characters, and cannot start a line.
 */
struct bpfld_diag {
	size_t sz;                    /* sizeof(struct bpfld_diag) of the library */
	enum bpfld_severity severity; /* after fatal_warnings has been applied */
	const char *id;               /* stable name in kebab-case, "duplicate-symbol" */
	const char *message;          /* all lines */
	const char *help;             /* the part of message after "help: ", or NULL */
	const struct bpfld_location *const
	    *locations; /* in the order of message; NULL-terminated, never NULL */
};

typedef void (*bpfld_diag_fn)(void *ctx, const struct bpfld_diag *diag);

enum bpfld_output {
	BPFLD_FINAL,   /* a program: undefined symbols are errors, hidden functions become local */
	BPFLD_PARTIAL, /* -r: a file to link again, as `bpftool gen object` makes */
};

enum bpfld_strip {
	BPFLD_STRIP_NONE,
	BPFLD_STRIP_DEBUG, /* drop DWARF, keep BTF */
	BPFLD_STRIP_ALL,   /* also drop local data symbols that nothing refers to */
};

/*
 * Link-time optimization. The library has no compiler: a caller that links bitcode provides one.
 * The library decides which modules take part and how their symbols are resolved. The compiler
 * turns them into machine code, which is then linked like any object.
 */

/* How to change a symbol of a module. Symbols that are not listed stay as they are. */
struct bpfld_lto_symbol {
	const char *name;     /* in the module */
	const char *new_name; /* rename it to this first, or NULL */
	bool drop;            /* another file has the definition: keep only a reference */
	bool local; /* nothing outside the bitcode refers to it: it may be inlined and dropped */
};

struct bpfld_lto_module {
	const char *name;                       /* for diagnostics */
	const void *data;                       /* untrusted bitcode, as it was found */
	size_t size;                            /* bytes */
	const struct bpfld_lto_symbol *symbols; /* none for BPFLD_LTO_EACH */
	size_t nr_symbols;
};

enum bpfld_lto_want {
	BPFLD_LTO_EACH,  /* an object for each module, for its symbols and types only */
	BPFLD_LTO_WHOLE, /* one object of all modules, optimized together */
	BPFLD_LTO_ASM,   /* the same as assembly */
	BPFLD_LTO_IR,    /* the same as bitcode */
	BPFLD_LTO_TEXT,  /* the same as text of LLVM's language */
};

struct bpfld_lto_job {
	size_t sz; /* sizeof(struct bpfld_lto_job) of the library */
	enum bpfld_lto_want want;
	const struct bpfld_lto_module *modules; /* in the order of the link */
	size_t nr_modules;
	bool gc_sections; /* functions that nothing refers to will be dropped */

	/*
	 * For compile() to call before it returns: delivers the object for a module (0 for all
	 * modules), and reports. Arguments are copied. Both return 0 or a negative errno value,
	 * after which compile() should return.
	 */
	int (*take)(const struct bpfld_lto_job *job, size_t module, const void *data, size_t size);
	int (*report)(const struct bpfld_lto_job *job, enum bpfld_severity severity, const char *id,
		      const char *message);
	void *priv; /* the library's */
	/*
	 * Also for compile(): records for reports how a plan has a function of a module compiled.
	 * The function has its name in the source; decision is a word such as "inline".
	 */
	int (*decided)(const struct bpfld_lto_job *job, size_t module, const char *function,
		       const char *decision);
	bool no_kfuncs; /* the license is not GPL-compatible: programs may not call kfuncs */
};

/*
 * compile() is called during bpfld_link(), on its thread, at most once per round of inputs and once
 * for all modules. It returns 0 if it has delivered all objects of the job; otherwise a negative
 * errno value, after it has reported at least one BPFLD_ERROR. The same job must produce the same
 * bytes.
 */
struct bpfld_lto {
	size_t sz; /* sizeof(struct bpfld_lto) for the caller: see struct bpfld_opts */
	void *ctx;
	int (*compile)(void *ctx, const struct bpfld_lto_job *job);
};

/*
 * How implicit addends (SHT_REL) are stored in a file by GNU tools that has no evidence: as the
 * distance from the symbol, as LLVM and GNU as since 2.44 write them, or as this distance plus the
 * symbol's value, as GNU as up to 2.43 does.
 */
enum bpfld_addends {
	BPFLD_ADDENDS_EVIDENCE, /* without evidence, report an error: "ambiguous-addend" */
	BPFLD_ADDENDS_LLVM,
	BPFLD_ADDENDS_GAS,
};

/* How to store DWARF. A library that was built without zlib or zstd reports "compressed-section".
 */
enum bpfld_compress {
	BPFLD_COMPRESS_NONE,
	BPFLD_COMPRESS_ZLIB,
	BPFLD_COMPRESS_ZSTD,
};

/*
 * Options. Zero is the default of each field. New fields are added at the end. A library that is
 * older than its caller returns -E2BIG if bytes after its last member are not zero, so initialize
 * the struct with BPFLD_OPTS_INIT. Strings and arrays are read only during bpfld_new(), which
 * copies them.
 */
struct bpfld_opts {
	size_t sz; /* size of the struct for the caller, up to 4096 */

	bpfld_diag_fn diag; /* NULL: drop diagnostics. Called on the caller's thread. */
	void *diag_ctx;     /* passed to diag */

	enum bpfld_output output;
	enum bpfld_strip strip;

	const char *license;          /* contents of the license section, instead of the inputs' */
	const char *entry;            /* accepted and recorded; has no effect for BPF */
	const char *const *undefined; /* -u: symbols to treat as used; NULL-terminated */
	const char *const *no_warn;   /* ids of warnings and notes to drop; NULL-terminated */
	uint32_t error_limit;         /* stop reporting after this many errors; 0: 20, ~0u: never */
	uint32_t threads;             /* 0: one per core */
	bool unresolved_ok;           /* keep undefined symbols in a final link */
	bool no_btf_gc;               /* keep types that nothing refers to */
	bool no_check_types;          /* do not compare declarations with definitions */
	bool fatal_warnings;          /* treat warnings as errors */
	bool verify;                  /* parse the output again and compare it with the model */
	const char *const *library_paths; /* directories to search for libraries; NULL-terminated */
	bool gc_sections;                 /* drop what no program and no global data refers to */
	bool print_gc_sections;           /* report (BPFLD_INFO) what was dropped */
	bool icf;                         /* fold identical static functions and constants */
	bool print_icf_sections;          /* report (BPFLD_INFO) what was folded */
	const char *const *keep;    /* globs of symbols for gc_sections to keep; NULL-terminated */
	const char *const *defsyms; /* "A=B": references to A refer to B, a symbol or a number */
	const char *const *wraps; /* references to SYM refer to __wrap_SYM, and __real_SYM to SYM */
	const char *const *renames; /* "OLD=NEW": rename global symbols, in ELF and BTF */
	const char *const
	    *localize; /* globs of global symbols to make local, if loaders allow it */
	const char *const
	    *export_globs; /* if any: make all global symbols local except matching ones */
	const char *const *why_live; /* globs of symbols: report why gc_sections kept them */
	bool trace;                  /* report (BPFLD_INFO) each input that takes part */
	const char *const
	    *trace_symbols; /* report where these are defined and used; NULL-terminated */
	const char
	    *dependency_target; /* name of the output in dependencies and reports; NULL: a.out */
	const char *const
	    *read_files;             /* files that the caller read for this link; NULL-terminated */
	const struct bpfld_lto *lto; /* compiles bitcode; NULL: bitcode is an error */
	bool lto_fat; /* if an object has both, link its bitcode instead of its machine code */
	bool lto_internalize; /* treat all symbols as local except programs, maps and those that
				 export_globs match */
	enum bpfld_lto_want
	    lto_want; /* ASM, IR, TEXT: stop after compiling; the image is that of the bitcode */
	bool dynamic; /* turn undefined functions into imports: stubs that a loader replaces. Not
			 with BPFLD_PARTIAL */
	const char *const *entries; /* functions to make loadable on their own: each gets a program
				       that calls it, in section freplace/NAME; NULL-terminated */
	const char *anchor;  /* with entries: link only a program in a section with this name, which
				calls stubs of them */
	bool lasting_inputs; /* no effect; kept for callers that set it */
	bool unique_statics; /* give static functions unique names in a final link, as cilium/ebpf
				requires */
	enum bpfld_addends addends; /* for files whose addends are ambiguous */
	bool no_image; /* bpfld_image() may return NULL: if the output is only written, this saves a
			  copy */
	bool c_names;  /* reject names of symbols and types that could inject code into a C header
			  that bpftool generates from the output */
	const char *const
	    *prefixes; /* "LIB:PFX": put PFX before the names of all global symbols that the input
			  or archive LIB (a path, or its end) defines, in ELF and BTF */
	const char *kernel_btf;       /* file with the kernel's BTF, which is read if symbols are
					 undefined, to explain them. NULL: none */
	enum bpfld_compress compress; /* of DWARF, where that makes it smaller */
	const char *target_kernels; /* kernels that will load the output: a version ("6.1"), a list
				       ("6.1,7.2"), a range ("6.1..7.2"), "running", or a list of
				       these. A warning then means that one of them rejects a
				       program. NULL: that every known kernel does */
	const char *const
	    *target_btf;             /* files with BTF of kernels, or directories of them, with
					which to compare the requirements of the output. NULL-terminated */
	const char *report_against;  /* file with BPFLD_TEXT_REPORT_JSON of another link, with which
					reports compare this one. NULL: none */
	const char *report_verdicts; /* file with the output of bpfld check --json, which reports
					include. NULL: none */
	bool keep_stubs; /* stubs that opts.dynamic made in an earlier link extract no archive
			    members */
};

/* The end of the last member: the padding after it may be a member in a newer library. */
#define BPFLD_OPTS_SIZE (offsetof(struct bpfld_opts, keep_stubs) + sizeof(bool))

/* Texts about a link. */
enum bpfld_text {
	BPFLD_TEXT_MAP,          /* sections, the origin of their parts, what was dropped */
	BPFLD_TEXT_CREF,         /* global symbols with the files that define and use them */
	BPFLD_TEXT_STATS,        /* counts and bytes, before and after */
	BPFLD_TEXT_TIME_TRACE,   /* times so far, as JSON for Perfetto and Chrome */
	BPFLD_TEXT_DEPENDENCIES, /* a rule for make */
	BPFLD_TEXT_INPUTS,      /* paths of the regular files read so far, each followed by a NUL */
	BPFLD_TEXT_WHY_EXTRACT, /* extracted archive members, and what needed them */
	BPFLD_TEXT_REPORT_JSON, /* all of a link: calls, stack, bytes, maps, externs */
	BPFLD_TEXT_REPORT_HTML, /* the same as a page for a browser, in one file */
	BPFLD_TEXT_FILES, /* like INPUTS, without opts.read_files and with archive members: for each
			     file the path of a thin archive and the member's name, or two empty
			     strings; then its own path */
	BPFLD_TEXT_TARGETS, /* opts.target_btf: a table of the results; also after a failed link,
			       empty if it failed earlier */
	BPFLD_TEXT_TARGETS_JSON, /* the same as JSON */
	BPFLD_TEXT_COMPARISON,   /* opts.report_against: a table of what has grown; empty without */
};

#ifdef __cplusplus
static inline struct bpfld_opts bpfld_opts_init()
{
	struct bpfld_opts opts = bpfld_opts();

	opts.sz = BPFLD_OPTS_SIZE;
	return opts;
}
#define BPFLD_OPTS_INIT bpfld_opts_init()
#else
#define BPFLD_OPTS_INIT                                                                            \
	{                                                                                          \
		.sz = BPFLD_OPTS_SIZE                                                              \
	}
#endif

/* "0.1.0". The string is static. */
BPFLD_API const char *bpfld_version(void);

/*
 * Creates a link; free it with bpfld_free(). opts may be NULL. On error returns NULL and, unless
 * err is NULL, stores -ENOMEM, -E2BIG (opts uses members of a newer library) or -EINVAL there.
 */
BPFLD_API struct bpfld *bpfld_new(const struct bpfld_opts *opts, int *err);

/*
 * Adds an input; order matters as on a command line. The file is mapped: until the link is done it
 * may be replaced by renaming, but not changed in place.
 */
BPFLD_API int bpfld_add_file(struct bpfld *l, const char *path);

/*
 * Adds nr files in order; paths may be NULL if nr is 0. Reports each that cannot be added, and adds
 * the others. Returns the first error.
 */
BPFLD_API int bpfld_add_files(struct bpfld *l, const char *const *paths, size_t nr);

/*
 * Adds an input from memory. data is copied, and may be NULL if size is 0; name is used in
 * diagnostics in place of a path.
 */
BPFLD_API int bpfld_add_buffer(struct bpfld *l, const char *name, const void *data, size_t size);

/*
 * Adds a library: for NAME, libNAME.a from the first of opts.library_paths that has it; for
 * ":FILE", FILE itself.
 */
BPFLD_API int bpfld_add_library(struct bpfld *l, const char *name);

/*
 * How further inputs are added. The default, 0, is: objects always, and of an archive (GNU, BSD or
 * thin; with or without an index) the members that define undefined symbols.
 */
enum bpfld_input_mode {
	BPFLD_WHOLE_ARCHIVE = 1, /* every member: --whole-archive */
	BPFLD_LAZY = 2, /* also objects only if they define an undefined symbol: --start-lib */
};
BPFLD_API int bpfld_input_mode(struct bpfld *l, unsigned int mode);

/*
 * States that the path of the last input is temporary (clang's /tmp/x-1234.o), so that diagnostics
 * use the source file that the object names instead.
 */
BPFLD_API int bpfld_mark_temporary(struct bpfld *l);

/*
 * Gives the last input, which must not be an archive, a name for diagnostics, for bpfld_bind(), and
 * for symbols that are renamed because their name is taken (with "first", a map becomes
 * "first__counter"). It need not be a path; name is copied.
 */
BPFLD_API int bpfld_name_input(struct bpfld *l, const char *name);

/*
 * Binds the symbol name of object to target of to_object, regardless of other symbols of these
 * names. The objects may be added before or after, under their names in diagnostics
 * ("lib.a(member.o)" for a member); if inputs share a name, "name#2" is the second one. Types must
 * agree as always. A map, variable or weak function that object defines can be bound as well, but
 * no other function.
 *
 * to_object may be one of many objects that were not meant to be linked together, or the same one
 * added again: symbols that others define, too, become local to it. Its maps and programs with such
 * names are renamed, as static maps are. If target is a program (a function outside .text), it
 * becomes a static function of .text and is no longer a program.
 *
 * Returns -EINVAL if a name is empty; bpfld_link() reports bindings that fail.
 */
BPFLD_API int bpfld_bind(struct bpfld *l, const char *object, const char *name,
			 const char *to_object, const char *target);

/* Links the inputs. May be called once; nothing can be added afterwards. */
BPFLD_API int bpfld_link(struct bpfld *l);

/*
 * The linked ELF file, which l owns until bpfld_free(l). NULL before bpfld_link(), and possibly
 * with opts.no_image. Several threads may call it at the same time.
 */
BPFLD_API const void *bpfld_image(const struct bpfld *l, size_t *size);

/*
 * Writes the linked file. A regular file is written to a temporary file and renamed over the
 * target, so that an error leaves the old one intact; anything else (/dev/null, a pipe) is written
 * in place. "-" is standard output.
 */
BPFLD_API int bpfld_write_file(struct bpfld *l, const char *path);

/*
 * A text about the link, built by each call, which l owns until bpfld_free(l). It ends with a NUL
 * that *size does not count. BPFLD_TEXT_INPUTS and BPFLD_TEXT_FILES are always available, even if
 * the link has failed. Others are NULL before bpfld_link() and after it has failed; so is an
 * unknown text, and any if memory runs out.
 */
BPFLD_API const char *bpfld_text(struct bpfld *l, enum bpfld_text which, size_t *size);

/*
 * Reports a diagnostic to the link's callback: for libraries on top of this one. message and id are
 * as in struct bpfld_diag. fatal_warnings, no_warn and error_limit apply. Unlike an error of the
 * link itself, an error that is reported here leaves the linked file usable.
 */
BPFLD_API void bpfld_report(struct bpfld *l, enum bpfld_severity severity, const char *id,
			    const char *message);

/* Frees l and everything that it owns. NULL is allowed. */
BPFLD_API void bpfld_free(struct bpfld *l);

/*
 * Single objects, without a link: for loaders that load programs separately from the functions that
 * they call. These functions need no handle and may be called on any thread. The image is untrusted
 * and read only during the call: -EINVAL if it is not a BPF object, or if an argument must not be
 * NULL. The other error is -ENOMEM. Callbacks may call any function.
 */
struct bpfld_object {
	const void *image;
	size_t size; /* bytes */
};

/* A global function in .text with BTF. Pointers are valid during the callback only. */
struct bpfld_function {
	size_t sz; /* sizeof(struct bpfld_function) of the library */
	const char *name;
	const char *prototype; /* as C: "int foo(struct xdp_md *, int)" */
	const char *refused;   /* why kernels cannot replace it: "it returns a pointer"; or NULL */
	bool import;   /* a stub that opts.dynamic made; otherwise the members below are zero */
	bool weak;     /* the program works without it */
	int32_t value; /* return value of the stub */
	const size_t
	    *tests; /* offsets in the image: "if (foo)" loads 4 bytes from there, which are 0 */
	size_t nr_tests;
};

/* A nonzero result ends the iteration, which returns it. */
typedef int (*bpfld_function_fn)(void *ctx, const struct bpfld_function *func);

/* Calls fn for each function of the object, in the order of its symbol table. */
BPFLD_API int bpfld_each_function(const struct bpfld_object *obj, bpfld_function_fn fn, void *ctx);

/*
 * Whether b's function can replace a's: 0 if all that they take and return agrees, including the
 * layouts of structs behind pointers and the tags of parameters; signedness and the values of
 * enumerators may differ. 1 if not; why then has the reason, truncated to why_size bytes with the
 * NUL. -ENOENT if there is no such function.
 */
BPFLD_API int bpfld_compare_functions(const struct bpfld_object *a, const char *name_a,
				      const struct bpfld_object *b, const char *name_b, char *why,
				      size_t why_size);

#ifdef __cplusplus
}
#endif

#endif
