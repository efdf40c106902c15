/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * ld/: the program ld.bpf.
 *
 *	main.c       processes a command: parses it, links, writes outputs
 *	options.c    parses the linker's own syntax; tables are options.def and warnings.def
 *	clashes.c    outputs that would overwrite each other or an input
 *	reproduce.c  --reproduce: the command and its inputs in a tar archive
 *	skeleton.c   --skeleton and --subskeleton, which bpftool generates
 *	output.c     outputs other than the object
 *
 * It links through <bpfld/bpfld.h> only. Includes common/, hook/ and lto/. No other directory
 * includes this one.
 */
#ifndef LD_LD_H
#define LD_LD_H

#include <stdio.h>

#include <bpfld/bpfld.h>

#include "common/args.h"
#include "hook/hook.h"
#include "lto/lto.h"

/* Operands, and options that affect the operands after them, in order. */
struct input {
	enum { INPUT_FILE, INPUT_LIBRARY, INPUT_MODE } kind;
	const char *name;  /* of a file or library */
	unsigned int mode; /* enum bpfld_input_mode, for the inputs that follow */
};

struct inputs {
	struct input *v;
	size_t n, cap;
};

/* An argument, for the response file of --reproduce. */
struct replay_word {
	struct replay_word *next;
	enum {
		REPLAY_INPUT,     /* an input, or an option with a file to read */
		REPLAY_DIRECTORY, /* an option with a directory of inputs */
		REPLAY_OUTPUT,    /* an option with a file to write */
		REPLAY_BIND,      /* --bind: the next one of options.binds */
		REPLAY_PREFIX,    /* --prefix: the end of a path */
		REPLAY_OPTION,
	} kind;
	const char *option; /* "--threads", "-z"; NULL for an object */
	const char *value;  /* or NULL */
};

struct options {
	struct bpfld_opts lib; /* options of the library, except the callback */
	struct inputs inputs;
	bool any_file; /* inputs has a file or library */
	unsigned int input_mode;
	struct words library_paths; /* lib.library_paths at the end */
	struct words keep, why_live, defsyms, wraps, renames, prefixes, localize, exports;
	struct bind *binds;
	size_t nr_binds, cap_binds;
	struct words undefined, no_warn; /* lib.undefined and lib.no_warn at the end */
	const char *lto_option;          /* one that only link-time optimization uses, or NULL */
	bool compiled;                   /* some input was bitcode */
	struct words unused;             /* warnings about values that nothing knows */
	struct words target_btf;         /* lib.target_btf at the end */
	struct words trace_symbols;      /* lib.trace_symbols at the end */
	struct words read_files;         /* lib.read_files at the end */
	struct words response_files;
	struct words mllvm; /* lto.mllvm at the end */
	struct lto_options lto;
	struct lto_plan plan;  /* lto.plan */
	struct bpfld_lto hook; /* lib.lto */
	bool save_temps;
	const char *output;
	const char *map, *time_trace, *dependency_file, *why_extract; /* files to write, or NULL */
	const char *report_html, *report_json;                        /* the same */
	const char *reproduce;                                        /* the same */
	const char *skeleton, *subskeleton;                           /* the same */
	const char *skeleton_name;                                    /* NULL: after the output */
	struct replay_word *replay;
	bool cref, print_stats;
	bool want_help, want_explanation, want_version, version_first, verbose;
};

/* o is zero-initialized; args excludes the program's name. Reports all errors. */
int parse_options(struct options *o, struct pool *pool, struct report *r, const struct words *args,
		  enum personality personality);
void free_options(struct options *o);
/* Returns 1 if writing fails. */
int print_help(void);

/* Rejects outputs that are the same file, or an input of the command. */
int check_outputs(const struct options *o, struct pool *pool, struct report *r);
/* Rejects outputs that are an input that l has read: libraries, members of thin archives. */
int check_outputs_again(const struct options *o, struct pool *pool, struct report *r,
			struct bpfld *l);

/* Rejects inputs that --reproduce cannot copy. */
int check_reproduction(const struct options *o, struct report *r);
/* Writes the tar archive o->reproduce with the files that l has read. */
int write_reproduction(const struct options *o, struct pool *pool, struct report *r,
		       struct bpfld *l);

/*
 * A file to write, under a temporary name if the target is a regular file; "-" is r->out. It goes
 * through open_output(), close_output(), place_output() and keep_output(). drop_output() undoes all
 * of them but the last. On error they report it and drop the output.
 */
struct output {
	FILE *f; /* NULL: not open */
	const char *path;
	const char *temporary; /* the new file; once placed, the old one; or NULL */
	enum {
		NOT_PLACED,
		PLACED_NEW,     /* path did not exist */
		PLACED_FOR_OLD, /* the old file has the temporary name */
	} placed;
};

/* like: a file whose mode limits that of the new one, or NULL. */
int open_output(struct output *out, struct pool *pool, struct report *r, const char *path,
		const char *like);
int close_output(struct output *out, struct report *r);
int place_output(struct output *out, struct report *r);
void keep_output(struct output *out);
void drop_output(struct output *out);

/* Drops all outputs that are not kept. Async-signal-safe. */
void drop_outputs(void);

/* Ignores SIGXFSZ: exceeding the limit of file sizes is an error. */
void report_full_files(void);

enum skeleton { SKELETON, SUBSKELETON };

/* Runs bpftool to generate the header for the image of l. */
int write_skeleton(const struct options *o, struct pool *pool, struct report *r,
		   const struct bpfld *l, enum skeleton which, struct output *out);

#endif
