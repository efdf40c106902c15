/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What the files of ld.bpf share. The way of a command line:
 *
 *	args.c       argv, with response files put in place; what else words are made of
 *	link_hook.c  gcc syntax, where the program was called as gcc, to the linker's own
 *	options.c    the linker's own syntax to struct options
 *	main.c       the link
 *	reproduce.c  --reproduce: the inputs and the command in a tar
 *	path.c       programs in PATH, bpftool among them
 *	skeleton.c   --skeleton and --subskeleton, by way of bpftool
 *	output.c     files that the link writes next to the object
 *	clashes.c    outputs that are one file, or an input
 *	lto.c        link-time optimisation: see lto.h
 *	report.c     what there is to say
 */
#ifndef LD_DRIVER_H
#define LD_DRIVER_H

#include <stdio.h>
#include <sys/stat.h>

#include <bpfld/bpfld.h>

#include "lto.h"

/* Strings that live until the program ends; allocation failure ends the program. */
struct pool {
	struct pool_block *blocks;
};

char *pool_alloc(struct pool *p, size_t size);
char *pool_strndup(struct pool *p, const char *s, size_t n);
char *pool_printf(struct pool *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void pool_free(struct pool *p);

/* A growing list of words that somebody else owns; v[n] is NULL once there is a word. */
struct words {
	const char **v;
	size_t n, cap;
};

/* Says so and ends the program. */
_Noreturn void out_of_memory(void);

void words_add(struct words *w, const char *word);
void words_free(struct words *w);

/*
 * Prints diagnostics to standard error, each in one write so that parallel jobs don't mix, unless
 * memory is out.
 */
struct report {
	const char *program; /* NULL: ld.bpf */
	bool color;
	bool verbose;
	size_t errors; /* printed so far */
	FILE *out;     /* for what options ask to be told; not where the object goes */
};

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

void report_color(struct report *r, enum color_when when);
/* Returns 1, so that a caller can return it. */
int report_error(struct report *r, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* printf() with strings escaped for people who read them: see base/text.h. */
void print_text(FILE *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void report_note(struct report *r, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* What --verbose tells: a line on standard error. */
void report_step(struct report *r, const char *text);
/* A bpfld_diag_fn; ctx is a struct report. */
void report_diag(void *ctx, const struct bpfld_diag *diag);

/*
 * From now on an input that is truncated while the library reads it ends the program with a message
 * and status 1. clean_up, unless NULL, is called before, by a signal handler.
 */
void catch_truncation(const struct report *r, void (*clean_up)(void));

/* How the program was called: argv[0] decides, as in lld. */
enum personality {
	CALLED_LD,       /* ld.bpf, bpf-ld: GNU ld's syntax */
	CALLED_COLLECT2, /* real-ld: the same, from gcc's collect2, which always adds -lgcc */
	CALLED_GCC,      /* gcc, bpf-gcc, bpfel-g++: gcc's syntax, from clang's link step */
};

enum personality personality_of(const char *argv0);

/* What follows the last slash. */
const char *base_name(const char *path);

/*
 * Adds argv[from..] to out, with each @file replaced by the words in it, quoted as GNU tools and
 * LLVM do it. A word of a response file may again be @file. Their names are added to files.
 */
int expand_args(struct words *out, struct words *files, struct pool *pool, struct report *r,
		size_t from, size_t argc, const char *const *argv);

/* How the tables of options write an option: see options.def. */
enum form { FLAG, VALUE, OPTVALUE };

/* A row of --help: help beside left, or below it if left is long. */
void print_row(FILE *out, const char *left, const char *help);
/* "  -o FILE, --output=FILE" and its help. */
void print_option(FILE *out, char letter, const char *name, enum form form, const char *value,
		  const char *help);

/* --bind: what object calls name is target of to_object. */
struct bind {
	const char *object, *name, *to_object, *target;
};

/* Splits "A.o:f=B.o:g"; false if it is no such text. */
bool split_bind(struct pool *pool, const char *text, struct bind *b);

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

/* The contents of a file with a NUL behind, in pool; NULL and errno if it can't be read. */
char *read_text(struct pool *pool, const char *path, size_t *size);

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

/*
 * Translates gcc's syntax (args, without the program's name) to the linker's own, in out. Does not
 * return if the command is none of ours but the next gcc's in PATH: argv is then passed on to it.
 */
int translate_gcc(struct words *out, struct pool *pool, struct report *r, const struct words *args,
		  char **argv);

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

/* The file that this program runs from. Fails where /proc is not mounted. */
bool find_self(struct stat *self);
bool is_same_file(const struct stat *a, const struct stat *b);

/*
 * The next executable file of that name in *path, which moves on; NULL at its end. Relative entries
 * are skipped.
 */
const char *next_in_path(struct pool *pool, const char **path, const char *name, struct stat *st);

/*
 * bpftool in PATH, or in /usr/sbin and /sbin, which some distributions keep out of users' PATH. Or
 * NULL: it has been reported that what ("--skeleton needs") lacks it.
 */
const char *find_bpftool(struct pool *pool, struct report *r, const char *what);

enum skeleton { SKELETON, SUBSKELETON };

/* Has bpftool write the header of what l has linked to out. */
int write_skeleton(const struct options *o, struct pool *pool, struct report *r,
		   const struct bpfld *l, enum skeleton which, struct output *out);

/* Whether path looks like an object that clang or gcc made for this one link. */
bool is_temporary(const char *path);

#endif
