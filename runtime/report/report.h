/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * This directory describes finished links: maps, statistics, traces, dependencies, and facts as
 * JSON or as a page. Each report is in the file of its name and appends a text to out, which grows
 * in a. Reports read the model and change nothing; no pass depends on one.
 */
#ifndef LD_REPORT_REPORT_H
#define LD_REPORT_REPORT_H

#include "model/model.h"

/* --trace and --trace-symbol, once global symbols are resolved: lines for the user in l->diags-> */
void ld_report_trace(const struct ld_link *l);

/*
 * All reports below but ld_report_inputs and ld_report_files need a finished link; some need the
 * image.
 */
typedef void ld_report_fn(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* The origin of each section and symbol, then what was dropped. */
void ld_report_map(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* Global symbols, each with the files that define and reference it. */
void ld_report_cref(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* Counts and bytes, before and after. */
void ld_report_stats(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* The times of passes and files, as Chrome trace events. */
void ld_report_time_trace(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/*
 * A rule for make with the files that were read. ld_check_dependencies() reports names that make
 * cannot quote.
 */
void ld_check_dependencies(const struct ld_link *l);
void ld_report_dependencies(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* The archive members that were extracted, each with the symbol and the file that needed it. */
void ld_report_why_extract(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* The files of ld_report_dependencies, each followed by a NUL. */
void ld_report_inputs(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* The same without those that the caller read, with archive members: see BPFLD_TEXT_FILES. */
void ld_report_files(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* The results of --target-btf, as a table and as JSON; nothing without. */
void ld_report_targets(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);
void ld_report_targets_json(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* The growth since the link of --report-against, as a table; nothing without. */
void ld_report_comparison(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* The files that took part, as they were before bitcode was compiled. */
static inline const struct ld_resolution *ld_resolved_inputs(const struct ld_link *l)
{
	return l->before_lto.files.nr ? &l->before_lto : &l->res;
}

/* The facts below, as JSON and as a page that displays them. */
void ld_report_json(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);
void ld_report_html(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l);

/* Something of an input that the output lacks. */
enum ld_drop_reason {
	LD_DROP_UNUSED,
	LD_DROP_OVERRIDDEN,
	LD_DROP_COPY,
	LD_DROP_FOLDED,
	LD_DROP_MERGED,
	LD_DROP_STRIPPED,
	LD_DROP_NO_USE,
};
extern const char *const ld_drop_reasons[]; /* as users see them */

struct ld_dropped {
	enum ld_drop_reason reason;
	const struct ld_section *sec;
	uint64_t off, size;        /* bytes, into sec */
	const char *name;          /* of a function or variable, or NULL */
	uint32_t pieces;           /* if merged: their number */
	const char *group;         /* the COMDAT group of the copy that is kept, or NULL */
	const struct ld_piece *of; /* the piece that is kept instead, or NULL */
	const struct ld_file *by;  /* the file with the definition that was chosen, or NULL */
};

struct ld_dropped_list {
	struct ld_dropped *v;
	size_t nr, cap;
};

/* Everything that was dropped, in the order of the inputs. */
struct ld_dropped_list ld_find_dropped(struct ld_arena *a, const struct ld_link *l);

/* Why a piece is not in the output. */
struct ld_dropped ld_why_dropped(const struct ld_piece *p);

/* Counts and bytes of one input, of all inputs, or of the output. */
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
	const struct ld_out *out; /* NULL for tables that the linker made */
};

/* All sections in the order of their headers, with the null section; sets *nr to their number. */
struct ld_image_section *ld_image_sections(struct ld_arena *a, const struct ld_link *l,
					   uint32_t *nr);

#endif
