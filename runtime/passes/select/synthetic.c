/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "passes/select/synthetic.h"

#include <string.h>

#include "elf/elf_read.h"
#include "elf/insn.h"

struct ld_file *ld_synthetic_file(const struct ld_link *l, struct ld_resolution *res,
				  const char *path, uint32_t nr)
{
	struct ld_file *f = LD_NEW(l->arena, struct ld_file);

	f->link = l;
	f->path = f->source = path;
	f->index = (uint32_t)res->files.nr;
	f->stage = LD_FILE_PARSED;
	f->big = l->inputs.big;
	f->synthetic = true;
	f->secs = LD_NEW_ARRAY(l->arena, struct ld_section, (size_t)nr + 1);
	f->syms = LD_NEW_ARRAY(l->arena, struct ld_sym, (size_t)nr + 1);
	f->secs[0].file = f;
	f->used = LD_NEW_ARRAY(l->arena, struct ld_section *, nr);
	f->nr_secs = f->nr_syms = 1;
	LD_PUSH(l->arena, &res->files, f);
	return f;
}

struct ld_section *ld_synthetic_function(struct ld_file *f, const char *sec_name,
					 struct ld_global *name, const struct ld_global *proto,
					 const uint8_t *insns, uint32_t nr, uint8_t bind)
{
	struct ld_arena *a = f->link->arena;
	struct ld_section *sec = &f->secs[f->nr_secs];
	struct ld_sym *sym = &f->syms[f->nr_syms];
	struct ld_piece *p = LD_NEW(a, struct ld_piece);

	*p = (struct ld_piece){.sec = sec, .align = 8, .sym_end = 1, .live = true};
	p->size = (uint64_t)nr * LD_INSN_SIZE;
	*sec = (struct ld_section){.file = f, .name = sec_name, .align = 8, .size = p->size};
	sec->index = f->nr_secs++;
	f->used[f->nr_used++] = sec;
	sec->kind = LD_SEC_CODE;
	sec->role = ld_role_of(sec_name);
	sec->type = SHT_PROGBITS;
	sec->flags = SHF_ALLOC | SHF_EXECINSTR;
	sec->data = insns;
	sec->pieces = p;
	sec->nr_pieces = 1;
	sec->syms = LD_NEW(a, uint32_t);
	sec->syms[0] = f->nr_syms++;
	sec->nr_syms = 1;
	*sym = (struct ld_sym){.name = name->name, .size = p->size, .bind = bind};
	sym->type = STT_FUNC;
	sym->sec = sec;
	sym->piece = p;
	sym->global = name;
	sym->proto = proto;
	name->owner = f;
	name->owner_sym = sec->syms[0];
	name->weak = bind == STB_WEAK;
	return sec;
}

struct ld_global *ld_synthetic_global(const struct ld_link *l, struct ld_resolution *res,
				      const char *text)
{
	struct ld_global *n = LD_NEW(l->arena, struct ld_global);

	n->name = text;
	*ld_strmap_slot(l->arena, &res->globals_by_name, text, strlen(text)) = n;
	LD_PUSH(l->arena, &res->globals, n);
	return n;
}

void ld_synthetic_call(struct ld_section *sec, uint64_t off, const struct ld_global *name)
{
	const struct ld_sym *def = &name->owner->syms[name->owner_sym];
	struct ld_reloc r = {.off = off, .type = LD_R_BPF_64_32, .piece = def->piece};
	struct ld_arena *a = sec->file->link->arena;

	r.addend = (int64_t)(def->value - def->piece->off);
	sec->relocs = ld_realloc(a, sec->relocs, sec->nr_relocs * sizeof(r),
				 (sec->nr_relocs + 1) * sizeof(r));
	sec->relocs[sec->nr_relocs++] = r;
	sec->pieces[0].rel_end = sec->nr_relocs;
}

const struct ld_file_sym *ld_func_decl(const struct ld_global *n)
{
	for (const struct ld_file_sym *m = n->file_syms; m; m = m->next) {
		uint32_t in_type = m->file->has_btf ? m->file->syms[m->sym].btf : 0;

		if (in_type && ld_btf_kind(ld_btf_type(&m->file->btf, in_type)) == BTF_KIND_FUNC)
			return m;
	}
	return NULL;
}
