/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * --reproduce=NAME.tar saves the inputs of a link, to report a bug or repeat it on another
 * machine:
 *
 *	NAME/version.txt     the version of the linker
 *	NAME/response.txt    the command; `cd NAME && ld.bpf @response.txt` repeats the link
 *	NAME/home/me/a.o     each input at its absolute path; thin archives become regular archives
 *
 * The format is POSIX ustar, with pax headers (POSIX.1-2001) for names that are too long. The
 * archive does not contain times, users or modes: the same inputs and command in the same
 * directory produce the same archive.
 */
#include "ld/ld.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 512

struct ustar {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type;
	char link[100], magic[6], version[2], user[32], group[32], major[8], minor[8];
	char prefix[155], rest[12];
};

_Static_assert(sizeof(struct ustar) == BLOCK, "a tar header is one block");

struct tar {
	FILE *f;
	struct pool *pool;
	const char *root; /* top-level directory */
};

/* ---- tar ---- */

/* Stores name in the header, if it fits. */
static bool put_name(struct ustar *h, const char *name)
{
	size_t len = strlen(name);

	if (len <= sizeof(h->name)) {
		memcpy(h->name, name, len);
		return true;
	}
	for (size_t i = len - 1; i > 0 && len - i - 1 <= sizeof(h->name); i--) {
		if (name[i] != '/' || i > sizeof(h->prefix) || i == len - 1)
			continue;
		memcpy(h->prefix, name, i);
		memcpy(h->name, name + i + 1, len - i - 1);
		return true;
	}
	return false;
}

static void put_octal(char *field, size_t size, unsigned long long n)
{
	field[--size] = '\0';
	while (size) {
		field[--size] = (char)('0' + (n & 7));
		n >>= 3;
	}
}

static void put_header(struct tar *t, struct ustar *h, char type, unsigned long long size)
{
	unsigned int sum = 0;

	put_octal(h->mode, sizeof(h->mode), 0664);
	put_octal(h->uid, sizeof(h->uid), 0);
	put_octal(h->gid, sizeof(h->gid), 0);
	put_octal(h->size, sizeof(h->size), size);
	put_octal(h->mtime, sizeof(h->mtime), 0);
	h->type = type;
	memcpy(h->magic, "ustar", 6);
	memcpy(h->version, "00", 2);
	/* The sum is computed with blanks in the checksum field. */
	memset(h->checksum, ' ', sizeof(h->checksum));
	for (size_t i = 0; i < sizeof(*h); i++)
		sum += ((const unsigned char *)h)[i];
	snprintf(h->checksum, sizeof(h->checksum), "%06o", sum);
	fwrite(h, sizeof(*h), 1, t->f);
}

static void pad(struct tar *t, unsigned long long size)
{
	static const char zeros[BLOCK];

	fwrite(zeros, (BLOCK - size % BLOCK) % BLOCK, 1, t->f);
}

/* A pax record is "LENGTH KEY=VALUE\n"; LENGTH is that of the whole record. */
static char *pax_record(struct pool *pool, const char *key, const char *value)
{
	size_t len = strlen(key) + strlen(value) + 3, total = len;

	while (total != len + (size_t)snprintf(NULL, 0, "%zu", total))
		total = len + (size_t)snprintf(NULL, 0, "%zu", total);
	return pool_printf(pool, "%zu %s=%s\n", total, key, value);
}

/* Writes the header of a file. The caller writes size bytes, and calls pad(). */
static void begin_file(struct tar *t, const char *name, unsigned long long size)
{
	struct ustar h = {0}, pax = {0};
	const char *path = pool_printf(t->pool, "%s/%s", t->root, name), *records = "";

	if (!put_name(&h, path)) {
		records = pax_record(t->pool, "path", path);
		memcpy(h.name, path, sizeof(h.name));
	}
	/* The field has 11 octal digits. */
	if (size >> 33)
		records =
		    pool_printf(t->pool, "%s%s", records,
				pax_record(t->pool, "size", pool_printf(t->pool, "%llu", size)));
	if (*records) {
		memcpy(pax.name, "pax", 4);
		put_header(t, &pax, 'x', strlen(records));
		fputs(records, t->f);
		pad(t, strlen(records));
	}
	put_header(t, &h, '0', size >> 33 ? 0 : size);
}

static void add_text(struct tar *t, const char *name, const char *text, size_t size)
{
	begin_file(t, name, size);
	fwrite(text, size, 1, t->f);
	pad(t, size);
}

/* ---- the command ---- */

/* Normalizes an absolute path lexically: a ".." must not escape from the archive. */
static const char *clean_path(struct pool *pool, const char *path)
{
	char *out = pool_alloc(pool, strlen(path) + 2), *end = out;

	for (size_t len; *path; path += len) {
		path += strspn(path, "/");
		len = strcspn(path, "/");
		if (len == 2 && !memcmp(path, "..", 2)) {
			while (end > out && *--end != '/')
				;
		} else if (len && !(len == 1 && *path == '.')) {
			*end++ = '/';
			memcpy(end, path, len);
			end += len;
		}
	}
	if (end == out)
		*end++ = '/';
	*end = '\0';
	return out;
}

/* Resolves symbolic links; normalizes a directory that does not exist. */
static const char *real_directory(struct pool *pool, const char *path)
{
	char real[PATH_MAX];

	if (realpath(path, real))
		return pool_strndup(pool, real, strlen(real));
	if (errno == ENOMEM)
		out_of_memory();
	if (path[0] != '/' && getcwd(real, sizeof(real)))
		path = pool_printf(pool, "%s/%s", real, path);
	return clean_path(pool, path);
}

/* The name in the archive: the absolute path without the first slash. */
static const char *path_in_tar(struct pool *pool, const char *path, bool is_dir)
{
	const char *base = base_name(path);
	const char *dir = is_dir         ? path
			  : base == path ? "."
					 : pool_strndup(pool, path, (size_t)(base - path));

	dir = real_directory(pool, dir);
	if (!is_dir)
		dir = clean_path(pool, pool_printf(pool, "%s/%s", dir, base));
	dir += strspn(dir, "/");
	/* A file in the root directory may look like an option. */
	return strchr(dir, '/') ? dir : pool_printf(pool, "./%s", dir);
}

/*
 * Writes an argument and a newline, in the syntax of response files. Returns whether all writes
 * succeeded: ferror() does not report that a memory stream ran out of memory.
 */
static bool put_word(FILE *f, const char *option, const char *value)
{
	const char *parts[] = {option ? option : "", "", value ? value : ""};
	bool quote = !option && !*parts[2], whole = true;

	/* -XVALUE or --NAME=VALUE. */
	if (option && value && strlen(option) > 2)
		parts[1] = "=";
	for (size_t i = 0; i < 3; i++)
		quote |= parts[i][strcspn(parts[i], " \t\r\n\f\v\"'\\")] != '\0';
	if (quote)
		whole &= fputc('"', f) != EOF;
	for (size_t i = 0; i < 3; i++)
		for (const char *c = parts[i]; *c; c++) {
			if (*c == '"' || *c == '\\')
				whole &= fputc('\\', f) != EOF;
			whole &= fputc(*c, f) != EOF;
		}
	return whole & (fputs(quote ? "\"\n" : "\n", f) != EOF);
}

/* For a member, "lib.a(dir/m.o)", only the path of the archive changes. */
static const char *object_in_tar(struct pool *pool, const char *object)
{
	size_t len = strlen(object);
	const char *member = len && object[len - 1] == ')' ? strchr(object, '(') : NULL;

	if (!member)
		return path_in_tar(pool, object, false);
	object = pool_strndup(pool, object, (size_t)(member - object));
	return pool_printf(pool, "%s%s", path_in_tar(pool, object, false), member);
}

static const char *bind_in_tar(struct pool *pool, const struct bind *b)
{
	return pool_printf(pool, "%s:%s=%s:%s", object_in_tar(pool, b->object), b->name,
			   object_in_tar(pool, b->to_object), b->target);
}

/* LIB may be the end of a path: that does not change. */
static const char *prefix_in_tar(struct pool *pool, const char *value)
{
	const char *colon = strrchr(value, ':');
	const char *lib = pool_strndup(pool, value, (size_t)(colon - value));

	return access(lib, F_OK) ? value
				 : pool_printf(pool, "%s%s", path_in_tar(pool, lib, false), colon);
}

static bool put_command(FILE *f, const struct options *o, struct pool *pool)
{
	const struct bind *bind = o->binds;
	bool whole = true;

	for (const struct replay_word *w = o->replay; w; w = w->next) {
		const char *value = w->value;

		switch (w->kind) {
		case REPLAY_INPUT: value = path_in_tar(pool, value, false); break;
		case REPLAY_DIRECTORY: value = path_in_tar(pool, value, true); break;
		/* The directory may not exist when the command is repeated. */
		case REPLAY_OUTPUT: value = value ? base_name(value) : NULL; break;
		case REPLAY_BIND: value = bind_in_tar(pool, bind++); break;
		case REPLAY_PREFIX: value = prefix_in_tar(pool, value); break;
		case REPLAY_OPTION: break;
		}
		whole &= put_word(f, w->option, value);
	}
	return whole;
}

static int add_command(struct tar *t, const struct options *o, struct report *r)
{
	char *text = NULL, *version;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	bool whole = false;

	if (f) {
		whole = put_command(f, o, t->pool);
		whole &= !fclose(f) && text;
	}
	if (!whole) {
		free(text);
		return report_error(r, "out-of-memory", "out of memory");
	}
	add_text(t, "response.txt", text, size);
	free(text);
	version = pool_printf(t->pool, "bpfld %s\n", bpfld_version());
	add_text(t, "version.txt", version, strlen(version));
	return 0;
}

/* ---- the inputs ---- */

enum content { CONTENT_OTHER, CONTENT_OBJECT, CONTENT_ARCHIVE, CONTENT_THIN };

/*
 * The kind of a file by its first bytes. An archive or object may refer to any file of the machine:
 * files that are not inputs by their contents are not copied, since they may be private.
 */
static enum content content_of(int fd)
{
	unsigned char h[20] = {0};

	if (pread(fd, h, sizeof(h), 0) < 8)
		return CONTENT_OTHER;
	if (!memcmp(h, "!<arch>\n", 8))
		return CONTENT_ARCHIVE;
	if (!memcmp(h, "!<thin>\n", 8))
		return CONTENT_THIN;
	if (!memcmp(h, "BC\xc0\xde", 4) || !memcmp(h, "\xde\xc0\x17\x0b", 4))
		return CONTENT_OBJECT;
	if (!memcmp(h, "\177ELF", 4) &&
	    (h[5] == 2 ? h[18] << 8 | h[19] : h[19] << 8 | h[18]) == EM_BPF)
		return CONTENT_OBJECT;
	return CONTENT_OTHER;
}

/* A file that the link has read: an input, or a member of a thin archive. */
struct packed {
	const char *name;   /* in the tar archive; of a member: that of its archive */
	const char *member; /* or NULL */
	const char *path;
	size_t order;             /* in which files were read */
	unsigned long long bytes; /* size of a copied member */
};

struct packed_files {
	struct packed *v;
	size_t n, cap;
};

static int compare_packed(const void *a, const void *b)
{
	const struct packed *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : x->order < y->order ? -1 : x->order > y->order;
}

static void add_packed_file(struct packed_files *to, struct packed p)
{
	if (to->n == to->cap) {
		to->cap = to->cap ? to->cap * 2 : 64;
		to->v = reallocarray(to->v, to->cap, sizeof(*to->v));
		if (!to->v)
			out_of_memory();
	}
	p.order = to->n;
	to->v[to->n++] = p;
}

static void list_files(struct packed_files *to, struct pool *pool, struct bpfld *l)
{
	size_t size = 0;
	const char *at = bpfld_text(l, BPFLD_TEXT_FILES, &size), *end = at ? at + size : NULL;

	while (at < end) {
		const char *archive = at, *member = archive + strlen(archive) + 1;
		const char *path = member + strlen(member) + 1;
		struct packed p = {.path = path};

		p.name = path_in_tar(pool, *archive ? archive : path, false);
		p.member = *archive ? member : NULL;
		add_packed_file(to, p);
		at = path + strlen(path) + 1;
	}
	if (to->n)
		qsort(to->v, to->n, sizeof(*to->v), compare_packed);
}

/* Returns -1 after reporting an error. */
static int open_packed(struct report *r, const char *path, unsigned long long *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode)) {
		*size = (unsigned long long)st.st_size;
		return fd;
	}
	report_error(r, "cannot-open", "cannot read %s: %s", path,
		     fd < 0 ? strerror(errno) : "not a regular file");
	if (fd >= 0)
		close(fd);
	return -1;
}

static int copy_bytes(struct tar *t, struct report *r, const char *path, int fd,
		      unsigned long long left)
{
	char buf[65536];

	while (left) {
		ssize_t n = read(fd, buf, left < sizeof(buf) ? (size_t)left : sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return report_error(r, "cannot-open", "cannot read %s: %s", path,
					    n ? strerror(errno) : "it was truncated");
		fwrite(buf, (size_t)n, 1, t->f);
		left -= (unsigned long long)n;
	}
	return 0;
}

#define MEMBER_HEADER 60
#define MAX_MEMBER 9999999999ull /* ten digits of a header */

/* Sets p->bytes; 0 if it is not an object. */
static int measure_member(struct report *r, struct packed *p)
{
	int fd = open_packed(r, p->path, &p->bytes);

	if (fd < 0)
		return 1;
	if (content_of(fd) != CONTENT_OBJECT || p->bytes > MAX_MEMBER - strlen(p->member))
		p->bytes = 0;
	close(fd);
	return 0;
}

static int copy_member(struct tar *t, struct report *r, const struct packed *p)
{
	unsigned long long size = strlen(p->member) + p->bytes, now;
	int fd = p->bytes ? open_packed(r, p->path, &now) : -1, err = 0;

	if (p->bytes && fd < 0)
		return 1;
	fprintf(t->f, "#1/%-13zu%-12d%-6d%-6d%-8d%-10llu`\n%s", strlen(p->member), 0, 0, 0, 644,
		size, p->member);
	if (p->bytes)
		err = copy_bytes(t, r, p->path, fd, p->bytes);
	if (fd >= 0)
		close(fd);
	if (size & 1)
		fputc('\n', t->f);
	return err;
}

/*
 * Converts a thin archive to a regular one with nr members, with long names in BSD format. Paths of
 * members would not be valid on another machine.
 */
static int add_thin(struct tar *t, struct report *r, const char *name, struct packed *members,
		    size_t nr)
{
	unsigned long long size = 8;
	int err = 0;

	for (size_t i = 0; i < nr && !err; i++) {
		err = measure_member(r, &members[i]);
		size += MEMBER_HEADER + strlen(members[i].member) + members[i].bytes;
		size += size & 1;
	}
	if (err)
		return err;
	begin_file(t, name, size);
	fputs("!<arch>\n", t->f);
	for (size_t i = 0; i < nr && !err; i++)
		err = copy_member(t, r, &members[i]);
	pad(t, size);
	return err;
}

/* Adds a file or an archive; p[1] to p[nr] are the members of a thin archive. */
static int add_packed(struct tar *t, struct report *r, struct packed *p, size_t nr, bool any)
{
	unsigned long long size;
	int fd = open_packed(r, p->path, &size), err = 0;
	enum content content;

	if (fd < 0)
		return 1;
	content = any ? CONTENT_OBJECT : content_of(fd);
	if (content == CONTENT_THIN && nr) {
		err = add_thin(t, r, p->name, p + 1, nr);
	} else if (content != CONTENT_OTHER) {
		begin_file(t, p->name, size);
		err = copy_bytes(t, r, p->path, fd, size);
		pad(t, size);
	}
	close(fd);
	return err;
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Adds files named by options, whatever their contents. */
static int add_read_files(struct tar *t, struct report *r, const struct options *o)
{
	struct words sorted = {0};
	int err = 0;

	for (size_t i = 0; i < o->read_files.n; i++)
		words_add(&sorted, path_in_tar(t->pool, o->read_files.v[i], false));
	if (sorted.n)
		qsort(sorted.v, sorted.n, sizeof(*sorted.v), compare_words);
	for (size_t i = 0; i < sorted.n && !err; i++) {
		struct packed p = {.name = sorted.v[i]};

		p.path = pool_printf(t->pool, "/%s", p.name);
		if (!i || strcmp(sorted.v[i], sorted.v[i - 1]))
			err = add_packed(t, r, &p, 0, true);
	}
	words_free(&sorted);
	return err;
}

/* Adds each file once, even if it was read several times or under several names. */
static int add_inputs(struct tar *t, const struct options *o, struct report *r, struct bpfld *l)
{
	struct packed_files files = {0};
	int err = add_read_files(t, r, o);

	list_files(&files, t->pool, l);
	for (size_t i = 0, nr; i < files.n && !err; i += nr) {
		struct packed *p = &files.v[i];
		size_t members = 0;
		bool again = false;

		for (nr = 1; i + nr < files.n && !strcmp(p[nr].name, p->name); nr++) {
			again |= !p[nr].member;
			members += !again;
		}
		if (!p->member)
			err = add_packed(t, r, p, members, false);
	}
	free(files.v);
	return err;
}

/* A pipe can be read only once. */
static int check_regular(struct report *r, const char *path)
{
	struct stat st;

	if (stat(path, &st) || S_ISREG(st.st_mode))
		return 0;
	return report_error(r, "reproduce-input",
			    "cannot copy %s for --reproduce: not a regular file", path);
}

int check_reproduction(const struct options *o, struct report *r)
{
	int err = 0;

	for (size_t i = 0; i < o->inputs.n; i++)
		if (o->inputs.v[i].kind == INPUT_FILE)
			err |= check_regular(r, o->inputs.v[i].name);
	for (size_t i = 0; i < o->read_files.n; i++)
		err |= check_regular(r, o->read_files.v[i]);
	return err;
}

/* ---- the archive ---- */

static const char *root_of(struct pool *pool, const char *path)
{
	const char *base = base_name(path), *dot = strrchr(base, '.');
	size_t len = dot && dot != base ? (size_t)(dot - base) : strlen(base);

	char *root = pool_strndup(pool, base, len);

	/* The name for "...tar" would be the parent directory. */
	return strspn(root, ".-") == len ? "reproduce" : root;
}

int write_reproduction(const struct options *o, struct pool *pool, struct report *r,
		       struct bpfld *l)
{
	static const char end[2 * BLOCK];
	struct output out;
	struct tar t = {.pool = pool, .root = root_of(pool, o->reproduce)};
	int err;

	if (open_output(&out, pool, r, o->reproduce, o->output))
		return 1;
	t.f = out.f;
	err = add_command(&t, o, r);
	if (!err)
		err = add_inputs(&t, o, r, l);
	if (err) {
		drop_output(&out);
		return err;
	}
	fwrite(end, sizeof(end), 1, t.f);
	if (close_output(&out, r) || place_output(&out, r))
		return 1;
	keep_output(&out);
	return 0;
}
