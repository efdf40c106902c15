/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Parses each file into the model, in parallel. All numbers of an input have been checked
 * afterwards.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "base/text.h"
#include "elf/btf_bind.h"
#include "elf/btf_ext.h"
#include "elf/elf_read.h"
#include "elf/import_table.h"
#include "elf/pieces.h"
#include "elf/place.h"
#include "passes/passes.h"

/* Whether anything is left of BTF that lacks types. */
static bool has_types(const struct ld_btf *btf)
{
	for (uint32_t i = 1; i < btf->nr_types; i++) {
		const struct btf_type *t = ld_btf_type(btf, i);
		uint32_t kind = ld_btf_kind(t);

		if (kind != BTF_KIND_UNKN && (kind != BTF_KIND_DATASEC || ld_btf_vlen(t)))
			return true;
	}
	return false;
}

/* Functions that clang makes up, such as the initializer of a C++ file, have neither name nor type.
 */
static bool names_untyped(const struct ld_btf *btf)
{
	for (uint32_t i = 1; i < btf->nr_types; i++) {
		const struct btf_type *t = ld_btf_type(btf, i);

		if (ld_btf_kind(t) == BTF_KIND_UNKN && !ld_btf_vlen(t) && btf->strs[t->name_off])
			return true;
	}
	return false;
}

/* clang -g1 writes the functions, but no types. Reported once for bitcode: not for LTO's object. */
static void warn_untyped(struct ld_file *f)
{
	if (!f->lto)
		ld_warn(&f->diags, "missing-btf",
			"%s: BTF without types, from -g1 or -gline-tables-only, is ignored" LD_HELP
			"compile it with -g",
			ld_file_name(f));
}

static int parse_btf(struct ld_file *f, struct ld_arena *digests, struct ld_arena *scratch)
{
	const struct ld_section *btf = NULL, *ext = NULL;
	uint32_t i;
	int err;

	for (i = 1; i < f->nr_secs; i++) {
		const struct ld_section *sec = &f->secs[i];
		const struct ld_section **found = sec->kind == LD_SEC_BTF       ? &btf
						  : sec->kind == LD_SEC_BTF_EXT ? &ext
										: NULL;

		if (found && *found)
			return ld_error(&f->diags, "invalid-elf", "%s: second section %s",
					ld_file_name(f), sec->name);
		if (found)
			*found = sec;
	}
	if (!btf)
		return 0;
	if ((err = ld_btf_parse(&f->arena, &f->diags, ld_file_name(f), btf->data, btf->size, f->big,
				&f->btf)))
		return err;
	if (f->btf.nr_untyped) {
		bool empty = !has_types(&f->btf);

		if (empty || names_untyped(&f->btf))
			warn_untyped(f);
		if (empty)
			return 0;
	}
	f->has_btf = true;
	if (ext && (err = ld_btf_ext_parse(f, ext)))
		return err;
	ld_btf_bind(f, scratch);
	f->digest = ld_btf_digest(digests, scratch, &f->btf, f->link->inputs.btf_names);
	return 0;
}

/* The file of module nr. */
static const struct ld_file *module_file(const struct ld_link *l, unsigned long nr)
{
	ld_for_each(i, &l->before_lto.files)
		if (l->before_lto.files.v[i]->bitcode && nr-- == 0)
			return l->before_lto.files.v[i];
	return NULL;
}

/*
 * In an object compiled from several files, names of static symbols have the number of the file as
 * a suffix: "calls.lto.2", or "calls.lto.2.0" if the compiler has split a function.
 */
static void restore_names(struct ld_file *f)
{
	f->origins = LD_NEW_ARRAY(&f->arena, const struct ld_file *, f->nr_syms);
	for (uint32_t i = 1; i < f->nr_syms; i++) {
		struct ld_sym *sym = &f->syms[i];
		const char *mark = strstr(sym->name, ".lto.");
		char *end;

		if (sym->bind != STB_LOCAL || !mark || !isdigit((unsigned char)mark[5]))
			continue;
		f->origins[i] = module_file(f->link, strtoul(mark + 5, &end, 10));
		sym->name = ld_printf(&f->arena, "%.*s%s", (int)(mark - sym->name), sym->name, end);
	}
}

/* If nothing needs an archive member yet, its symbols are enough. */
static void parse_file(struct ld_file *f, struct ld_arena *digests, struct ld_arena *scratch)
{
	struct ld_span span = ld_span_begin("parse_file", f->path);

	if (f->stage == LD_FILE_NEW) {
		f->stage = LD_FILE_BROKEN;
		if (ld_elf_read(f))
			return;
		f->stage = LD_FILE_READ;
		ld_mark_stubs(f, scratch);
		/* These have been applied before LTO. */
		for (uint32_t i = 1; f->lto && i < f->nr_syms; i++)
			f->syms[i].final_name = true;
	}
	if (f->lazy || f->stage != LD_FILE_READ)
		return;
	f->stage = LD_FILE_BROKEN;
	if (!ld_make_pieces(f) && !parse_btf(f, digests, scratch))
		f->stage = LD_FILE_PARSED;
	if (f->lto && f->stage == LD_FILE_PARSED)
		restore_names(f);
	ld_span_end(&span);
	LD_PUSH(&f->arena, &f->spans, span);
}

/* The memory of a thread, reused from file to file. */
struct room {
	struct ld_arena scratch;
	struct ld_arena rest; /* of the last file's memory, for the next file */
	bool used;
};

struct parse {
	const struct ld_link *l;
	struct ld_input_files *in;
	struct room rooms[LD_MAX_THREADS]; /* by thread */
};

static void parse_task(void *ctx, uint32_t thread, uint32_t i)
{
	struct parse *p = ctx;
	struct ld_file *f = p->in->files.v[i];
	struct ld_arena *digests = &p->in->digests[thread];
	struct room *room = &p->rooms[thread];
	jmp_buf oom;

	if (f->stage != LD_FILE_NEW && f->stage != LD_FILE_READ)
		return;
	f->arena.oom = digests->oom = room->scratch.oom = &oom;
	f->arena.pages = p->l->pages;
	if (room->used)
		ld_arena_reset(&room->scratch);
	ld_arena_expect_reuse(&room->scratch);
	room->used = true;
	if (p->l->pages)
		ld_arena_pass_rest(&room->rest, &f->arena);
	if (setjmp(oom))
		f->failed = true;
	else
		parse_file(f, digests, &room->scratch);
	if (p->l->pages)
		ld_arena_pass_rest(&f->arena, &room->rest);
}

/* An archive may have members that are not for BPF; they define nothing. */
static enum ld_severity severity_for(const struct ld_file *f, const struct ld_diag *d)
{
	static const char *const ids[] = {"not-an-object", "wrong-machine", "gcc-lto",
					  "profiled-input", "stripped-input"};
	bool foreign = false;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		foreign |= !strcmp(d->id, ids[i]);
	return f->lazy && f->archive && foreign && d->severity == LD_ERROR ? LD_WARNING
									   : d->severity;
}

/* A diagnostic of a file is about that file. */
static void locate_in_file(const struct ld_link *l, const struct ld_file *f, struct ld_diag *d)
{
	struct ld_location *location = LD_NEW(l->arena, struct ld_location);

	location->object = ld_file_name(f);
	d->locations = location;
	d->nr_locations = 1;
}

/* Members of one archive that are passed over for one reason. */
struct foreign {
	const char *archive;
	struct ld_diag first;
	struct ld_list members;
};

static void deliver_foreign(const struct ld_link *l, struct foreign *foreign)
{
	const char *help = foreign->members.nr ? ld_text_help(foreign->first.message) : NULL;

	if (foreign->members.nr > 1)
		ld_warn(l->diags, foreign->first.id,
			"%s: %zu members are not linked%" LD_LINES "%" LD_LINES, foreign->archive,
			foreign->members.nr, ld_list_lines(l->arena, &foreign->members, "members"),
			help ? ld_text(l->arena, LD_HELP "%" LD_LINES, help) : "");
	else if (foreign->members.nr)
		LD_PUSH(l->arena, &l->diags->list, foreign->first);
	*foreign = (struct foreign){0};
}

static void add_foreign(const struct ld_link *l, struct foreign *foreign, const struct ld_file *f,
			const struct ld_diag *d)
{
	const char *help = ld_text_help(d->message), *first = NULL;

	if (foreign->archive)
		first = ld_text_help(foreign->first.message);
	if (foreign->archive != f->archive || strcmp(foreign->first.id, d->id) != 0 ||
	    strcmp(first ? first : "", help ? help : "") != 0) {
		deliver_foreign(l, foreign);
		foreign->archive = f->archive;
		foreign->first = *d;
	}
	ld_list_add(l->arena, &foreign->members, "%.*s", (int)strcspn(d->message, "\n"),
		    d->message);
}

/* Delivers the diagnostics of the files in command-line order. */
static void collect_diags(const struct ld_link *l)
{
	struct foreign foreign = {0};

	ld_for_each(i, &l->inputs.files) {
		struct ld_file *f = l->inputs.files.v[i];

		for (; f->diags.nr_delivered < f->diags.list.nr; f->diags.nr_delivered++) {
			struct ld_diag d = f->diags.list.v[f->diags.nr_delivered];

			if (!d.nr_locations)
				locate_in_file(l, f, &d);
			if (d.severity != severity_for(f, &d)) {
				d.severity = severity_for(f, &d);
				add_foreign(l, &foreign, f, &d);
				continue;
			}
			deliver_foreign(l, &foreign);
			l->diags->errors += d.severity == LD_ERROR;
			LD_PUSH(l->arena, &l->diags->list, d);
		}
	}
	deliver_foreign(l, &foreign);
}

static void check_byte_order(const struct ld_link *l, struct ld_input_files *in)
{
	struct ld_file *first = NULL;
	struct ld_list others = {0};

	ld_for_each(i, &in->files) {
		struct ld_file *f = in->files.v[i];

		if (f->lazy || f->stage != LD_FILE_PARSED)
			continue;
		if (!first) {
			first = f;
			in->big = f->big;
		}
		if (f->big != in->big)
			ld_list_add(l->arena, &others, "%s: %s",
				    f->big ? "big-endian" : "little-endian", ld_file_place(l, f));
	}
	if (others.nr)
		ld_error(l->diags, "mixed-byte-order",
			 "inputs have different byte orders\n>>> %s: %s%" LD_LINES LD_HELP
			 "compile all of them with -target bpf, or all with -target bpfeb",
			 in->big ? "big-endian" : "little-endian", ld_file_place(l, first),
			 ld_list_lines(l->arena, &others, "files"));
}

static void begin_digests(const struct ld_link *l, struct ld_input_files *in)
{
	in->digests = LD_NEW_ARRAY(l->arena, struct ld_arena, LD_MAX_THREADS);
	for (uint32_t i = 0; i < LD_MAX_THREADS; i++) {
		in->digests[i].oom = l->arena->oom;
		in->digests[i].pages = in->digest_pages;
		ld_arena_expect_reuse(&in->digests[i]);
	}
	in->btf_names = ld_btf_names_new(&in->digests[0]);
}

void ld_parse_files(const struct ld_link *l, struct ld_input_files *in)
{
	struct parse *p = LD_NEW(l->arena, struct parse);

	p->l = l;
	p->in = in;
	if (!in->digests)
		begin_digests(l, in);
	ld_parallel(l->threads, (uint32_t)l->inputs.files.nr, parse_task, p);
	for (uint32_t i = 0; i < LD_MAX_THREADS; i++) {
		in->digests[i].oom = l->arena->oom;
		ld_arena_free(&p->rooms[i].scratch);
	}
	ld_for_each(i, &l->inputs.files) {
		struct ld_file *f = l->inputs.files.v[i];

		f->arena.oom = l->arena->oom;
		if (f->failed)
			longjmp(*l->arena->oom, 1);
	}
	collect_diags(l);
	check_byte_order(l, in);
}
