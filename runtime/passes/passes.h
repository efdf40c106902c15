/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The passes, in running order. Each is in the file of its name, in the directory of its stage:
 *
 *	input/    From the command line to the model: finds and reads files, expands archives,
 *	          compiles bitcode, parses. Does not relate inputs to each other.
 *	resolve/  What symbols and types mean across files: owners, archive members that take
 *	          part, one license, one type graph. Does not decide what is kept.
 *	select/   Which pieces go into the output, and code that the linker makes: liveness, stubs,
 *	          entries, folding. Assigns no offset, index or type id of the output.
 *	check/    Problems that loaders and kernels would find later, in the user's terms. Changes
 *	          nothing that goes into the output.
 *	output/   From the model to bytes: offsets, symbols, BTF, relocations, the ELF file. Drops
 *	          and adds no piece.
 *
 * A pass reports all errors that it finds, and the link stops after the first pass that reported
 * one. Passes do not call each other: link.c calls them, and the model carries the results.
 */
#ifndef LD_PASSES_PASSES_H
#define LD_PASSES_PASSES_H

#include "model/model.h"

/* Add inputs: files, or the members of archives. Return the first error, a negative errno. */
int ld_add_files(const struct ld_link *l, struct ld_input_files *in, const char *const *paths,
		 size_t nr);
int ld_add_buffer(const struct ld_link *l, struct ld_input_files *in, const char *name,
		  const void *data, size_t size);
int ld_add_library(const struct ld_link *l, struct ld_input_files *in, const char *name);

/* Adds the libraries that inputs name in .deplibs. Returns whether there were new ones. */
bool ld_add_dependent_libraries(const struct ld_link *l, struct ld_input_files *in);

/* Compiles inputs that are only bitcode to objects, for their symbols and types. */
void ld_read_bitcode(const struct ld_link *l, struct ld_input_files *in);

/*
 * Parses bytes into sections, symbols, relocations, pieces and types; checks every index, offset
 * and id.
 */
void ld_parse_files(const struct ld_link *l, struct ld_input_files *in);

/* --prefix: finds the libraries and their names; ld_global_name() applies the prefixes. */
void ld_prefix_names(const struct ld_link *l, struct ld_input_files *in);

/* --bind: binds references to their targets; the files that define these take part. */
void ld_bind_symbols(const struct ld_link *l, struct ld_resolution *res);

/* Extracts the archive members that are needed. Returns whether any file remains to be parsed. */
bool ld_pull_members(const struct ld_link *l, struct ld_resolution *res);

/* From here on, link->res.files are the inputs that take part, in order. */
void ld_drop_unpulled(const struct ld_link *l, struct ld_resolution *res);

/* Merges the types of all files into one graph: link->res.graph, and each file's canon[]. */
void ld_dedup_types(const struct ld_link *l, struct ld_input_files *inputs,
		    struct ld_resolution *res);

/* dedup_types does so; in addition, at the end of a link that fails before it. */
void ld_free_digests(struct ld_input_files *inputs);

/* Localizes symbols of --bind targets that clash with others; programs become subprograms. */
void ld_isolate_objects(const struct ld_link *l, struct ld_resolution *res);

/* Resolves each global symbol to its owner, or leaves it undefined. No file is added afterwards. */
void ld_resolve_symbols(const struct ld_link *l, struct ld_resolution *res);

/* Finds the functions that decl tags name: these stay global. */
void ld_find_callbacks(const struct ld_link *l, struct ld_resolution *res);

/* Warns about options without effect: no input has what they name. Changes nothing. */
void ld_check_options(const struct ld_link *l);

/* Merges the license sections and the version sections. */
void ld_merge_license(const struct ld_link *l, struct ld_resolution *res);

/* Compares declarations with the definitions of their owners. Changes nothing. */
void ld_check_types(const struct ld_link *l);

/*
 * Link-time optimization: compiles the bitcode of all files to one object. Returns whether there is
 * any; the inputs, in which that object replaces those with bitcode, must then be parsed and
 * resolved again.
 */
struct ld_compiled ld_compile_bitcode(const struct ld_link *l);

/* Sets live on each piece that goes into the output. */
void ld_mark_live(const struct ld_link *l);

/* --dynamic: makes stubs for the functions that a loader resolves: l->imports.list. */
struct ld_imports ld_make_stubs(const struct ld_link *l, struct ld_resolution *res);

/* Makes the functions of a library loadable: entries, or an anchor. */
void ld_make_entries(const struct ld_link *l, struct ld_resolution *res);

/* Reports undefined symbols, and pointers that no loader fills in. */
void ld_check_references(const struct ld_link *l);

/* --icf: merges identical functions and constants. */
void ld_fold_pieces(const struct ld_link *l);

/*
 * Builds the call graph with the stack of each function, l->calls. In a partial link, this pass and
 * the next five run only for target kernels.
 */
const struct ld_calls *ld_find_calls(const struct ld_link *l);

/* Reports call chains that the verifier rejects: stack, depth, recursion, calls of programs. */
void ld_check_calls(const struct ld_link *l);

/*
 * Reports single functions and maps that kernels reject or confuse: licenses, prototypes, map
 * names.
 */
void ld_check_programs(const struct ld_link *l);

/* Reports programs with more functions or maps than kernels allow, and global callbacks. */
void ld_check_limits(const struct ld_link *l);

/* Reports maps that kernels do not have, or refuse to programs of some types. */
void ld_check_maps(const struct ld_link *l);

/* Reports programs whose type, helpers or instructions kernels reject. Runs after the others. */
void ld_check_kernels(const struct ld_link *l);

/* Reports misspelt sections, and definitions of maps that loaders do not find or reject. */
void ld_check_sections(const struct ld_link *l);

/* Reports large static variables of which several files have a copy. */
void ld_check_copies(const struct ld_link *l);

/* Assigns each live piece its output section and offset. */
struct ld_layout ld_layout_sections(const struct ld_link *l);

/* Chooses the symbols of the output, their properties and their order. */
struct ld_out_syms ld_choose_symbols(const struct ld_link *l, struct ld_layout *layout);

/* Writes the table of l->imports.list. */
struct ld_blob ld_write_imports(const struct ld_link *l);

/* Writes the symbol table: link->symtab. Numbers the output sections. */
struct ld_symtab ld_make_symtab(const struct ld_link *l);

/* Chooses the FUNCs, VARs and DATASECs of the output: link->plan. */
const struct ld_btf_plan *ld_choose_btf(const struct ld_link *l);

/* Writes .BTF, except for some strings; sets each file's out_types. */
struct ld_merged_btf ld_merge_btf(const struct ld_link *l);

/* c_names: rejects names of symbols and types that could inject code into a C header. */
void ld_check_names(const struct ld_link *l);

/* Writes the tables of .BTF.ext: functions, CO-RE relocations, lines. */
struct ld_btf_ext ld_merge_btf_ext(const struct ld_link *l);

/* Writes the contents of the output sections, and the relocations that remain. */
void ld_apply_relocs(const struct ld_link *l);

/* Tests of weak imports in outputs of --dynamic: they hold if an input defines the function. */
void ld_settle_tests(const struct ld_link *l);

/* --compress-debug-sections: compresses the contents of DWARF for the file. */
void ld_compress_debug(const struct ld_link *l);

/* Assembles the ELF file: link->image.parts. */
struct ld_image ld_emit(const struct ld_link *l);

/* Parses the image again and compares it with the model. */
void ld_verify(const struct ld_link *l, struct ld_input_files *in);

/* --target-btf: looks up what the output needs of kernels. Returns NULL if it cannot be read. */
const struct ld_targets *ld_check_targets(const struct ld_link *l, struct ld_input_files *in);

#endif
