/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * ld/: the program ld.bpf. The way of a command line:
 *
 *	main.c       the link
 *	options.c    the linker's own syntax, from the tables of options.def, to struct options
 *	clashes.c    outputs that are one file, or an input
 *	reproduce.c  --reproduce: the inputs and the command in a tar
 *	skeleton.c   --skeleton and --subskeleton, by way of bpftool
 *	output.c     files that the link writes next to the object
 *
 * It links through <bpfld/bpfld.h> only, and includes common/, hook/ and lto/. No other room
 * includes this one.
 */
#ifndef LD_LD_H
#define LD_LD_H

#include <stdio.h>

#include <bpfld/bpfld.h>

#include "common/args.h"
#include "hook/hook.h"
#include "lto/lto.h"

/* What stands on the command line between options, in order. */
struct input {
	enum { INPUT_FILE, INPUT_LIBRARY, INPUT_MODE } kind;
	const char *name;  /* of a file or library */
	unsigned int mode; /* enum bpfld_input_mode, for what follows */
};

struct inputs {
	struct input *v;
	size_t n, cap;
};

/* A word of the command line, for the response file of --reproduce. */
struct replay_word {
	struct replay_word *next;
	enum {
		REPLAY_INPUT,  /* or an option whose value is a file to read */
		REPLAY_FOLDER, /* an option whose value is one that holds inputs */
		REPLAY_OUTPUT, /* an option whose value is a file to write */
		REPLAY_BIND,   /* --bind: the next one of options.binds */
		REPLAY_OPTION,
	} kind;
	const char *option; /* "--threads", "-z"; NULL for an object */
	const char *value;  /* NULL: has none */
};

struct options {
	struct bpfld_opts lib; /* what the library is to be told, all but the callback */
	struct inputs inputs;
	bool any_file; /* among the inputs is a file or library */
	unsigned int input_mode;
	struct words library_paths; /* lib.library_paths at the end */
	struct words keep, why_live, defsyms, wraps, renames, localize, exports;
	struct bind *binds;
	size_t nr_binds, cap_binds;
	struct words undefined, no_warn; /* lib.undefined and lib.no_warn at the end */
	struct words unknown_ids;        /* of --no-warn: with what was meant, to be warned of */
	struct words trace_symbols;      /* lib.trace_symbols at the end */
	struct words read_files;         /* lib.read_files at the end */
	struct words response_files;
	struct words mllvm; /* lto.mllvm at the end */
	struct lto_options lto;
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
	bool want_help, want_version, version_first, verbose;
};

/* o is zero at first, args without the program's name. Reports all that is wrong with them. */
int parse_options(struct options *o, struct pool *pool, struct report *r, const struct words *args,
		  enum personality personality);
void free_options(struct options *o);
/* Returns 1 if standard output can't be written. */
int print_help(void);

/* Refuses outputs that are one file, or replace an input that is named by the command. */
int check_outputs(const struct options *o, struct pool *pool, struct report *r);
/* The same for all inputs that l has read so far: libraries, and members of thin archives. */
int check_outputs_again(const struct options *o, struct pool *pool, struct report *r,
			struct bpfld *l);

/* Refuses inputs that --reproduce can't keep. */
int check_reproduction(const struct options *o, struct report *r);
/* Writes the tar that o->reproduce names, with the files that l has read so far. */
int write_reproduction(const struct options *o, struct pool *pool, struct report *r,
		       struct bpfld *l);

/*
 * A file to write: under a name beside the target, where that is a regular file; "-" is r->out. Its
 * life is open_output(), close_output(), place_output(), and then keep_output(); drop_output()
 * undoes all of them, also after the file has its place. What fails has been reported, and dropped.
 */
struct output {
	FILE *f; /* NULL: not open */
	const char *path;
	const char
	    *temporary; /* to be renamed to path; once placed, what was there before; or NULL */
	enum {
		NOT_PLACED,
		PLACED_NEW,     /* there was nothing under that name */
		PLACED_FOR_OLD, /* what was there is kept */
	} placed;
};

/* like: a file whose mode the new one is not to exceed, or NULL. */
int open_output(struct output *out, struct pool *pool, struct report *r, const char *path,
		const char *like);
int close_output(struct output *out, struct report *r);
int place_output(struct output *out, struct report *r);
void keep_output(struct output *out);
void drop_output(struct output *out);

/* Drops all that are not kept. Also for a signal handler. */
void drop_outputs(void);

/* From now on a file that would exceed the limit of the process is an error, and no signal. */
void report_full_files(void);

enum skeleton { SKELETON, SUBSKELETON };

/* Has bpftool write the header of what l has linked to out. */
int write_skeleton(const struct options *o, struct pool *pool, struct report *r,
		   const struct bpfld *l, enum skeleton which, struct output *out);

#endif
