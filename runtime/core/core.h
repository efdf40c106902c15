/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * This directory knows how a loader adapts a program to a kernel by means of BTF: CO-RE
 * relocations, and the kernel's functions and variables. It knows BTF, but neither ELF objects for
 * BPF nor a link.
 *
 * Results are those of libbpf 1.7. Its rules, and the numbers of relocation kinds, are described in
 * the kernel's Documentation/bpf/llvm_reloc.rst and btf.rst.
 */
#ifndef LD_CORE_CORE_H
#define LD_CORE_CORE_H

#include "base/strmap.h"
#include "btf/btf.h"

/* enum bpf_core_relo_kind */
enum ld_core_kind {
	LD_CORE_BYTE_OFFSET,
	LD_CORE_BYTE_SIZE,
	LD_CORE_FIELD_EXISTS,
	LD_CORE_SIGNED,
	LD_CORE_LSHIFT,
	LD_CORE_RSHIFT,
	LD_CORE_ID_LOCAL,
	LD_CORE_ID_TARGET,
	LD_CORE_TYPE_EXISTS,
	LD_CORE_TYPE_SIZE,
	LD_CORE_ENUMVAL_EXISTS,
	LD_CORE_ENUMVAL_VALUE,
	LD_CORE_TYPE_MATCHES,
	LD_CORE_NR_KINDS
};

/* Names of the kinds, as libbpf's log has them. */
extern const char *const ld_core_kind_names[LD_CORE_NR_KINDS];

static inline bool ld_core_is_type(uint32_t kind)
{
	return (kind >= LD_CORE_ID_LOCAL && kind <= LD_CORE_TYPE_SIZE) ||
	       kind == LD_CORE_TYPE_MATCHES;
}

static inline bool ld_core_is_enumval(uint32_t kind)
{
	return kind == LD_CORE_ENUMVAL_EXISTS || kind == LD_CORE_ENUMVAL_VALUE;
}

/* Whether the program asks for existence: no value of it is a failure. */
static inline bool ld_core_is_question(uint32_t kind)
{
	return kind == LD_CORE_FIELD_EXISTS || kind == LD_CORE_TYPE_EXISTS ||
	       kind == LD_CORE_TYPE_MATCHES || kind == LD_CORE_ENUMVAL_EXISTS;
}

/* ---- names.c ---- */

/* The length of a name without its flavor: "task_struct___old" is task_struct. */
size_t ld_core_name_len(const char *name);
bool ld_core_same_name(const char *a, const char *b);

/* ---- types.c ---- */

/* Like ld_btf_type(), also for void. */
const struct btf_type *ld_core_type(const struct ld_btf *btf, uint32_t id);

/* The type without typedefs and qualifiers; sets *id to its id. */
const struct btf_type *ld_core_strip(const struct ld_btf *btf, uint32_t *id);

static inline bool ld_core_is_enum(const struct btf_type *t)
{
	return ld_btf_kind(t) == BTF_KIND_ENUM || ld_btf_kind(t) == BTF_KIND_ENUM64;
}

static inline bool ld_core_is_composite(const struct btf_type *t)
{
	return ld_btf_kind(t) == BTF_KIND_STRUCT || ld_btf_kind(t) == BTF_KIND_UNION;
}

/* Whether types of these kinds may correspond. */
bool ld_core_same_kind(const struct btf_type *a, const struct btf_type *b);

/* The size of a type in bytes, with pointers of ptr_size; -1 if it has none. */
int64_t ld_core_size(const struct ld_btf *btf, uint32_t id, uint32_t ptr_size);

/* An enumerator's name. */
const char *ld_core_enumerator(const struct ld_btf *btf, const struct btf_type *t, uint32_t i);

/*
 * Comparisons of a type of the program with one of the kernel. 1: they agree; 0: they do not; -1:
 * they cannot be compared, and loading fails.
 */
int ld_core_fields_agree(const struct ld_btf *local, uint32_t local_id, const struct ld_btf *kernel,
			 uint32_t id);
int ld_core_types_agree(const struct ld_btf *local, uint32_t local_id, const struct ld_btf *kernel,
			uint32_t id);
int ld_core_types_match(const struct ld_btf *local, uint32_t local_id, const struct ld_btf *kernel,
			uint32_t id);

/* ---- kernel.c ---- */

struct ld_core_ids {
	uint32_t *v;
	size_t nr, cap;
};

/*
 * The BTF of a kernel and its modules, as one: ids and strings of modules follow those of vmlinux.
 * In the modules' own BTF each module's types begin at first_module.
 */
struct ld_core_kernel {
	struct ld_arena *arena;
	struct ld_btf btf;
	uint32_t first_module; /* id of the first type of a module */
	uint32_t nr_modules;
	const char **modules;   /* names */
	uint32_t *module_types; /* by module: id of its first type in btf; then the end */
	uint32_t ptr_size;      /* bytes of a pointer */
	struct ld_strmap names; /* wanted name without flavor -> struct ld_core_ids */
};

/* The bytes of one file's BTF. */
struct ld_core_bytes {
	const char *name; /* of the module */
	const void *data;
	size_t size;
	const void
	    *base; /* of a module's .BTF.base, the types of vmlinux that its .BTF needs; or NULL */
	size_t base_size;
	bool broken; /* set by ld_core_read_kernel() */
};

/*
 * Reads the BTF of vmlinux and modules, files[0] and files[1 .. nr). Reports each that is broken;
 * broken modules are left out. Returns a negative errno value if vmlinux is broken. Keeps pointers
 * into the files.
 */
int ld_core_read_kernel(struct ld_arena *a, struct ld_diags *d, const char *where,
			struct ld_core_bytes *files, size_t nr, struct ld_core_kernel *k);

/* Finds the types of all names that are keys of names. Values of names are not looked at. */
void ld_core_index(struct ld_core_kernel *k, const char *const *names, size_t nr);

/* The types with that name without flavor, in the order of ids. */
const struct ld_core_ids *ld_core_named(const struct ld_core_kernel *k, const char *name);

/* The id in the BTF that has the type, and the module, or NULL for vmlinux. */
uint32_t ld_core_own_id(const struct ld_core_kernel *k, uint32_t id, const char **module);

/* ---- relocate.c ---- */

struct ld_core_relo {
	uint32_t type; /* of the program */
	const char *access;
	uint32_t kind;
};

enum ld_core_status {
	LD_CORE_DONE,   /* the instruction gets a value */
	LD_CORE_POISON, /* the instruction becomes an invalid one */
	LD_CORE_REFUSE, /* the loader gives up */
};

struct ld_core_result {
	enum ld_core_status status;
	bool found;              /* some type of the kernel matches */
	bool other_kind;         /* not found, but a field of that name has another type */
	uint64_t old, value;     /* in the instruction */
	uint32_t old_size, size; /* bytes of the field, for LD_CORE_BYTE_OFFSET; 0: unknown */
	const char *why;         /* if refused: a constant */
	bool check_old;          /* internal: the instruction must have the old value */
	bool bad_size;           /* internal: a load or store of it cannot be adapted */
};

/* The candidates of a type of the program, in the order of the kernel's types. */
struct ld_core_cands {
	struct ld_core_ids ids;
	bool found; /* ids is filled in */
};

/*
 * Resolves a relocation of an instruction. cands is that of the relocation's type, initially zero;
 * as in libbpf, types that do not match a relocation are not considered for later ones.
 */
struct ld_core_result ld_core_resolve(const struct ld_core_kernel *k, const struct ld_btf *local,
				      const struct ld_core_relo *relo, const uint8_t *insn,
				      size_t room, bool big, struct ld_core_cands *cands);

/* "struct task_struct.pid": what a relocation refers to. */
const char *ld_core_describe(struct ld_arena *a, const struct ld_btf *local,
			     const struct ld_core_relo *relo);

/* ---- externs.c ---- */

enum ld_core_extern_status {
	LD_CORE_EXTERN_FOUND,
	LD_CORE_EXTERN_MISSING,
	LD_CORE_EXTERN_OTHER,    /* of another type */
	LD_CORE_EXTERN_NO_KFUNC, /* a function that programs cannot call */
	LD_CORE_EXTERN_UNKNOWN,  /* without type: loaders look in kallsyms, not in BTF */
};

struct ld_core_extern {
	enum ld_core_extern_status status;
	uint32_t id; /* in k->btf, if found or of another type */
};

/* Looks up an extern FUNC or VAR of the program, decl in local, in .ksyms. */
struct ld_core_extern ld_core_find_extern(const struct ld_core_kernel *k,
					  const struct ld_btf *local, uint32_t decl);

/* ---- attach.c ---- */

/* What a program attaches to, by the name of its section. */
struct ld_core_attach {
	const char *name;   /* of a type of the kernel */
	uint32_t kind;      /* of that type: BTF_KIND_FUNC or BTF_KIND_TYPEDEF */
	const char *module; /* the only one to search, or "vmlinux"; NULL: all */
};

/* Returns false if programs of the section do not attach to a type of the kernel. */
bool ld_core_attach_of(struct ld_arena *a, const char *section, struct ld_core_attach *attach);

/* Whether the kernel has it. */
bool ld_core_has_attach(const struct ld_core_kernel *k, const struct ld_core_attach *attach);

#endif
