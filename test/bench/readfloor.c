/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * readfloor FILE...: maps the files and sums every byte that a linker must look at, which is all
 * but DWARF and its relocations. No linker is faster than that on one thread.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t sum_bytes(const uint8_t *p, uint64_t size)
{
	uint64_t sum = 0, word;

	for (; size >= 8; size -= 8, p += 8) {
		memcpy(&word, p, 8);
		sum += word;
	}
	while (size--)
		sum += *p++;
	return sum;
}

static uint64_t sum_object(const uint8_t *image, uint64_t *read)
{
	const Elf64_Ehdr *e = (const Elf64_Ehdr *)image;
	const Elf64_Shdr *sh = (const Elf64_Shdr *)(image + e->e_shoff);
	const char *names = (const char *)image + sh[e->e_shstrndx].sh_offset;
	uint64_t sum = sum_bytes((const uint8_t *)sh, e->e_shnum * sizeof(*sh));

	*read += e->e_shnum * sizeof(*sh);
	for (int i = 1; i < e->e_shnum; i++) {
		const char *name = names + sh[i].sh_name;

		if (sh[i].sh_type == SHT_NOBITS || !strncmp(name, ".debug_", 7) ||
		    !strncmp(name, ".rel.debug_", 11))
			continue;
		sum += sum_bytes(image + sh[i].sh_offset, sh[i].sh_size);
		*read += sh[i].sh_size;
	}
	return sum;
}

int main(int argc, char **argv)
{
	uint64_t sum = 0, read = 0;

	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], O_RDONLY | O_CLOEXEC);
		struct stat st;
		uint8_t *image;

		if (fd < 0 || fstat(fd, &st) || (size_t)st.st_size < sizeof(Elf64_Ehdr)) {
			perror(argv[i]);
			return 1;
		}
		image = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (image == MAP_FAILED) {
			perror(argv[i]);
			return 1;
		}
		close(fd);
		sum += sum_object(image, &read);
		munmap(image, (size_t)st.st_size);
	}
	printf("%llu bytes, sum %llx\n", (unsigned long long)read, (unsigned long long)sum);
	return 0;
}
