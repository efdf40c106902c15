/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * libbpfld-loader: linking at load time, with libbpf.
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
 * <bpfld/bpfld.h> describes links, options, diagnostics, threads and errors. libbpf prints its own
 * messages through the callback of libbpf_set_print(), which is global to the process.
 */
#ifndef BPFLD_LOADER_H
#define BPFLD_LOADER_H

#include <bpfld/bpfld.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bpf_object;           /* <bpf/libbpf.h> */
struct bpf_object_open_opts; /* also from there */

/* ---- static linking at load time ---- */

/*
 * Opens the linked object like bpf_object__open(): it is not loaded, and maps and global variables
 * can be modified. Calls bpfld_link() if necessary. opts may be NULL. The default of object_name is
 * derived from the first input file.
 *
 * The caller closes the object with bpf_object__close(), even after bpfld_free(l). On error reports
 * a diagnostic, returns NULL and stores a negative errno value in *err unless err is NULL.
 */
BPFLD_API struct bpf_object *bpfld_open_object(struct bpfld *l,
					       const struct bpf_object_open_opts *opts, int *err);

/* ---- dynamic linking: mains and libraries are loaded separately ---- */

/*
 *	struct bpfld_dyn *d = bpfld_dyn_new(&opts, &err);
 *	bpfld_dyn_add_library(d, "lib.o", &err);
 *	main = bpfld_dyn_add_main(d, "main.o", &err);
 *	if (!bpfld_dyn_link(d) && !bpfld_dyn_attach(d))
 *		bpfld_dyn_pin(d, "/sys/fs/bpf/app");
 *	bpfld_dyn_free(d);
 *
 * Mains are linked by `ld.bpf --dynamic`; libraries are objects or archives with global
 * functions. An import is served by the library that defines a function of that name, if their
 * types match: for the kernel, and also in the layouts of structs, which the kernel does not
 * compare.
 *
 * If the kernel can replace functions (BPF_PROG_TYPE_EXT), each library is loaded once for each
 * program type, and serves all mains. If not, it is linked into each main, which then has its own
 * maps and variables. The same applies to mains with programs of type BPF_PROG_TYPE_TRACING,
 * whose functions no kernel can replace. bpfld_dyn_each_import() reports how imports are served.
 *
 * Two threads must not use the same handle at the same time. Functions that return int return 0
 * or a negative errno value, after the callback was called with the reason. A NULL that is not
 * allowed below, a module of another handle or of the wrong kind, and all calls after
 * bpfld_dyn_link() has failed return -EINVAL without a diagnostic. Rules for callbacks in
 * <bpfld/bpfld.h> also apply to diag and to the callback of bpfld_dyn_each_import().
 */
struct bpfld_dyn;
struct bpfld_module; /* a main or a library; freed with its handle */

enum bpfld_dyn_mode {
	BPFLD_DYN_AUTO,    /* replace functions if the kernel can, or else link statically */
	BPFLD_DYN_REPLACE, /* replace functions, or fail */
	BPFLD_DYN_STATIC,  /* link statically */
};

struct bpfld_dyn_opts {
	size_t sz;          /* size of the struct of the caller: see struct bpfld_opts */
	bpfld_diag_fn diag; /* NULL: diagnostics are dropped */
	void *diag_ctx;
	enum bpfld_dyn_mode mode;
};

#define BPFLD_DYN_OPTS_INIT                                                                        \
	{                                                                                          \
		offsetof(struct bpfld_dyn_opts, mode) + sizeof(enum bpfld_dyn_mode), NULL, NULL,   \
		    BPFLD_DYN_AUTO                                                                 \
	}

/* Creates a handle, and probes the kernel. On error returns NULL and sets *err. */
BPFLD_API struct bpfld_dyn *bpfld_dyn_new(const struct bpfld_dyn_opts *opts, int *err);

/* Frees d. Unloads everything that is not pinned. NULL is allowed. */
BPFLD_API void bpfld_dyn_free(struct bpfld_dyn *d);

/* Why this kernel cannot replace functions, or NULL if it can. Valid until bpfld_dyn_free(). */
BPFLD_API const char *bpfld_dyn_no_replace(const struct bpfld_dyn *d);

/*
 * Add objects, in any order, without loading them. The name of a module is the last component of
 * the path, and must be unique. data is copied. NULL on error.
 */
BPFLD_API struct bpfld_module *bpfld_dyn_add_main(struct bpfld_dyn *d, const char *path, int *err);
BPFLD_API struct bpfld_module *bpfld_dyn_add_library(struct bpfld_dyn *d, const char *path,
						     int *err);
BPFLD_API struct bpfld_module *bpfld_dyn_add_main_mem(struct bpfld_dyn *d, const char *name,
						      const void *data, size_t size, int *err);
BPFLD_API struct bpfld_module *bpfld_dyn_add_library_mem(struct bpfld_dyn *d, const char *name,
							 const void *data, size_t size, int *err);

/* Resolves an import to func of lib, regardless of other functions of its name. */
BPFLD_API int bpfld_dyn_bind(struct bpfld_dyn *d, struct bpfld_module *main, const char *import,
			     struct bpfld_module *lib, const char *func);

/*
 * Resolves an import to a loaded program of type BPF_PROG_TYPE_EXT. The caller owns fd, and must
 * not close it before bpfld_dyn_link(). Its types are read from the kernel, which may require
 * CAP_SYS_ADMIN. Not supported in a static link.
 */
BPFLD_API int bpfld_dyn_bind_fd(struct bpfld_dyn *d, struct bpfld_module *main, const char *import,
				int fd);

/*
 * The object of a main, owned by d. Opens it if necessary; bpfld_dyn_load() and bpfld_dyn_link()
 * load it. Opening fixes the result of tests of weak imports: libraries that are added later do not
 * count. NULL on error, and for libraries, which have an instance for each program type.
 */
BPFLD_API struct bpf_object *bpfld_dyn_object(struct bpfld_module *main);

/*
 * The fd, owned by d, of a map of a loaded module, by its name in the source. For a statically
 * linked library, the map in the first main that it serves. Returns a negative errno value, such as
 * -ENOENT if there is no such map, without a diagnostic.
 */
BPFLD_API int bpfld_dyn_map_fd(const struct bpfld_module *module, const char *map);

/*
 * Loads one module before bpfld_dyn_link(), which loads the others. A main runs its stubs until it
 * is linked. A library is verified against its own prototypes, for the program type that the
 * contexts of its functions imply. Without such a context, it cannot be loaded before a main needs
 * it.
 */
BPFLD_API int bpfld_dyn_load(struct bpfld_module *module);

/*
 * Loads modules that are not loaded, and replaces the stubs of imports. If strong imports cannot be
 * served, reports all of them, unloads everything, and returns -ENOENT. May be called again after
 * modules were added.
 */
BPFLD_API int bpfld_dyn_link(struct bpfld_dyn *d);

/*
 * Attaches programs of linked mains that libbpf can attach by their sections. The caller attaches
 * others (XDP, tc) after bpfld_dyn_link(), so that no event runs a stub.
 */
BPFLD_API int bpfld_dyn_attach(struct bpfld_dyn *d);

/*
 * For the functions below: root or the caller must own directories of pins, and others must not be
 * able to write to them. Their parents in the same file system may be sticky instead. Symbolic
 * links are not followed. Names that contain '/' cannot be pinned.
 */

/*
 * Pins all links in dir, so that they outlive the process: MAIN-PROGRAM for attached programs,
 * MAIN-PROGRAM-IMPORT for imports, without the ".o" of the main and with '_' for '.'. Creates dir
 * if necessary. To undo a pin, remove the file.
 */
BPFLD_API int bpfld_dyn_pin(struct bpfld_dyn *d, const char *dir);

/*
 * Pins one loaded module, so that it can be listed, and a library can be reused by other
 * processes. Creates dir if necessary. Names have '_' for '.'. For a main:
 *
 *	programs/PROGRAM
 *	maps/MAP                       except maps with a pin path of their own
 *	imports/IMPORT/                empty while the stub is not replaced
 *	imports/IMPORT/PROGRAM         the link that replaces the stub
 *	imports/IMPORT/LIBRARY:FUNC/   an empty directory: linked statically
 *
 * For a library, as far as it is loaded:
 *
 *	functions/FUNC/TYPE            a program of type BPF_PROG_TYPE_EXT. TYPE is the program type
 *	                               that it was loaded for, "xdp", or "xdp-37" with an
 *	                               attach type
 *	maps/MAP
 *	file/SUM                       an empty directory: hash of the file that was loaded
 *
 * May be called again after more modules were linked. On error removes all pins of this call.
 * Does not pin links of attached programs.
 */
BPFLD_API int bpfld_dyn_pin_module(struct bpfld_module *module, const char *dir);

/* Removes all pins of this handle, except those of attached programs by bpfld_dyn_pin(). */
BPFLD_API void bpfld_dyn_unpin(struct bpfld_dyn *d);

/*
 * Reuses the functions and maps of a library that bpfld_dyn_pin_module() pinned in dir, possibly in
 * another process, instead of loading it. Functions that are not loaded for a program type are
 * loaded with the same maps. Must be called before bpfld_dyn_link(). -ESTALE: another file was
 * loaded.
 */
BPFLD_API int bpfld_dyn_reuse(struct bpfld_module *library, const char *dir);

/* Restores the stub of an import. The main stays attached. */
BPFLD_API int bpfld_dyn_detach(struct bpfld_module *main, const char *import);

/*
 * Replaces the function of an import. The new one is loaded and checked before the old one is
 * detached; then the stub runs for some microseconds. On error the old one is restored.
 */
BPFLD_API int bpfld_dyn_replace(struct bpfld_module *main, const char *import,
				struct bpfld_module *lib, const char *func);

enum bpfld_served {
	BPFLD_SERVED_NOT,    /* the stub runs */
	BPFLD_SERVED_LINKED, /* statically, when the main was opened */
	BPFLD_SERVED_LIVE,   /* by a function that replaces the stub */
};

/* An import of a main. Pointers are valid during the callback only. */
struct bpfld_dyn_import {
	size_t sz; /* sizeof(struct bpfld_dyn_import) of the library */
	const char *main, *name, *prototype;
	bool weak;
	int32_t value; /* return value of the stub */
	enum bpfld_served served;
	const char *library, *func; /* NULL: not served, or by an fd */
	const char
	    *no_replace; /* why the main was linked statically; NULL: it was not, or requested */
};

/* Calls fn for each import, in the order of mains. A nonzero result ends the iteration. */
BPFLD_API int bpfld_dyn_each_import(struct bpfld_dyn *d,
				    int (*fn)(void *ctx, const struct bpfld_dyn_import *import),
				    void *ctx);

#ifdef __cplusplus
}
#endif

#endif
