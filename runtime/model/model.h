/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The model: what a link knows. Read this first. This directory has structs and simple queries on
 * them; it neither reads bytes of inputs nor makes decisions.
 *
 *	link -> files -> sections -> pieces, relocs
 *	              -> symbols of the file (in_sym); global ones refer to a global
 *	link -> globals: struct ld_global, one for each global symbol, with its owner
 *	link -> outputs: output sections, each a list of pieces in order
 *
 * A piece is kept, dropped or moved as a whole: a function, a variable, a map, a mergeable string,
 * or the range between two of them.
 *
 * Number spaces: in_* count within an input file, out_* in the output. Offsets and sizes are
 * bytes.
 */
#ifndef LD_MODEL_MODEL_H
#define LD_MODEL_MODEL_H

#include <elf.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/arena.h"
#include "base/blob.h"
#include "base/diag.h"
#include "base/names.h"
#include "base/span.h"
#include "base/strmap.h"
#include "btf/btf.h"
#include "btf/dedup/dedup.h"
#include "btf/write.h"

/* musl before 1.2.4 lacks these. */
#ifndef SHF_GNU_RETAIN
#define SHF_GNU_RETAIN (1 << 21)
#endif
#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

struct bpfld_lto;
struct ld_calls;
struct ld_dwarf;
struct ld_btf_plan;
struct ld_file;
struct ld_link;
struct ld_global;
struct ld_out;
struct ld_piece;
struct ld_proto;
struct ld_puller;
struct ld_section;
struct ld_sym;
struct ld_targets;
struct ld_earlier;

enum ld_sec_kind {
	LD_SEC_NONE,    /* consumed or dropped: symbol tables, relocations, .llvm_addrsig, ... */
	LD_SEC_CODE,    /* SHF_EXECINSTR */
	LD_SEC_DATA,    /* PROGBITS: variables, maps, struct_ops, the license */
	LD_SEC_BSS,     /* NOBITS */
	LD_SEC_DEBUG,   /* DWARF */
	LD_SEC_BTF,     /* .BTF */
	LD_SEC_BTF_EXT, /* .BTF.ext */
};

/* The purpose of a section or DATASEC, by its name; the table is in model/role.c. */
enum ld_role {
	LD_ROLE_NONE,        /* any other name: programs, user-defined sections */
	LD_ROLE_TEXT,        /* .text: subprograms */
	LD_ROLE_MAPS,        /* .maps: map definitions */
	LD_ROLE_DATA,        /* .data, .bss: variables */
	LD_ROLE_RODATA,      /* .rodata: constants, which the verifier reads */
	LD_ROLE_STRUCT_OPS,  /* .struct_ops: structs whose members are programs */
	LD_ROLE_JUMP_TABLES, /* .jumptables */
	LD_ROLE_LICENSE,     /* license */
	LD_ROLE_VERSION,     /* version */
	LD_ROLE_KSYMS,       /* DATASEC .ksyms: externs that the kernel defines */
	LD_ROLE_KCONFIG,     /* DATASEC .kconfig: externs that libbpf fills in */
	LD_ROLE_BTF,         /* .BTF */
	LD_ROLE_BTF_EXT,     /* .BTF.ext */
	LD_ROLE_DEBUG,       /* .debug_*, .zdebug_*: DWARF */
	LD_ROLE_DEPLIBS,     /* .deplibs: names of libraries to link */
	LD_ROLE_GCC_LTO,     /* intermediate code of gcc */
	LD_ROLE_PROFILE,     /* __llvm_prf_*: counters of clang's profiling */
	LD_ROLE_TOOLS,       /* sections of other tools, which BPF loaders ignore */
	LD_NR_ROLES,
};

/* Consequences of a role. */
enum {
	LD_TRAIT_SINGLE = 1,      /* the output has one copy: see merge_license.c */
	LD_TRAIT_ROOT = 2,        /* loaders find it by name: a root of --gc-sections */
	LD_TRAIT_POINTERS = 4,    /* loaders fill in its pointers */
	LD_TRAIT_BECOMES_MAP = 8, /* libbpf makes a map of one element of it */
	LD_TRAIT_DATA = 16,       /* data even if it has SHF_EXECINSTR */
	LD_TRAIT_IGNORED = 32,    /* does not take part in the link */
};

/* Why a piece is a root of --gc-sections. */
enum ld_root {
	LD_ROOT_NONE,
	LD_ROOT_PROGRAM, /* a function outside .text */
	LD_ROOT_GLOBAL,  /* a global map or variable; with -r a global function too */
	LD_ROOT_LOADER,  /* license, version, struct_ops */
	LD_ROOT_NAMED,   /* -u, --keep */
	LD_ROOT_KEPT,    /* SHF_GNU_RETAIN */
};

/* The three tables of .BTF.ext. Every record begins with the instruction's offset in bytes. */
enum ld_ext_kind {
	LD_EXT_FUNC, /* struct bpf_func_info: a FUNC for each function's first instruction */
	LD_EXT_LINE, /* struct bpf_line_info */
	LD_EXT_CORE, /* struct bpf_core_relo */
	LD_EXT_NR,
};

/* The records of one kind for one section, in host byte order, ordered by instruction. */
struct ld_ext {
	const uint32_t *recs;
	uint32_t words; /* 4-byte words in a record; what is unknown at its end is kept */
	uint32_t nr;
	size_t cap; /* records allocated; 0 if they are in the file */
};

#define LD_EXT_HEADER 32 /* bytes of .BTF.ext before its tables */

/* The records of one kind in the output. */
struct ld_ext_plan {
	bool wanted;    /* some live piece has records, or gets synthetic ones */
	uint32_t words; /* in a record: the maximum of all inputs */
	size_t nr;      /* records in the inputs */
};

/*
 * A relocation or hidden edge. It refers to a symbol or, if the input used a section symbol, to a
 * place in a section: then sym is 0, and piece and addend give the place.
 */
struct ld_reloc {
	uint64_t off;           /* bytes into the section */
	uint32_t type;          /* R_BPF_* */
	uint32_t sym;           /* in_sym, or 0 */
	struct ld_piece *piece; /* if sym is 0 */
	int64_t addend; /* bytes, from the symbol or, if sym is 0, from the start of the piece */
	bool explicit_addend; /* from SHT_RELA: the relocated place has no addend */
	bool hidden;          /* the instruction has no relocation in the input */
};

/*
 * The strings of a mergeable section of DWARF. There may be thousands in each file, and they need
 * less than a piece has: the section is one piece.
 */
struct ld_string_table {
	uint32_t nr;
	uint32_t *offs;  /* by string: bytes into the section; ordered */
	uint32_t *outs;  /* by string: bytes into the output section; NULL: the section is copied */
	uint64_t stored; /* bytes of strings that no earlier section has */
	uint32_t nr_stored;
	uint32_t last; /* the string that was looked up last; DWARF refers to them in order */
};

struct ld_piece {
	struct ld_section *sec;
	uint64_t off; /* bytes into the input section */
	uint64_t size;
	uint64_t align;
	uint32_t rel, rel_end;    /* its relocations: sec->relocs[rel .. rel_end) */
	uint32_t sym, sym_end;    /* symbols defined in it: sec->syms[sym .. sym_end) */
	uint32_t ext[LD_EXT_NR];  /* by kind: its first record in sec->ext[kind] */
	uint32_t candidate;       /* for --icf: index + 1; 0: none */
	const char *out_sec_name; /* the section that it is moved to, or NULL */
	const struct ld_piece
	    *reached_from;       /* the piece through which it was reached first; NULL for a root */
	struct ld_piece *leader; /* the piece with equal contents that replaces this one, or NULL */
	struct ld_sym *promoted; /* the symbol that makes a static map or program global */
	const struct ld_section *user; /* of a jump table: the code section that uses it */
	struct ld_out *out;            /* set by layout_sections if live */
	uint64_t out_off;              /* bytes into out */
	enum ld_root root;             /* why it is a root of --gc-sections */
	bool pad : 1;                  /* padding: live if the piece before it is */
	bool subprogram : 1;           /* a program that --bind has made a subprogram */
	bool explained : 1;            /* --why-live has printed its chain */
	bool live, reached;            /* reached: by --gc-sections, from a root */
};

/* Compressed contents, in the input file. */
struct ld_packed {
	uint8_t codec; /* enum ld_codec */
	const uint8_t *data;
	uint64_t size;
};

struct ld_section {
	struct ld_file *file;
	const char *name;
	uint32_t index; /* in the input's section header table */
	enum ld_sec_kind kind;
	enum ld_role role;
	uint32_t type;  /* sh_type */
	uint64_t flags; /* sh_flags */
	uint64_t size;
	uint64_t align; /* a power of two, at least 1 */
	uint64_t entsize;
	uint32_t link, info;      /* sh_link, sh_info */
	const char *group;        /* signature of its COMDAT group, or NULL */
	const uint8_t *data;      /* size bytes; NULL for NOBITS */
	struct ld_packed *packed; /* data before ld_make_pieces() decompresses them; or NULL */
	bool discarded;           /* a further copy of a COMDAT group: no piece is live */
	bool replaced; /* a license or version that another file's replaces: see ld_piece.leader */
	bool merge;    /* equal pieces are stored once: strings or constants */
	struct ld_piece *pieces; /* ordered by off, without gaps or overlaps */
	uint32_t nr_pieces;
	struct ld_reloc *relocs; /* ordered by off */
	uint32_t nr_relocs;
	const struct ld_section *rel;     /* of DWARF, instead of relocs: see ld_debug_reloc() */
	struct ld_string_table *table;    /* the strings of a mergeable section of DWARF, or NULL */
	const struct ld_section *strings; /* if rel has nothing but references to strings by 32-bit
					     offsets: their section; or NULL */
	uint32_t *syms; /* in_syms defined here except the section symbol, ordered by value */
	uint32_t nr_syms;
	struct ld_ext ext[LD_EXT_NR];
	struct ld_out *out; /* output section of its pieces; set by layout_sections */
};

/* How implicit addends are stored: see elf/addends.c. */
enum ld_addends {
	LD_ADDENDS_LLVM, /* distance from the symbol */
	LD_ADDENDS_GAS,  /* the same plus the symbol's value, as GNU as up to 2.43 has it */
	LD_ADDENDS_OPEN, /* unknown */
};

/* A relocation and its section. */
struct ld_use {
	const struct ld_section *sec; /* NULL: none */
	const struct ld_reloc *reloc;
};

/* A symbol of a file's symbol table. */
struct ld_sym {
	const char *name; /* "" for section symbols */
	uint64_t value;   /* bytes into sec; the alignment if common */
	uint64_t size;
	struct ld_section *sec;   /* NULL: undefined, absolute or common */
	struct ld_piece *piece;   /* if defined in a section with pieces */
	struct ld_global *global; /* if global or weak */
	uint32_t btf;             /* in_type of its FUNC or VAR, or 0 */
	uint8_t bind, type, vis;  /* STB_*, STT_*, STV_* */
	bool abs, common;         /* SHN_ABS, SHN_COMMON */
	const struct ld_global
	    *proto;               /* of a synthetic function: the symbol whose prototype it has */
	struct ld_entity *entity; /* its FUNC or VAR in the output, or NULL: set by merge_btf */
	const char *out_name;
	uint32_t out_sym; /* index in the output's table, or 0 */
	uint8_t out_bind, out_vis;
	bool emit;        /* is in the output: set by choose_symbols */
	bool named;       /* a relocation of the output refers to it */
	bool final_name;  /* --prefix, --wrap and --rename have been applied */
	bool isolated;    /* --bind has made it local: see bind_symbols.c */
	bool tagged;      /* for --icf: its FUNC or VAR has a decl tag */
	bool stub;        /* an earlier --dynamic has made it: any definition takes its place */
	bool strong_stub; /* its file refers to it strongly */
};

/* A FUNC or VAR of the output's BTF. */
struct ld_entity {
	const char *name;
	uint32_t kind; /* BTF_KIND_FUNC or BTF_KIND_VAR */
	uint32_t linkage;
	uint32_t node; /* its prototype or type in link->res.graph; 0: void, or see proto */
	struct ld_proto *proto; /* a prototype that no input has */
	uint32_t out_type;
};

/* A file symbol of a global symbol. */
struct ld_file_sym {
	struct ld_file_sym *next;
	struct ld_file *file;
	uint32_t sym; /* in_sym */
};

/* A symbol name across all files. */
struct ld_global {
	const char *name;
	struct ld_file *owner;                         /* the file that defines it, or NULL */
	uint32_t owner_sym;                            /* in_sym there */
	struct ld_file_sym *file_syms, *last_file_sym; /* in the order of the inputs */
	uint8_t vis;        /* most constraining of definitions and references */
	bool referenced;    /* a relocation that remains, or -u, refers to it */
	bool strong_ref;    /* some reference is not weak */
	bool weak;          /* the owner is weak; without an owner: every reference is weak */
	bool ksym, kconfig; /* undefined and declared in DATASEC .ksyms or .kconfig */
	bool duplicate;     /* several files define it, which has been reported */
	bool localized;     /* becomes local in the output */
	bool callback;      /* a decl tag names it: see find_callbacks.c */
	bool bound;  /* --bind: only for one object's reference, and not in link->res.globals */
	bool emit;   /* without an owner: is in the output, undefined */
	bool listed; /* is in the list of the output's symbols */
	uint32_t out_sym; /* without an owner: index in the output's table, or 0 */
};

/* How a plan has a function compiled. */
struct ld_decision {
	struct ld_decision *next;
	const struct ld_file *module;
	const char *function, *decision;
};

struct ld_file {
	const struct ld_link *link;
	uint32_t index;                /* in link->res.files */
	const char *path;              /* as given */
	const char *source;            /* name of the first STT_FILE symbol, or NULL */
	bool linked;                   /* has several STT_FILE symbols: the output of a linker */
	bool synthetic;                /* made by the linker: see passes/select/synthetic.h */
	const char *modules;           /* of the object of LTO: its inputs, for diagnostics */
	struct ld_decision *decisions; /* of the object of LTO: what a plan decided */
	bool temporary;                /* the compiler driver has made up the path */
	const struct ld_file *repeats; /* earlier input with the same contents, reported */
	bool named;                    /* the caller has chosen the path as its name */
	bool bound_to;                 /* a target of --bind: clashing symbols are isolated */
	const uint8_t *image;
	size_t size;
	uint64_t unpacked;  /* bytes of sections that are compressed in image */
	bool mapped;        /* image must be unmapped */
	const char *opened; /* path of the regular file that was read, or NULL */
	bool is_archive;
	const uint8_t *bitcode; /* bitcode for which image is the machine code, or NULL */
	size_t bitcode_size;
	bool outlined; /* image has the symbols and types of the bitcode, not its code */
	bool lto;      /* compiled from the bitcode of several files */
	const struct ld_file **origins; /* if lto: by in_sym, the file of a static symbol */
	bool lazy;                      /* takes part only if its symbols are needed */
	const char *archive;            /* the archive's path, or NULL */
	const char *pulled_for;         /* the symbol for which it was extracted */
	const struct ld_file *pulled_by;
	const struct ld_prefix *prefix; /* of its global symbols, or NULL */
	enum { LD_FILE_NEW, LD_FILE_READ, LD_FILE_PARSED, LD_FILE_BROKEN } stage;

	struct ld_arena arena; /* for parsing, which is parallel */
	struct ld_diags diags;
	bool failed;                  /* out of memory during parsing */
	LD_VEC(struct ld_span) spans; /* of parsing */

	bool big;                   /* byte order of the file */
	bool gnu;                   /* written by GNU as, objcopy, strip or ld */
	bool joined;                /* by `ld -r`, possibly from several files: see addends.c */
	enum ld_addends addends;    /* what its implicit addends mean */
	bool gcc;                   /* compiled by gcc, according to .comment */
	bool gcc_lto;               /* has intermediate code of gcc's -flto */
	struct ld_section *secs;    /* by section header index; [0] is unused */
	bool has_groups;            /* some section is in a COMDAT group */
	struct ld_section *deplibs; /* .deplibs, or NULL */
	uint32_t nr_secs;
	struct ld_section **used; /* the sections with pieces */
	uint32_t nr_used;
	struct ld_sym *syms; /* by in_sym; [0] is the null symbol */
	uint32_t nr_syms;
	uint32_t first_global;               /* in_sym: all symbols below are local */
	uint32_t nr_defined;                 /* number of global and weak symbols with a section */
	_Atomic(struct ld_use *) first_uses; /* by in_sym; built for the first diagnostic */
	struct ld_dwarf *dwarf;              /* lines of variables: see elf/dwarf.h */
	bool has_common;                     /* some symbol was SHN_COMMON */
	LD_VEC(struct ld_section *) commons; /* made for COMMON symbols that this file owns */

	bool has_btf;
	struct ld_btf btf;
	struct ld_btf_digest *digest; /* until dedup_types */
	const uint32_t *canon;        /* see ld_node_of() */
	bool synthesized;             /* some functions got synthetic FUNCs */
	/* By type, for FUNCs and VARs: */
	uint32_t *out_types;    /* its out_type; 0 if dropped */
	uint32_t *extern_secs;  /* in_type of the DATASEC that lists it, or 0 */
	uint32_t *extern_sizes; /* its size in that DATASEC */
};

/* --prefix: a library whose global symbols get a prefix. */
struct ld_prefix {
	const char *option, *library, *text; /* "LIB:PFX", "LIB", "PFX" */
	const char *path;                    /* of the input that LIB names; NULL: none so far */
	struct ld_strmap names;              /* name that it defines -> name with the prefix */
};

/* --bind: the symbol name of object refers to target of to_object. */
struct ld_bind {
	const char *object, *name, *to_object, *target;
};

/* A test for an import: an ld_imm64 of its address. */
struct ld_import_test {
	const struct ld_piece *piece;
	uint64_t off; /* bytes into the input section */
};

/* An undefined function that the loader resolves. */
struct ld_import {
	struct ld_global *name;
	const struct ld_file_sym *decl; /* a declaration with BTF */
	const char *prototype;          /* the same as C */
	int32_t value;                  /* the stub's return value */
	bool strong;                    /* some reference is not weak */
	LD_VEC(struct ld_import_test) tests;
};

/* An output section. */
struct ld_out {
	const char *name;
	const struct ld_section *first; /* the input section that it was made for */
	enum ld_sec_kind kind;
	enum ld_role role;
	uint32_t type;
	uint64_t flags, align, entsize, size;
	bool merge;              /* all contributions so far are mergeable in the same way */
	struct ld_strmap merged; /* content -> struct ld_piece */
	LD_VEC(struct ld_piece *) pieces; /* ordered by out_off */
	uint32_t index;                   /* in the output's section header table */
	bool needs_sym;                   /* a relocation refers to the section */
	uint32_t sym;                     /* out_sym of its section symbol, or 0 */
	uint8_t *data;                    /* size bytes; NULL for NOBITS */
	const uint8_t
	    *packed; /* replaces data in the file if not NULL: compressed, with a header */
	uint64_t packed_size;
	LD_VEC(Elf64_Rel) relocs; /* host byte order, ordered by r_offset */
};

/* An entry of the output's symbol table: a section, a file's symbol, or an undefined symbol. */
struct ld_out_sym {
	struct ld_out *sec;
	struct ld_file *file;
	uint32_t in_sym;
	struct ld_global *undefined;
};

/* .symtab, .symtab_shndx (NULL if there is none) and .strtab of the output. */
struct ld_symtab {
	uint8_t *data, *shndx;
	size_t size, shndx_size;
	struct ld_strtab names;
};

/* Memory that is freed with the link but not from an arena. */
struct ld_block {
	struct ld_block *next;
	_Alignas(max_align_t) uint8_t data[];
};

/* The target of a relocation in the output. */
struct ld_ref {
	enum { LD_REF_NONE, LD_REF_SYM, LD_REF_UNDEFINED, LD_REF_SECTION } form;
	struct ld_sym *sym;     /* LD_REF_SYM */
	struct ld_global *name; /* LD_REF_UNDEFINED */
	struct ld_out *out;     /* LD_REF_SECTION */
	int64_t addend;         /* bytes, from the symbol or the output section's start */
};

/* The options of the caller (struct bpfld_opts), and what is derived from them. Const once read. */
struct ld_options {
	bool partial, strip_debug, strip_all, unresolved_ok, no_btf_gc, no_check_types, verify;
	bool unique_statics, c_names;
	const char *license;
	struct ld_names undefined;  /* plain names */
	const char **library_paths; /* NULL-terminated */
	bool gc_sections, print_gc, icf, print_icf;
	enum ld_addends addends; /* of files whose dialect is open; LD_ADDENDS_OPEN: an error */
	struct ld_names keep, why_live, export, localize;
	const char **defsyms;          /* "A=B"; NULL-terminated */
	struct ld_strmap defsym_names; /* both sides of each */
	const char **wraps, **renames; /* "SYM"; "OLD=NEW"; NULL-terminated */
	const char **prefixes;         /* "LIB:PFX"; NULL-terminated */
	bool dynamic;                  /* undefined functions get stubs */
	bool keep_stubs;               /* stubs of inputs extract no members */
	const char **entries;          /* functions that get an entry; NULL-terminated */
	const char *anchor;            /* section of an anchor to make instead, or NULL */
	struct ld_strmap wrap_map;     /* undefined name -> the name it refers to */
	struct ld_strmap rename_map;   /* global name -> its new name */
	LD_VEC(struct ld_bind) binds;
	bool trace;
	struct ld_names trace_symbols; /* plain names */
	const char *dependency_target;
	const char **read_files; /* files that the caller read; NULL-terminated */
	uint32_t threads;        /* maximum; 0: one per core */
	struct bpfld_lto *lto;   /* NULL: none */
	bool lto_fat, lto_internalize;
	int lto_want;           /* enum bpfld_lto_want */
	const char *kernel_btf; /* path, or NULL */
	int compress;           /* enum bpfld_compress, and enum ld_codec */
	uint32_t kernels; /* the output is for these, bits as in kernel/limits.h; 0: for any */
	const char *bad_kernels; /* what is wrong with the caller's text for them, or NULL */
	const char **target_btf; /* paths of files and directories; NULL-terminated */
	const char *report_against, *report_verdicts; /* paths, or NULL */
};

/* ---- results: each stage returns or fills in a struct, which later stages read ---- */

/* The inputs, including those that archives and .deplibs add. By read_inputs. */
struct ld_input_files {
	LD_VEC(struct ld_file *) files;  /* all, in the order of the command line */
	LD_VEC(struct ld_file *) images; /* files in memory: inputs, archives, thin members */
	bool lazy, whole_archive;        /* for further inputs: --start-lib, --whole-archive */
	struct ld_strmap deplibs;        /* names in .deplibs that have been searched */
	struct ld_strmap thin_files;     /* files of thin archives, by device and inode */
	int open_fd;                     /* descriptor of the input that is being loaded, or 0 */
	uint32_t nr_mapped;              /* number of mapped files */
	bool big;                        /* byte order of all files; by parse_files */
	LD_VEC(struct ld_prefix *) prefixes; /* --prefix, in order; by prefix_names */
	bool prefixes_made;
	/* Until dedup_types: */
	struct ld_btf_names *btf_names; /* numbers of the names of types */
	struct ld_arena *digests;       /* by thread: memory of them, and of digests; or NULL */
	struct ld_pages *digest_pages;  /* of digests; NULL in a small link */
};

/* A decl tag that names a function: one of both symbols, or none if no input has the function. */
struct ld_callback {
	const struct ld_file *file;
	uint32_t in_tag; /* in_type of the tag */
	struct ld_sym *local;
	struct ld_global *global;
};

/* The files that take part, and the owner of each global symbol. By the passes of resolve/. */
struct ld_resolution {
	LD_VEC(struct ld_file *) files; /* inputs that take part, then synthetic files */
	struct ld_puller *puller;       /* state of pull_members; NULL without archives */
	bool binds_made;
	LD_VEC(struct ld_global *) bound;   /* by --bind: global symbols of single references */
	struct ld_strmap isolated;          /* name -> the first file for which it is isolated */
	LD_VEC(struct ld_global *) globals; /* in order of first appearance */
	struct ld_strmap globals_by_name;
	const char *license;                  /* text of the output's license; NULL: none */
	LD_VEC(struct ld_callback) callbacks; /* in the order of files and tags */
	struct ld_btf_graph graph;            /* the types of all files */
	LD_VEC(struct ld_file *) btf_files;   /* by ld_btf_node.input */
};

/* By compile_bitcode. */
struct ld_compiled {
	bool any;                     /* some input had bitcode */
	struct ld_input_files inputs; /* the inputs to resolve instead */
	struct iovec output;          /* the whole output, if assembly or bitcode was requested */
};

/* By make_stubs. */
struct ld_imports {
	LD_VEC(struct ld_import) list; /* in the order of first use */
};

/* By layout_sections. */
struct ld_layout {
	LD_VEC(struct ld_out *) outs; /* in the order of the output's section table */
	struct ld_ext_plan ext[LD_EXT_NR];
};

/* The output's symbol table without the null symbol. By choose_symbols. */
struct ld_out_syms {
	LD_VEC(struct ld_out_sym) list;
	uint32_t first_global; /* index in the output's symbol table */
};

/* By merge_btf. */
struct ld_merged_btf {
	struct ld_btf_out *out; /* .BTF of the output; NULL if no input has any */
	uint32_t *node_out;     /* by node: its out_type; 0 if dropped */
};

/* By merge_btf_ext. */
struct ld_btf_ext {
	uint8_t *header; /* LD_EXT_HEADER bytes; NULL if the output has no .BTF.ext */
	struct ld_blob tables[LD_EXT_NR]; /* these follow the header */
};

/* By emit. */
struct ld_image {
	LD_VEC(struct iovec) parts; /* the output file, as consecutive buffers */
	size_t size;
};

/*
 * Passes take the link as const: they cannot change the options or the results of other stages. All
 * passes use memory and diagnostics, which are behind pointers.
 */
struct ld_link {
	const struct ld_options *opt;
	struct ld_arena *arena;
	struct ld_arena *scratch; /* memory until the pass ends */
	struct ld_diags *diags;
	struct ld_block **blocks; /* newest first */
	struct ld_pages *pages;   /* for the arenas of files; NULL in a small link */
	uint32_t threads;         /* at least 1 */

	struct ld_input_files inputs;
	struct ld_resolution
	    before_lto; /* resolution of the inputs with bitcode; empty if there are none */
	struct ld_resolution res;
	struct ld_imports imports;
	const struct ld_calls *calls; /* the call graph; NULL in a partial link for any kernel */
	struct ld_layout layout;
	struct ld_out_syms out_syms;
	struct ld_blob import_table; /* contents of .bpfld.imports */
	struct ld_symtab symtab;
	const struct ld_btf_plan *plan; /* see passes/output/btf_plan.h */
	struct ld_merged_btf btf;
	struct ld_btf_ext btf_ext;
	struct ld_image image;

	const struct ld_targets *targets; /* see model/targets.h; NULL without --target-btf */
	const struct ld_earlier *earlier; /* for reports: see report/earlier.h; or NULL */

	const uint8_t *flat;          /* the image in one block; NULL until somebody looks at it */
	LD_VEC(struct ld_span) spans; /* passes and written files, for the time trace */
};

/* The image in one block, for those that read it: most links only write it. */
const uint8_t *ld_flatten(struct ld_arena *a, const struct ld_image *image);

#define ld_for_each(i, vec) for (size_t i = 0; i < (vec)->nr; i++)

/* The target of a relocation, or the place of a defined symbol. */
struct ld_target {
	const struct ld_file *file;
	uint32_t sym;           /* in_sym in file; 0: a place in a section */
	struct ld_piece *piece; /* NULL: undefined or absolute */
	int64_t off;            /* bytes into piece */
};

/* Where a symbol of f is defined, in this or another file, once symbols are resolved. */
struct ld_target ld_sym_target(const struct ld_file *f, uint32_t in_sym);

/* Offset in its output section of the byte at off of a live piece. */
uint64_t ld_piece_out_off(const struct ld_piece *p, uint64_t off);

/* The target of r of file f, once symbols are resolved. */
struct ld_target ld_reloc_target(const struct ld_file *f, const struct ld_reloc *r);

/* The same once `live` is final: the piece in the output, or NULL. */
struct ld_target ld_live_target(const struct ld_file *f, const struct ld_reloc *r);

/* The piece at off; at the end of the section, the last one. NULL if there are none. */
struct ld_piece *ld_piece_at(const struct ld_section *sec, uint64_t off);

/*
 * The same for the output, once choose_symbols has run. LD_REF_NONE: the target is not in the
 * output (an undefined weak symbol, a dropped piece).
 */
struct ld_ref ld_reloc_ref(const struct ld_section *sec, const struct ld_reloc *r);

/* The name of a piece in messages and the map: "a.o:(.text:foo)". */
const char *ld_piece_name(const struct ld_link *l, const struct ld_piece *p);

/* A type's node in link->res.graph; 0 for void, FUNC, VAR, DATASEC and DECL_TAG. */
static inline uint32_t ld_node_of(const struct ld_file *f, uint32_t in_type)
{
	return f->canon[in_type];
}

/* The DATASEC that lists an extern FUNC or VAR, or 0. */
static inline uint32_t ld_extern_sec(const struct ld_file *f, uint32_t in_type)
{
	return f->extern_secs[in_type];
}

/* The out_type of a type; 0 if it was dropped. */
uint32_t ld_out_type(const struct ld_merged_btf *btf, const struct ld_file *f, uint32_t in_type);

/* The place in the output section of the byte at off of sec, whose strings have been merged. */
uint64_t ld_string_out(const struct ld_section *sec, uint64_t off);

/* The end of p's records: they are p->sec->ext[kind] from p->ext[kind] on. */
static inline uint32_t ld_ext_end(const struct ld_piece *p, enum ld_ext_kind kind)
{
	const struct ld_section *sec = p->sec;

	return p + 1 < sec->pieces + sec->nr_pieces ? p[1].ext[kind] : sec->ext[kind].nr;
}

/* The FUNC of the symbol at off of p's section, or NULL. */
const struct ld_entity *ld_func_at(const struct ld_piece *p, uint64_t off, uint32_t in_func);

/* The role of a section or DATASEC of this name. */
enum ld_role ld_role_of(const char *name);

/* The name of a section that a misspelt one such as "licence" means, or NULL. */
const char *ld_near_data_section(const char *name);

/* Whether the role has any of these traits, LD_TRAIT_*. */
bool ld_role_has(enum ld_role role, unsigned int traits);

/* Whether the symbol is in the license or version section, which merge_license merges. */
static inline bool ld_is_single(const struct ld_sym *sym)
{
	return sym->sec && ld_role_has(sym->sec->role, LD_TRAIT_SINGLE);
}

/* Whether the symbol is a map that a loader creates. */
static inline bool ld_is_map(const struct ld_sym *sym)
{
	return sym->sec && sym->sec->role == LD_ROLE_MAPS && sym->type == STT_OBJECT;
}

/* The name of the output section that p goes to. */
const char *ld_out_name(const struct ld_piece *p);

/* Whether p is code that loaders take for a program: outside the output's .text. */
bool ld_is_program(const struct ld_piece *p);

/* "net__counter" for the name "counter" of the file net.bpf.c. */
const char *ld_qualify(struct ld_arena *a, const char *file, const char *name);

/*
 * A name for the output's BTF. Kernels before 6.5 reject BTF with gcc's "f.constprop.0", which
 * becomes "f_constprop_0"; all of them Rust's "Box<u32>", which becomes "Box_3C_u32_3E_", as aya's
 * tools have it. The end of a name that is too long is replaced by a hash.
 */
const char *ld_c_name(struct ld_arena *a, const char *name);

/* The name of a global symbol of f after --prefix. */
const char *ld_prefixed_name(const struct ld_file *f, const struct ld_sym *sym);

/* The name of a global symbol of f after --prefix, --wrap and --rename. */
const char *ld_global_name(const struct ld_file *f, const struct ld_sym *sym);

/* The function that a decl tag "exception_callback:FUNCTION" names; NULL for other types. */
const char *ld_callback_name(const struct ld_btf *btf, uint32_t in_type);

/*
 * Whether a static function has the name of a callback of another file. Then it needs another one:
 * libbpf and the kernel take the first function with this name.
 */
bool ld_has_callback_name(const struct ld_link *l, const struct ld_sym *sym);

/* Whether it is a label that clang leaves at a basic block. */
bool ld_is_label(const struct ld_sym *sym);

/* Whether a symbol of the input is a definition. */
static inline bool ld_is_defined(const struct ld_sym *sym)
{
	return sym->sec || sym->abs || sym->common;
}

/*
 * The limit for the total length of names in .BTF, counted at each use: far above what compilers
 * write, and proportional to the inputs.
 */
uint64_t ld_names_limit(const struct ld_link *l);

/* The owner's symbol, or NULL. */
struct ld_sym *ld_global_def(const struct ld_global *n);

/* The option with which to compile a file that lacks BTF: only later releases of gcc take -g. */
static inline const char *ld_btf_option(const struct ld_file *f)
{
	return f->gcc ? "-gbtf" : "-g";
}

/*
 * The input that a symbol of link-time optimization's object comes from, if it is known; otherwise
 * f.
 */
const struct ld_file *ld_sym_origin(const struct ld_file *f, uint32_t in_sym);

/* The name of a file in diagnostics: its source if the driver has made up the path. */
const char *ld_file_name(const struct ld_file *f);

#endif
