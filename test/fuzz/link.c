/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What must hold for any input, whatever its bytes. */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <bpfld/bpfld.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

bool fuzz_thorough;

struct heard {
	unsigned int errors;
};

static void broken(const char *what)
{
	fprintf(stderr, "a promise is broken: %s\n", what);
	abort();
}

static void hear(void *ctx, const struct bpfld_diag *d)
{
	struct heard *h = ctx;

	if (!strcmp(d->id, "verify")) {
		fprintf(stderr, "%s\n", d->message);
		broken("the output is what was meant");
	}
	if (!d->id[0] || !d->message[0])
		broken("a diagnostic has an id and a text");
	if (d->severity == BPFLD_ERROR && getenv("FUZZ_KEEP"))
		fprintf(stderr, "%s [%s]\n", d->message, d->id);
	h->errors += d->severity == BPFLD_ERROR;
}

static struct bpfld_opts way(unsigned int i)
{
	struct bpfld_opts opts = BPFLD_OPTS_INIT;

	opts.threads = 1;
	opts.verify = true;
	switch (i) {
	case 0: opts.output = BPFLD_PARTIAL; break;
	case 1: opts.unresolved_ok = true; break;
	case 2:
		opts.license = "Dual MIT/GPL";
		opts.strip = BPFLD_STRIP_ALL;
		opts.unresolved_ok = true;
		break;
	default:
		opts.output = BPFLD_PARTIAL;
		opts.no_btf_gc = true;
		opts.strip = BPFLD_STRIP_DEBUG;
		break;
	}
	return opts;
}

/* Members of an archive go by its path. */
static bool is_archive(struct bytes in)
{
	return in.size >= 2 && !memcmp(in.data, "!<", 2);
}

/* As a file, of which only what is needed is read. */
static int add_file(struct bpfld *l, const char *name, struct bytes in, int *fd)
{
	char path[64];
	int err;

	*fd = memfd_create(name, MFD_CLOEXEC);
	if (*fd < 0 || write(*fd, in.data, in.size) != (ssize_t)in.size)
		broken("a file can be made");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", *fd);
	err = bpfld_add_file(l, path);
	return err ? err : bpfld_name_input(l, name);
}

/* The linked image, to be freed; NULL where the link is refused. */
static uint8_t *link_once(struct bpfld_opts opts, const struct bytes *in, size_t nr,
			  unsigned int mode, bool files, size_t *size)
{
	struct heard heard = {0};
	struct bpfld *l;
	uint8_t *copy = NULL;
	const void *image;
	int err = 0, fds[2] = {-1, -1};

	opts.diag = hear;
	opts.diag_ctx = &heard;
	l = bpfld_new(&opts, NULL);
	for (size_t i = 0; i < nr && !err; i++) {
		if (i || nr == 1)
			bpfld_input_mode(l, mode);
		const char *name = i ? "b.o" : "a.o";

		if (files && !is_archive(in[i]))
			err = add_file(l, name, in[i], &fds[i]);
		else
			err = bpfld_add_buffer(l, name, in[i].data, in[i].size);
		/* A name that the caller gives goes before one that the object gives. */
		if (!err && !files && !is_archive(in[i]))
			err = bpfld_name_input(l, name);
	}
	if (!err)
		err = bpfld_link(l);
	if (!err != !heard.errors)
		broken("a link fails if and only if it says an error");
	image = bpfld_image(l, size);
	if (!err != !!image)
		broken("there is an image if and only if the link is good");
	if (image) {
		copy = malloc(*size);
		memcpy(copy, image, *size);
	}
	bpfld_free(l);
	for (size_t i = 0; i < 2; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return copy;
}

static void keep(const char *name, const uint8_t *image, size_t size)
{
	FILE *f = getenv("FUZZ_KEEP") ? fopen(name, "wb") : NULL;

	if (!f)
		return;
	fwrite(image, 1, size, f);
	fclose(f);
}

static int print_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level, (void)format, (void)args;
	return 0;
}

/* What is written as .BTF must be what libbpf takes for it: it was made anew. */
static void parse_btf(const uint8_t *image)
{
	Elf64_Ehdr eh;
	Elf64_Shdr sh, names;
	struct btf *btf;

	memcpy(&eh, image, sizeof(eh));
	if (eh.e_ident[EI_DATA] != ELFDATA2LSB || !eh.e_shnum)
		return;
	memcpy(&names, image + eh.e_shoff + eh.e_shstrndx * sizeof(sh), sizeof(sh));
	for (size_t i = 1; i < eh.e_shnum; i++) {
		memcpy(&sh, image + eh.e_shoff + i * sizeof(sh), sizeof(sh));
		if (strcmp((const char *)image + names.sh_offset + sh.sh_name, ".BTF") != 0)
			continue;
		libbpf_set_print(print_nothing);
		btf = btf__new(image + sh.sh_offset, (uint32_t)sh.sh_size);
		if (!btf)
			broken("libbpf takes the .BTF of an output");
		btf__free(btf);
	}
}

/* ---- what libbpf opens ---- */

static bool opens(struct bytes object)
{
	struct bpf_object *obj;
	bool there;

	libbpf_set_print(print_nothing);
	obj = bpf_object__open_mem(object.data, object.size, NULL);
	there = obj && libbpf_get_error(obj) == 0;
	bpf_object__close(there ? obj : NULL);
	return there;
}

/* The section header of an image, whose tables are where they should be. */
static Elf64_Shdr section(const uint8_t *image, size_t i)
{
	Elf64_Ehdr eh;
	Elf64_Shdr sh;

	memcpy(&eh, image, sizeof(eh));
	memcpy(&sh, image + eh.e_shoff + i * sizeof(sh), sizeof(sh));
	return sh;
}

/* Nothing is undefined, and no COMMON symbol has made .bss larger than libbpf can map. */
static bool is_complete(const uint8_t *image)
{
	Elf64_Ehdr eh;
	Elf64_Sym sym;

	memcpy(&eh, image, sizeof(eh));
	if (eh.e_ident[EI_DATA] != ELFDATA2LSB)
		return false;
	for (size_t i = 1; i < eh.e_shnum; i++) {
		Elf64_Shdr sh = section(image, i);

		if (sh.sh_type == SHT_NOBITS && sh.sh_size > INT32_MAX)
			return false;
		for (size_t at = sizeof(sym); sh.sh_type == SHT_SYMTAB && at < sh.sh_size;
		     at += sizeof(sym)) {
			memcpy(&sym, image + sh.sh_offset + at, sizeof(sym));
			if (sym.st_shndx == SHN_UNDEF)
				return false;
		}
	}
	return true;
}

/*
 * What libbpf opens before a link, it opens after it. What is undefined is another matter: libbpf
 * overlooks it where its symbol has a type, and clang's and ours have none.
 */
static void open_output(struct bytes image, const struct bytes *in, size_t nr)
{
	if (!is_complete(image.data) || opens(image))
		return;
	for (size_t i = 0; i < nr; i++)
		if (!opens(in[i]))
			return;
	broken("libbpf opens the output of objects that it opens");
}

/* ---- one link ---- */

static void link_again(unsigned int i, const struct bytes *in, size_t nr, unsigned int mode,
		       bool files, struct bytes image)
{
	size_t size;
	uint8_t *again = link_once(way(i), in, nr, mode, files, &size);

	if (!again || size != image.size || memcmp(again, image.data, size))
		broken("the same inputs give the same bytes");
	free(again);
	again = link_once(way(i), &image, 1, 0, files, &size);
	if (!again)
		broken("an output can be linked");
	keep("fuzz-2.o", again, size);
	if (size != image.size || memcmp(again, image.data, size))
		broken("an output links to itself");
	free(again);
}

static void link_in_way(unsigned int i, const struct bytes *in, size_t nr, unsigned int mode,
			bool files, bool all)
{
	size_t size;
	uint8_t *image = link_once(way(i), in, nr, mode, files, &size);
	struct bytes whole = {image, size};

	if (!image)
		return;
	keep("fuzz-1.o", image, size);
	if (all) {
		parse_btf(image);
		open_output(whole, in, nr);
		link_again(i, in, nr, mode, !files, whole);
	}
	free(image);
}

/* A fuzzer has little time for each input: one way for each, and one of eight is looked at. */
void fuzz_link_mode(const struct bytes *objects, size_t nr, unsigned int mode)
{
	uint32_t sum = fuzz_thorough ? 0 : fuzz_choose(objects, nr);

	for (unsigned int i = 0; i < 4; i++)
		if (fuzz_thorough || i == sum % 4)
			link_in_way(i, objects, nr, mode, fuzz_thorough ? i & 1 : sum / 32 % 2,
				    sum / 4 % 8 == 0);
}

void fuzz_link(const struct bytes *objects, size_t nr)
{
	fuzz_link_mode(objects, nr, 0);
}
