/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * --reproduce=NAME.tar keeps what a link was made of, for a bug report or another machine:
 *
 *	NAME/version.txt     the linker
 *	NAME/response.txt    the command; `cd NAME && ld.bpf @response.txt` repeats it
 *	NAME/home/me/a.o     each input under its absolute path
 *
 * The format is POSIX ustar, with a pax header (POSIX.1-2001) before a name that is too long for
 * it. Nothing in it tells the time, the user or the mode of the files: the same inputs and command
 * in the same folder give the same tar.
 */
#include "driver.h"

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
	const char *root; /* the folder that all is in */
};

/* ---- tar ---- */

/* Whether the header has room for name, which it is then split over. */
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
	/* The sum is over the header with blanks in its own place. */
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

/* One pax record is "LENGTH KEY=VALUE\n", where LENGTH counts itself too. */
static char *pax_record(struct pool *pool, const char *key, const char *value)
{
	size_t len = strlen(key) + strlen(value) + 3, total = len;

	while (total != len + (size_t)snprintf(NULL, 0, "%zu", total))
		total = len + (size_t)snprintf(NULL, 0, "%zu", total);
	return pool_printf(pool, "%zu %s=%s\n", total, key, value);
}

/* The header of a file of size bytes; they and pad() are to follow. */
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

/* The folder that path is in, free of symbolic links, or as it is where it can't be looked at. */
static const char *real_folder(struct pool *pool, const char *path)
{
	char real[PATH_MAX];

	if (realpath(path, real))
		return pool_strndup(pool, real, strlen(real));
	if (errno == ENOMEM)
		out_of_memory();
	if (path[0] == '/' || !getcwd(real, sizeof(real)))
		return path;
	return pool_printf(pool, "%s/%s", real, path);
}

/* The absolute form of a path, without the first slash: where the tar has it. */
static const char *path_in_tar(struct pool *pool, const char *path, bool is_folder)
{
	const char *base = base_name(path);
	const char *folder = is_folder      ? path
			     : base == path ? "."
					    : pool_strndup(pool, path, (size_t)(base - path));

	folder = real_folder(pool, folder);
	if (!is_folder)
		folder = pool_printf(pool, "%s/%s", strcmp(folder, "/") ? folder : "", base);
	folder += strspn(folder, "/");
	/* What stands in the root may look like an option. */
	return strchr(folder, '/') ? folder : pool_printf(pool, "./%s", folder);
}

/*
 * word as a response file has it, and a new line. Whether all of it went out: ferror() does not
 * tell where a stream in memory finds none.
 */
static bool put_word(FILE *f, const char *option, const char *value)
{
	const char *parts[] = {option ? option : "", "", value ? value : ""};
	bool quote = !option && !*parts[2], whole = true;

	/* A letter's value is joined to it, a name's stands after '='. */
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

static const char *bind_in_tar(struct pool *pool, const struct bind *b)
{
	return pool_printf(pool, "%s:%s=%s:%s", path_in_tar(pool, b->object, false), b->name,
			   path_in_tar(pool, b->to_object, false), b->target);
}

static bool put_command(FILE *f, const struct options *o, struct pool *pool, bool asked)
{
	const struct bind *bind = o->binds;
	bool whole = true;

	for (const struct replay_word *w = o->replay; w; w = w->next) {
		const char *value = w->value;

		switch (w->kind) {
		case REPLAY_INPUT: value = path_in_tar(pool, value, false); break;
		case REPLAY_FOLDER: value = path_in_tar(pool, value, true); break;
		/* Their folders need not be there when the command is repeated. */
		case REPLAY_OUTPUT: value = value ? base_name(value) : NULL; break;
		case REPLAY_BIND: value = bind_in_tar(pool, bind++); break;
		case REPLAY_OPTION: break;
		}
		whole &= put_word(f, w->option, value);
	}
	/* Libraries that objects ask for are looked for where the link runs, too. */
	if (asked)
		whole &= put_word(f, "-L", path_in_tar(pool, ".", true));
	return whole;
}

static int add_command(struct tar *t, const struct options *o, struct report *r, bool asked)
{
	char *text = NULL, *version;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	bool whole = false;

	if (f) {
		whole = put_command(f, o, t->pool, asked);
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

static int copy_file(struct tar *t, struct report *r, const char *path, int fd,
		     unsigned long long size)
{
	unsigned long long left = size;
	char buf[65536];

	begin_file(t, path_in_tar(t->pool, path, false), size);
	while (left) {
		ssize_t n = read(fd, buf, left < sizeof(buf) ? (size_t)left : sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return report_error(r, "cannot-open", "cannot read %s: %s", path,
					    n ? strerror(errno) : "it has become shorter");
		fwrite(buf, (size_t)n, 1, t->f);
		left -= (unsigned long long)n;
	}
	pad(t, size);
	return 0;
}

static int add_input(struct tar *t, struct report *r, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		err = report_error(r, "cannot-open", "cannot read %s: %s", path, strerror(errno));
	else
		err = copy_file(t, r, path, fd, (unsigned long long)st.st_size);
	if (fd >= 0)
		close(fd);
	return err;
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Each file once, however often and under whatever name it was read. */
static int add_inputs(struct tar *t, struct report *r, struct bpfld *l)
{
	struct words sorted = {0};
	size_t size = 0;
	const char *paths = bpfld_text(l, BPFLD_TEXT_INPUTS, &size);
	int err = 0;

	for (size_t i = 0; paths && i < size; i += strlen(paths + i) + 1)
		words_add(&sorted, path_in_tar(t->pool, paths + i, false));
	if (sorted.n)
		qsort(sorted.v, sorted.n, sizeof(*sorted.v), compare_words);
	for (size_t i = 0; i < sorted.n && !err; i++)
		if (!i || strcmp(sorted.v[i], sorted.v[i - 1]))
			err = add_input(t, r, pool_printf(t->pool, "/%s", sorted.v[i]));
	words_free(&sorted);
	return err;
}

/* A pipe can be read once only. */
static int check_regular(struct report *r, const char *path)
{
	struct stat st;

	if (stat(path, &st) || S_ISREG(st.st_mode))
		return 0;
	return report_error(r, "reproduce-input",
			    "cannot keep %s for --reproduce: it is no regular file", path);
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

/* ---- all of it ---- */

static const char *root_of(struct pool *pool, const char *path)
{
	const char *base = base_name(path), *dot = strrchr(base, '.');
	size_t len = dot && dot != base ? (size_t)(dot - base) : strlen(base);

	return strcmp(path, "-") ? pool_strndup(pool, base, len) : "reproduce";
}

int write_reproduction(const struct options *o, struct pool *pool, struct report *r,
		       struct bpfld *l, bool asked)
{
	static const char end[2 * BLOCK];
	struct output out;
	struct tar t = {.pool = pool, .root = root_of(pool, o->reproduce)};
	int err;

	if (open_output(&out, pool, r, o->reproduce))
		return 1;
	t.f = out.f;
	err = add_command(&t, o, r, asked);
	if (!err)
		err = add_inputs(&t, r, l);
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
