/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * This directory is libbpfld-loader: loading objects with libbpf, on top of linking. It uses the
 * public headers and a few headers of base/, and knows nothing of the model. Each file calls only
 * files above it in this list:
 *
 *	open_object.c  opens a linked object: bpfld_open_object()
 *	bpffs.c        paths and trust in the BPF file system
 *	shared_maps.c  maps with a pin path of their own
 *	dyn_handle.c   dynamic linking: memory, diagnostics, guards against reentrant calls
 *	dyn_types.c    program types
 *	dyn_btf.c      types of loaded programs
 *	dyn_resolve.c  which function serves which import
 *	dyn_pins.c     pins, which outlive the process
 *	dyn_modules.c  modules before they are loaded
 *	dyn_kernel.c   loading, and replacing stubs
 *	dyn.c          public functions
 */
#ifndef LD_LOADER_DYN_H
#define LD_LOADER_DYN_H

#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "bpfld/loader.h"

/* A link that replaces the stub of an import in one program of the main. */
struct ld_wire {
	struct ld_wire *next;
	const char *prog; /* program of the main that calls the import */
	int fd;           /* of the link */
	char *pin;        /* path, or NULL */
};

struct ld_dyn_import {
	const char *name, *prototype;
	bool weak, bound;
	int32_t value; /* the stub's return value */
	size_t *tests; /* offsets into the main's image */
	size_t nr_tests;
	struct bpfld_module *lib; /* library that serves it, or NULL */
	const char *func;         /* function of lib */
	int fd;                   /* program that serves it, or -1 */
	char *why;                /* why it cannot be served, or NULL */
	enum bpfld_served served;
	struct ld_wire *wires;
};

/* A global function of a library. */
struct ld_export {
	const char *name, *prototype, *refused;
};

/* The program type that a library is loaded for. The kernel distinguishes both members. */
struct ld_type {
	enum bpf_prog_type prog;
	enum bpf_attach_type attach;
};

/* A library loaded for one program type. */
struct ld_instance {
	struct ld_instance *next;
	struct ld_type type;
	struct bpf_object *obj;
};

/* A function or map of a library that another process loaded and pinned. */
struct ld_pinned {
	struct ld_pinned *next;
	const char *name;    /* of a map: with '_' for '.' */
	struct ld_type type; /* of a function: what it was loaded for */
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
	uint8_t *raw; /* the object as it was added */
	size_t raw_size;
	uint8_t *image; /* linked, without other modules */
	size_t size;

	/* mains */
	struct ld_dyn_import *imports;
	size_t nr_imports;
	struct bpf_object *obj;
	bool loaded, statically;
	const char *no_replace; /* why functions of this main cannot be replaced, or NULL */
	struct ld_hook *hooks;

	/* libraries */
	struct ld_export *exports;
	size_t nr_exports;
	struct ld_instance *instances;
	struct ld_pinned *pinned_functions, *pinned_maps;
};

/* A pin or a directory that this handle created. */
struct ld_created {
	struct ld_created *next;
	const char *path;
};

/* Memory that bpfld_dyn_free() frees. */
struct ld_block {
	struct ld_block *next;
	max_align_t bytes[];
};

struct bpfld_dyn {
	bpfld_diag_fn diag;
	void *diag_ctx;
	bool replace;     /* functions can be replaced, and the mode allows it */
	bool insist;      /* the mode requires it */
	char reason[160]; /* why the kernel cannot replace functions, or "" */
	struct bpfld_module *modules, *last;
	struct ld_block *blocks;
	struct ld_created *created; /* newest first */
	bool failed;                /* everything was detached and unloaded */
	bool busy;                  /* a call is active: others can only come from its callback */
	bool freed;                 /* such a callback called bpfld_dyn_free() */
};

/* ---- dyn_handle.c ---- */

/*
 * Called first and last by each public function. valid: its arguments are. An error of
 * ld_dyn_enter() is to be returned without a call of ld_dyn_leave().
 */
int ld_dyn_enter(struct bpfld_dyn *d, bool valid);
/* Returns err, or -EBUSY if a callback tried to free the handle. */
int ld_dyn_leave(struct bpfld_dyn *d, int err);

/* Zeroed memory that lives as long as d. NULL if there is none, which has been reported. */
void *ld_dyn_alloc(struct bpfld_dyn *d, size_t size);
char *ld_dyn_printf(struct bpfld_dyn *d, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The same with strings escaped for messages: see base/text.h. */
char *ld_dyn_text(struct bpfld_dyn *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Reports an error; returns err. */
void ld_dyn_report(struct bpfld_dyn *d, enum bpfld_severity severity, const char *id,
		   const char *message);
int ld_dyn_error(struct bpfld_dyn *d, int err, const char *id, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* ---- dyn_types.c ---- */

struct ld_type ld_type_of(const struct bpf_program *prog);

/* A program of obj whose type does not allow functions to be replaced, or NULL. */
struct bpf_program *ld_type_find_fixed(struct bpf_object *obj);

/* The program type that the contexts of a library's functions imply, or BPF_PROG_TYPE_UNSPEC. */
struct ld_type ld_type_guess(const struct bpfld_module *lib);

/* "xdp-37", the name of a pinned function. */
char *ld_type_name(struct bpfld_dyn *d, struct ld_type type);
bool ld_type_by_name(const char *name, struct ld_type *type);

/* ---- dyn_btf.c ---- */

/* Sets import->why if the types of a loaded program do not match. */
int ld_compare_program(struct bpfld_module *main, struct ld_dyn_import *import, int fd);

/* ---- dyn_resolve.c ---- */

/* Why main was linked statically, or "" if that was requested. */
const char *ld_static_reason(const struct bpfld_module *main);

/* Resolves each unresolved import of main, or sets import->why. */
int ld_resolve(struct bpfld_module *main);

/* Resolves one import to a given function. */
int ld_resolve_to(struct bpfld_module *main, struct ld_dyn_import *import, struct bpfld_module *lib,
		  const char *func);

/* Reports why an import cannot be served. */
void ld_report_import(struct bpfld_module *main, const struct ld_dyn_import *import,
		      enum bpfld_severity severity);

struct ld_export *ld_find_export(const struct bpfld_module *lib, const char *func);

/* ---- dyn_pins.c ---- */

bool ld_pin_again(int fd, const char *path);
void ld_unpin(const char *path); /* NULL is allowed */

/* The fd of a pinned function or map of a library, or -1. map: the name in the source. */
int ld_pinned_function(const struct bpfld_module *lib, struct ld_type type, const char *func);
int ld_pinned_map(const struct bpfld_module *lib, const char *map);
void ld_pins_close(struct bpfld_module *m);

/* ---- dyn_modules.c ---- */

/* Links the module and finds its imports or exports. */
int ld_module_read(struct bpfld_module *m);

/*
 * Links and opens lib with an entry for each of names, which ends in NULL; if anchor is not NULL,
 * with an anchor program in that section instead.
 */
int ld_module_entries(struct bpfld_module *lib, const char *const *names, const char *anchor,
		      struct bpf_object **obj);

/* Opens the main, with tests of weak imports resolved; in a static link with the libraries. */
int ld_module_open(struct bpfld_module *main);

/* ---- dyn_kernel.c ---- */

/* Whether the kernel can replace functions; if not, stores the reason. */
bool ld_kernel_replaces(char *why, size_t size);

int ld_kernel_load_main(struct bpfld_module *main);

/* Loads those of the named functions that are not yet loaded for the program type. */
int ld_kernel_load_library(struct bpfld_module *lib, struct ld_type type, const char *const *names);

/* bpfld_dyn_map_fd() for callers within the library. */
int ld_map_fd(const struct bpfld_module *m, const char *map);

/* Replaces the stub of import in each program of main that calls it, or in none on error. */
int ld_kernel_wire(struct bpfld_module *main, struct ld_dyn_import *import);
void ld_kernel_unwire(struct ld_dyn_import *import);

#endif
