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

#ifdef __cplusplus
}
#endif

#endif
