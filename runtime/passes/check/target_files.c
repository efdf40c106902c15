/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The files of --target-btf: BTF, raw or in ELF files or tar archives, possibly compressed. In a
 * directory that has a file vmlinux, the other files are its modules; in any other directory each
 * file is a kernel, and subdirectories are searched. Files of text, such as a README, are skipped.
 *
 * Memory is from malloc() while a descriptor is open, and belongs to the link as blocks.
 */
#include "passes/check/target_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/compress.h"
#include "core/container.h"

#define MAX_FILE (256 << 20) /* bytes, also of what is decompressed */
#define MAX_KERNELS 100000   /* files in directories; links may form a cycle */
#define MAX_DEPTH 8          /* of directories */
#define MAX_WRAPPERS 4       /* an ELF file in a tar archive, compressed */
#define HEAD offsetof(struct ld_block, data)

static bool broken(const struct ld_link *l, const char *path, const char *why, const char *help)
{
	ld_error(l->diags, "target-btf", "cannot use %s as BTF of a kernel: %s%" LD_LINES, path,
		 why, help);
	return false;
}

/* ---- directories ---- */

struct names {
	char *text; /* of a block: names, each with its NUL */
	size_t size, cap;
};

static bool add_name(struct names *n, const char *name)
{
	size_t len = strlen(name) + 1;
	char *grown;

	if (n->size + len > n->cap) {
		n->cap = 2 * n->cap + 4096 + len;
		grown = realloc(n->text, HEAD + n->cap);
		if (!grown)
			return false;
		n->text = grown;
	}
	memcpy(n->text + HEAD + n->size, name, len);
	n->size += len;
	return true;
}

static void own(const struct ld_link *l, void *block)
{
	struct ld_block *b = block;

	b->next = *l->blocks;
	*l->blocks = b;
}

void ld_free_blocks(const struct ld_link *l, const struct ld_block *until)
{
	while (*l->blocks != until) {
		struct ld_block *b = *l->blocks;

		*l->blocks = b->next;
		free(b);
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The sorted names in a directory, without hidden ones. Returns false after a report. */
static bool list_directory(const struct ld_link *l, const char *path, const char ***list,
			   size_t *nr)
{
	struct names names = {0};
	bool fits = add_name(&names, "");
	DIR *dir = opendir(path);
	struct dirent *e;
	LD_VEC(const char *) found = {0};

	if (!dir) {
		free(names.text);
		return broken(l, path, strerror(errno), "");
	}
	while (fits && (e = readdir(dir)))
		fits = e->d_name[0] == '.' || add_name(&names, e->d_name);
	closedir(dir);
	if (!fits) {
		free(names.text);
		longjmp(*l->arena->oom, 1);
	}
	own(l, names.text);
	for (size_t i = 1; i < names.size; i += strlen(names.text + HEAD + i) + 1)
		LD_PUSH(l->arena, &found, ld_strdup(l->arena, names.text + HEAD + i));
	if (found.nr)
		qsort(found.v, found.nr, sizeof(*found.v), by_name);
	*list = found.v;
	*nr = found.nr;
	return true;
}

/* The name without directories, and suffixes such as ".btf.tar.xz". */
static const char *plain_name(const struct ld_link *l, const char *path)
{
	static const char *const suffixes[] = {".xz", ".gz", ".zst", ".tar", ".ko", ".btf"};
	char *name = ld_strdup(l->arena, path);

	/* In the order in which they occur, from the end. */
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		size_t len = strlen(name), end = strlen(suffixes[i]);

		if (len > end && !strcmp(name + len - end, suffixes[i]))
			name[len - end] = '\0';
	}
	return name;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static bool is_vmlinux(const struct ld_link *l, const char *name)
{
	return !strcmp(plain_name(l, name), "vmlinux");
}

struct finder {
	const struct ld_link *l;
	struct ld_kernel_list *kernels;
	uint32_t nr_files;
	LD_VEC(const char *) skipped; /* in one directory of the command line */
};

static bool has_suffix(const struct ld_link *l, const char *name)
{
	return strcmp(plain_name(l, name), name) != 0;
}

/* Whether a file of a directory is text: a README, checksums, System.map. */
static bool is_text(const char *path)
{
	unsigned char head[512];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head));

	if (fd >= 0)
		close(fd);
	for (ssize_t i = 0; i < n; i++)
		if ((head[i] < ' ' && !strchr("\t\n\f\r", head[i])) || !head[i] || head[i] == 127)
			return false;
	return n > 0;
}

/* A file with a name of BTF is not skipped: it may be what a failed download has left. */
static bool skip(struct finder *f, const char *name, const char *path)
{
	if (has_suffix(f->l, name) || is_vmlinux(f->l, name) || !is_text(path))
		return false;
	LD_PUSH(f->l->arena, &f->skipped, path);
	return true;
}

static void report_skipped(struct finder *f, const char *dir)
{
	size_t nr = f->skipped.nr;

	if (nr)
		ld_note(f->l->diags, "target-btf-skipped",
			"%zu file%s of %s %s text, not BTF: %s%s%s", nr, nr > 1 ? "s" : "", dir,
			nr > 1 ? "are" : "is", f->skipped.v[0], nr > 1 ? ", " : "",
			nr > 2   ? "..."
			: nr > 1 ? f->skipped.v[1]
				 : "");
	f->skipped.nr = 0;
}

static void add_kernel(struct finder *f, const char *name, const char *path)
{
	struct ld_kernel_files k = {.name = name};

	LD_PUSH(f->l->arena, &k.paths, path);
	LD_PUSH(f->l->arena, &f->kernels->list, k);
}

static void find_in(struct finder *f, const char *dir, const char *prefix, int depth);

/* An entry of a directory that is not a kernel with modules. */
static void find_entry(struct finder *f, const char *dir, const char *prefix, const char *name,
		       int depth)
{
	const struct ld_link *l = f->l;
	const char *path = ld_printf(l->arena, "%s/%s", dir, name);
	const char *shown = ld_printf(l->arena, "%s%s", prefix, name);
	struct stat st;

	if (f->nr_files++ > MAX_KERNELS || stat(path, &st))
		return;
	if (S_ISDIR(st.st_mode) && depth < MAX_DEPTH)
		find_in(f, path, ld_printf(l->arena, "%s/", shown), depth + 1);
	else if (S_ISREG(st.st_mode) && !skip(f, name, path))
		add_kernel(f, plain_name(l, shown), path);
}

static void add_module(struct finder *f, const char *dir, const char *name)
{
	const struct ld_link *l = f->l;
	const char *path = ld_printf(l->arena, "%s/%s", dir, name);

	if (!skip(f, name, path))
		LD_PUSH(l->arena, &f->kernels->list.v[f->kernels->list.nr - 1].paths, path);
}

static void find_in(struct finder *f, const char *dir, const char *prefix, int depth)
{
	const struct ld_link *l = f->l;
	const struct ld_block *mark = *l->blocks;
	const char **names, *vmlinux = NULL;
	size_t nr;

	if (!list_directory(l, dir, &names, &nr))
		return;
	ld_free_blocks(l, mark);
	for (size_t i = 0; i < nr && !vmlinux; i++)
		if (is_vmlinux(l, names[i]))
			vmlinux = names[i];
	if (vmlinux)
		add_kernel(f,
			   *prefix ? ld_printf(l->arena, "%.*s", (int)strlen(prefix) - 1, prefix)
				   : dir,
			   ld_printf(l->arena, "%s/%s", dir, vmlinux));
	for (size_t i = 0; i < nr; i++) {
		if (!vmlinux)
			find_entry(f, dir, prefix, names[i], depth);
		else if (names[i] != vmlinux)
			add_module(f, dir, names[i]);
	}
}

struct ld_kernel_list ld_find_kernels(const struct ld_link *l)
{
	struct ld_kernel_list kernels = {0};
	struct finder f = {.l = l, .kernels = &kernels};
	struct stat st;

	for (const char **path = l->opt->target_btf; *path; path++) {
		size_t before = kernels.list.nr;

		if (stat(*path, &st)) {
			broken(l, *path, strerror(errno), "");
		} else if (!S_ISDIR(st.st_mode)) {
			add_kernel(&f, plain_name(l, base_name(*path)), *path);
		} else {
			size_t errors = l->diags->errors;

			find_in(&f, *path, "", 0);
			if (kernels.list.nr == before && l->diags->errors == errors)
				broken(l, *path,
				       f.skipped.nr ? "the directory has only files of text"
						    : "the directory has no files",
				       "");
			report_skipped(&f, *path);
		}
	}
	return kernels;
}

/* ---- reading ---- */

/* The bytes of a file, or of what it contains. */
struct content {
	const char *path;
	const uint8_t *data;
	uint64_t size;
	const uint8_t *base; /* of .BTF.base, or NULL */
	uint64_t base_size;
};

static bool read_fd(void *ctx, uint64_t off, void *to, size_t size)
{
	int fd = *(int *)ctx;
	ssize_t n = 1;

	for (size_t done = 0; done < size; done += (size_t)n) {
		n = pread(fd, (char *)to + done, size - done, (off_t)(off + done));
		if (n <= 0)
			return false;
	}
	return true;
}

static bool read_memory(void *ctx, uint64_t off, void *to, size_t size)
{
	const struct content *c = ctx;

	if (!ld_in_range(off, size, c->size))
		return false;
	memcpy(to, c->data + off, size);
	return true;
}

/* Reads a part of the file into a block. Returns why it failed, or NULL. */
static const char *read_range(const struct ld_link *l, int fd, const struct ld_core_range *range,
			      const uint8_t **data)
{
	struct ld_block *block;

	if (range->size > MAX_FILE)
		return "it is larger than 256 MiB";
	block = malloc(sizeof(*block) + range->size);
	if (!block || !read_fd(&fd, range->off, block->data, range->size)) {
		free(block);
		return block ? "it cannot be read completely" : strerror(ENOMEM);
	}
	own(l, block);
	*data = (const uint8_t *)block->data;
	return NULL;
}

/* Reads the file, or of an ELF file its .BTF and .BTF.base. Returns why it failed, or NULL. */
static const char *read_content(const struct ld_link *l, int fd, struct content *c)
{
	struct ld_core_range range = {0}, base = {0};
	char magic[SELFMAG];
	struct stat st;
	const char *why = NULL;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return "not a regular file";
	range.size = (uint64_t)st.st_size;
	if (read_fd(&fd, 0, magic, sizeof(magic)) && ld_core_is_elf(magic, sizeof(magic))) {
		why = ld_core_find_section(read_fd, &fd, ".BTF", &range);
		if (!why && !ld_core_find_section(read_fd, &fd, ".BTF.base", &base))
			why = read_range(l, fd, &base, &c->base);
	}
	if (!why)
		why = read_range(l, fd, &range, &c->data);
	c->size = range.size;
	c->base_size = base.size;
	return why;
}

static bool read_file(const struct ld_link *l, struct content *c)
{
	int fd = open(c->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const char *why;

	if (fd < 0)
		return broken(l, c->path, strerror(errno), "");
	why = read_content(l, fd, c);
	close(fd);
	return why ? broken(l, c->path, why, "") : true;
}

static bool decompress(const struct ld_link *l, struct content *c, enum ld_codec codec)
{
	const char *name = ld_codec_name(codec);
	size_t size;
	char *block;
	int err;

	if (!ld_has_codec(codec))
		return broken(l, c->path,
			      ld_printf(l->arena, "it is compressed with %s, and lib%s is missing",
					name, codec == LD_CODEC_XZ ? "lzma" : name),
			      codec == LD_CODEC_XZ
				  ? LD_HELP "decompress the file with xz -d, or install liblzma5, "
					    "which a static build of "
					    "bpfld cannot use"
				  : LD_HELP "decompress the file, or build bpfld with the library");
	err = ld_unpack(codec, c->data, c->size, HEAD, MAX_FILE, &block, &size);
	if (err == -ENOMEM)
		longjmp(*l->arena->oom, 1);
	if (err)
		return broken(l, c->path,
			      ld_printf(l->arena,
					err == -EFBIG
					    ? "it is larger than 256 MiB when decompressed with %s"
					    : "its contents, compressed with %s, are corrupt",
					name),
			      "");
	own(l, block);
	c->data = (const uint8_t *)block + HEAD;
	c->size = size;
	return true;
}

/* Finds the .BTF of an ELF file in memory, and its .BTF.base. Returns why there is none, or NULL.
 */
static const char *find_sections(struct content *c, struct ld_core_range *range)
{
	const char *why = ld_core_find_section(read_memory, c, ".BTF", range);
	struct ld_core_range base;

	if (why || ld_core_find_section(read_memory, c, ".BTF.base", &base))
		return why;
	if (!ld_in_range(base.off, base.size, c->size))
		return "the file is cut off";
	c->base = c->data + base.off;
	c->base_size = base.size;
	return NULL;
}

static const void *aligned(struct ld_arena *a, const uint8_t *data, uint64_t size)
{
	return (uintptr_t)data % 4 ? ld_memdup(a, data, size) : data;
}

/* Replaces c by the BTF in it. */
static bool unwrap(const struct ld_link *l, struct content *c)
{
	struct ld_core_range range;

	for (int depth = 0; depth < MAX_WRAPPERS; depth++) {
		enum ld_codec codec = ld_find_codec(c->data, c->size);
		const char *why = NULL;

		if (ld_core_is_btf(c->data, c->size))
			return true;
		if (codec != LD_CODEC_NONE) {
			if (!decompress(l, c, codec))
				return false;
			continue;
		}
		if (ld_core_is_elf(c->data, c->size))
			why = find_sections(c, &range);
		else if (ld_core_is_tar(c->data, c->size))
			why = ld_core_find_member(c->data, c->size, &range);
		else
			break;
		if (!why && !ld_in_range(range.off, range.size, c->size))
			why = "the file is truncated";
		if (why)
			return broken(l, c->path, why, "");
		c->data += range.off;
		c->size = range.size;
	}
	return broken(l, c->path, "it is neither BTF nor an ELF file or archive with BTF",
		      LD_HELP "specify a file such as /sys/kernel/btf/vmlinux, vmlinux with .BTF, "
			      "or a .btf.tar.xz of a BTF collection");
}

size_t ld_read_kernel_files(const struct ld_link *l, struct ld_arena *a,
			    const struct ld_kernel_files *k, struct ld_core_bytes *files)
{
	size_t nr = 0;

	ld_for_each(i, &k->paths) {
		struct content c = {.path = k->paths.v[i]};

		if (!read_file(l, &c) || !unwrap(l, &c)) {
			if (!i)
				return 0; /* without vmlinux, modules mean nothing */
			continue;
		}
		files[nr++] = (struct ld_core_bytes){
		    .name = plain_name(l, base_name(c.path)),
		    .data = aligned(a, c.data, c.size),
		    .size = c.size,
		    .base = c.base ? aligned(a, c.base, c.base_size) : NULL,
		    .base_size = c.base_size,
		};
	}
	return nr;
}
