/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Makes a library for programs that are loaded separately. libbpf makes programs of functions
 * outside .text, but the functions of a library are in .text, as they may call each other. So each
 * exported function moves to a section "freplace/NAME". A function that the library calls itself
 * stays and gets an entry there: a program with the same prototype that only calls it. Arguments
 * stay in their registers.
 *
 * The kernel verifies such a program against the function that it will replace. A library that is
 * loaded before any program needs it is verified against an anchor: a program with stubs of the
 * same prototypes, each called once, as the kernel does not verify functions that are never called.
 */
#include <string.h>

#include "elf/insn.h"
#include "kernel/prototypes.h"
#include "passes/passes.h"
#include "passes/select/synthetic.h"

#define SUFFIX "__entry"

static void put_insn(uint8_t *at, uint8_t op, uint8_t dst, uint8_t src, int32_t imm, bool big)
{
	at[0] = op;
	at[1] = (uint8_t)(big ? dst << 4 | src : src << 4 | dst);
	ld_insn_set_imm(at, imm, big);
}

/* The requested function, which must be global and have BTF. */
static struct ld_global *find_entry(const struct ld_link *l, const char *text)
{
	struct ld_global *n = ld_strmap_get(&l->res.globals_by_name, text, strlen(text));
	const struct ld_sym *def = n ? ld_global_def(n) : NULL;

	if (def && def->type == STT_FUNC && def->sec && def->sec->role == LD_ROLE_TEXT &&
	    def->btf && !n->localized)
		return n;
	ld_error(l->diags, "no-such-entry",
		 "no input defines a global function '%s' with BTF" LD_HELP
		 "specify a function that is not static or hidden, and compile with -g",
		 text);
	return NULL;
}

static bool refers_to(const struct ld_section *sec, const struct ld_piece *p)
{
	for (uint32_t i = 0; sec->kind == LD_SEC_CODE && i < sec->nr_relocs; i++)
		if (ld_reloc_target(sec->file, &sec->relocs[i]).piece == p)
			return true;
	return false;
}

/* Whether a function can be moved: no code refers to it, and its piece has no other function. */
static bool may_move(const struct ld_link *l, const struct ld_sym *sym)
{
	const struct ld_piece *p = sym->piece;

	for (uint32_t i = p->sym; i < p->sym_end; i++) {
		const struct ld_sym *other = &p->sec->file->syms[p->sec->syms[i]];

		if (other->type == STT_FUNC && other != sym)
			return false;
	}
	ld_for_each(i, &l->res.files)
		for (uint32_t k = 0; k < l->res.files.v[i]->nr_used; k++)
			if (refers_to(l->res.files.v[i]->used[k], p))
				return false;
	return true;
}

static void make_entry(const struct ld_link *l, struct ld_resolution *res, struct ld_file *f,
		       struct ld_global *n)
{
	const char *sec_name = ld_printf(l->arena, "freplace/%s", n->name);
	struct ld_piece *p = ld_global_def(n)->piece;
	uint8_t *insns = ld_alloc(l->arena, 2 * (size_t)LD_INSN_SIZE);
	struct ld_section *sec;
	struct ld_global *name;

	if (may_move(l, ld_global_def(n))) {
		p->out_sec_name = sec_name;
		for (; p + 1 < p->sec->pieces + p->sec->nr_pieces && p[1].pad; p++)
			p[1].out_sec_name = sec_name;
		return;
	}
	name = ld_synthetic_global(l, res, ld_printf(l->arena, "%s" SUFFIX, n->name));
	put_insn(insns, LD_OP_CALL, 0, LD_PSEUDO_CALL, -1, l->inputs.big);
	put_insn(insns + LD_INSN_SIZE, LD_OP_EXIT, 0, 0, 0, l->inputs.big);
	sec = ld_synthetic_function(f, sec_name, name, n, insns, 2, STB_GLOBAL);
	ld_synthetic_call(sec, 0, n);
}

/* ---- the anchor ---- */

#define CALL_SLOTS (LD_KERNEL_ARGS + 1) /* the arguments and the call */

/* Calls n with the caller's context for contexts and 0, which is also a size of 0, for the rest. */
static uint8_t *put_call(const struct ld_link *l, uint8_t *at, const struct ld_global *n)
{
	const struct ld_file_sym *m = ld_func_decl(n);
	const struct ld_btf *btf = &m->file->btf;
	const struct btf_type *proto =
	    ld_btf_type(btf, ld_btf_type(btf, m->file->syms[m->sym].btf)->type);
	const struct btf_param *params = ld_btf_tail(proto);
	uint32_t nr = ld_btf_vlen(proto);

	for (uint32_t i = 0; i < CALL_SLOTS - 1; i++, at += LD_INSN_SIZE) {
		bool ctx = i < nr && ld_is_context(btf, params[i].type);

		put_insn(at, ctx ? LD_OP_MOV64_REG : LD_OP_MOV64_IMM, (uint8_t)(i + 1), ctx ? 6 : 0,
			 0, l->inputs.big);
	}
	put_insn(at, LD_OP_CALL, 0, LD_PSEUDO_CALL, -1, l->inputs.big);
	return at + LD_INSN_SIZE;
}

static void drop_everything(const struct ld_link *l)
{
	ld_for_each(i, &l->res.files)
		for (uint32_t k = 0; k < l->res.files.v[i]->nr_used; k++) {
			struct ld_section *sec = l->res.files.v[i]->used[k];

			for (uint32_t p = 0; sec->role != LD_ROLE_LICENSE && p < sec->nr_pieces;
			     p++)
				sec->pieces[p].live = false;
		}
}

static void make_anchor(const struct ld_link *l, struct ld_resolution *res,
			struct ld_global **names, uint32_t nr)
{
	struct ld_file *f = ld_synthetic_file(l, res, "<anchor>", nr + 1);
	uint8_t *stub = ld_alloc(l->arena, 2 * (size_t)LD_INSN_SIZE), *insns, *at;
	struct ld_section *sec;
	uint64_t slots = 3 + (uint64_t)nr * CALL_SLOTS;

	drop_everything(l);
	put_insn(stub, LD_OP_MOV64_IMM, 0, 0, 0, l->inputs.big);
	put_insn(stub + LD_INSN_SIZE, LD_OP_EXIT, 0, 0, 0, l->inputs.big);
	at = insns = ld_alloc_array(l->arena, slots, LD_INSN_SIZE);
	put_insn(at, LD_OP_MOV64_REG, 6, 1, 0, l->inputs.big);
	at += LD_INSN_SIZE;
	for (uint32_t i = 0; i < nr; i++) {
		at = put_call(l, at, names[i]);
		ld_synthetic_function(f, ".text", names[i], names[i], stub, 2, STB_GLOBAL);
	}
	put_insn(at, LD_OP_MOV64_IMM, 0, 0, 0, l->inputs.big);
	put_insn(at + LD_INSN_SIZE, LD_OP_EXIT, 0, 0, 0, l->inputs.big);
	sec = ld_synthetic_function(f, l->opt->anchor, ld_synthetic_global(l, res, "bpfld_anchor"),
				    NULL, insns, (uint32_t)slots, STB_GLOBAL);
	for (uint32_t i = 0; i < nr; i++)
		ld_synthetic_call(sec, (uint64_t)LD_INSN_SIZE * (1 + (i + 1) * CALL_SLOTS - 1),
				  names[i]);
}

void ld_make_entries(const struct ld_link *l, struct ld_resolution *res)
{
	struct ld_global **names;
	uint32_t nr = 0;
	struct ld_file *f;

	while (l->opt->entries[nr])
		nr++;
	if (!nr)
		return;
	names = LD_NEW_ARRAY(l->arena, struct ld_global *, nr);
	for (uint32_t i = 0; i < nr; i++)
		if (!(names[i] = find_entry(l, l->opt->entries[i])))
			return;
	if (l->opt->anchor) {
		make_anchor(l, res, names, nr);
		return;
	}
	f = ld_synthetic_file(l, res, "<entries>", nr);
	for (uint32_t i = 0; i < nr; i++)
		make_entry(l, res, f, names[i]);
}
