/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * relocate OBJECT BTF: prints libbpf's log of loading OBJECT with BTF as btf_custom_path. The
 * kernel takes no part: system calls of bpf() seem to succeed, and the kernel's BTF is BTF, for
 * externs, too. Externs become weak, and maps are not created, so that libbpf gets as far as CO-RE
 * relocations.
 */
#define _GNU_SOURCE
#include <bpf/libbpf.h>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* libbpf calls this one. A program is loaded after all relocations: that is the end. */
long syscall(long nr, ...)
{
	long (*real)(long, ...) = dlsym(RTLD_NEXT, "syscall");
	long more[6];
	va_list args;
	int fd;

	va_start(args, nr);
	for (int i = 0; i < 6; i++)
		more[i] = va_arg(args, long);
	va_end(args);
	if (nr != SYS_bpf)
		return real(nr, more[0], more[1], more[2], more[3], more[4], more[5]);
	switch (more[0]) {
	case BPF_PROG_LOAD:
	case BPF_MAP_CREATE:
	case BPF_BTF_LOAD:
		fd = memfd_create("bpf", 0);
		return fd < 0 || ftruncate(fd, 64 << 20) ? -1 : fd;
	case BPF_MAP_UPDATE_ELEM:
	case BPF_MAP_FREEZE: return 0;
	default: return -1;
	}
}

static const char *btf;

static const char *redirect(const char *path)
{
	return strcmp(path, "/sys/kernel/btf/vmlinux") ? path : btf;
}

/* libbpf reads the kernel's BTF with one of these. */
#define OPEN(name)                                                                                 \
	int name(const char *path, int flags, ...)                                                 \
	{                                                                                          \
		return openat(AT_FDCWD, redirect(path), flags, 0);                                 \
	}
OPEN(open)
OPEN(open64)

#define FOPEN(name)                                                                                \
	FILE *name(const char *path, const char *mode)                                             \
	{                                                                                          \
		FILE *(*real)(const char *, const char *) = dlsym(RTLD_NEXT, #name);               \
                                                                                                   \
		return real(redirect(path), mode);                                                 \
	}
FOPEN(fopen)
FOPEN(fopen64)

static int print(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	return vprintf(format, args);
}

static char *read_file(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	char *data = malloc(64 << 20);

	if (!f || !data)
		exit(2);
	*size = fread(data, 1, 64 << 20, f);
	fclose(f);
	return data;
}

static void weaken(char *data)
{
	const Elf64_Ehdr *eh = (Elf64_Ehdr *)data;
	const Elf64_Shdr *sh = (Elf64_Shdr *)(data + eh->e_shoff);

	for (int i = 0; i < eh->e_shnum; i++) {
		Elf64_Sym *syms = (Elf64_Sym *)(data + sh[i].sh_offset);

		for (size_t k = 1; sh[i].sh_type == SHT_SYMTAB && k < sh[i].sh_size / sizeof(*syms); k++)
			if (syms[k].st_shndx == SHN_UNDEF)
				syms[k].st_info = ELF64_ST_INFO(STB_WEAK, ELF64_ST_TYPE(syms[k].st_info));
	}
}

int main(int argc, char **argv)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	struct bpf_object *obj;
	struct bpf_map *map;
	size_t size;
	char *data;

	if (argc != 3)
		return 2;
	libbpf_set_print(print);
	data = read_file(argv[1], &size);
	weaken(data);
	opts.btf_custom_path = btf = argv[2];
	obj = bpf_object__open_mem(data, size, &opts);
	if (!obj)
		return 1;
	bpf_object__for_each_map(map, obj)
		bpf_map__set_autocreate(map, false);
	bpf_object__load(obj);
	fflush(stdout);
	_exit(0);
}
