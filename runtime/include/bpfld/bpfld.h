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
	BPFLD_INFO, /* what an option asked to be told: the text as it is, for standard output */
};

/* One diagnostic. All pointers are valid during the callback only. */
struct bpfld_diag {
	size_t sz;                    /* sizeof(struct bpfld_diag) of the library */
	enum bpfld_severity severity; /* after fatal_warnings has been applied */
	const char *id;               /* stable name in kebab-case, "duplicate-symbol" */
	const char *message;          /* lines parted by '\n'; those after the first start ">>> " */
};

typedef void (*bpfld_diag_fn)(void *ctx, const struct bpfld_diag *diag);

enum bpfld_output {
	BPFLD_FINAL,   /* a program: undefined symbols are errors, hidden functions are sealed */
	BPFLD_PARTIAL, /* -r: a file to link again; also what stands for `bpftool gen object` */
};

enum bpfld_strip {
	BPFLD_STRIP_NONE,
	BPFLD_STRIP_DEBUG, /* DWARF goes, BTF stays */
	BPFLD_STRIP_ALL,   /* and local data symbols that nothing refers to */
};

/*
 * Link-time optimisation. The library itself has no compiler: who links with bitcode hands it one.
 * The library decides which modules take part and what becomes of their symbols; the compiler makes
 * machine code of them, which is then linked as any object is.
 */

/* What is to be done about a symbol of a module. Those that are not listed stay as they are. */
struct bpfld_lto_symbol {
	const char *name;     /* in the module */
	const char *new_name; /* what it is to be called from the start, or NULL */
	bool drop;  /* another file's definition stands for this one: only a reference is to stay */
	bool local; /* nothing outside the bitcode refers to it: it may be inlined, and go */
};

struct bpfld_lto_module {
	const char *name;                       /* for diagnostics */
	const void *data;                       /* bitcode, as it was found: anything, perhaps */
	size_t size;                            /* bytes */
	const struct bpfld_lto_symbol *symbols; /* BPFLD_LTO_EACH: none */
	size_t nr_symbols;
};

enum bpfld_lto_want {
	BPFLD_LTO_EACH, /* an object for each module: for its symbols and types, not for its code */
	BPFLD_LTO_WHOLE, /* one object of all modules, optimised together */
	BPFLD_LTO_ASM,   /* the same as assembly */
	BPFLD_LTO_IR,    /* the same as bitcode */
};

struct bpfld_lto_job {
	size_t sz; /* sizeof(struct bpfld_lto_job) of the library */
	enum bpfld_lto_want want;
	const struct bpfld_lto_module *modules; /* in the order of the link */
	size_t nr_modules;
	bool gc_sections; /* functions that nothing refers to are dropped later */

	/*
	 * To be called by compile(), not later: hands over what was made of the module (of all: 0),
	 * and reports. What is given is copied. Both return 0 or a negative errno value, after
	 * which compile() best ends.
	 */
	int (*take)(const struct bpfld_lto_job *job, size_t module, const void *data, size_t size);
	int (*report)(const struct bpfld_lto_job *job, enum bpfld_severity severity, const char *id,
		      const char *message);
	void *priv; /* the library's */
};

/*
 * compile() is called during bpfld_link(), from its thread, at most once for each round of inputs
 * and once for all. It returns 0 if it has taken over what the job wants, or else a negative errno
 * value, having reported at least one BPFLD_ERROR. Same job: same bytes.
 */
struct bpfld_lto {
	size_t sz; /* sizeof(struct bpfld_lto) of the caller: see struct bpfld_opts */
	void *ctx;
	int (*compile)(void *ctx, const struct bpfld_lto_job *job);
};

/*
 * What implicit addends (SHT_REL) mean in a file that GNU tools wrote and that holds no evidence:
 * the distance from the symbol, as LLVM and GNU as since 2.44 write it, or that distance and the
 * symbol's value, as GNU as wrote it up to 2.43.
 */
enum bpfld_addends {
	BPFLD_ADDENDS_EVIDENCE, /* where there is none: an error, "ambiguous-addend" */
	BPFLD_ADDENDS_LLVM,
	BPFLD_ADDENDS_GAS,
};

/*
 * What to do. Zero means the default for each field. New fields are added at the end; a library
 * that is older than its caller refuses (-E2BIG) bytes behind the last member that it knows unless
 * all of them are zero, so these must not be left uninitialised: begin with BPFLD_OPTS_INIT.
 * Strings and arrays are read during bpfld_new() only: the library copies them.
 */
struct bpfld_opts {
	size_t sz; /* bytes of the struct as the caller knows it, up to 4096 */

	bpfld_diag_fn diag; /* NULL: diagnostics are dropped. Called from the caller's thread. */
	void *diag_ctx;     /* passed to diag */

	enum bpfld_output output;
	enum bpfld_strip strip;

	const char *license;          /* text for the license section, over every input's */
	const char *entry;            /* accepted and recorded, without effect on BPF */
	const char *const *undefined; /* -u: names to treat as used; ends in NULL */
	const char *const *no_warn;   /* ids of warnings and notes to drop; ends in NULL */
	uint32_t error_limit;         /* stop reporting after this many errors; 0: 20, ~0u: never */
	uint32_t threads;             /* 0: one for each core */
	bool unresolved_ok;           /* undefined symbols stay in a final link */
	bool no_btf_gc;               /* keep types that nothing refers to */
	bool no_check_types;          /* don't compare externs with definitions */
	bool fatal_warnings;          /* a warning is an error */
	bool verify;                  /* parse the output again and compare it with the model */
	const char *const
	    *library_paths;          /* folders that libraries are looked for in; ends in NULL */
	bool gc_sections;            /* drop what no program and no global data refers to */
	bool print_gc_sections;      /* say (BPFLD_INFO) what was dropped */
	bool icf;                    /* store equal static functions and constants once */
	bool print_icf_sections;     /* say what was folded */
	const char *const *keep;     /* globs of symbols that gc_sections keeps; ends in NULL */
	const char *const *defsyms;  /* "A=B": references to A mean B; ends in NULL */
	const char *const *wraps;    /* references to SYM mean __wrap_SYM, __real_SYM means SYM */
	const char *const *renames;  /* "OLD=NEW": the global OLD is called NEW, in ELF and BTF */
	const char *const *localize; /* globs of globals that become local, where a loader allows */
	const char *const *export_globs; /* if any: all globals become local but those that match */
	const char *const *why_live;     /* globs of symbols: say why gc_sections kept them */
	bool trace;                      /* tell (BPFLD_INFO) each input that takes part */
	const char *const *trace_symbols; /* and where these are defined and used; ends in NULL */
	const char *dependency_target;    /* the output in dependencies and reports; NULL: a.out */
	const char *const *read_files;    /* that the caller read for this link; ends in NULL */
	const struct bpfld_lto *lto;      /* compiles bitcode; NULL: bitcode is refused */
	bool lto_fat; /* of objects that hold both, link the bitcode, not the machine code */
	bool
	    lto_internalize; /* take all for local but programs, maps and what export_globs match */
	enum bpfld_lto_want lto_want; /* ASM, IR: the image is that, of the bitcode alone */
	bool dynamic; /* undefined functions become imports: stubs that a loader replaces. Not with
			 BPFLD_PARTIAL */
	const char *const *entries; /* functions to be loaded by themselves: each gets a program
				       that calls it, in section freplace/NAME; ends in NULL */
	const char *anchor;  /* with entries: link a program in a section of this name that calls
				stubs of them, and nothing else */
	bool lasting_inputs; /* no effect; kept for callers that set it */
	bool unique_statics; /* in a final link no two functions have one name in the symbol
				table, as cilium/ebpf wants it */
	enum bpfld_addends addends; /* for files that do not show what their addends mean */
	bool no_image; /* bpfld_image() may return NULL: the output is written only, which saves
			  a copy of it */
	bool c_names;  /* refuse names of symbols and types that could become code in a C header
			  which bpftool makes of the output */
};

/* The end of the last member: padding behind it may be a member of a newer library. */
#define BPFLD_OPTS_SIZE (offsetof(struct bpfld_opts, c_names) + sizeof(bool))

/* What there is to tell about a link. */
enum bpfld_text {
	BPFLD_TEXT_MAP,          /* sections, where their parts come from, what was dropped */
	BPFLD_TEXT_CREF,         /* global names with their definers and users */
	BPFLD_TEXT_STATS,        /* counts and bytes, before and after */
	BPFLD_TEXT_TIME_TRACE,   /* JSON for Perfetto and Chrome: what took how long so far */
	BPFLD_TEXT_DEPENDENCIES, /* a rule for make */
	BPFLD_TEXT_INPUTS,       /* paths of regular files read so far, a NUL after each */
	BPFLD_TEXT_WHY_EXTRACT,  /* members taken from archives, and what asked for them */
	BPFLD_TEXT_REPORT_JSON,  /* all of a link: calls, stack, bytes, maps, externs */
	BPFLD_TEXT_REPORT_HTML,  /* the same as a page for a browser, in one file */
	BPFLD_TEXT_FILES,        /* the same as INPUTS, without opts.read_files, and as members of
				    what they were read: for each the path of a thin archive and
				    the member's name, or two empty strings; then its own path */
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
 * A new link, to be given to bpfld_free(). opts may be NULL. On error returns NULL and, where err
 * is not NULL, stores -ENOMEM, -E2BIG (opts has a tail from a newer library) or -EINVAL there.
 */
BPFLD_API struct bpfld *bpfld_new(const struct bpfld_opts *opts, int *err);

/*
 * Adds an input; order matters as on a command line. The file is mapped at once and may be
 * replaced (renamed over), but not changed in place, until the link is done.
 */
BPFLD_API int bpfld_add_file(struct bpfld *l, const char *path);

/*
 * Adds nr files, in order; paths may be NULL if nr is 0. Each that cannot be added is
 * reported; the others are added. Returns the first error.
 */
BPFLD_API int bpfld_add_files(struct bpfld *l, const char *const *paths, size_t nr);

/*
 * Adds an input from memory. data is copied, and may be NULL if size is 0; name takes the path's
 * place in diagnostics.
 */
BPFLD_API int bpfld_add_buffer(struct bpfld *l, const char *name, const void *data, size_t size);

/*
 * Adds the library that -lNAME means: libNAME.a of the first of opts.library_paths that has it; or,
 * for ":FILE", FILE itself.
 */
BPFLD_API int bpfld_add_library(struct bpfld *l, const char *name);

/*
 * How inputs added from here on are taken; 0, the default, is objects always, and of an archive
 * (GNU, BSD or thin; with or without an index) the members that define what is undefined.
 */
enum bpfld_input_mode {
	BPFLD_WHOLE_ARCHIVE = 1, /* every member: --whole-archive */
	BPFLD_LAZY = 2,          /* objects too only when they define something: --start-lib */
};
BPFLD_API int bpfld_input_mode(struct bpfld *l, unsigned int mode);

/*
 * Tells that the input added last has a made-up name (clang's /tmp/x-1234.o), so that diagnostics
 * better name the source file that the object itself names.
 */
BPFLD_API int bpfld_mark_temporary(struct bpfld *l);

/*
 * Gives the input added last, which is no archive, a name of its own: for diagnostics, for
 * bpfld_bind(), and for what of it gets another name because its own is taken ("first" makes
 * "first__counter" of a map). It need not be a path; name is copied.
 */
BPFLD_API int bpfld_name_input(struct bpfld *l, const char *name);

/*
 * Lets what object refers to as name be target of to_object, whatever other inputs call by these
 * names. The objects may be added before or after, under the names that diagnostics have for them
 * ("lib.a(member.o)" for a member); where inputs share one, "name#2" is the second of them. Types
 * must agree as always. A map, variable or weak function that object defines itself can be given
 * away, too; another function can't.
 *
 * to_object may be one of many that were never meant to be linked together, or the same one added
 * again: what it defines under names that others define too becomes its own. Its maps of such a
 * name get another, as static ones do; so do its programs. Where target is a program (a function
 * outside .text), it becomes a static function of .text: a program no more.
 *
 * -EINVAL if a name is empty; what cannot be bound is said by bpfld_link().
 */
BPFLD_API int bpfld_bind(struct bpfld *l, const char *object, const char *name,
			 const char *to_object, const char *target);

/* Links what was added. May be called once; nothing can be added afterwards. */
BPFLD_API int bpfld_link(struct bpfld *l);

/*
 * The linked ELF file, owned by l and valid until bpfld_free(l). NULL before bpfld_link(), and
 * perhaps with opts.no_image. Changes nothing: several threads may call it at the same time.
 */
BPFLD_API const void *bpfld_image(const struct bpfld *l, size_t *size);

/*
 * Writes the linked file. A regular file is written beside the target and renamed over it, so
 * that a failure leaves the old one whole; anything else (/dev/null, a pipe) is written to.
 * "-" is standard output.
 */
BPFLD_API int bpfld_write_file(struct bpfld *l, const char *path);

/*
 * A text about the link, made anew by each call; owned by l and valid until bpfld_free(l). It ends
 * in a NUL that *size doesn't count. BPFLD_TEXT_INPUTS and BPFLD_TEXT_FILES are available at any
 * time, also if the link has failed; the others before bpfld_link() or after it failed are NULL, as
 * is an unknown text, and any if memory is out.
 */
BPFLD_API const char *bpfld_text(struct bpfld *l, enum bpfld_text which, size_t *size);

/*
 * Says something through the link's callback, as the link itself would: for libraries on top of
 * this one. message and id as in struct bpfld_diag. fatal_warnings, no_warn and error_limit hold.
 * Unlike an error of the link's own, one that is reported here leaves what was linked usable.
 */
BPFLD_API void bpfld_report(struct bpfld *l, enum bpfld_severity severity, const char *id,
			    const char *message);

/* Frees l and everything got from it. NULL is allowed. */
BPFLD_API void bpfld_free(struct bpfld *l);

/*
 * Objects by themselves, without a link: for those who load programs apart from the functions that
 * they call. These need no handle and may be called from any thread. The image is read during the
 * call only, and may be anything: -EINVAL is for what is no BPF object, and for NULL where it is
 * not allowed. -ENOMEM is the other error. Callbacks may call any function.
 */
struct bpfld_object {
	const void *image;
	size_t size; /* bytes */
};

/* A global function in .text that BTF describes. Pointers are valid during the callback only. */
struct bpfld_function {
	size_t sz; /* sizeof(struct bpfld_function) of the library */
	const char *name;
	const char *prototype; /* as C: "int foo(struct xdp_md *, int)" */
	const char *refused;   /* why no kernel replaces it: "it returns a pointer"; or NULL */
	bool import;           /* a stub that opts.dynamic made; for others what follows is zero */
	bool weak;             /* the program can do without */
	int32_t value;         /* what the stub returns */
	const size_t *tests;   /* bytes into the image: "if (foo)" loads 4 bytes from there, 0 */
	size_t nr_tests;
};

/* What it returns, if not 0, ends the walk and is returned by it. */
typedef int (*bpfld_function_fn)(void *ctx, const struct bpfld_function *func);

/* Calls fn for each of the object's functions, in the order of its symbol table. */
BPFLD_API int bpfld_each_function(const struct bpfld_object *obj, bpfld_function_fn fn, void *ctx);

/*
 * Whether b's function may stand in for a's: 0 if all that they take and return is alike, down to
 * the layouts of structs behind pointers, and so are the tags of parameters; signedness and values
 * of enumerators may differ. 1 if not: then why has the reason, cut to why_size bytes with the NUL.
 * -ENOENT: there is no such function.
 */
BPFLD_API int bpfld_compare_functions(const struct bpfld_object *a, const char *name_a,
				      const struct bpfld_object *b, const char *name_b, char *why,
				      size_t why_size);

#ifdef __cplusplus
}
#endif

#endif
