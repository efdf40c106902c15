/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * --target-btf: what the output needs of kernels, looked up in their BTF as libbpf does. The output
 * is parsed again, as loaders see it: CO-RE relocations, the externs of .ksyms, and what programs
 * attach to. Kernels are processed one after another, and each is freed before the next.
 */
#include <string.h>

#include "core/core.h"
#include "elf/btf_bind.h"
#include "elf/btf_ext.h"
#include "elf/elf_read.h"
#include "elf/insn.h"
#include "elf/pieces.h"
#include "elf/place.h"
#include "model/targets.h"
#include "passes/check/report_targets.h"
#include "passes/check/target_code.h"
#include "passes/check/target_files.h"
#include "passes/passes.h"

/* Beginning with Linux 6.8, only global functions that live code calls are verified. */
#define LAZY_STRUCT "bpf_func_info_aux"
#define LAZY_MEMBER "called"

struct checker {
	const struct ld_link *l;
	struct ld_file *f; /* the output */
	struct ld_targets *targets;
	struct ld_code *code;                   /* NULL until it is needed */
	LD_VEC(const char *) names;             /* to look up in kernels */
	LD_VEC(struct ld_core_relo) relos;      /* uses[0 .. relos.nr) */
	LD_VEC(const uint8_t *) insns;          /* by relocation */
	LD_VEC(const struct ld_section *) secs; /* by relocation */
	LD_VEC(uint32_t) externs;               /* in_sym in f: the uses after those */
	LD_VEC(struct ld_core_attach) attaches; /* the uses after those */
	uint32_t *extern_of;                    /* by in_sym: index of the extern + 1, or 0 */

	/* the current kernel */
	struct ld_core_kernel kernel;
	struct ld_core_result *results; /* by relocation */
	struct ld_target_state *states; /* by use */
};

/* ---- the output ---- */

static bool parse_output(struct checker *c)
{
	struct ld_file *f = c->f;
	const struct ld_section *btf = NULL, *ext = NULL;

	if (ld_elf_read(f) || ld_make_pieces(f))
		return false;
	for (uint32_t i = 1; i < f->nr_secs; i++) {
		if (f->secs[i].kind == LD_SEC_BTF)
			btf = &f->secs[i];
		if (f->secs[i].kind == LD_SEC_BTF_EXT)
			ext = &f->secs[i];
	}
	if (!btf)
		return true;
	if (ld_btf_parse(&f->arena, &f->diags, f->path, btf->data, btf->size, f->big, &f->btf) ||
	    (ext && ld_btf_ext_parse(f, ext)))
		return false;
	f->has_btf = true;
	ld_btf_bind(f, &f->arena);
	return true;
}

/* The input's instruction for the one at off of a section of the output. */
static void find_input(const struct ld_link *l, struct ld_target_use *use,
		       const struct ld_section *sec, uint64_t off)
{
	ld_for_each(i, &l->layout.outs) {
		const struct ld_out *out = l->layout.outs.v[i];
		size_t lo = 0, hi = out->pieces.nr;

		if (out->index != sec->index)
			continue;
		while (lo < hi) {
			size_t mid = lo + (hi - lo) / 2;

			if (out->pieces.v[mid]->out_off <= off)
				lo = mid + 1;
			else
				hi = mid;
		}
		if (!lo)
			return;
		use->at = out->pieces.v[lo - 1]->sec;
		use->at_off = off - out->pieces.v[lo - 1]->out_off + out->pieces.v[lo - 1]->off;
		use->place = ld_plain_place(l, use->at, use->at_off);
		return;
	}
}

static const char *function_at(const struct ld_section *sec, uint64_t off)
{
	const struct ld_piece *p = ld_piece_at(sec, off);

	for (uint32_t i = p ? p->sym : 0; p && i < p->sym_end; i++) {
		const struct ld_sym *sym = &sec->file->syms[sec->syms[i]];

		if (sym->type == STT_FUNC)
			return sym->name;
	}
	return NULL;
}

static void add_relo(struct checker *c, const struct ld_section *sec, const uint32_t *rec)
{
	struct ld_arena *a = c->l->arena;
	const struct ld_btf *btf = &c->f->btf;
	struct ld_core_relo relo = {rec[1], ld_btf_str(btf, rec[2]), rec[3]};
	struct ld_target_use use = {.section = sec->name, .off = rec[0]};

	use.what = ld_core_describe(a, btf, &relo);
	use.kind = relo.kind < LD_CORE_NR_KINDS ? ld_core_kind_names[relo.kind] : "unknown";
	use.program = function_at(sec, rec[0]);
	use.autoload = ld_code_autoload(sec);
	find_input(c->l, &use, sec, rec[0]);
	LD_PUSH(a, &c->targets->uses, use);
	LD_PUSH(a, &c->relos, relo);
	LD_PUSH(a, &c->insns, sec->data + rec[0]);
	LD_PUSH(a, &c->secs, sec);
	if (relo.type)
		LD_PUSH(a, &c->names, ld_btf_name(btf, relo.type));
}

static void find_relos(struct checker *c)
{
	for (uint32_t i = 1; c->f->has_btf && i < c->f->nr_secs; i++) {
		const struct ld_section *sec = &c->f->secs[i];
		const struct ld_ext *ext = &sec->ext[LD_EXT_CORE];

		for (uint32_t k = 0; k < ext->nr; k++)
			add_relo(c, sec, ext->recs + (size_t)k * ext->words);
	}
}

/* By symbol: the first instruction that refers to it. */
static struct ld_use *find_first_uses(const struct checker *c)
{
	struct ld_use *uses = LD_NEW_ARRAY(c->l->arena, struct ld_use, c->f->nr_syms);

	for (uint32_t i = 1; i < c->f->nr_secs; i++) {
		const struct ld_section *sec = &c->f->secs[i];

		for (uint32_t k = 0; sec->kind == LD_SEC_CODE && k < sec->nr_relocs; k++)
			if (!uses[sec->relocs[k].sym].sec)
				uses[sec->relocs[k].sym] = (struct ld_use){sec, &sec->relocs[k]};
	}
	return uses;
}

static void find_externs(struct checker *c)
{
	const struct ld_file *f = c->f;
	const struct ld_use *uses = find_first_uses(c);

	c->extern_of = LD_NEW_ARRAY(c->l->arena, uint32_t, f->nr_syms);
	for (uint32_t i = 1; f->has_btf && i < f->nr_syms; i++) {
		const struct ld_sym *sym = &f->syms[i];
		struct ld_target_use use = {.is_extern = true, .autoload = true};
		uint32_t sec = sym->btf && !ld_is_defined(sym) ? ld_extern_sec(f, sym->btf) : 0;
		bool func;

		if (!sec || ld_role_of(ld_btf_name(&f->btf, sec)) != LD_ROLE_KSYMS)
			continue;
		func = ld_btf_kind(ld_btf_type(&f->btf, sym->btf)) == BTF_KIND_FUNC;
		use.what = ld_printf(c->l->arena, func ? "%s()" : "%s", sym->name);
		use.kind = func ? "kfunc" : "ksym";
		use.weak = sym->bind == STB_WEAK;
		if (uses[i].sec) {
			use.section = uses[i].sec->name;
			use.off = uses[i].reloc->off;
			find_input(c->l, &use, uses[i].sec, use.off);
		}
		LD_PUSH(c->l->arena, &c->targets->uses, use);
		LD_PUSH(c->l->arena, &c->externs, i);
		c->extern_of[i] = (uint32_t)c->externs.nr;
		LD_PUSH(c->l->arena, &c->names, sym->name);
	}
}

static void find_attaches(struct checker *c)
{
	const struct ld_file *f = c->f;

	for (uint32_t i = 1; i < f->nr_syms; i++) {
		const struct ld_sym *sym = &f->syms[i];
		const struct ld_section *sec = sym->sec;
		struct ld_target_use use = {.kind = "attach", .program = sym->name};
		struct ld_core_attach attach;

		if (sym->type != STT_FUNC || !sec || sec->kind != LD_SEC_CODE ||
		    !ld_core_attach_of(c->l->arena, sec->name, &attach))
			continue;
		use.what = use.section = sec->name;
		use.off = sym->value;
		use.autoload = ld_code_autoload(sec);
		find_input(c->l, &use, sec, use.off);
		LD_PUSH(c->l->arena, &c->targets->uses, use);
		LD_PUSH(c->l->arena, &c->attaches, attach);
		LD_PUSH(c->l->arena, &c->names, attach.name);
	}
}

/* ---- a kernel ---- */

static void resolve_relos(struct checker *c, struct ld_core_cands *cands, bool autoload)
{
	ld_for_each(i, &c->relos) {
		const struct ld_section *sec = c->secs.v[i];
		size_t off = c->targets->uses.v[i].off;

		if (c->targets->uses.v[i].autoload == autoload)
			c->results[i] =
			    ld_core_resolve(&c->kernel, &c->f->btf, &c->relos.v[i], c->insns.v[i],
					    sec->size - off, c->f->big, &cands[c->relos.v[i].type]);
	}
}

static enum ld_target_result result_of(const struct ld_core_result *r)
{
	switch (r->status) {
	case LD_CORE_REFUSE: return LD_TARGET_REFUSED;
	case LD_CORE_POISON:
		return r->other_kind || r->bad_size ? LD_TARGET_OTHER_KIND : LD_TARGET_MISSING;
	default: break;
	}
	if (!r->found)
		return LD_TARGET_ABSENT;
	return r->old_size && r->size && r->old_size != r->size ? LD_TARGET_OTHER_SIZE
								: LD_TARGET_EXISTS;
}

static void judge_relos(struct checker *c)
{
	ld_for_each(i, &c->relos) {
		const struct ld_core_result *r = &c->results[i];

		c->states[i] = (struct ld_target_state){
		    .result = (uint8_t)result_of(r),
		    .certain = r->status == LD_CORE_REFUSE && c->targets->uses.v[i].autoload,
		    .value = r->value,
		    .why = r->status == LD_CORE_POISON && r->bad_size
			       ? "the load cannot be adjusted to the size of the field"
			       : r->why};
	}
}

static void judge_externs(struct checker *c)
{
	static const uint8_t results[] = {
	    [LD_CORE_EXTERN_FOUND] = LD_TARGET_EXISTS,
	    [LD_CORE_EXTERN_MISSING] = LD_TARGET_MISSING,
	    [LD_CORE_EXTERN_OTHER] = LD_TARGET_OTHER_KIND,
	    [LD_CORE_EXTERN_NO_KFUNC] = LD_TARGET_OTHER_KIND,
	    [LD_CORE_EXTERN_UNKNOWN] = LD_TARGET_UNKNOWN,
	};

	ld_for_each(i, &c->externs) {
		struct ld_target_state *s = &c->states[c->relos.nr + i];
		const struct ld_target_use *use = &c->targets->uses.v[c->relos.nr + i];
		uint32_t decl = c->f->syms[c->externs.v[i]].btf;
		struct ld_core_extern found;
		enum ld_core_extern_status status;
		bool func = ld_btf_kind(ld_btf_type(&c->f->btf, decl)) == BTF_KIND_FUNC;

		found = ld_core_find_extern(&c->kernel, &c->f->btf, decl);
		status = found.status;
		s->result = results[status];
		s->verifier = status == LD_CORE_EXTERN_NO_KFUNC;
		if (s->verifier)
			s->why = "a kernel function, but not a kfunc";
		else if (status == LD_CORE_EXTERN_OTHER)
			s->why = "it has another type";
		/* A weak function of another type counts as missing. */
		if (use->weak &&
		    (status == LD_CORE_EXTERN_MISSING || (status == LD_CORE_EXTERN_OTHER && func)))
			s->result = LD_TARGET_OPTIONAL;
		else
			s->certain =
			    status == LD_CORE_EXTERN_MISSING || status == LD_CORE_EXTERN_OTHER;
	}
}

/* libbpf does not load an object if a program's target is missing, unless the program is optional.
 */
static void judge_attaches(struct checker *c)
{
	size_t first = c->relos.nr + c->externs.nr;

	ld_for_each(i, &c->attaches) {
		struct ld_target_state *s = &c->states[first + i];
		bool autoload = c->targets->uses.v[first + i].autoload;

		if (ld_core_has_attach(&c->kernel, &c->attaches.v[i]))
			continue;
		s->result = autoload ? LD_TARGET_MISSING : LD_TARGET_OPTIONAL;
		s->certain = autoload;
	}
}

/* ---- code that is dead on the kernel ---- */

/* Whether some result depends on whether code is dead. */
static bool needs_code(const struct checker *c)
{
	ld_for_each(i, &c->targets->uses) {
		uint8_t result = c->states[i].result;

		if (result == LD_TARGET_MISSING || result == LD_TARGET_OTHER_KIND ||
		    result == LD_TARGET_OPTIONAL)
			return true;
	}
	return false;
}

static bool verifies_all_globals(const struct ld_core_kernel *k)
{
	const struct ld_core_ids *ids = ld_core_named(k, LAZY_STRUCT);

	for (size_t i = 0; ids && i < ids->nr; i++) {
		const struct btf_type *t = ld_btf_type(&k->btf, ids->v[i]);
		const struct btf_member *m = ld_btf_tail(t);

		for (uint32_t n = 0; ld_core_is_composite(t) && n < ld_btf_vlen(t); n++)
			if (!strcmp(ld_btf_str(&k->btf, m[n].name_off), LAZY_MEMBER))
				return false;
	}
	return true;
}

static void run_code(struct checker *c)
{
	struct ld_arena *a = c->kernel.arena;
	struct ld_code_value *relos = LD_NEW_ARRAY(a, struct ld_code_value, c->relos.nr);
	struct ld_code_value *syms = LD_NEW_ARRAY(a, struct ld_code_value, c->f->nr_syms);

	if (!c->code)
		c->code = ld_code_new(c->l, c->f);
	ld_for_each(i, &c->relos) {
		uint64_t v = c->results[i].value;

		if (ld_insn_op(c->insns.v[i]) != LD_OP_LD_IMM64)
			v = (uint64_t)(int64_t)(int32_t)v;
		relos[i] = (struct ld_code_value){
		    c->results[i].status == LD_CORE_DONE ? LD_CODE_CONST : LD_CODE_ANY, v};
	}
	for (uint32_t i = 0; i < c->f->nr_syms; i++)
		syms[i].kind = LD_CODE_ANY;
	ld_for_each(i, &c->externs) {
		uint8_t result = c->states[c->relos.nr + i].result;

		if (result == LD_TARGET_OPTIONAL)
			syms[c->externs.v[i]].kind = LD_CODE_CONST;
		else if (result != LD_TARGET_UNKNOWN)
			syms[c->externs.v[i]].kind = LD_CODE_NONZERO;
	}
	ld_code_run(c->code, relos, syms, verifies_all_globals(&c->kernel));
}

/* Calls of functions that are missing, or that programs must not call. */
static void judge_calls(struct checker *c)
{
	bool *reached = LD_NEW_ARRAY(c->kernel.arena, bool, c->externs.nr);
	struct ld_target_state *states = c->states + c->relos.nr;

	for (uint32_t k = 1; k < c->f->nr_secs; k++) {
		const struct ld_section *sec = &c->f->secs[k];

		for (uint32_t n = 0; sec->kind == LD_SEC_CODE && n < sec->nr_relocs; n++) {
			const struct ld_reloc *r = &sec->relocs[n];
			uint32_t i = c->extern_of[r->sym];

			if (!i-- || ld_insn_op(sec->data + r->off) != LD_OP_CALL ||
			    (states[i].result != LD_TARGET_OPTIONAL && !states[i].verifier))
				continue;
			reached[i] |= ld_code_reached(c->code, sec, r->off);
			states[i].certain |= ld_code_certain(c->code, sec, r->off);
		}
	}
	ld_for_each(i, &c->externs) {
		if (states[i].result == LD_TARGET_OPTIONAL && reached[i])
			states[i].result = states[i].why ? LD_TARGET_OTHER_KIND : LD_TARGET_MISSING;
		else if (states[i].verifier && !reached[i])
			states[i].result = LD_TARGET_GUARDED;
	}
}

static void judge_reach(struct checker *c)
{
	run_code(c);
	ld_for_each(i, &c->relos) {
		struct ld_target_state *s = &c->states[i];
		uint64_t off = c->targets->uses.v[i].off;

		if (s->result != LD_TARGET_MISSING && s->result != LD_TARGET_OTHER_KIND)
			continue;
		if (!ld_code_reached(c->code, c->secs.v[i], off))
			s->result = LD_TARGET_GUARDED;
		s->certain = ld_code_certain(c->code, c->secs.v[i], off);
	}
	judge_calls(c);
}

/* ---- all kernels ---- */

static void check_kernel(struct checker *c, struct ld_target_kernel *k, struct ld_arena *a)
{
	size_t nr = c->targets->uses.nr;
	struct ld_core_cands *cands = LD_NEW_ARRAY(a, struct ld_core_cands, c->f->btf.nr_types + 1);

	c->results = LD_NEW_ARRAY(a, struct ld_core_result, c->relos.nr);
	c->states = k->states = LD_NEW_ARRAY(c->l->arena, struct ld_target_state, nr);
	k->nr_modules = c->kernel.nr_modules;
	ld_core_index(&c->kernel, c->names.v, c->names.nr);
	resolve_relos(c, cands, true);
	resolve_relos(c, cands, false);
	judge_relos(c);
	judge_externs(c);
	judge_attaches(c);
	if (needs_code(c))
		judge_reach(c);
	for (size_t i = 0; i < nr; i++)
		k->counts[k->states[i].result]++;
}

/* room: a file of the link, which owns its arena, in case memory runs out. */
static void read_kernel(struct checker *c, const struct ld_kernel_files *files,
			struct ld_file *room)
{
	const struct ld_link *l = c->l;
	struct ld_block *mark = *l->blocks;
	struct ld_core_bytes *bytes =
	    LD_NEW_ARRAY(&room->arena, struct ld_core_bytes, files->paths.nr);
	struct ld_target_kernel k = {.name = files->name, .path = files->paths.v[0]};
	size_t errors = l->diags->errors;
	size_t nr = ld_read_kernel_files(l, &room->arena, files, bytes);

	k.broken =
	    !nr || ld_core_read_kernel(&room->arena, l->diags, k.path, bytes, nr, &c->kernel);
	if (!k.broken)
		check_kernel(c, &k, &room->arena);
	k.incomplete = l->diags->errors > errors;
	LD_PUSH(l->arena, &c->targets->kernels, k);
	ld_free_blocks(l, mark);
	ld_arena_free(&room->arena);
}

static struct ld_file *new_file(const struct ld_link *l, struct ld_input_files *in)
{
	struct ld_file *f = LD_NEW(l->arena, struct ld_file);

	LD_PUSH(l->arena, &in->images, f);
	f->link = l;
	f->path = l->opt->dependency_target;
	f->arena.oom = l->arena->oom;
	f->diags.arena = l->arena;
	return f;
}

const struct ld_targets *ld_check_targets(const struct ld_link *l, struct ld_input_files *in)
{
	struct checker c = {.l = l};
	struct ld_kernel_list kernels;
	struct ld_file *room;

	c.targets = LD_NEW(l->arena, struct ld_targets);
	c.f = new_file(l, in);
	c.f->image = ld_flatten(l->arena, &l->image);
	c.f->size = l->image.size;
	if (!parse_output(&c)) {
		ld_error(l->diags, "verify",
			 "the output cannot be parsed" LD_HELP
			 "this is a bug in the linker: please report it, and attach the inputs");
		return NULL;
	}
	find_relos(&c);
	find_externs(&c);
	find_attaches(&c);
	LD_PUSH(l->arena, &c.names, LAZY_STRUCT);
	LD_PUSH(l->arena, &c.names, "bpf_kfunc");
	kernels = ld_find_kernels(l);
	room = new_file(l, in);
	ld_for_each(i, &kernels.list)
		read_kernel(&c, &kernels.list.v[i], room);
	ld_report_unmet(l, c.targets);
	return c.targets;
}
