/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The command bpfld: links as `bpftool gen object` does, and loads, lists and unloads. What is
 *loaded has a name, and is a folder of pins:
 *
 *	/sys/fs/bpf/bpfld/NAME/{programs,maps,links}/...
 *
 *	main.c    the command line
 *	link.c    link
 *	load.c    load, unload
 *	list.c    ls, and the texts that tell of what is loaded
 *	json.c    the same for programs
 */
#ifndef BPFLD_COMMAND_H
#define BPFLD_COMMAND_H

#include <bpf/libbpf.h>
#include <bpfld/loader.h>
#include <stdio.h>

#include "driver.h"

enum exit_status {
	EXIT_DONE,
	EXIT_FAILED, /* said why on standard error; nothing is left behind */
	EXIT_USAGE,
};

/* What the options say; those of all commands. */
struct request {
	struct report *report;
	struct pool *pool;
	bool json;
	const char *root;   /* folder of all pins */
	const char *name;   /* --name */
	const char *device; /* --device */
	bool attach;
	struct words library_paths, binds; /* binds: OBJECT, NAME, OBJECT, NAME, ... */
	struct words args;                 /* what is no option */
};

enum exit_status command_link(struct request *q);
enum exit_status command_load(struct request *q);
enum exit_status command_unload(struct request *q);
enum exit_status command_ls(struct request *q);

/* Returns EXIT_FAILED. error is a positive errno value. */
enum exit_status fail(struct request *q, const char *what, const char *path, int error);

/* Adds the inputs q->args.v[from..]. What is wrong with them fails the link. */
void add_inputs(struct request *q, struct bpfld *l, size_t from);

/* Prints what the folder of that name holds; *first is for JSON's commas. */
int print_loaded(struct request *q, const char *name, bool *first);

/* The pins in NAME/KIND, sorted, for words_free(). */
int read_folder(struct request *q, const char *folder, struct words *names);

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
