/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What there is to tell about a link. Reports read the model that the passes made and change
 * nothing; each is in the file of its name. Texts are appended to out, which grows in a.
 */
#ifndef LD_REPORT_REPORT_H
#define LD_REPORT_REPORT_H

#include "model/model.h"

/* --trace and --trace-symbol, once names have owners: lines for the user, by way of l->diags. */
void ld_report_trace(struct ld_link *l);

/* The others append a text. All but ld_report_inputs and ld_report_files are for links
 * that are done; for some the image must have been made. */
typedef void ld_report_fn(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* What came from where: sections, inputs' parts of them, symbols; then what was dropped. */
void ld_report_map(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* Global names, each with the file that defines it and those that refer to it. */
void ld_report_cref(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* Counts and bytes, before and after. */
void ld_report_stats(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* Passes and files with their times, as Chrome's trace events. */
void ld_report_time_trace(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* The files that were read, as a rule for make; the former reports the names that it cannot hold.
 */
void ld_check_dependencies(struct ld_link *l);
void ld_report_dependencies(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* Which members of archives were taken, for which name, asked for by whom. */
void ld_report_why_extract(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* The files of ld_report_dependencies, a NUL after each. */
void ld_report_inputs(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* The same without those that the caller read, and as which members: see BPFLD_TEXT_FILES. */
void ld_report_files(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* The files that took part, as they were before bitcode was compiled. */
struct ld_inputs {
	struct ld_file *const *v;
	size_t nr;
};

static inline struct ld_inputs ld_inputs(const struct ld_link *l)
{
	if (l->took_part.nr)
		return (struct ld_inputs){l->took_part.v, l->took_part.nr};
	return (struct ld_inputs){l->files.v, l->files.nr};
}

/* The facts below, as JSON; and as a page that shows them. */
void ld_report_json(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);
void ld_report_html(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* What the output lacks of an input. */
enum ld_drop_reason {
	LD_DROP_UNUSED,
	LD_DROP_OVERRIDDEN,
	LD_DROP_COPY,
	LD_DROP_FOLDED,
	LD_DROP_MERGED,
	LD_DROP_STRIPPED,
	LD_DROP_NO_USE,
};
extern const char *const ld_drop_reasons[]; /* the names that users see */

struct ld_dropped {
	enum ld_drop_reason reason;
	const struct ld_section *sec;
	uint64_t off, size;        /* bytes, into sec */
	const char *name;          /* of a function or variable, or NULL */
	uint32_t pieces;           /* merged: how many */
	const char *group;         /* that has its other copy, or NULL */
	const struct ld_piece *of; /* what stays instead, or NULL */
	const struct ld_file *by;  /* whose definition won, or NULL */
};

struct ld_dropped_list {
	struct ld_dropped *v;
	size_t nr, cap;
};

/* All of it, in the order of the inputs. */
struct ld_dropped_list ld_find_dropped(struct ld_arena *a, const struct ld_link *l);

/* Of a piece that is not in the output: why. */
struct ld_dropped ld_why_dropped(const struct ld_piece *p);

/* Counts and bytes of an input, of all, or of the output. */
struct ld_counts {
	uint64_t files, bytes, sections, code, data, bss, debug, btf, btf_ext;
	uint64_t symbols, functions, relocs, types, pieces;
};

void ld_count_file(struct ld_counts *to, const struct ld_file *f);
void ld_count_output(struct ld_counts *to, struct ld_arena *a, const struct ld_link *l);

/* A section of the output as its header describes it. */
struct ld_image_section {
	const char *name;
	uint64_t size, align;
	const struct ld_out *out; /* whose it is; NULL for tables that the linker made */
};

/* All of them in order of their headers, the null section first; their number in *nr. */
struct ld_image_section *ld_image_sections(struct ld_arena *a, const struct ld_link *l,
					   uint32_t *nr);

#endif
