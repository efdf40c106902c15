/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Parses the image again, with our parser and with libelf, and compares the result with the model,
 * so that a defect of the linker becomes an error here.
 */
#ifdef BPFLD_LIBELF
#include <libelf.h>
#include <pthread.h>
#endif
#include <string.h>

#include "elf/btf_ext.h"
#include "elf/elf_read.h"
#include "elf/pieces.h"
#include "passes/passes.h"

struct verifier {
	const struct ld_link *l;
	struct ld_file *f; /* the output, parsed */
};

static void mismatch(struct verifier *v, const char *what, const char *name)
{
	ld_error(v->l->diags, "verify",
		 "the output differs from the model: %s%s%s" LD_HELP
		 "this is a bug in the linker: please report it, and attach the inputs",
		 what, name ? ": " : "", name ? name : "");
}

static struct ld_section *section_at(struct verifier *v, uint32_t index)
{
	return index < v->f->nr_secs ? &v->f->secs[index] : NULL;
}

static void check_section(struct verifier *v, const struct ld_out *out)
{
	const struct ld_section *sec = section_at(v, out->index);
	uint32_t relocs = 0, i;

	if (!sec || strcmp(sec->name, out->name) || sec->size != out->size ||
	    sec->align != out->align || sec->type != out->type) {
		mismatch(v, "section header", out->name);
		return;
	}
	if (out->type != SHT_NOBITS && out->size && memcmp(sec->data, out->data, out->size))
		mismatch(v, "section contents", out->name);
	if (sec->rel)
		relocs = ld_nr_relocs(sec->rel);
	for (i = 0; i < sec->nr_relocs; i++)
		relocs += !sec->relocs[i].hidden;
	if (relocs != out->relocs.nr)
		mismatch(v, "number of relocations", out->name);
}

static void check_symbols(struct verifier *v)
{
	const struct ld_link *l = v->l;

	if (v->f->nr_syms != l->out_syms.list.nr + 1) {
		mismatch(v, "number of symbols", NULL);
		return;
	}
	ld_for_each(i, &l->out_syms.list) {
		const struct ld_out_sym *s = &l->out_syms.list.v[i];
		const struct ld_sym *is = &v->f->syms[i + 1], *was;

		if ((is->bind == STB_LOCAL) != (i + 1 < l->out_syms.first_global))
			mismatch(v, "order of symbols", is->name);
		if (!s->file)
			continue;
		was = &s->file->syms[s->in_sym];
		if (strcmp(is->name, was->out_name) || is->size != was->size ||
		    is->type != was->type || is->bind != was->out_bind)
			mismatch(v, "symbol", was->out_name);
		if (was->sec && was->sec->kind == LD_SEC_CODE &&
		    (!is->piece || !is->sec || is->sec->kind != LD_SEC_CODE))
			mismatch(v, "section of function", was->out_name);
	}
}

/* All records of live pieces must be there; synthetic ones may be in between. */
static void check_ext(struct verifier *v)
{
	for (int kind = 0; kind < LD_EXT_NR; kind++) {
		uint64_t in = 0, is = 0;

		ld_for_each(i, &v->l->layout.outs) {
			const struct ld_out *out = v->l->layout.outs.v[i];
			const struct ld_section *sec = section_at(v, out->index);

			is += sec ? sec->ext[kind].nr : 0;
			ld_for_each(k, &out->pieces) {
				const struct ld_piece *p = out->pieces.v[k];

				in += ld_ext_end(p, kind) - p->ext[kind];
			}
		}
		if (is < in && v->l->btf.out)
			mismatch(v, "records of .BTF.ext", NULL);
	}
}

static void check_btf(struct verifier *v)
{
	struct ld_file *f = v->f;
	const struct ld_section *btf = NULL, *ext = NULL;

	for (uint32_t i = 1; i < f->nr_secs; i++) {
		if (f->secs[i].kind == LD_SEC_BTF)
			btf = &f->secs[i];
		if (f->secs[i].kind == LD_SEC_BTF_EXT)
			ext = &f->secs[i];
	}
	if (!btf != !v->l->btf.out || !ext != !v->l->btf_ext.header) {
		mismatch(v, "BTF sections", NULL);
		return;
	}
	if (!btf ||
	    ld_btf_parse(&f->arena, &f->diags, "output", btf->data, btf->size, f->big, &f->btf))
		return;
	if (f->btf.nr_types != v->l->btf.out->nr_types)
		mismatch(v, "number of types", NULL);
	if (ext && !ld_btf_ext_parse(f, ext))
		check_ext(v);
}

/* ---- with libelf ---- */

#ifdef BPFLD_LIBELF
static void start_libelf(void)
{
	elf_version(EV_CURRENT);
}

static void check_elf_section(struct verifier *v, Elf *elf, size_t names, const struct ld_out *out)
{
	const Elf64_Shdr *sh = elf64_getshdr(elf_getscn(elf, out->index));
	const char *name = sh ? elf_strptr(elf, names, sh->sh_name) : NULL;
	bool packed = sh && sh->sh_flags & SHF_COMPRESSED;
	const Elf64_Chdr *chdr = packed ? elf64_getchdr(elf_getscn(elf, out->index)) : NULL;
	uint64_t size = chdr ? chdr->ch_size : sh ? sh->sh_size : 0;

	if (!name || strcmp(name, out->name) || size != out->size || packed != !!out->packed ||
	    sh->sh_type != out->type || (sh->sh_flags & ~(uint64_t)SHF_COMPRESSED) != out->flags)
		mismatch(v, "section header as libelf reads it", out->name);
}

static void check_elf_symbols(struct verifier *v, Elf *elf)
{
	for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn; scn = elf_nextscn(elf, scn)) {
		const Elf64_Shdr *sh = elf64_getshdr(scn);
		const Elf_Data *data =
		    sh && sh->sh_type == SHT_SYMTAB ? elf_getdata(scn, NULL) : NULL;

		if (data && (data->d_size / sizeof(Elf64_Sym) != v->l->out_syms.list.nr + 1 ||
			     sh->sh_info != v->l->out_syms.first_global))
			mismatch(v, "symbol table as libelf reads it", NULL);
	}
}

/* Our parser shares its idea of ELF with the code that wrote the image; libelf does not. */
static void check_with_libelf(struct verifier *v)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	size_t names;
	Elf *elf;

	pthread_once(&once, start_libelf);
	elf = elf_memory((char *)(uintptr_t)v->f->image, v->f->size);
	/* Read a section header first: it has a count of sections beyond 16 bits. */
	if (!elf || !elf64_getshdr(elf_getscn(elf, 0)) || elf_getshdrstrndx(elf, &names)) {
		mismatch(v, "libelf", elf_errmsg(-1));
	} else {
		ld_for_each(i, &v->l->layout.outs)
			check_elf_section(v, elf, names, v->l->layout.outs.v[i]);
		check_elf_symbols(v, elf);
	}
	elf_end(elf);
}
#else
static void check_with_libelf(struct verifier *v)
{
	ld_note(v->l->diags, "verify-alone",
		"--verify used only bpfld's own parser: this build has no libelf");
}
#endif

void ld_verify(const struct ld_link *l, struct ld_input_files *in)
{
	struct ld_file *f = LD_NEW(l->arena, struct ld_file);
	struct verifier v = {l, f};

	/* The link owns f, in case memory runs out. */
	LD_PUSH(l->arena, &in->images, f);
	f->link = l;
	f->path = "output";
	f->image = ld_flatten(l->arena, &l->image);
	f->size = l->image.size;
	f->arena.oom = l->arena->oom;
	f->diags.arena = l->arena;
	if (!ld_elf_read(f) && !ld_make_pieces(f)) {
		ld_for_each(i, &l->layout.outs)
			check_section(&v, l->layout.outs.v[i]);
		check_symbols(&v);
		check_btf(&v);
	}
	ld_for_each(i, &f->diags.list)
		mismatch(&v, f->diags.list.v[i].message, NULL);
	ld_arena_free(&f->arena);
	check_with_libelf(&v);
}
