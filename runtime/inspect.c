/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Queries on single objects, for loaders that replace functions of programs: the functions of an
 * object, which of them are imports, and whether two functions agree.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpfld/bpfld.h"
#include "btf/print.h"
#include "elf/insn.h"
#include "kernel/prototypes.h"
#include "passes/check/compare_types.h"
#include "passes/passes.h"

/* Reads up to two objects with the passes of input/; does not link. */
struct inspector {
	struct ld_options opt;
	struct ld_arena arena, scratch;
	struct ld_diags diags;
	struct ld_link l;
	jmp_buf oom;
};

static struct inspector *new_inspector(void)
{
	static const char *const nothing = NULL;
	struct inspector *in = calloc(1, sizeof(*in));

	if (!in)
		return NULL;
	in->arena.oom = in->scratch.oom = &in->oom;
	ld_arena_expect_reuse(&in->scratch);
	in->diags.arena = &in->arena;
	in->opt.strip_debug = true;
	in->opt.library_paths = in->opt.keep.list = (const char **)&nothing;
	in->l = (struct ld_link){.opt = &in->opt,
				 .arena = &in->arena,
				 .scratch = &in->scratch,
				 .diags = &in->diags,
				 .threads = 1};
	return in;
}

static void free_inspector(struct inspector *in)
{
	if (!in)
		return;
	ld_for_each(i, &in->l.inputs.files)
		ld_arena_free(&in->l.inputs.files.v[i]->arena);
	ld_free_digests(&in->l.inputs);
	ld_arena_free(&in->scratch);
	ld_arena_free(&in->arena);
	free(in);
}

static int read_objects(struct inspector *in, const struct bpfld_object *objs, uint32_t nr)
{
	struct ld_link *l = &in->l;

	for (uint32_t i = 0; i < nr; i++)
		if (ld_add_buffer(l, &l->inputs, "object", objs[i].image, objs[i].size))
			return -EINVAL;
	ld_parse_files(l, &l->inputs);
	if (l->diags->errors || l->inputs.files.nr != nr)
		return -EINVAL;
	ld_drop_unpulled(l, &l->res);
	ld_dedup_types(l, &l->inputs, &l->res);
	return 0;
}

/* ---- functions ---- */

/* A function that the verifier checks on its own, so that it can replace others or be replaced. */
static bool is_global_function(const struct ld_file *f, const struct ld_sym *sym)
{
	return sym->type == STT_FUNC && sym->bind != STB_LOCAL && sym->vis == STV_DEFAULT &&
	       sym->sec && sym->sec->kind == LD_SEC_CODE && sym->sec->role == LD_ROLE_TEXT &&
	       f->has_btf && sym->btf &&
	       ld_btf_kind(ld_btf_type(&f->btf, sym->btf)) == BTF_KIND_FUNC;
}

static const struct ld_sym *find_function(const struct ld_file *f, const char *name)
{
	for (uint32_t i = 1; i < f->nr_syms; i++)
		if (is_global_function(f, &f->syms[i]) && !strcmp(f->syms[i].name, name))
			return &f->syms[i];
	return NULL;
}

static const struct ld_section *find_section(const struct ld_file *f, const char *name)
{
	for (uint32_t i = 1; i < f->nr_secs; i++)
		if (!strcmp(f->secs[i].name, name))
			return &f->secs[i];
	return NULL;
}

/* ---- the table of imports ---- */

struct row {
	bool found, weak;
	int32_t value;
	LD_VEC(size_t) tests; /* bytes into the image */
};

/* "test=OFF SECTION": the place of the tested constant in the image. */
static void read_test(struct inspector *in, const struct ld_file *f, const char *text,
		      struct row *row)
{
	const struct ld_section *sec;
	char *end;
	uint64_t off = strtoull(text, &end, 10);

	sec = *end == ' ' ? find_section(f, end + 1) : NULL;
	if (sec && sec->data && sec->kind == LD_SEC_CODE && off % 8 == 0 && off < sec->size &&
	    sec->size - off >= 16 && ld_insn_op(sec->data + off) == LD_OP_LD_IMM64)
		LD_PUSH(&in->arena, &row->tests, (size_t)(sec->data - f->image) + off + 4);
}

/* The entry of the table for name. The table is untrusted: ignore invalid entries. */
static struct row read_row(struct inspector *in, const struct ld_file *f, const char *name)
{
	const struct ld_section *table = find_section(f, ".bpfld.imports");
	const char *at, *end;
	struct row row = {0};
	bool here = false;

	if (!table || !table->data || !table->size || table->data[table->size - 1])
		return row;
	end = (const char *)table->data + table->size;
	for (at = (const char *)table->data; at < end; at += strlen(at) + 1) {
		if (!strncmp(at, "import=", 7)) {
			here = !strcmp(at + 7, name);
			row.found |= here;
		} else if (here && !strcmp(at, "weak")) {
			row.weak = true;
		} else if (here && !strncmp(at, "default=", 8)) {
			row.value = (int32_t)strtol(at + 8, NULL, 10);
		} else if (here && !strncmp(at, "test=", 5)) {
			read_test(in, f, at + 5, &row);
		}
	}
	return row;
}

static int report_function(struct inspector *in, const struct ld_file *f, const struct ld_sym *sym,
			   bpfld_function_fn fn, void *ctx)
{
	struct row row = read_row(in, f, sym->name);
	struct bpfld_function func = {.sz = sizeof(func), .name = sym->name};
	uint32_t kernels = LD_ALL_KERNELS;

	func.prototype = ld_btf_print_symbol(&in->arena, &f->btf, sym->btf);
	func.refused = ld_bad_prototype(&in->arena, &f->btf, sym->btf, &kernels);
	func.import = row.found;
	func.weak = row.weak;
	func.value = row.value;
	func.tests = row.tests.v;
	func.nr_tests = row.tests.nr;
	return fn(ctx, &func);
}

static bool is_readable(const struct bpfld_object *obj)
{
	return obj && (obj->image || !obj->size);
}

int bpfld_each_function(const struct bpfld_object *obj, bpfld_function_fn fn, void *ctx)
{
	struct inspector *in;
	int err;

	if (!is_readable(obj) || !fn)
		return -EINVAL;
	in = new_inspector();
	if (!in)
		return -ENOMEM;
	if (setjmp(in->oom)) {
		free_inspector(in);
		return -ENOMEM;
	}
	err = read_objects(in, obj, 1);
	for (uint32_t i = 1; !err && i < in->l.res.files.v[0]->nr_syms; i++) {
		const struct ld_file *f = in->l.res.files.v[0];

		if (is_global_function(f, &f->syms[i]))
			err = report_function(in, f, &f->syms[i], fn, ctx);
	}
	free_inspector(in);
	return err;
}

/* ---- comparing ---- */

/* Whether a has a tag on a parameter ("arg:nonnull") that b lacks. */
static const char *lone_tag(struct inspector *in, const struct ld_file *a, uint32_t func_a,
			    const struct ld_file *b, uint32_t func_b)
{
	for (uint32_t i = 0; i < a->btf.nr_decls; i++) {
		const struct btf_type *t = ld_btf_type(&a->btf, a->btf.decls[i]);
		uint32_t at = ld_btf_kind(t) == BTF_KIND_DECL_TAG
				  ? *(const uint32_t *)ld_btf_tail(t)
				  : UINT32_MAX;
		const char *tag = ld_btf_str(&a->btf, t->name_off);
		bool both = false;

		if (at == UINT32_MAX || t->type != func_a || strncmp(tag, "arg:", 4) != 0)
			continue;
		for (uint32_t k = 0; k < b->btf.nr_decls && !both; k++) {
			const struct btf_type *o = ld_btf_type(&b->btf, b->btf.decls[k]);

			both = ld_btf_kind(o) == BTF_KIND_DECL_TAG && o->type == func_b &&
			       *(const uint32_t *)ld_btf_tail(o) == at &&
			       !strcmp(ld_btf_str(&b->btf, o->name_off), tag);
		}
		if (!both)
			return ld_printf(&in->arena, "only one has parameter %u tagged '%s'",
					 at + 1, tag);
	}
	return NULL;
}

static int compare(struct inspector *in, const char *const *names, char *why, size_t why_size)
{
	struct ld_decl_pair pair = {.both_ways = true};
	struct ld_types_finding found;
	const char *reason = NULL;

	for (int side = 0; side < 2; side++) {
		const struct ld_sym *sym = find_function(in->l.res.files.v[side], names[side]);

		if (!sym)
			return -ENOENT;
		pair.file[side] = in->l.res.files.v[side];
		pair.btf[side] = sym->btf;
	}
	found = ld_compare_decls(ld_type_walk_new(&in->l), &pair);
	if (found.diff == LD_TYPES_CONFLICT)
		reason = found.reason;
	else if (found.diff == LD_TYPES_LAYOUT)
		reason = ld_printf(&in->arena, "different layouts of %s", found.reason);
	for (int side = 0; !reason && side < 2; side++)
		reason = lone_tag(in, pair.file[side], pair.btf[side], pair.file[!side],
				  pair.btf[!side]);
	if (reason && why_size)
		snprintf(why, why_size, "%s", reason);
	return reason != NULL;
}

int bpfld_compare_functions(const struct bpfld_object *a, const char *name_a,
			    const struct bpfld_object *b, const char *name_b, char *why,
			    size_t why_size)
{
	const char *names[2] = {name_a, name_b};
	struct bpfld_object objs[2];
	struct inspector *in;
	int err;

	if (!is_readable(a) || !is_readable(b) || !name_a || !name_b || (!why && why_size))
		return -EINVAL;
	objs[0] = *a;
	objs[1] = *b;
	in = new_inspector();
	if (!in)
		return -ENOMEM;
	if (setjmp(in->oom)) {
		free_inspector(in);
		return -ENOMEM;
	}
	err = read_objects(in, objs, 2);
	if (!err)
		err = compare(in, names, why, why_size);
	free_inspector(in);
	return err;
}
