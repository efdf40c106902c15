/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Finds inputs and makes their bytes available: maps files, expands archives, searches libraries.
 * Errors do not stop it, so that a link with five missing files names all five.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/near.h"
#include "base/pool.h"
#include "base/text.h"
#include "elf/archive.h"
#include "elf/elf_read.h"
#include "passes/passes.h"

static struct ld_file *new_file(const struct ld_link *l, const char *name)
{
	struct ld_file *f = LD_NEW(l->arena, struct ld_file);

	f->link = l;
	f->path = ld_strdup(l->arena, name);
	f->arena.oom = l->arena->oom;
	f->diags.arena = &f->arena;
	return f;
}

static void add_input(const struct ld_link *l, struct ld_input_files *in, struct ld_file *f)
{
	LD_PUSH(l->arena, &in->files, f);
}

/* ---- one file ---- */

/*
 * Opens a regular file. Does not open anything else: opening a device or a pipe may block or have
 * side effects. Returns an errno value.
 */
static int open_regular(const char *path, int *fd, struct stat *st)
{
	int err = 0;

	if (stat(path, st))
		return errno;
	if (!S_ISREG(st->st_mode))
		return ENODEV;
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (*fd < 0)
		return errno;
	/* It may have been replaced. */
	if (fstat(*fd, st))
		err = errno;
	else if (!S_ISREG(st->st_mode))
		err = ENODEV;
	if (err)
		close(*fd);
	return err;
}

/* Opens a regular file or a pipe; a pipe may wait for its writer. Returns an errno value. */
static int open_any(const char *path, int *fd, struct stat *st)
{
	if (stat(path, st))
		return errno;
	if (S_ISREG(st->st_mode))
		return open_regular(path, fd, st);
	if (S_ISDIR(st->st_mode))
		return EISDIR;
	if (!S_ISFIFO(st->st_mode))
		return ENODEV;
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return *fd < 0 ? errno : 0;
}

/* Reads a pipe, which cannot be mapped, to its end. Returns an errno value. */
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
 * Linux allows a process 65,530 mappings by default, and memory takes some, too. Further inputs are
 * read.
 */
#define MAX_MAPPED 20000

/* Copies a regular file, which may have been truncated. Returns an errno value. */
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
	f->is_archive = ld_is_archive(buf, got);
	return 0;
}

static int load_regular(struct ld_input_files *in, struct ld_file *f, const char *path, int fd,
			size_t size)
{
	void *map;

	f->opened = path;
	f->size = size;
	ld_arena_expect(&f->arena, size);
	if (!size)
		return 0;
	if (in->nr_mapped >= MAX_MAPPED)
		return read_regular(f, fd);
	map = mmap(NULL, f->size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return errno;
	f->image = map;
	f->mapped = true;
	f->is_archive = ld_is_archive(map, size);
	in->nr_mapped++;
	return 0;
}

/* The origin of a file name, which decides what it may refer to. */
enum named_by {
	BY_COMMAND, /* may be a pipe */
	BY_SEARCH,  /* -l or a thin archive: must be a regular file */
	BY_OBJECT,  /* .deplibs: must be a regular file in a library directory */
};

/* Opens path for load(). The link owns the descriptor, in case memory runs out. */
static int open_input(struct ld_input_files *in, const char *path, enum named_by by,
		      struct stat *st)
{
	int fd, err = by == BY_COMMAND ? open_any(path, &fd, st) : open_regular(path, &fd, st);

	if (!err)
		in->open_fd = fd;
	return err;
}

/* Loads the file that was opened as path. The link owns f, too. */
static int load(const struct ld_link *l, struct ld_input_files *in, struct ld_file *f,
		const char *path, const struct stat *st)
{
	int fd = in->open_fd, err;

	LD_PUSH(l->arena, &in->images, f);
	err = S_ISREG(st->st_mode) ? load_regular(in, f, path, fd, (size_t)st->st_size)
				   : read_stream(f, fd);
	close(fd);
	in->open_fd = 0;
	return err;
}

static const char *open_error(int err)
{
	return err == ENODEV ? "not a regular file" : strerror(err);
}

#define MAX_SEARCHES 20   /* for similar names */
#define MIN_NAME 3        /* characters: too many shorter names are similar */
#define MAX_ENTRIES 10000 /* of a directory */

/* The file in dir whose name is most like the typed one: copied to name, which is "" if none is. */
static void find_similar(const char *dir, const char *typed, char name[NAME_MAX + 1])
{
	struct ld_near near = {.typed = typed, .max = strlen(typed) < 8 ? 1 : 2};
	DIR *d = opendir(dir);
	struct dirent *e;

	name[0] = '\0';
	for (int i = 0; d && i < MAX_ENTRIES && (e = readdir(d)); i++)
		if (!ld_near_digits(typed, e->d_name) && ld_near_try(&near, e->d_name))
			near.name = strcpy(name, e->d_name);
	if (d)
		closedir(d);
}

static const char *open_hint(const struct ld_link *l, const char *path, int err)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	int dir = slash ? (int)(slash - path) + 1 : 0;
	char name[NAME_MAX + 1];

	if (err == EISDIR)
		return ld_text(l->arena,
			       LD_HELP "specify files in it, or search it for libraries with -L%s",
			       path);
	if (err != ENOENT || l->diags->errors > MAX_SEARCHES)
		return "";
	if (!strcmp(path, "-"))
		return LD_HELP "to read an object from standard input, use /dev/stdin";
	if (strchr(path, ','))
		return LD_HELP "separate inputs with spaces";
	if (strcspn(base, ".") < MIN_NAME)
		return "";
	find_similar(slash ? ld_printf(l->arena, "%.*s", dir, path) : ".", base, name);
	return name[0] ? ld_text(l->arena, LD_HELP "did you mean %.*s%s?", dir, path, name) : "";
}

static int cannot_open(const struct ld_link *l, const char *path, int err)
{
	ld_error(l->diags, "cannot-open", "cannot open %s: %s%" LD_LINES, path, open_error(err),
		 open_hint(l, path, err));
	return -err;
}

/* ---- archives ---- */

/* Whether path, with symbolic links and ".." resolved, is below a library directory. */
static bool is_in_library_path(const struct ld_link *l, const char *path)
{
	char *real = realpath(path, NULL);
	bool found = false;

	for (const char **dir = l->opt->library_paths; real && *dir && !found; dir++) {
		char *below = realpath(*dir, NULL);
		size_t len = below ? strlen(below) : 0;

		len -= len == 1; /* "/" */
		found = below && !strncmp(real, below, len) && real[len] == '/';
		free(below);
	}
	free(real);
	return found;
}

static struct ld_file *new_member(const struct ld_link *l, struct ld_input_files *in,
				  const struct ld_file *archive, const char *name)
{
	struct ld_file *f = new_file(l, ld_printf(l->arena, "%s(%s)", archive->path, name));

	f->archive = archive->path;
	f->lazy = !in->whole_archive;
	return f;
}

/* A file that a thin archive names. */
struct thin_file {
	dev_t dev;
	ino_t ino;
	const char *archive; /* the first archive that names it */
};

/*
 * Whether the file has been a member of this archive or, if f is lazy, of any archive: its
 * definitions are available already. A tiny archive can name a large object a hundred times, with
 * as many spellings.
 */
static bool is_repeated(const struct ld_link *l, struct ld_input_files *in, const struct ld_file *f,
			const struct stat *st)
{
	struct thin_file *key = LD_NEW(l->arena, struct thin_file);
	void **slot;

	key->dev = st->st_dev;
	key->ino = st->st_ino;
	key->archive = f->archive;
	slot = ld_strmap_slot(l->arena, &in->thin_files, (const char *)key,
			      offsetof(struct thin_file, archive));
	if (!*slot) {
		*slot = key;
		return false;
	}
	return f->lazy || ((const struct thin_file *)*slot)->archive == f->archive;
}

/* Adds a member of a thin archive: a file, by its path relative to the archive. */
static int add_thin_member(const struct ld_link *l, struct ld_input_files *in,
			   const struct ld_file *archive, const char *member, enum named_by by)
{
	const char *slash = strrchr(archive->path, '/'), *name = member;
	struct ld_file *f;
	struct stat st;
	int err;

	if (name[0] != '/' && slash)
		name = ld_printf(l->arena, "%.*s/%s", (int)(slash - archive->path), archive->path,
				 name);
	if (by == BY_OBJECT && !access(name, F_OK) && !is_in_library_path(l, name))
		return ld_error(
		    l->diags, "cannot-open",
		    "cannot open %s: not in a library directory\n>>> a member of the thin archive "
		    "%s, which is a dependent library" LD_HELP
		    "add the archive to the command line, or the member's directory with -L",
		    name, archive->path);
	f = new_member(l, in, archive, member);
	err = open_input(in, name, BY_SEARCH, &st);
	if (!err && is_repeated(l, in, f, &st)) {
		close(in->open_fd);
		in->open_fd = 0;
		return 0;
	}
	if (!err)
		err = load(l, in, f, name, &st);
	if (!err)
		add_input(l, in, f);
	else
		ld_error(l->diags, "cannot-open",
			 "cannot open %s: %s\n>>> a member of the thin archive %s", name,
			 open_error(err), archive->path);
	return -err;
}

static int add_members(const struct ld_link *l, struct ld_input_files *in, struct ld_file *file,
		       enum named_by by)
{
	struct ld_archive archive = {0};
	int err =
	    ld_archive_read(l->arena, l->diags, file->path, file->image, file->size, &archive);

	if (err)
		return err;
	ld_for_each(i, &archive.members) {
		const struct ld_member *m = &archive.members.v[i];
		struct ld_file *f;

		if (archive.thin) {
			err |= add_thin_member(l, in, file, m->name, by);
			continue;
		}
		f = new_member(l, in, file, m->name);
		f->image = m->data;
		f->size = m->size;
		ld_arena_expect(&f->arena, m->size);
		add_input(l, in, f);
	}
	return err ? -EINVAL : 0;
}

/* ---- API functions ---- */

static int add_file(const struct ld_link *l, struct ld_input_files *in, const char *path,
		    enum named_by by)
{
	struct ld_file *f;
	struct stat st;
	int err;

	err = open_input(in, path, by, &st);
	if (!err) {
		f = new_file(l, path);
		err = load(l, in, f, f->path, &st);
	}
	if (err)
		return cannot_open(l, path, err);
	if (f->is_archive)
		return add_members(l, in, f, by);
	f->lazy = in->lazy;
	add_input(l, in, f);
	return 0;
}

int ld_add_files(const struct ld_link *l, struct ld_input_files *in, const char *const *paths,
		 size_t nr)
{
	int err = 0;

	for (size_t i = 0; i < nr; i++)
		if (!paths[i])
			return -EINVAL;
	for (size_t i = 0; i < nr; i++) {
		int ret = add_file(l, in, paths[i], BY_COMMAND);

		if (!err)
			err = ret;
	}
	return err;
}

int ld_add_buffer(const struct ld_link *l, struct ld_input_files *in, const char *name,
		  const void *data, size_t size)
{
	struct ld_file *f = new_file(l, name);

	LD_PUSH(l->arena, &in->images, f);
	ld_arena_expect(&f->arena, size);
	f->image = ld_memdup(&f->arena, data, size);
	f->size = size;
	if (ld_is_archive(f->image, f->size))
		return add_members(l, in, f, BY_COMMAND);
	f->lazy = in->lazy;
	add_input(l, in, f);
	return 0;
}

/* The file for -lNAME: libNAME.a, or NAME itself for -l:NAME. NULL if not found. */
static const char *find_library(const struct ld_link *l, const char *name)
{
	for (const char **dir = l->opt->library_paths; *dir; dir++) {
		const char *path = name[0] == ':' ? ld_printf(l->arena, "%s/%s", *dir, name + 1)
						  : ld_printf(l->arena, "%s/lib%s.a", *dir, name);

		if (!access(path, F_OK))
			return path;
	}
	return NULL;
}

/* A library of the host, or one of a similar name, in a directory that is searched; or NULL. */
static const char *library_hint(const struct ld_link *l, const char *name)
{
	const char *wanted = ld_printf(l->arena, "lib%s.a", name);
	char found[NAME_MAX + 1];

	if (name[0] == ':' || strlen(name) < MIN_NAME || l->diags->errors > MAX_SEARCHES)
		return NULL;
	for (const char **dir = l->opt->library_paths; *dir; dir++) {
		size_t len;

		if (!access(ld_printf(l->arena, "%s/lib%s.so", *dir, name), F_OK))
			return ld_text(l->arena,
				       "lib%s.so in %s is a shared library, which BPF programs "
				       "cannot use: remove -l%s",
				       name, *dir, name);
		find_similar(*dir, wanted, found);
		len = strlen(found);
		if (len > 5 && !strncmp(found, "lib", 3) && !strcmp(found + len - 2, ".a"))
			return ld_text(l->arena, "did you mean -l%.*s, which is in %s?",
				       (int)len - 5, found + 3, *dir);
	}
	return NULL;
}

/* Whether programs for this machine link with such a library: build systems add these options. */
static bool is_host_library(const char *name)
{
	static const char *const names[] = {"c",  "m",      "gcc", "gcc_s", "pthread", "dl",
					    "rt", "stdc++", "bpf", "elf",   "z",       "zstd"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* Lists the searched directories. */
static const char *searched_dirs(const struct ld_link *l, const char *name)
{
	const char *hint = library_hint(l, name);
	const char *text = "\n>>> searched";

	if (!hint && is_host_library(name))
		return "\n>>> it contains code for this machine, not for BPF" LD_HELP
		       "remove the option: BPF programs have helpers and kfuncs instead";
	if (!*l->opt->library_paths)
		return LD_HELP "add its directory with -L; no -L option was given";
	for (const char **dir = l->opt->library_paths; *dir; dir++)
		text = ld_text(l->arena, "%" LD_LINES " %s%s", text, *dir, dir[1] ? "," : "");
	return ld_text(l->arena, "%" LD_LINES LD_HELP "%" LD_LINES, text,
		       hint ? hint : "add its directory with -L");
}

int ld_add_library(const struct ld_link *l, struct ld_input_files *in, const char *name)
{
	const char *path = find_library(l, name);

	if (path)
		return add_file(l, in, path, BY_SEARCH);
	return ld_error(l->diags, "library-not-found", "unable to find library -l%s%" LD_LINES,
			name, searched_dirs(l, name));
}

/* ---- #pragma comment(lib, "x"): dependent libraries ---- */

static void add_dependent(const struct ld_link *l, struct ld_input_files *in,
			  const struct ld_file *f, const char *name)
{
	void **slot = ld_strmap_slot(l->arena, &in->deplibs, name, strlen(name));
	const char *path;

	if (*slot)
		return;
	*slot = (void *)(uintptr_t)name;
	/* An object may name only files in library directories. */
	if (strchr(name, '/')) {
		ld_error(l->diags, "library-not-found",
			 "%s: dependent library specifier is a path: %s" LD_HELP
			 "add its directory with -L, and use only the file name in the source",
			 ld_file_name(f), name);
		return;
	}
	path = find_library(l, name);
	if (!path)
		path = find_library(l, ld_printf(l->arena, ":%s", name));
	if (path)
		add_file(l, in, path, BY_OBJECT);
	else
		ld_error(
		    l->diags, "library-not-found",
		    "%s: unable to find library from dependent library specifier: %s%" LD_LINES,
		    ld_file_name(f), name, searched_dirs(l, name));
}

bool ld_add_dependent_libraries(const struct ld_link *l, struct ld_input_files *in)
{
	size_t nr = in->files.nr;

	/* --whole-archive and --start-lib apply to inputs on the command line only. */
	in->whole_archive = in->lazy = false;
	/* A partial link keeps the lists for the final link. */
	for (size_t i = 0; !l->opt->partial && i < nr; i++) {
		const struct ld_file *f = in->files.v[i];
		const struct ld_section *sec = f->deplibs;
		uint64_t off = 0;

		while (!f->lazy && sec && off < sec->size) {
			const char *name = (const char *)sec->data + off;

			add_dependent(l, in, f, name);
			off += strlen(name) + 1;
		}
	}
	return in->files.nr > nr;
}
