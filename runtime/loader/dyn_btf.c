/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Compares the types of a loaded program with those of an import. bpfld_compare_functions() takes
 * objects, so the BTF that the kernel returns is wrapped into a minimal one: a single function,
 * with a placeholder body.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loader/dyn.h"

enum { SEC_NULL, SEC_TEXT, SEC_BTF, SEC_SYMTAB, SEC_STRTAB, NR_SECS };

struct image {
	Elf64_Ehdr header;
	Elf64_Shdr secs[NR_SECS];
	struct bpf_insn text[2];
	Elf64_Sym syms[2];
	char bytes[]; /* names, then BTF */
};

/* The string table without its last string, the function's name. */
static const char names[] = "\0.text\0.BTF\0.symtab\0.strtab\0";

static void set_section(struct image *im, int nr, uint32_t type, const void *data, size_t size)
{
	Elf64_Shdr *sec = &im->secs[nr];
	const char *name = names + 1;

	for (int i = 1; i < nr; i++)
		name += strlen(name) + 1;
	sec->sh_name = (uint32_t)(name - names);
	sec->sh_type = type;
	sec->sh_offset = (size_t)((const char *)data - (const char *)im);
	sec->sh_size = size;
	sec->sh_addralign = 1;
}

/* The caller frees the result, or NULL if there is no memory. */
static struct image *make_object(const void *btf, size_t btf_size, const char *func, size_t *size)
{
	size_t names_size = sizeof(names) - 1 + strlen(func) + 1;
	size_t btf_at = (names_size + 7) / 8 * 8;
	struct image *im = calloc(1, sizeof(*im) + btf_at + btf_size);
	const int one = 1;

	if (!im)
		return NULL;
	*size = sizeof(*im) + btf_at + btf_size;
	memcpy(im->header.e_ident, ELFMAG, SELFMAG);
	im->header.e_ident[EI_CLASS] = ELFCLASS64;
	im->header.e_ident[EI_DATA] = *(const char *)&one ? ELFDATA2LSB : ELFDATA2MSB;
	im->header.e_ident[EI_VERSION] = im->header.e_version = EV_CURRENT;
	im->header.e_type = ET_REL;
	im->header.e_machine = EM_BPF;
	im->header.e_ehsize = sizeof(im->header);
	im->header.e_shoff = offsetof(struct image, secs);
	im->header.e_shentsize = sizeof(im->secs[0]);
	im->header.e_shnum = NR_SECS;
	im->header.e_shstrndx = SEC_STRTAB;
	memcpy(im->bytes, names, sizeof(names) - 1);
	memcpy(im->bytes + sizeof(names) - 1, func, strlen(func) + 1);
	memcpy(im->bytes + btf_at, btf, btf_size);
	im->text[0].code = BPF_ALU64 | BPF_MOV | BPF_K;
	im->text[1].code = BPF_JMP | BPF_EXIT;
	im->syms[1].st_name = sizeof(names) - 1;
	im->syms[1].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
	im->syms[1].st_shndx = SEC_TEXT;
	im->syms[1].st_size = sizeof(im->text);
	set_section(im, SEC_TEXT, SHT_PROGBITS, im->text, sizeof(im->text));
	im->secs[SEC_TEXT].sh_flags = SHF_ALLOC | SHF_EXECINSTR;
	im->secs[SEC_TEXT].sh_addralign = 8;
	set_section(im, SEC_BTF, SHT_PROGBITS, im->bytes + btf_at, btf_size);
	im->secs[SEC_BTF].sh_addralign = 8;
	set_section(im, SEC_SYMTAB, SHT_SYMTAB, im->syms, sizeof(im->syms));
	im->secs[SEC_SYMTAB].sh_addralign = 8;
	im->secs[SEC_SYMTAB].sh_entsize = sizeof(im->syms[0]);
	im->secs[SEC_SYMTAB].sh_link = SEC_STRTAB;
	im->secs[SEC_SYMTAB].sh_info = 1;
	set_section(im, SEC_STRTAB, SHT_STRTAB, im->bytes, names_size);
	return im;
}

/* The BTF of the program, for btf__free(), and the type id of its main function; NULL and errno. */
static struct btf *program_btf(int fd, struct bpf_prog_info *info, int *id)
{
	struct bpf_func_info func;
	struct bpf_prog_info first = {
	    .nr_func_info = 1,
	    .func_info_rec_size = sizeof(func),
	    .func_info = (__u64)(uintptr_t)&func,
	};
	struct btf *btf;
	__u32 len = sizeof(*info);

	memset(info, 0, sizeof(*info));
	if (bpf_obj_get_info_by_fd(fd, info, &len))
		return NULL;
	btf = btf__load_from_kernel_by_id(info->btf_id);
	if (!btf)
		return NULL;
	len = sizeof(first);
	if (bpf_obj_get_info_by_fd(fd, &first, &len) || !first.nr_func_info) {
		int err = errno ? errno : ENOENT;

		btf__free(btf);
		errno = err;
		return NULL;
	}
	*id = (int)func.type_id;
	return btf;
}

struct prototype {
	struct bpfld_dyn *d;
	const char *text;
};

static int save_prototype(void *ctx, const struct bpfld_function *func)
{
	struct prototype *p = ctx;

	p->text = ld_dyn_printf(p->d, "%s", func->prototype);
	return 0;
}

/* Sets import->why if the function does not match. */
static int compare(struct bpfld_module *main, struct ld_dyn_import *import, struct btf *btf,
		   const char *func, unsigned int prog_id)
{
	struct bpfld_object a = {main->image, main->size}, b = {NULL, 0};
	struct prototype prototype = {main->d, func};
	char why[512] = "";
	__u32 raw_size = 0;
	const void *raw = btf__raw_data(btf, &raw_size);
	struct image *im = raw ? make_object(raw, raw_size, func, &b.size) : NULL;
	int err;

	if (!im)
		return -ENOMEM;
	b.image = im;
	err = bpfld_compare_functions(&a, import->name, &b, func, why, sizeof(why));
	if (err > 0) {
		bpfld_each_function(&b, save_prototype, &prototype);
		import->why = ld_dyn_text(
		    main->d, "the types differ: %s\n>>> defined as   %s in the program with id %u",
		    why, prototype.text, prog_id);
		err = 0;
	}
	free(im);
	return err;
}

int ld_compare_program(struct bpfld_module *main, struct ld_dyn_import *import, int fd)
{
	struct bpf_prog_info info;
	int id = 0, err;
	struct btf *btf = program_btf(fd, &info, &id);
	const struct btf_type *t = btf ? btf__type_by_id(btf, (__u32)id) : NULL;

	if (t && info.type != BPF_PROG_TYPE_EXT) {
		import->why = ld_dyn_text(main->d,
					  "the program with id %u has type %s: only "
					  "BPF_PROG_TYPE_EXT can replace functions",
					  info.id, libbpf_bpf_prog_type_str(info.type));
		err = 0;
	} else {
		err = t ? compare(main, import, btf, btf__name_by_offset(btf, t->name_off), info.id)
			: -errno;
	}
	btf__free(btf);
	if (err)
		import->why = ld_dyn_text(main->d, "cannot read the types of the program: %s",
					  strerror(-err));
	return err;
}
