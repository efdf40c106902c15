/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Names to bytes: files are mapped, archives become their members, libraries are searched for. All
 * is said before the next input is looked at, so that a link with five missing files names five.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/pool.h"
#include "format/archive.h"
#include "format/elf_read.h"
#include "passes/passes.h"

static struct ld_file *new_file(struct ld_link *l, const char *name)
{
	struct ld_file *f = LD_NEW(&l->arena, struct ld_file);

	f->link = l;
	f->path = ld_strdup(&l->arena, name);
	f->arena.oom = l->arena.oom;
	f->diags.arena = &f->arena;
	return f;
}

static void add_input(struct ld_link *l, struct ld_file *f)
{
	LD_PUSH(&l->arena, &l->inputs, f);
}

/* ---- one file ---- */

/* A pipe can't be mapped: it is read to its end. Returns an errno value. */
static int read_stream(struct ld_file *f, int fd)
{
	size_t cap = 65536;
	uint8_t *buf = ld_alloc(&f->arena, cap);

	f->image = buf;
	for (;;) {
		ssize_t n;

		if (f->size == cap) {
			uint8_t *bigger = ld_alloc(&f->arena, cap * 2);

			memcpy(bigger, buf, cap);
			cap *= 2;
			f->image = buf = bigger;
		}
		n = read(fd, buf + f->size, cap - f->size);
		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0)
			f->size += (size_t)n;
		if (!n)
			break;
	}
	f->is_archive = ld_is_archive(f->image, f->size);
	return 0;
}

/*
 * A process has 65,530 mappings unless its system is told otherwise, and memory is made of
 * mappings, too: of more inputs than this the rest is read.
 */
#define MAX_MAPPED 20000

/* A regular file as a copy; it may have become shorter. Returns an errno value. */
static int read_regular(struct ld_file *f, int fd)
{
	uint8_t *buf = ld_alloc(&f->arena, f->size);
	size_t got = 0;

	while (got < f->size) {
		ssize_t n = pread(fd, buf + got, f->size - got, (off_t)got);

		if (n < 0 && errno != EINTR)
			return errno;
		if (!n)
			break;
		if (n > 0)
			got += (size_t)n;
	}
	f->image = buf;
	f->size = got;
	return 0;
}

static size_t read_magic(int fd, char magic[LD_ARCHIVE_MAGIC_SIZE])
{
	ssize_t n;

	do
		n = pread(fd, magic, LD_ARCHIVE_MAGIC_SIZE, 0);
	while (n < 0 && errno == EINTR);
	return n > 0 ? (size_t)n : 0;
}

#define SMALL_OBJECT ((size_t)64 << 10) /* bytes: to read it is as cheap as to map it */
#define LARGE_OBJECT ((size_t)64 << 20) /* its contents are not to be copied */
#define FEW_MAPPED 8
#define FILES_PER_THREAD 64 /* fewer are looked at before a thread has started */

/*
 * Whether a file that is no archive is to be read when it is parsed. Of many objects most bytes are
 * DWARF and types that all have in common, and pages of a mapping that were touched stay with the
 * process. What most of is wanted, or more than once, is mapped.
 */
static bool is_read_later(const struct ld_link *l, const struct ld_file *f, size_t size)
{
	if (!l->lasting_inputs || l->lto_fat || l->lazy || f->archive)
		return false;
	return size <= SMALL_OBJECT ||
	       (l->strip_debug && l->nr_mapped >= FEW_MAPPED && size <= LARGE_OBJECT);
}

static void begin_regular(struct ld_file *f, size_t size)
{
	f->opened = f->path;
	f->size = size;
	if (size)
		ld_arena_expect(&f->arena, size);
}

static int load_fd(struct ld_link *l, struct ld_file *f, int fd)
{
	char magic[LD_ARCHIVE_MAGIC_SIZE];
	struct stat st;
	size_t nr;
	void *map;

	if (fstat(fd, &st))
		return errno;
	if (S_ISDIR(st.st_mode))
		return EISDIR;
	/* What an archive names is not what the user names: it may be endless. */
	if (!S_ISREG(st.st_mode))
		return f->archive ? ENODEV : read_stream(f, fd);
	begin_regular(f, (size_t)st.st_size);
	if (!f->size)
		return 0;
	/* Not from the mapping: its first page is for the thread that parses it. */
	nr = read_magic(fd, magic);
	f->is_archive = ld_is_archive(magic, nr);
	f->unread = is_read_later(l, f, f->size) && !f->is_archive && !ld_is_bitcode(magic, nr);
	if (f->unread)
		return 0;
	if (l->nr_mapped >= MAX_MAPPED)
		return read_regular(f, fd);
	map = mmap(NULL, f->size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return errno;
	f->image = map;
	f->mapped = true;
	l->nr_mapped++;
	return 0;
}

/* Opens and loads f->path. The link owns f and its descriptor, in case memory runs out. */
static int load(struct ld_link *l, struct ld_file *f)
{
	int err;

	LD_PUSH(&l->arena, &l->images, f);
	l->open_fd = open(f->path, O_RDONLY | O_CLOEXEC | (f->archive ? O_NONBLOCK : 0));
	if (l->open_fd < 0) {
		l->open_fd = 0;
		return errno;
	}
	err = load_fd(l, f, l->open_fd);
	close(l->open_fd);
	l->open_fd = 0;
	return err;
}

static int cannot_open(struct ld_link *l, const char *path, int err)
{
	ld_error(&l->diags, "cannot-open", "cannot open %s: %s", path, strerror(err));
	return -err;
}

/* ---- archives ---- */

/* A thin archive's member is a file, by a path from the archive's folder. */
static int load_thin_member(struct ld_link *l, const struct ld_file *archive, struct ld_file *f,
			    const char *name)
{
	const char *slash = strrchr(archive->path, '/'), *shown = f->path;
	int err;

	if (name[0] != '/' && slash)
		name = ld_printf(&l->arena, "%.*s/%s", (int)(slash - archive->path), archive->path,
				 name);
	f->path = name;
	err = load(l, f);
	f->path = shown;
	if (err)
		ld_error(&l->diags, "cannot-open",
			 "cannot open %s: %s\n>>> a member of the thin archive %s", name,
			 err == ENODEV ? "it is no regular file" : strerror(err), archive->path);
	return -err;
}

static int add_members(struct ld_link *l, struct ld_file *file)
{
	struct ld_archive archive = {0};
	int err =
	    ld_archive_read(&l->arena, &l->diags, file->path, file->image, file->size, &archive);

	if (err)
		return err;
	ld_for_each(i, &archive.members) {
		const struct ld_member *m = &archive.members.v[i];
		struct ld_file *f =
		    new_file(l, ld_printf(&l->arena, "%s(%s)", file->path, m->name));

		f->archive = file->path;
		f->lazy = !l->whole_archive;
		f->image = m->data;
		f->size = m->size;
		if (archive.thin && load_thin_member(l, file, f, m->name))
			err = -EINVAL;
		else
			add_input(l, f);
	}
	return err;
}

/* ---- what the API calls ---- */

/* What many files are is found out in parallel. */
struct probe {
	const char *path;
	size_t size; /* of a regular file that is an object; 0: it is to be loaded to find out */
};

/* Without opening what is no regular file: that alone may have an effect. */
static void probe_file(void *ctx, uint32_t thread, uint32_t i)
{
	struct probe *p = (struct probe *)ctx + i;
	char magic[LD_ARCHIVE_MAGIC_SIZE];
	struct stat st;
	size_t nr;
	int fd;

	(void)thread;
	if (stat(p->path, &st) || !S_ISREG(st.st_mode))
		return;
	fd = open(p->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return;
	nr = read_magic(fd, magic);
	close(fd);
	if (!ld_is_archive(magic, nr) && !ld_is_bitcode(magic, nr))
		p->size = (size_t)st.st_size;
}

/* probed: the file's size if what it is has been found out, else 0. */
static int add_file(struct ld_link *l, const char *path, size_t probed)
{
	struct ld_file *f = new_file(l, path);
	int err;

	f->unread = probed && is_read_later(l, f, probed);
	if (f->unread) {
		begin_regular(f, probed);
		LD_PUSH(&l->arena, &l->images, f);
		add_input(l, f);
		return 0;
	}
	err = load(l, f);
	if (err)
		return cannot_open(l, path, err);
	if (f->is_archive)
		return add_members(l, f);
	f->lazy = l->lazy;
	add_input(l, f);
	return 0;
}

int ld_add_files(struct ld_link *l, const char *const *paths, size_t nr)
{
	struct probe *probes = LD_NEW_ARRAY(&l->arena, struct probe, nr);
	uint32_t threads = ld_choose_threads(l->threads, nr / FILES_PER_THREAD);
	int err = 0;

	for (size_t i = 0; i < nr; i++)
		probes[i].path = paths[i];
	/* By one thread they are better opened once. */
	if (threads > 1 && l->lasting_inputs)
		ld_parallel(threads, (uint32_t)nr, probe_file, probes);
	for (size_t i = 0; i < nr; i++) {
		int ret = add_file(l, paths[i], probes[i].size);

		if (!err)
			err = ret;
	}
	return err;
}

int ld_add_buffer(struct ld_link *l, const char *name, const void *data, size_t size)
{
	struct ld_file *f = new_file(l, name);

	LD_PUSH(&l->arena, &l->images, f);
	f->image = ld_memdup(&f->arena, data, size);
	f->size = size;
	if (ld_is_archive(f->image, f->size))
		return add_members(l, f);
	f->lazy = l->lazy;
	add_input(l, f);
	return 0;
}

/* The file that -lNAME means: libNAME.a, or with ':' before it NAME itself. NULL: not found. */
static const char *find_library(struct ld_link *l, const char *name)
{
	for (const char **dir = l->library_paths; *dir; dir++) {
		const char *path = name[0] == ':' ? ld_printf(&l->arena, "%s/%s", *dir, name + 1)
						  : ld_printf(&l->arena, "%s/lib%s.a", *dir, name);

		if (!access(path, F_OK))
			return path;
	}
	return NULL;
}

/* Where a library was looked for; here: where the linker runs too. */
static const char *folders_line(struct ld_link *l, bool here)
{
	const char *text = "\n>>> looked in";

	if (!*l->library_paths && !here)
		return "\n>>> no folder to look in: name it with -L";
	for (const char **dir = l->library_paths; *dir; dir++)
		text = ld_printf(&l->arena, "%s %s%s", text, *dir, dir[1] || here ? "," : "");
	return here ? ld_printf(&l->arena, "%s .", text) : text;
}

int ld_add_library(struct ld_link *l, const char *name)
{
	const char *path = find_library(l, name);

	if (path)
		return add_file(l, path, 0);
	return ld_error(&l->diags, "library-not-found", "unable to find library -l%s%s", name,
			folders_line(l, false));
}

/* ---- #pragma comment(lib, "x"): libraries that objects ask for ---- */

static void add_dependent(struct ld_link *l, const struct ld_file *f, const char *name)
{
	void **slot = ld_strmap_slot(&l->arena, &l->deplibs, name, strlen(name));
	const char *path;

	if (*slot)
		return;
	*slot = (void *)(uintptr_t)name;
	path = find_library(l, name);
	if (!path)
		path = find_library(l, ld_printf(&l->arena, ":%s", name));
	if (!path && !access(name, F_OK))
		path = name;
	if (path)
		add_file(l, path, 0);
	else
		ld_error(&l->diags, "library-not-found",
			 "%s: unable to find library from dependent library specifier: %s%s",
			 ld_file_name(f), name, folders_line(l, true));
}

bool ld_add_dependent_libraries(struct ld_link *l)
{
	size_t nr = l->inputs.nr;

	/* --whole-archive and --start-lib are for what the command line names. */
	l->whole_archive = l->lazy = false;
	/* A partial link keeps the lists: it is the program that needs the libraries. */
	for (size_t i = 0; !l->partial && i < nr; i++) {
		const struct ld_file *f = l->inputs.v[i];
		const struct ld_section *sec = f->deplibs;
		uint64_t off = 0;

		while (!f->lazy && sec && off < sec->size) {
			const char *name = (const char *)sec->data + off;

			add_dependent(l, f, name);
			off += strlen(name) + 1;
		}
	}
	return l->inputs.nr > nr;
}
