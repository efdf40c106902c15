/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The command bpfld: links as `bpftool gen object` does, and loads, lists and unloads. What is
 * loaded has a name, and is a directory of pins:
 *
 *	/sys/fs/bpf/bpfld/NAME/{programs,maps,links}/...
 *
 * with what bpfld_dyn_pin_module() makes in it, where it was loaded dynamically. /NAME is "/~/NAME"
 * while it is made or removed: see pins.c.
 *
 *	main.c     the command line, from the tables of options.def
 *	link.c     link
 *	gen.c      gen, and what bpftool is asked for
 *	load.c     load, unload
 *	pins.c     the directory of pins, and its changes
 *	dynamic.c  load --dynamic
 *	list.c     ls, and the texts that tell of what is loaded
 *	wiring.c   who serves whom, as pins and the kernel tell
 *	json.c     the same for programs
 */
#ifndef BPFLD_COMMAND_H
#define BPFLD_COMMAND_H

#include <bpf/libbpf.h>
#include <bpfld/loader.h>
#include <signal.h>
#include <stdio.h>

#include "common/args.h"
#include "loader/bpffs.h"

enum exit_status {
	EXIT_DONE,
	EXIT_FAILED, /* said why on standard error; nothing is left behind */
	EXIT_USAGE,
};

/* What the options say; those of all commands. */
struct request {
	struct report *report;
	struct pool *pool;
	bool want_help, want_version;
	bool json;
	const char *root;   /* directory of all pins */
	const char *name;   /* --name */
	const char *device; /* --device */
	bool attach;
	bool dynamic, force;
	enum bpfld_dyn_mode mode;          /* --dynamic=MODE */
	struct words library_paths, binds; /* binds: OBJECT, NAME, OBJECT, NAME, ... */
	struct words args;                 /* what is no option */
	int lock;                          /* of a change that began */
	sigset_t signals;                  /* blocked before it */
};

enum exit_status command_link(struct request *q);
enum exit_status command_gen(struct request *q);
enum exit_status command_load(struct request *q);
enum exit_status command_unload(struct request *q);
enum exit_status command_ls(struct request *q);

/* command_load() with --dynamic. */
enum exit_status load_dynamic(struct request *q);

/* Whether the command line is one that bpftool understands, and bpfld doesn't; hand_on() then does
 * not return, unless that fails. */
bool is_for_bpftool(char **argv);
enum exit_status hand_on(struct request *q, char **argv);

/* Returns EXIT_FAILED. error is a positive errno value. */
enum exit_status fail(struct request *q, const char *what, const char *path, int error);

/* ---- load.c ---- */

/* A file's name to its first dot: what it is loaded under. */
const char *name_of(struct request *q, const char *path);
/* Makes the directories for pins, where they are made. */
enum exit_status make_dirs(struct request *q, const char *name);

/* Attaches prog and pins the link. */
enum exit_status attach(struct request *q, const char *name, struct bpf_program *prog);

/* ---- pins.c ---- */

/* Letters, digits, '_' and '-'. */
bool is_name(const char *name);
enum exit_status check_name(struct request *q, const char *name);

/* The directory of a name or, with kind, one in it; and where it is while it is made. */
const char *dir_of(struct request *q, const char *name, const char *kind);
const char *new_dir_of(struct request *q, const char *name, const char *kind);

bool exists(struct request *q, const char *name, const char *kind);

/* Whether what is loaded under that name are functions for mains. */
bool is_library(struct request *q, const char *name);

/* What is in the directory, sorted, for words_free(). None, if there is no directory. */
enum exit_status read_dir(struct request *q, const char *path, struct words *names);

/* A descriptor of what is pinned there, or a negative errno value, which has been reported. */
int get_pin(struct request *q, const char *path);

/*
 * What changes the directory of pins lies between these two; no signal ends the program there.
 * With EXIT_FAILED what was begun is undone. Returns status.
 */
enum exit_status begin_change(struct request *q);
enum exit_status end_change(struct request *q, enum exit_status status);

enum exit_status add_dir(struct request *q, const char *path);
/* Pins fd as DIR/NAME. */
enum exit_status add_pin(struct request *q, int fd, const char *dir, const char *name);
enum exit_status remove_entry(struct request *q, const char *path);

/* Moves what is complete in new_dir_of(name) to dir_of(name). Fails if a signal waits. */
enum exit_status publish(struct request *q, const char *name);
/* Moves it back, so that end_change() removes it. */
void unpublish(struct request *q, const char *name);
/* Whether there is such a directory to publish. */
bool is_new(struct request *q, const char *name);
enum exit_status remove_pins(struct request *q, const char *name);

/* Notes what a killed command has left. */
void note_unfinished(struct request *q);

enum exit_status already_loaded(struct request *q, const char *name);
enum exit_status not_loaded(struct request *q, const char *name);
/* Reports err, a negative errno value, with what ld_bpffs_...() knows of it. */
enum exit_status refused(struct request *q, const char *what, const char *path, int err,
			 const struct ld_refusal *why);

/* ---- wiring.c ---- */

/* With --force takes a library's functions away from mains; without, they are reasons to fail. */
enum exit_status release(struct request *q, const char *name);

struct json;
void print_imports(struct request *q, struct json *j, const char *name);
void print_functions(struct request *q, struct json *j, const char *name);

/* Adds the inputs q->args.v[from..]. What is wrong with them fails the link. */
void add_inputs(struct request *q, struct bpfld *l, size_t from);

/* Prints what is loaded under that name; *first is for JSON's commas. */
enum exit_status print_loaded(struct request *q, const char *name, bool *first);

/* JSON on f: "key":"value" with what belongs before it. */
struct json {
	FILE *f;
	bool more; /* a comma is due */
};

void json_open(struct json *j, const char *key, char bracket);
void json_close(struct json *j, char bracket);
void json_string(struct json *j, const char *key, const char *value);
void json_number(struct json *j, const char *key, unsigned long long value);

#endif
