/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What btf.c and btf/dedup/split.c share: a section that is being checked. */
#ifndef LD_BTF_PARSE_H
#define LD_BTF_PARSE_H

#include "btf/btf.h"

struct ld_btf_parser {
	struct ld_arena *arena; /* what is found out lives there */
	struct ld_diags *diags;
	const char *where;               /* the file, for diagnostics */
	struct ld_btf *btf;              /* all zeros to begin with */
	const char *types;               /* as the section has them */
	uint32_t *offs;                  /* room for btf->offs */
	uint32_t *decls;                 /* for btf->decls, when all types are known */
	uint32_t types_len;              /* bytes */
	uint32_t decls_seen;             /* by ld_btf_check_type() */
	bool to_mend;                    /* some type is not what later code expects */
	const struct btf_layout *layout; /* the layout section, by kind: nr_layout of them */
	uint32_t nr_layout;
};

/*
 * Opens a section of size bytes. Then its types are to be found: all at once, or one after the
 * other, from type 1 at 0 on; then it is to be closed.
 */
int ld_btf_open(struct ld_btf_parser *p, const char *data, size_t size, bool big);

int ld_btf_note_types(struct ld_btf_parser *p);

/* Notes that type in_type stands at off of the section, and how many bytes it takes. */
int ld_btf_note_type(struct ld_btf_parser *p, uint32_t in_type, uint32_t off, uint32_t *size);

/* There are nr types, void counted. Their ids and names have not been looked at. */
void ld_btf_close(struct ld_btf_parser *p, uint32_t nr);

/* Whether a type's ids and names are in range. Lists it if it is a decl. */
int ld_btf_check_type(struct ld_btf_parser *p, uint32_t in_type);

/* What later code relies on beyond that: when all decls have been listed. */
int ld_btf_check_decls(struct ld_btf_parser *p);

/* All types are the file's own: a section without base is complete. */
void ld_btf_set_whole(struct ld_arena *a, struct ld_btf *btf);

#endif
