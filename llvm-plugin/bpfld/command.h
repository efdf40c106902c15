/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * bpfld/: the program bpfld, which links as `bpftool gen object` does, and loads, lists and
 * unloads. A loaded object has a name, and a directory of pins:
 *
 *	/sys/fs/bpf/bpfld/NAME/{programs,maps,links}/...
 *
 * and if it was loaded dynamically, also the entries that bpfld_dyn_pin_module() creates. While
 * the directory is created or removed, it is "~/NAME": see pins.c. Each file calls only files
 * above it:
 *
 *	messages.c libbpf's messages
 *	errors.c   errors of all commands
 *	json.c     JSON output
 *	pins.c     the directory of pins, and changes to it
 *	attach.c   links of loaded programs
 *	attached.c where programs are attached
 *	wiring.c   which library function serves which import
 *	list.c     ls
 *	link.c     link
 *	core.c     core
 *	gen.c      gen, and commands passed on to bpftool
 *	version.c  version, as bpftool has it
 *	refusals.c explanations of the verifier's messages
 *	check.h    check, in several files
 *	dynamic.c  load --dynamic
 *	load.c     load, unload
 *	main.c     the command line, from the tables in options.def
 *
 * Without libbpf, no_libbpf.c replaces the files that need it.
 *
 * Includes common/ and lto/, and <bpfld/loader.h>. No other directory includes this one.
 */
#ifndef BPFLD_COMMAND_H
#define BPFLD_COMMAND_H

#ifdef BPFLD_LIBBPF
#include <bpf/libbpf.h>
#endif
#include <bpfld/loader.h>
#include <signal.h>
#include <stdio.h>

#include "base/text.h"
#include "common/args.h"
#include "loader/bpffs.h"

enum exit_status {
	EXIT_DONE,
	EXIT_FAILED, /* reported; nothing is left behind */
	EXIT_USAGE,
	EXIT_UNKNOWN, /* of check: some programs have no verdict, and none is rejected */
};

struct attachments;

/* The options of all commands. */
struct request {
	struct report *report;
	struct pool *pool;
	unsigned long long given; /* options: a bit for each id */
	bool want_help, want_version;
	bool json;
	const char *root;           /* directory of all pins */
	const char *target_kernels; /* as in struct bpfld_opts; or NULL */
	const char *name;           /* --name */
	const char *device;         /* --device */
	bool attach, verbose;
	bool dynamic, force;
	enum bpfld_dyn_mode mode;          /* --dynamic=MODE */
	struct words library_paths, binds; /* binds: OBJECT, NAME, OBJECT, NAME, ... */
	struct words prefixes;
	double timeout;       /* --timeout: seconds */
	bool numbers;         /* --numbers */
	struct words kernels; /* --kernel, split at commas */
	bool fetch;
	const char *baseline, *html, *log;
	const char *output, *budget;  /* of tune */
	double keep_size, keep_speed; /* percent */
	bool explain;
	double max_growth; /* percent; negative: not given */
	struct words target_btf;
	struct words args;                  /* operands, and -lNAME */
	struct words messages;              /* of libbpf, not reported yet: a line each */
	int lock;                           /* fd, during a change */
	const struct attachments *attached; /* of the kernel; NULL until print_attached() */
	sigset_t signals;                   /* blocked before the change */
};

/* ---- messages.c ---- */

/* Takes libbpf's messages from now on. */
void take_messages(struct request *q);
/* Those since the last call, as details of a diagnostic for "%" LD_LINES. */
const char *message_lines(struct request *q);
/* Reports those that were not part of an error. */
void note_messages(struct request *q);

/* ---- errors.c ---- */

/* Reports an error and evaluates to the exit status. */
#define fail(q, id, ...) (report_error((q)->report, id, __VA_ARGS__), EXIT_FAILED)
#define usage_error(q, ...) (report_error((q)->report, "usage", __VA_ARGS__), EXIT_USAGE)

/* "cannot WHAT PATH: ERROR". error is a positive errno value. */
enum exit_status cannot(struct request *q, const char *what, const char *path, int error);
/* The same for an error of an ld_bpffs_ function, negative, and its reason. */
enum exit_status refused(struct request *q, const char *what, const char *path, int err,
			 const struct ld_refusal *why);
enum exit_status already_loaded(struct request *q, const char *name);
enum exit_status not_loaded(struct request *q, const char *name);

/* ---- json.c ---- */

/* Writes "key":"value", and commas where they are due. */
struct json {
	FILE *f;
	bool more; /* a comma is due */
};

void json_open(struct json *j, const char *key, char bracket);
void json_close(struct json *j, char bracket);
void json_string(struct json *j, const char *key, const char *value);
void json_number(struct json *j, const char *key, unsigned long long value);
void json_true(struct json *j, const char *key);

/* ---- pins.c ---- */

/* Letters, digits, '_' and '-'. */
bool is_name(const char *name);
enum exit_status check_name(struct request *q, const char *name);
/* The default name of an object: its file name up to the first dot. */
const char *name_of(struct request *q, const char *path);

/* The directory of a name, or its subdirectory kind; and the same while it is created. */
const char *dir_of(struct request *q, const char *name, const char *kind);
const char *new_dir_of(struct request *q, const char *name, const char *kind);

bool exists(struct request *q, const char *name, const char *kind);
bool is_library(struct request *q, const char *name);

/* Adds the sorted entries of a directory, if it exists. The caller calls words_free(). */
enum exit_status read_dir(struct request *q, const char *path, struct words *names);

/* Opens a pin. A negative errno value has been reported. */
int get_pin(struct request *q, const char *path);

/*
 * Changes of the directory of pins happen between these two, with signals blocked. end_change()
 * returns status; with EXIT_FAILED it undoes what was not published.
 */
enum exit_status begin_change(struct request *q);
enum exit_status end_change(struct request *q, enum exit_status status);

enum exit_status add_dir(struct request *q, const char *path);
/* Creates new_dir_of(name) and the directories in it. */
enum exit_status make_dirs(struct request *q, const char *name);
/* Pins fd as DIR/NAME. */
enum exit_status add_pin(struct request *q, int fd, const char *dir, const char *name);
enum exit_status remove_entry(struct request *q, const char *path);

/* Whether new_dir_of(name) exists. */
bool is_new(struct request *q, const char *name);
/* Renames new_dir_of(name) to dir_of(name). Fails if a signal is pending. */
enum exit_status publish(struct request *q, const char *name);
/* Renames it back, so that end_change() removes it. */
void unpublish(struct request *q, const char *name);
enum exit_status remove_pins(struct request *q, const char *name);

/* Prints a note if a killed command left something behind. */
void note_unfinished(struct request *q);

/* ---- attach.c ---- */

struct bpf_program;

/* Attaches prog and pins the link. */
enum exit_status attach(struct request *q, const char *name, struct bpf_program *prog);

/* ---- attached.c ---- */

/* Prints the places where a program is attached; name is its pin. */
void print_attached(struct request *q, struct json *j, const char *name, unsigned int program);

/* ---- wiring.c ---- */

/* With --force, restores the stubs that a library's functions replace; without, they are errors. */
enum exit_status release(struct request *q, const char *name);

void print_imports(struct request *q, struct json *j, const char *name);
void print_functions(struct request *q, struct json *j, const char *name);

/* ---- list.c ---- */

/* Prints a loaded object. *first: no object was printed before. */
enum exit_status print_loaded(struct request *q, const char *name, bool *first);

/* ---- link.c ---- */

/* Adds the inputs q->args.v[from..]. Errors make the link fail. */
void add_inputs(struct request *q, struct bpfld *l, size_t from);
/* --target-btf: prints the table of results, also if they are errors. */
void print_targets(struct request *q, struct bpfld *l);

/* ---- gen.c ---- */

/* Whether word is full or, as bpftool accepts, its beginning. */
bool is_word(const char *word, const char *full);
/* Whether bpftool, but not bpfld, implements the command. */
bool is_for_bpftool(char **argv);
/* Executes bpftool; returns on failure only. */
enum exit_status run_bpftool(struct request *q, char **argv);

/* ---- refusals.c ---- */

struct refusal {
	const char *meaning, *help;
};

/* The explanation of a line of the verifier's log, or NULL. */
const struct refusal *find_refusal(const char *line);

/* ---- check.c ---- */

#define VERIFIER_LOG                                                                               \
	(16u << 20) /* bytes: enough for nearly all, and not too large for any kernel */

/* Reports each program of an object in memory that the kernel rejects, with the reason. */
void explain_refusals(struct request *q, const char *name, char *object, size_t size);

/* ---- dynamic.c ---- */

enum exit_status load_dynamic(struct request *q);

/* ---- the commands ---- */

enum exit_status command_link(struct request *q);
enum exit_status command_gen(struct request *q);
enum exit_status command_core(struct request *q);
enum exit_status command_load(struct request *q);
enum exit_status command_unload(struct request *q);
enum exit_status command_ls(struct request *q);
enum exit_status command_check(struct request *q);
enum exit_status command_tune(struct request *q);
enum exit_status command_version(struct request *q);
enum exit_status command_explain(struct request *q);

#endif
