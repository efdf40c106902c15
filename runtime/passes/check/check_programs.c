/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Single functions and maps that kernels reject or confuse: calls that need a license, prototypes
 * of global functions that the verifier cannot check, map names that the kernel truncates to the
 * same name.
 */
#include <string.h>

#include "base/text.h"
#include "elf/insn.h"
#include "elf/place.h"
#include "kernel/helpers.h"
#include "kernel/prototypes.h"
#include "model/calls.h"
#include "passes/check/refusals.h"
#include "passes/passes.h"

/* ---- license ---- */

/* The name of the function called at off, which needs a GPL-compatible license. */
static const char *gpl_callee(const struct ld_link *l, const struct ld_func *func)
{
	const struct ld_section *sec = func->sec;
	const uint8_t *insn = sec->data + func->gpl_off;
	const char *helper = ld_helper_name(ld_insn_imm(insn, sec->file->big));

	if (!ld_insn_src(insn, sec->file->big) && helper)
		return ld_printf(l->arena, "bpf_%s", helper);
	return "a kernel function";
}

static void report_license(const struct ld_link *l, const struct ld_func *func)
{
	const char *license = l->res.license,
		   *meant = license ? ld_misspelt_license(license) : NULL,
		   *by = ld_refused_by(l, ld_warn_for(l, LD_ALL_KERNELS));

	if (license)
		ld_warn(l->diags, "missing-license",
			"the license is \"%s\", but %s requires a GPL-compatible license\n>>> "
			"called by %s at %s%" LD_LINES LD_HELP
			"if such a license applies, declare it%s: char _license[] "
			"SEC(\"license\") = \"%s\";",
			license, gpl_callee(l, func), func->sym->name,
			ld_use_place(l, func->sec, func->gpl_off), by,
			meant ? " as the kernel spells it" : "", meant ? meant : "Dual BSD/GPL");
	else
		ld_warn(l->diags, "missing-license",
			"no input has a license section, but %s requires a GPL-compatible "
			"license\n>>> called by %s at %s%" LD_LINES LD_HELP
			"declare it in one file: char _license[] SEC(\"license\") = \"GPL\";",
			gpl_callee(l, func), func->sym->name,
			ld_use_place(l, func->sec, func->gpl_off), by);
}

static void check_license(const struct ld_link *l)
{
	const struct ld_calls *calls = l->calls;
	uint32_t reported = 0;

	/* In a partial link, another file may have the license. */
	if (ld_is_gpl_compatible(l->res.license) || (l->opt->partial && !l->res.license))
		return;
	for (uint32_t i = 0; i < calls->nr_funcs; i++) {
		const struct ld_func *func = &calls->funcs[i];

		if (!func->certain || !func->needs_gpl)
			continue;
		if (!reported++)
			report_license(l, func);
		ld_reject(l, i, LD_ALL_KERNELS);
	}
}

/* ---- global functions ---- */

/* The verifier checks a global function only if it is called directly. */
static bool *called_funcs(const struct ld_link *l)
{
	const struct ld_calls *calls = l->calls;
	bool *called = LD_NEW_ARRAY(l->arena, bool, calls->nr_funcs);

	ld_for_each(i, &calls->calls) {
		const struct ld_call *call = &calls->calls.v[i];

		if (call->kind == LD_CALL_DIRECT && call->certain &&
		    calls->funcs[call->caller].certain)
			called[call->callee] = true;
	}
	return called;
}

static void report_prototype(const struct ld_link *l, const struct ld_func *func, const char *why,
			     uint32_t kernels)
{
	ld_warn(
	    l->diags, "global-function-type",
	    "the verifier cannot check global function '%s' on its own: %s\n>>> defined at "
	    "%s%" LD_LINES LD_HELP
	    "make it static or __hidden, so that the verifier checks it together with its callers",
	    func->sym->name, why, ld_place(l, func->sec, func->off), ld_refused_by(l, kernels));
}

/* func is the first of nr functions that only newer kernels accept. */
static void note_prototype(const struct ld_link *l, const struct ld_func *func, const char *why,
			   const char *accepting, uint32_t nr)
{
	const char *more = "";

	if (nr > 1)
		more = ld_text(l->arena, "\n>>> and %u more like it", nr - 1);
	ld_note(
	    l->diags, "global-function-kernels",
	    "kernels before %s reject global function '%s': %s\n>>> defined at %s%" LD_LINES LD_HELP
	    "for older kernels, make it static or __hidden, so that they check it together with "
	    "its callers",
	    accepting, func->sym->name, why, ld_place(l, func->sec, func->off), more);
}

/* A parameter that points to a struct or union that no file defines, of a type that all refuse. */
static const char *undefined_param(const struct ld_link *l, const struct ld_func *func)
{
	const struct ld_file *f = func->sec->file;
	const struct ld_btf *btf = &f->btf;
	const struct btf_type *proto = ld_btf_type(btf, ld_btf_type(btf, func->sym->btf)->type);
	const struct btf_param *params = ld_btf_tail(proto);

	if (ld_btf_kind(proto) != BTF_KIND_FUNC_PROTO)
		return NULL;
	for (uint32_t i = 0; i < ld_btf_vlen(proto); i++) {
		uint32_t id = ld_btf_strip(btf, params[i].type), to;
		const struct ld_btf_node *node;

		if (!id || ld_btf_kind(ld_btf_type(btf, id)) != BTF_KIND_PTR ||
		    ld_accepting_tags(btf, func->sym->btf, i) || ld_is_context(btf, id))
			continue;
		to = ld_btf_strip(btf, ld_btf_type(btf, id)->type);
		if (!to || !ld_node_of(f, to) || !strcmp(ld_btf_name(btf, to), "bpf_dynptr"))
			continue;
		node = &l->res.graph.nodes[ld_node_of(f, to)];
		if (ld_btf_kind(ld_btf_type(&l->res.btf_files.v[node->input]->btf, node->type)) ==
		    BTF_KIND_FWD)
			return ld_printf(
			    l->arena,
			    "parameter %u points to a struct or union that no file defines", i + 1);
	}
	return NULL;
}

static void check_global_functions(const struct ld_link *l)
{
	const struct ld_calls *calls = l->calls;
	const bool *called = called_funcs(l);
	const struct ld_func *noted = NULL;
	const char *noted_accepting = NULL, *noted_why = NULL;
	uint32_t nr_noted = 0;

	for (uint32_t i = 0; i < calls->nr_funcs; i++) {
		const struct ld_func *func = &calls->funcs[i];
		uint32_t kernels = l->opt->kernels ? l->opt->kernels : LD_ALL_KERNELS;
		const char *why;

		if (!called[i] || !func->global || func->program)
			continue;
		why = ld_bad_prototype(l->arena, &func->sec->file->btf, func->sym->btf, &kernels);
		if (!why && !l->opt->partial && (why = undefined_param(l, func)))
			kernels = ld_warn_for(l, LD_ALL_KERNELS);
		if (!why)
			continue;
		ld_reject(l, i, kernels);
		if (ld_warn_for(l, kernels)) {
			report_prototype(l, func, why, kernels);
		} else if (!nr_noted++) {
			noted = func;
			noted_why = why;
			noted_accepting = ld_kernel_after(kernels);
		}
	}
	if (noted)
		note_prototype(l, noted, noted_why, noted_accepting, nr_noted);
}

/* ---- map names ---- */

static bool is_live_map(const struct ld_file *f, const struct ld_sym *sym, uint32_t in_sym)
{
	const struct ld_global *n = sym->global;

	if (!ld_is_map(sym) || !sym->piece || !sym->piece->live)
		return false;
	return !n || (n->owner == f && n->owner_sym == in_sym);
}

static void check_map(const struct ld_link *l, struct ld_strmap *by_cut_name, struct ld_file *f,
		      uint32_t in_sym)
{
	struct ld_sym *sym = &f->syms[in_sym];
	size_t len = strlen(sym->name);
	const char *cut = ld_printf(l->arena, "%.*s", LD_KERNEL_NAME, sym->name);
	const struct ld_sym *other;
	const char *files;
	void **slot;

	slot = ld_strmap_slot(l->arena, by_cut_name, cut, strlen(cut));
	other = *slot;
	if (!other)
		*slot = sym;
	/* Two static maps with the same name: choose_symbols renames one of them. */
	if (!other || !strcmp(other->name, sym->name) ||
	    (len <= LD_KERNEL_NAME && strlen(other->name) <= LD_KERNEL_NAME))
		return;
	files = ld_file_name(f);
	if (other->sec->file != f)
		files = ld_text(l->arena, "%s and %s", ld_file_name(other->sec->file), files);
	/* Pins and user space use the full names: no reason for a note. */
	ld_remark(l->diags, "map-name-clash",
		  "maps '%s' and '%s' have the same name in the kernel, which truncates it to %d "
		  "characters: '%s'\n>>> defined in %s",
		  other->name, sym->name, LD_KERNEL_NAME, cut, files);
}

static void check_map_names(const struct ld_link *l)
{
	struct ld_strmap by_cut_name = {0};

	ld_for_each(i, &l->res.files) {
		struct ld_file *f = l->res.files.v[i];

		for (uint32_t k = 1; k < f->nr_syms; k++)
			if (is_live_map(f, &f->syms[k], k))
				check_map(l, &by_cut_name, f, k);
	}
}

void ld_check_programs(const struct ld_link *l)
{
	check_license(l);
	check_global_functions(l);
	check_map_names(l);
}
