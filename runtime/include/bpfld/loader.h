/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * bpfld at load time, on libbpf: a library of its own, libbpfld-loader.
 *
 *	struct bpfld *l = bpfld_new(&opts, &err);
 *	bpfld_add_file(l, "main.o");
 *	bpfld_add_file(l, "plugin.o");
 *	bpfld_bind(l, "main.o", "run_plugin", "plugin.o", "xdp_prog");
 *	struct bpf_object *obj = bpfld_open_object(l, NULL, &err);
 *	bpfld_free(l);
 *	if (!obj || bpf_object__load(obj))
 *		...;
 *
 * Links are made with <bpfld/bpfld.h>: inputs from files and memory, options, diagnostics as text
 * by callback. What is said there of threads and errors holds here too. libbpf itself prints
 * through the callback that libbpf_set_print() sets for the whole process.
 */
#ifndef BPFLD_LOADER_H
#define BPFLD_LOADER_H

#include <bpfld/bpfld.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bpf_object;           /* <bpf/libbpf.h> */
struct bpf_object_open_opts; /* the same */

/* ---- static linking at load time ---- */

/*
 * The linked object as if bpf_object__open() had just been called on it: nothing is loaded, maps
 * and global variables can still be set. Calls bpfld_link() where that has not been done. opts may
 * be NULL; without an object_name in it the object is called after the first file that was read.
 *
 * The object is the caller's, for bpf_object__close(), and outlives l. Returns NULL on error, after
 * the link's callback has been told, and stores a negative errno in *err unless err is NULL.
 */
BPFLD_API struct bpf_object *bpfld_open_object(struct bpfld *l,
					       const struct bpf_object_open_opts *opts, int *err);

/* ---- dynamic linking: mains and libraries that are loaded apart ---- */

/*
 *	struct bpfld_dyn *d = bpfld_dyn_new(&opts, &err);
 *	bpfld_dyn_add_library(d, "lib.o", &err);
 *	main = bpfld_dyn_add_main(d, "main.o", &err);
 *	if (!bpfld_dyn_link(d) && !bpfld_dyn_attach(d))
 *		bpfld_dyn_pin(d, "/sys/fs/bpf/app");
 *	bpfld_dyn_free(d);
 *
 * Mains are what `ld.bpf --dynamic` links, libraries are objects or archives with global functions.
 * An import is served by the library that defines a function of its name, if the types of both
 * agree in all that the kernel looks at and in the layouts of structs, at which it doesn't look.
 *
 * Where the kernel can replace functions (BPF_PROG_TYPE_EXT), each library is loaded once for each
 * type of programs, and serves all mains; where not, it is linked into each main, which then has
 * maps and variables of its own. So it is for mains with programs of type BPF_PROG_TYPE_TRACING, of
 * which no kernel replaces functions. bpfld_dyn_each_import() tells which it was.
 *
 * A handle must not be used by two threads at once. Functions that return int return 0 or a
 * negative errno value, after the callback was called with the reason. A NULL that is not allowed
 * below, and a module of another handle or of the wrong kind, are -EINVAL, without a diagnostic;
 * so is each call after bpfld_dyn_link() has failed. What <bpfld/bpfld.h> says of callbacks holds
 * for diag and for the function that bpfld_dyn_each_import() calls.
 */
struct bpfld_dyn;
struct bpfld_module; /* a main or a library; freed with its handle */

enum bpfld_dyn_mode {
	BPFLD_DYN_AUTO,    /* replace functions where the kernel can, else link statically */
	BPFLD_DYN_REPLACE, /* fail where it can't */
	BPFLD_DYN_STATIC,  /* link statically */
};

struct bpfld_dyn_opts {
	size_t sz;          /* bytes of the struct as the caller knows it: see struct bpfld_opts */
	bpfld_diag_fn diag; /* NULL: diagnostics are dropped */
	void *diag_ctx;
	enum bpfld_dyn_mode mode;
};

#define BPFLD_DYN_OPTS_INIT                                                                        \
	{                                                                                          \
		offsetof(struct bpfld_dyn_opts, mode) + sizeof(enum bpfld_dyn_mode), NULL, NULL,   \
		    BPFLD_DYN_AUTO                                                                 \
	}

/* To be given to bpfld_dyn_free(). Asks the kernel what it can do. NULL: see *err. */
BPFLD_API struct bpfld_dyn *bpfld_dyn_new(const struct bpfld_dyn_opts *opts, int *err);

/* Undoes all but what was pinned: links, programs, maps. NULL is allowed. */
BPFLD_API void bpfld_dyn_free(struct bpfld_dyn *d);

/* Why this kernel can't replace functions, in words; NULL if it can. Valid as long as d. */
BPFLD_API const char *bpfld_dyn_no_replace(const struct bpfld_dyn *d);

/*
 * Add objects, in any order. Nothing is loaded yet. The module goes by the path's last part, which
 * no other module of d may have. data is copied. NULL on error.
 */
BPFLD_API struct bpfld_module *bpfld_dyn_add_main(struct bpfld_dyn *d, const char *path, int *err);
BPFLD_API struct bpfld_module *bpfld_dyn_add_library(struct bpfld_dyn *d, const char *path,
						     int *err);
BPFLD_API struct bpfld_module *bpfld_dyn_add_main_mem(struct bpfld_dyn *d, const char *name,
						      const void *data, size_t size, int *err);
BPFLD_API struct bpfld_module *bpfld_dyn_add_library_mem(struct bpfld_dyn *d, const char *name,
							 const void *data, size_t size, int *err);

/* What main calls import is func of lib, whatever else there is of the name. */
BPFLD_API int bpfld_dyn_bind(struct bpfld_dyn *d, struct bpfld_module *main, const char *import,
			     struct bpfld_module *lib, const char *func);

/*
 * The same for a loaded program of type BPF_PROG_TYPE_EXT. fd stays the caller's, and must stay
 * open until bpfld_dyn_link(). Its types are compared as the kernel gives them out, for which the
 * process may need CAP_SYS_ADMIN. Not in a static link.
 */
BPFLD_API int bpfld_dyn_bind_fd(struct bpfld_dyn *d, struct bpfld_module *main, const char *import,
				int fd);

/*
 * The main's object: opened, and loaded once bpfld_dyn_load() or bpfld_dyn_link() was called. Owned
 * by d. Opens it: a weak import that no library added so far serves is then known not to be there.
 * NULL on error, and for libraries: each type of programs has an instance of these.
 */
BPFLD_API struct bpf_object *bpfld_dyn_object(struct bpfld_module *main);

/*
 * The fd of a module's map, by its name in the source, once it is loaded; d's, not to be closed.
 * For a library that was linked statically, the map of the first main that it serves. Negative
 * errno value: -ENOENT if there is no such map. Nothing is said.
 */
BPFLD_API int bpfld_dyn_map_fd(const struct bpfld_module *module, const char *map);

/*
 * Loads one module now; bpfld_dyn_link() loads those that were not. A main answers with its stubs
 * until it is linked. A library is verified against prototypes of its own, for programs of the type
 * that its functions' context tells; one without context can't be loaded before a main needs it.
 */
BPFLD_API int bpfld_dyn_load(struct bpfld_module *module);

/*
 * Loads what is not loaded and gives each import that has none its function. If a strong import
 * can't be served, says so of each, takes down all that d has made, and returns -ENOENT.
 * May be called again after more was added.
 */
BPFLD_API int bpfld_dyn_link(struct bpfld_dyn *d);

/*
 * Attaches the programs of linked mains that libbpf can attach by their sections. Others (XDP, tc)
 * are for the caller to attach, after bpfld_dyn_link(), so that no event sees a stub.
 */
BPFLD_API int bpfld_dyn_attach(struct bpfld_dyn *d);

/*
 * Directories for pins, here and below: root or the caller must own them, and nobody else may be
 * able to write to them. Those above in the same file system may be sticky instead. Symbolic links
 * are not followed. A name with '/' in it cannot be pinned.
 */

/*
 * Pins all links in dir, which is made if need be, so that they outlive the process: MAIN-PROGRAM
 * for hooks, MAIN-PROGRAM-IMPORT for functions, without the main's ".o" and with '_' for '.'. To
 * undo a pin, remove its file.
 */
BPFLD_API int bpfld_dyn_pin(struct bpfld_dyn *d, const char *dir);

/*
 * Pins one loaded module, so that it can be listed, and its library be used by other processes. dir
 * is made if need be; '_' stands for '.' in all names. Of a main:
 *
 *	programs/PROGRAM
 *	maps/MAP                       but those that say themselves where they are pinned
 *	imports/IMPORT/                empty while the stub answers
 *	imports/IMPORT/PROGRAM         the link that puts a function there
 *	imports/IMPORT/LIBRARY:FUNC/   an empty folder: linked statically
 *
 * Of a library, what is loaded of it:
 *
 *	functions/FUNC/TYPE            a program of type BPF_PROG_TYPE_EXT; TYPE is that of the
 *	                               programs that it is for: "xdp"; with an attach
 *	                               type, "xdp-37"
 *	maps/MAP
 *	file/SUM                       an empty folder: which file it was loaded from
 *
 * May be called again after more was linked. On error nothing of this call stays. Hooks are not
 * pinned by this.
 */
BPFLD_API int bpfld_dyn_pin_module(struct bpfld_module *module, const char *dir);

/* Removes all pins that this handle has made, but for those of hooks by bpfld_dyn_pin(). */
BPFLD_API void bpfld_dyn_unpin(struct bpfld_dyn *d);

/*
 * What bpfld_dyn_pin_module() has pinned of this library in dir, perhaps in another process, serves
 * in place of a new copy of the library. What is not loaded there for a type of programs is loaded
 * with the same maps. To be called before bpfld_dyn_link(). -ESTALE: that was another file.
 */
BPFLD_API int bpfld_dyn_reuse(struct bpfld_module *library, const char *dir);

/* Takes the import's function away: the stub answers. The main stays attached. */
BPFLD_API int bpfld_dyn_detach(struct bpfld_module *main, const char *import);

/*
 * Gives the import another function. That one is loaded and compared before the old one goes; in
 * between, for some microseconds, the stub answers. On error the old one is back.
 */
BPFLD_API int bpfld_dyn_replace(struct bpfld_module *main, const char *import,
				struct bpfld_module *lib, const char *func);

enum bpfld_served {
	BPFLD_SERVED_NOT,    /* the stub answers */
	BPFLD_SERVED_LINKED, /* statically, when the main was opened */
	BPFLD_SERVED_LIVE,   /* by a function that replaces the stub */
};

/* An import of a main. Pointers are valid during the callback only. */
struct bpfld_dyn_import {
	size_t sz; /* sizeof(struct bpfld_dyn_import) of the library */
	const char *main, *name, *prototype;
	bool weak;
	int32_t value; /* what the stub returns */
	enum bpfld_served served;
	const char *library, *func; /* that serve it; NULL: none, or a program's fd */
	const char *no_replace; /* why the main was linked statically; NULL: asked for, or not */
};

/* Calls fn for each import, in the order of the mains; a result that is not 0 ends the walk. */
BPFLD_API int bpfld_dyn_each_import(struct bpfld_dyn *d,
				    int (*fn)(void *ctx, const struct bpfld_dyn_import *import),
				    void *ctx);

#ifdef __cplusplus
}
#endif

#endif
