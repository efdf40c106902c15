/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The facts of a link for --report, gathered once from the model and rendered as JSON or as a page.
 * Lists are in the order of the inputs. Sizes are in bytes; pointers point into the model.
 */
#ifndef LD_REPORT_FACTS_H
#define LD_REPORT_FACTS_H

#include "btf/print.h"
#include "model/calls.h"
#include "report/report.h"

#define LD_NO_INDEX UINT32_MAX

struct ld_indexes {
	uint32_t *v;
	size_t nr, cap;
};

/* An input's share, before and after. Padding and the tables of the linker belong to no input. */
struct ld_file_facts {
	const struct ld_file *file;
	struct ld_counts in;
	struct ld_counts out; /* bytes by kind of section, and types; the rest is 0 */
};

struct ld_func_facts {
	const char *name;
	const struct ld_section *sec;
	const struct ld_piece *piece;
	const char *place;          /* its source line */
	uint64_t off, size;         /* into sec */
	uint64_t ext_in, ext_out;   /* of its .BTF.ext records */
	uint32_t core_relos;        /* of these */
	bool kept;                  /* its code is in the output */
	bool program;               /* outside .text */
	const struct ld_func *func; /* in the call graph, or NULL */
	const char *plan;           /* how a plan has it compiled, or NULL */
	uint32_t next;              /* the callee with the deepest stack, or LD_NO_INDEX */
};

/* Equal calls by one function, possibly at several places. */
struct ld_call_facts {
	uint32_t caller, callee; /* indexes of functions */
	enum ld_call_kind kind;
	bool circular;
	uint32_t places;
};

/*
 * A program, or a callback that runs on its own stack. Its deepest chain follows
 * ld_func_facts.next: the chains of many programs have most functions in common.
 */
struct ld_chain_facts {
	uint32_t root; /* index of a function */
	bool later;
	uint64_t stack;   /* sum of the frames, each rounded up to 16 */
	uint64_t certain; /* the deepest stack that the verifier is certain to see; the basis of
			     warnings */
	uint32_t frames;  /* of the longest chain */
};

struct ld_var_facts {
	const struct ld_sym *sym;
	bool kept;
};

struct ld_attr_facts {
	struct ld_map_attr attr;
	const char *text;
};

/* A map in .maps, or one that a loader makes of a data section. */
struct ld_map_facts {
	const struct ld_sym *sym; /* NULL for a data section */
	const struct ld_out *out; /* that section */
	LD_VEC(struct ld_attr_facts) attrs;
	uint64_t key_size, value_size; /* 0: unknown */
	uint64_t bytes;                /* of all keys and values, or of a ring buffer; 0: unknown */
	struct ld_indexes users;       /* functions */
	struct ld_indexes holders;     /* maps that contain it */
};

/* A symbol that the loader resolves. */
struct ld_extern_facts {
	const struct ld_global *name;
	const char *type; /* as C, or NULL */
	struct ld_indexes users;
};

/* A struct, union or enum of the output. */
struct ld_type_facts {
	const char *name; /* "struct s" */
	uint64_t size;    /* of a value */
	uint64_t btf;     /* of its record, without strings */
};

struct ld_facts {
	const struct ld_link *l;
	struct ld_counts in, out;
	struct ld_image_section *secs; /* secs[1 .. nr_secs) */
	uint32_t nr_secs;
	struct ld_file_facts *files; /* by index: the inputs that the output is made of */
	LD_VEC(struct ld_file_facts)
	replaced; /* bitcode inputs, which were compiled into one of those */
	LD_VEC(struct ld_func_facts) funcs;
	LD_VEC(struct ld_var_facts) vars;
	LD_VEC(struct ld_call_facts) calls; /* by caller */
	LD_VEC(struct ld_chain_facts) chains;
	LD_VEC(struct ld_map_facts) maps;
	LD_VEC(struct ld_extern_facts) externs;
	LD_VEC(struct ld_type_facts) types;
	struct ld_dropped_list dropped;

	uint32_t **first_func; /* [file index][section index]: its first function */
	uint32_t **sym_map;    /* [file index][in_sym]: index of its map + 1, or 0 */
};

/* Words of a record of that kind in the output; 0 if there are none. */
uint32_t ld_ext_out_words(const struct ld_link *l, int kind);

struct ld_facts *ld_gather_facts(struct ld_arena *a, const struct ld_link *l);

/* Gather parts of the facts; in this order. */
void ld_gather_bytes(struct ld_arena *a, struct ld_facts *f);
void ld_gather_chains(struct ld_arena *a, struct ld_facts *f);
void ld_gather_maps(struct ld_arena *a, struct ld_facts *f);
void ld_gather_users(struct ld_arena *a, struct ld_facts *f);

/* The function or the map at a place of an input, or LD_NO_INDEX. */
uint32_t ld_function_at(const struct ld_facts *f, const struct ld_location *place);
uint32_t ld_map_at(const struct ld_facts *f, const struct ld_location *place);

/* Appends the facts as JSON. */
void ld_put_facts(struct ld_arena *a, struct ld_blob *out, const struct ld_facts *f);

#endif
