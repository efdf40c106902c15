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

/* The others append a text; all but ld_report_inputs need the finished image. */
typedef void ld_report_fn(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* What came from where: sections, inputs' parts of them, symbols; then what was dropped. */
void ld_report_map(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* Global names, each with the file that defines it and those that refer to it. */
void ld_report_cref(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* Counts and bytes, before and after. */
void ld_report_stats(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* Passes and files with their times, as Chrome's trace events. */
void ld_report_time_trace(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* The files that were read, as a rule for make. */
void ld_report_dependencies(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* Which members of archives were taken, for which name, asked for by whom. */
void ld_report_why_extract(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* The files of ld_report_dependencies, a NUL after each. */
void ld_report_inputs(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

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
