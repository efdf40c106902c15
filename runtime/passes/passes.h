/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The passes in running order, each in the file of its name. A pass reports all errors that it
 * finds; the link stops at the end of the first pass that reported one. No pass calls another.
 */
#ifndef LD_PASSES_PASSES_H
#define LD_PASSES_PASSES_H

#include "model/model.h"

/* Adds inputs: files, or the members of archives. Returns the first error, a negative errno. */
int ld_add_files(struct ld_link *l, const char *const *paths, size_t nr);
int ld_add_buffer(struct ld_link *l, const char *name, const void *data, size_t size);
int ld_add_library(struct ld_link *l, const char *name);

/* Adds the libraries that inputs name in .deplibs; whether there were any new ones. */
bool ld_add_dependent_libraries(struct ld_link *l);

/* Makes objects of inputs that are bitcode: for their symbols and types. */
void ld_read_bitcode(struct ld_link *l);

/* Bytes to sections, symbols, relocations, pieces, types; every index, offset and id is checked. */
void ld_parse_files(struct ld_link *l);

/* --bind: references get the targets that they were given, and who defines these takes part. */
void ld_bind_symbols(struct ld_link *l);

/* Takes the archive members that are needed; whether anything is still to be parsed. */
bool ld_pull_members(struct ld_link *l);

/* From here on link->files are the inputs that take part, in order. */
void ld_drop_unpulled(struct ld_link *l);

/* One graph of the types of all files: link->graph, and each file's canon[]. */
void ld_dedup_types(struct ld_link *l);

/* What of the objects that --bind names clashes with others becomes theirs; programs, subprograms.
 */
void ld_isolate_objects(struct ld_link *l);

/* Every global name gets its owner, or is known to be undefined. No file is added afterwards. */
void ld_resolve_symbols(struct ld_link *l);

/* Options that have no effect: what they name is in no input. Changes nothing. */
void ld_check_options(struct ld_link *l);

/* One license and one version section stay. */
void ld_merge_license(struct ld_link *l);

/* Compares what externs declare with what their owners define. Changes nothing. */
void ld_check_types(struct ld_link *l);

/*
 * Link-time optimisation: makes one object of the bitcode of all files. Whether there is any; then
 * the inputs, with that object in place of those with bitcode, are to be parsed and resolved again.
 */
bool ld_compile_bitcode(struct ld_link *l);

/* Sets live on each piece that goes into the output. */
void ld_mark_live(struct ld_link *l);

/* --dynamic: stubs for the functions that a loader is to find: l->imports. */
void ld_make_stubs(struct ld_link *l);

/* What makes a library's functions loadable by themselves: entries, or their anchor. */
void ld_make_entries(struct ld_link *l);

/* Undefined symbols; pointers that no loader will fill in. */
void ld_check_references(struct ld_link *l);

/* --icf: equal functions and constants become one. */
void ld_fold_pieces(struct ld_link *l);

/* The call graph, l->calls, with the stack that each function uses. Not in a partial link. */
void ld_find_calls(struct ld_link *l);

/* Chains of calls that the verifier refuses: stack, depth, circles, called programs. */
void ld_check_calls(struct ld_link *l);

/* What a kernel refuses of single functions, or confuses: licenses, types, names of maps. */
void ld_check_programs(struct ld_link *l);

/* Gives each live piece its output section and offset. */
void ld_layout_sections(struct ld_link *l);

/* Decides which symbols the output has, as what, and their order. */
void ld_choose_symbols(struct ld_link *l);

/* The table of l->imports. */
void ld_write_imports(struct ld_link *l);

/* The symbol table as bytes: link->symtab. Numbers the output sections. */
void ld_make_symtab(struct ld_link *l);

/* The FUNCs, VARs and DATASECs of the output: link->plan. */
void ld_choose_btf(struct ld_link *l);

/* Makes .BTF, but for some strings; sets each file's out_types. */
void ld_merge_btf(struct ld_link *l);

/* c_names: refuses names of symbols and types that could become code in a C header. */
void ld_check_names(struct ld_link *l);

/* The tables of .BTF.ext: functions, CO-RE relocations, lines. */
void ld_merge_btf_ext(struct ld_link *l);

/* The contents of the output sections, and the relocations that stay. */
void ld_apply_relocs(struct ld_link *l);

/* One .BTF.ext of its tables, with their strings in .BTF. */
void ld_join_btf_ext(struct ld_link *l);

/* The ELF file: link->output. */
void ld_emit(struct ld_link *l);

/* Parses the image again and compares it with the model. */
void ld_verify(struct ld_link *l);

#endif
