/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * This directory is libbpfld-loader: loading objects with libbpf, on top of linking. It uses the
 * public headers and base/text.h only, and knows nothing of the model.
 *
 *	open_object.c     opens a linked object: bpfld_open_object()
 *	shared_maps.c     maps that several objects share by pins
 *	bpffs.c           paths and trust in the BPF file system
 *	dyn.c             dynamic linking: the public functions
 *	dyn_modules.c     objects before they are loaded
 *	dyn_resolve.c     which library resolves which import
 *	dyn_kernel.c      system calls: loads, replaces functions
 *	dyn_pins.c        state that outlives the process
 *	dyn_btf.c         types of loaded programs
 */
#ifndef LD_LOADER_DYN_H
#define LD_LOADER_DYN_H

#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpfld/loader.h"

/* An import in the place of which a function stands: in one program of the main. */
struct ld_wire {
	struct ld_wire *next;
	const char *prog; /* the main's program that calls it */
	int fd;           /* of the link */
	char *pin;        /* path, or NULL */
};

struct ld_dyn_import {
	const char *name, *prototype;
	bool weak, bound;
	int32_t value;
	size_t *tests; /* bytes into the main's image */
	size_t nr_tests;
	struct bpfld_module *lib; /* that is to serve it, or NULL */
	const char *func;         /* of lib */
	int fd;                   /* of the program that is to serve it, or -1 */
	char *why; /* it can't be served, else NULL: what to tell, see dyn_resolve.c */
	enum bpfld_served served;
	struct ld_wire *wires;
};

/* A function that a library defines. */
struct ld_offer {
	const char *name, *prototype, *refused;
};

/* What a library's functions have to be loaded for, as the kernel tells programs apart. */
struct ld_type {
	enum bpf_prog_type prog;
	enum bpf_attach_type attach;
};

/* A library as it is loaded, for programs of one type. */
struct ld_instance {
	struct ld_instance *next;
	struct ld_type type;
	struct bpf_object *obj;
};

/* What another process has loaded and pinned of a library: a function or a map. */
struct ld_pinned {
	struct ld_pinned *next;
	const char *name;    /* a map's with '_' for '.' */
	struct ld_type type; /* of programs that the function is for */
	int fd;
};

struct ld_hook {
	struct ld_hook *next;
	const char *prog;
	struct bpf_link *link;
	char *pin; /* path, or NULL */
};

struct bpfld_module {
	struct bpfld_dyn *d;
	struct bpfld_module *next;
	const char *name;
	bool library;
	uint8_t *raw; /* as it was added */
	size_t raw_size;
	uint8_t *image; /* linked by itself */
	size_t size;

	/* mains */
	struct ld_dyn_import *imports;
	size_t nr_imports;
	struct bpf_object *obj;
	bool loaded, statically;
	const char *no_replace; /* why the kernel wouldn't for this main, or NULL */
	struct ld_hook *hooks;

	/* libraries */
	struct ld_offer *offers;
	size_t nr_offers;
	struct ld_instance *instances;
	struct ld_pinned *pinned_functions, *pinned_maps;
};

/* A pin of this handle, or a directory that it made for pins. */
struct ld_made {
	struct ld_made *next;
	const char *path;
};

/* What bpfld_dyn_free() frees beside the modules. */
struct ld_block {
	struct ld_block *next;
	max_align_t bytes[];
};

struct bpfld_dyn {
	bpfld_diag_fn diag;
	void *diag_ctx;
	bool replace;     /* the kernel can, and may */
	bool insist;      /* it has to */
	char reason[160]; /* why it can't, or "" */
	struct bpfld_module *modules, *last;
	struct ld_block *blocks;
	struct ld_made *made; /* the newest first */
	bool failed;          /* everything was taken down */
	bool busy;            /* a call is under way: another one can only come from its callback */
	bool freed;           /* such a callback has called bpfld_dyn_free() */
};

/* ---- dyn.c ---- */

/* Around each public function. valid: its arguments are. Returns an error, or 0 before a leave. */
int ld_dyn_enter(struct bpfld_dyn *d, bool valid);
/* Returns err, or another one if a callback did what it must not. */
int ld_dyn_leave(struct bpfld_dyn *d, int err);

/* bpfld_dyn_map_fd() for callers within the library. */
int ld_map_fd(const struct bpfld_module *m, const char *map);

/* Zeroed memory that lives as long as d, or NULL after saying so. */
void *ld_dyn_alloc(struct bpfld_dyn *d, size_t size);
char *ld_dyn_printf(struct bpfld_dyn *d, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The same for people to read, with strings escaped: see base/text.h. */
char *ld_dyn_text(struct bpfld_dyn *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Passes such a text to the callback; returns err. */
int ld_dyn_error(struct bpfld_dyn *d, int err, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* ---- dyn_modules.c: what is known without the kernel ---- */

/* Links the module by itself and finds its imports or offers. */
int ld_module_read(struct bpfld_module *m);

/* The library with an entry for each of the names (ends in NULL); with an anchor, that instead. */
int ld_module_entries(struct bpfld_module *lib, const char *const *names, const char *anchor,
		      struct bpf_object **obj);

/* Opens the main: with constants for the tests of weak imports, and in a static link with libs. */
int ld_module_open(struct bpfld_module *main);

/* Why main was linked statically, or "": it was asked for. */
const char *ld_static_reason(const struct bpfld_module *main);

/* ---- dyn_resolve.c ---- */

/* Chooses who serves each import that nobody serves; sets what is wrong with it in import->why. */
int ld_resolve(struct bpfld_module *main);

/* The same for one import and a given function. */
int ld_resolve_to(struct bpfld_module *main, struct ld_dyn_import *import, struct bpfld_module *lib,
		  const char *func);

/* Says what is wrong with an import that can't be served. */
void ld_report_import(struct bpfld_module *main, const struct ld_dyn_import *import,
		      enum bpfld_severity severity);

struct ld_offer *ld_find_offer(const struct bpfld_module *lib, const char *func);

/* ---- dyn_kernel.c ---- */

/* Whether the kernel replaces functions: else stores why not. */
bool ld_kernel_replaces(char *why, size_t size);

int ld_kernel_load_main(struct bpfld_module *main);

/* Loads lib for programs of a type, if a function named is not loaded for that. */
int ld_kernel_load_library(struct bpfld_module *lib, struct ld_type type, const char *const *names);

struct ld_type ld_kernel_type(const struct bpf_program *prog);

/* A program of obj of a type in which no kernel replaces functions, or NULL. */
struct bpf_program *ld_kernel_find_fixed(struct bpf_object *obj);

/* What a library's functions are for by their context, or BPF_PROG_TYPE_UNSPEC. */
struct ld_type ld_kernel_guess_type(const struct bpfld_module *lib);

/* "xdp-37": how pins tell for which programs a function is. */
char *ld_type_name(struct bpfld_dyn *d, struct ld_type type);
bool ld_type_by_name(const char *name, struct ld_type *type);

/* Puts import's function into each of main's programs that calls it. Undoes that on error. */
int ld_kernel_wire(struct bpfld_module *main, struct ld_dyn_import *import);
void ld_kernel_unwire(struct ld_dyn_import *import);

/* ---- dyn_btf.c ---- */

/* Whether a loaded program may serve import; if not, import->why says so. */
int ld_compare_program(struct bpfld_module *main, struct ld_dyn_import *import, int fd);

/* ---- dyn_pins.c ---- */

bool ld_pin_again(int fd, const char *path);
void ld_unpin(const char *path); /* NULL is allowed */

/* The fd of what is pinned of a library, or -1. map: as in the source. */
int ld_pinned_function(const struct bpfld_module *lib, struct ld_type type, const char *func);
int ld_pinned_map(const struct bpfld_module *lib, const char *map);
void ld_pins_close(struct bpfld_module *m);

#endif
