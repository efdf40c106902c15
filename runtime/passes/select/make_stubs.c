/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * --dynamic: leaves undefined functions to the loader. Each undefined function that BTF describes
 * gets a stub, a global function that returns a default. The kernel verifies the program with it,
 * and can later replace it by a function of another program. Stubs are weak, so that a later static
 * link can still provide the function.
 *
 * "if (foo)" tests the address of a global function, which BPF cannot take. The result is a
 * constant: 0, as for any undefined weak function. Its place in the code is recorded, so that a
 * loader that has the function can change it to 1.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "btf/print.h"
#include "elf/elf_read.h"
#include "elf/insn.h"
#include "elf/place.h"
#include "kernel/prototypes.h"
#include "passes/passes.h"
#include "passes/select/carry_imports.h"
#include "passes/select/synthetic.h"

#define DEFAULT_TAG "bpfld:default="

struct maker {
	const struct ld_link *l;
	struct ld_strmap map; /* name -> index in made.list + 1 */
	struct ld_imports made;
	size_t carried; /* the first imports of made that have stubs already */
};

/* ---- finding imports ---- */

static bool may_import(const struct ld_global *n)
{
	return !n->owner && !n->ksym && !n->kconfig && n->vis == STV_DEFAULT && ld_func_decl(n);
}

static struct ld_import *import_of(struct maker *m, struct ld_global *n)
{
	void **slot = ld_strmap_slot(m->l->arena, &m->map, n->name, strlen(n->name));

	if (!*slot) {
		LD_PUSH(m->l->arena, &m->made.list,
			(struct ld_import){.name = n, .decl = ld_func_decl(n)});
		*slot = (void *)(uintptr_t)m->made.list.nr;
	}
	return &m->made.list.v[(uintptr_t)*slot - 1];
}

static void note_use(struct maker *m, const struct ld_piece *p, struct ld_reloc *r)
{
	const struct ld_file *f = p->sec->file;
	struct ld_global *n = r->sym ? f->syms[r->sym].global : NULL;
	struct ld_import *import;

	if (!n || (!may_import(n) && !ld_strmap_get(&m->map, n->name, strlen(n->name))))
		return;
	import = import_of(m, n);
	if (f->syms[r->sym].bind != STB_WEAK)
		import->strong = true;
	if (r->type != LD_R_BPF_64_64)
		return;
	if (f->syms[r->sym].bind != STB_WEAK) {
		ld_error(
		    m->l->diags, "import-address",
		    "cannot take the address of '%s': it is resolved at load time\n>>> used at %s\n"
		    ">>> kernels cannot take the address of a function that can be replaced" LD_HELP
		    "call it, or define the callback in the program itself",
		    n->name, ld_use_place(m->l, p->sec, r->off));
		return;
	}
	LD_PUSH(m->l->arena, &import->tests, (struct ld_import_test){p, r->off});
	/* It refers to nothing, and stays 0. */
	r->sym = 0;
	r->piece = NULL;
}

static void find_imports(struct maker *m, struct ld_section *sec)
{
	for (uint32_t i = 0; sec->kind == LD_SEC_CODE && i < sec->nr_pieces; i++) {
		const struct ld_piece *p = &sec->pieces[i];

		for (uint32_t k = p->rel; p->live && k < p->rel_end; k++)
			note_use(m, p, &sec->relocs[k]);
	}
}

/* ---- what kernels accept ---- */

/* Why a type is not accepted: a struct that no file defines, or a type that fits no register. */
static const char *bad_type(const struct ld_link *l, const struct ld_file *f, uint32_t type)
{
	uint32_t id = ld_btf_strip(&f->btf, type), kind, to;
	const struct ld_btf_node *node;

	if (!id)
		return "is \"...\"";
	kind = ld_btf_kind(ld_btf_type(&f->btf, id));
	if (kind == BTF_KIND_FLOAT)
		return "is a floating-point number";
	if (kind != BTF_KIND_PTR)
		return NULL;
	to = ld_btf_strip(&f->btf, ld_btf_type(&f->btf, id)->type);
	if (!to)
		return NULL;
	node = &l->res.graph.nodes[ld_node_of(f, to)];
	if (ld_btf_kind(ld_btf_type(&l->res.btf_files.v[node->input]->btf, node->type)) ==
	    BTF_KIND_FWD)
		return "points to a struct or union that no file defines";
	return NULL;
}

static const char *bad_import(const struct ld_link *l, const struct ld_file *f, uint32_t in_func)
{
	const struct btf_type *proto = ld_btf_type(&f->btf, ld_btf_type(&f->btf, in_func)->type);
	const struct btf_param *params = ld_btf_tail(proto);
	uint32_t kernels = LD_ALL_KERNELS;

	for (uint32_t i = 0; i < ld_btf_vlen(proto); i++) {
		const char *why = bad_type(l, f, params[i].type);

		if (why)
			return ld_printf(l->arena, "parameter %u %s", i + 1, why);
	}
	return ld_bad_prototype(l->arena, &f->btf, in_func, &kernels);
}

/* ---- defaults ---- */

/* The number of a decl tag "bpfld:default=N". */
static void read_default(const struct ld_link *l, const struct ld_file *f,
			 const struct btf_type *tag, int32_t *value)
{
	const char *text = ld_btf_str(&f->btf, tag->name_off) + strlen(DEFAULT_TAG);
	long long number;
	char *end;

	errno = 0;
	number = strtoll(text, &end, 0);
	if (errno || !*text || *end || number < INT32_MIN || number > INT32_MAX)
		ld_error(l->diags, "import-default",
			 "%s: '%s': the default is not a 32-bit integer: '%s%s'" LD_HELP
			 "use an integer: __attribute__((btf_decl_tag(\"bpfld:default=1\")))",
			 ld_file_name(f), ld_btf_name(&f->btf, tag->type), DEFAULT_TAG, text);
	else
		*value = (int32_t)number;
}

/* Reads the defaults of imports from the tags of f; the last declaration wins. */
static void read_defaults(struct maker *m, const struct ld_file *f)
{
	const struct btf_type **tags = NULL; /* by own type */

	for (uint32_t i = 0; i < f->btf.nr_decls; i++) {
		const struct btf_type *t = ld_btf_type(&f->btf, f->btf.decls[i]);

		if (ld_btf_kind(t) != BTF_KIND_DECL_TAG ||
		    strncmp(ld_btf_str(&f->btf, t->name_off), DEFAULT_TAG, strlen(DEFAULT_TAG)))
			continue;
		if (!tags)
			tags = LD_NEW_ARRAY(m->l->arena, const struct btf_type *, f->btf.nr_types);
		tags[t->type] = t;
	}
	for (uint32_t i = 1; tags && i < f->nr_syms; i++) {
		const struct ld_sym *sym = &f->syms[i];
		const struct btf_type *tag = NULL;
		uintptr_t import = 0;

		if (sym->global && sym->btf)
			tag = tags[sym->btf];
		if (tag)
			import = (uintptr_t)ld_strmap_get(&m->map, sym->global->name,
							  strlen(sym->global->name));
		if (import > m->carried)
			read_default(m->l, f, tag, &m->made.list.v[import - 1].value);
	}
}

/* ---- the stubs ---- */

static void make_stub(const struct ld_link *l, struct ld_file *f, struct ld_import *import)
{
	const struct ld_file_sym *decl = import->decl;
	uint32_t in_func = decl->file->syms[decl->sym].btf;
	const char *why = bad_import(l, decl->file, in_func);
	uint8_t *insns = ld_alloc(l->arena, 2 * (size_t)LD_INSN_SIZE);

	import->prototype = ld_btf_print_symbol(l->arena, &decl->file->btf, in_func);
	if (why)
		ld_error(l->diags, "import-type",
			 "cannot leave '%s' to the loader: %s\n>>> declared as  %s\n>>>   used at  "
			 "  %s\n>>> the verifier checks such a function without its callers" LD_HELP
			 "return a number, and use only parameters that are numbers, the program's "
			 "context, or pointers to types of known size",
			 import->name->name, why, import->prototype,
			 ld_sym_place(l, decl->file, decl->sym));
	insns[0] = LD_OP_MOV64_IMM;
	ld_insn_set_imm(insns, import->value, l->inputs.big);
	insns[LD_INSN_SIZE] = LD_OP_EXIT;
	ld_synthetic_function(f, ".text", import->name, import->name, insns, 2, STB_WEAK);
}

static void make_stubs(struct maker *m, struct ld_resolution *res)
{
	const struct ld_link *l = m->l;
	struct ld_file *f;

	ld_for_each(i, &l->res.files)
		for (uint32_t k = 0; k < l->res.files.v[i]->nr_used; k++)
			find_imports(m, l->res.files.v[i]->used[k]);
	if (m->made.list.nr == m->carried)
		return;
	ld_for_each(i, &l->res.files)
		if (l->res.files.v[i]->has_btf)
			read_defaults(m, l->res.files.v[i]);
	f = ld_synthetic_file(l, res, "<stubs>", (uint32_t)(m->made.list.nr - m->carried));
	for (size_t i = m->carried; i < m->made.list.nr; i++)
		make_stub(l, f, &m->made.list.v[i]);
}

struct ld_imports ld_make_stubs(const struct ld_link *l, struct ld_resolution *res)
{
	struct maker m = {.l = l};

	if (l->opt->dynamic || l->opt->partial)
		ld_carry_imports(l, &m.map, &m.made);
	m.carried = m.made.list.nr;
	if (l->opt->dynamic)
		make_stubs(&m, res);
	return m.made;
}
