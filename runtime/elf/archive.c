/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "elf/archive.h"

#include <string.h>

#include "base/bytes.h"

/* The member header is text, padded with spaces. Other fields are not used. */
enum {
	NAME_SIZE = 16,
	SIZE_AT = 48,
	SIZE_SIZE = 10,
	END_AT = 58,
	HEADER_SIZE = 60,
};

#define MAX_NAME 4096 /* bytes; no path is longer */

struct reader {
	struct ld_arena *a;
	struct ld_diags *d;
	const char *path;
	const uint8_t *image;
	size_t size, at;
	const char *long_names; /* the GNU "//" member */
	size_t long_names_size;
	struct ld_archive *archive;
};

bool ld_is_archive(const void *image, size_t size)
{
	return size >= LD_ARCHIVE_MAGIC_SIZE &&
	       (!memcmp(image, "!<arch>\n", LD_ARCHIVE_MAGIC_SIZE) ||
		!memcmp(image, "!<thin>\n", LD_ARCHIVE_MAGIC_SIZE));
}

static int bad_archive(struct reader *r, const char *what)
{
	return ld_error(r->d, "invalid-archive", "%s: malformed archive: %s at byte %zu", r->path,
			what, r->at);
}

/* Parses the decimal number in a field of len characters. Returns false if there is none. */
static bool number(const uint8_t *field, size_t len, uint64_t *value)
{
	size_t i;

	*value = 0;
	for (i = 0; i < len && field[i] >= '0' && field[i] <= '9'; i++)
		*value = *value * 10 + (field[i] - '0');
	return i > 0;
}

/*
 * Returns NULL if the name is too long: many members may share a name in the table, and each gets a
 * copy.
 */
static const char *copy_name(struct reader *r, const char *from, size_t len)
{
	char *name;

	if (len >= MAX_NAME)
		return NULL;
	name = ld_alloc(r->a, len + 1);

	memcpy(name, from, len);
	return name;
}

/* "/123": an offset into the name table, where "/\n" ends the name. */
static const char *gnu_long_name(struct reader *r, uint64_t off)
{
	const char *from, *end;
	size_t len;

	if (off >= r->long_names_size)
		return NULL;
	from = r->long_names + off;
	len = r->long_names_size - off;
	end = memchr(from, '\n', len);
	if (end)
		len = (size_t)(end - from);
	if (len && from[len - 1] == '/')
		len--;
	return copy_name(r, from, len);
}

/*
 * The name in a header. Sets *inline_name to the number of bytes of the contents that it takes
 * (BSD).
 */
static const char *member_name(struct reader *r, const uint8_t *header, uint64_t size,
			       uint64_t *inline_name)
{
	const char *field = (const char *)header, *slash;
	size_t len = NAME_SIZE;
	uint64_t n;

	*inline_name = 0;
	if (!memcmp(field, "#1/", 3) && number(header + 3, NAME_SIZE - 3, &n)) {
		if (n > size || !ld_in_range(r->at + HEADER_SIZE, n, r->size))
			return NULL;
		*inline_name = n;
		field += HEADER_SIZE;
		return copy_name(r, field, strnlen(field, n));
	}
	if (field[0] == '/' && number(header + 1, NAME_SIZE - 1, &n))
		return gnu_long_name(r, n);
	slash = field[0] == '/' ? NULL : memchr(field, '/', NAME_SIZE);
	if (slash)
		len = (size_t)(slash - field);
	while (len && field[len - 1] == ' ')
		len--;
	return copy_name(r, field, len);
}

static bool is_index(const char *name)
{
	return !strcmp(name, "/") || !strcmp(name, "/SYM64/") || !strncmp(name, "__.SYMDEF", 9);
}

static int read_member(struct reader *r)
{
	const uint8_t *header = r->image + r->at;
	uint64_t size, inline_name, stored;
	struct ld_member member = {0};

	if (r->size - r->at < HEADER_SIZE || memcmp(header + END_AT, "`\n", 2) ||
	    !number(header + SIZE_AT, SIZE_SIZE, &size))
		return bad_archive(r, "no member header");
	member.name = member_name(r, header, size, &inline_name);
	if (!member.name)
		return bad_archive(r, "member name is out of range");
	/* A thin archive stores only the index and the names. */
	stored = r->archive->thin && !is_index(member.name) && strcmp(member.name, "//") ? 0 : size;
	if (!ld_in_range(r->at + HEADER_SIZE, stored, r->size))
		return bad_archive(r, "member is truncated");
	if (!strcmp(member.name, "//")) {
		r->long_names = (const char *)header + HEADER_SIZE;
		r->long_names_size = size;
	} else if (!is_index(member.name)) {
		member.data = r->archive->thin ? NULL : header + HEADER_SIZE + inline_name;
		member.size = size - inline_name;
		LD_PUSH(r->a, &r->archive->members, member);
	}
	r->at += HEADER_SIZE + stored;
	r->at += r->at & 1; /* members begin at even offsets */
	return 0;
}

int ld_archive_read(struct ld_arena *a, struct ld_diags *d, const char *path, const void *image,
		    size_t size, struct ld_archive *archive)
{
	struct reader r = {.a = a, .d = d, .path = path, .image = image, .size = size};
	int err = 0;

	r.archive = archive;
	archive->thin = !memcmp(image, "!<thin>\n", LD_ARCHIVE_MAGIC_SIZE);
	r.at = LD_ARCHIVE_MAGIC_SIZE;
	while (!err && r.at < size)
		err = read_member(&r);
	return err;
}
