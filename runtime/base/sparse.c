/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/sparse.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEAST_ROOM ((size_t)1 << 20)
#define LEAST_READ ((size_t)4096) /* less costs no less */

/* Pages that are not touched take no memory. */
static int make_room(struct ld_sparse *s, size_t size)
{
	size_t room = s->room ? s->room : LEAST_ROOM;
	void *bytes;

	if (s->bytes && size <= room)
		return 0;
	while (room < size)
		room *= 2;
	bytes = mmap(NULL, room, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (bytes == MAP_FAILED)
		return errno;
	if (s->bytes)
		munmap(s->bytes, s->room);
	s->bytes = bytes;
	s->room = room;
	return 0;
}

int ld_sparse_open(struct ld_sparse *s, const char *path)
{
	struct stat st;
	int err;

	ld_sparse_close(s);
	s->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (s->fd < 0) {
		s->fd = 0;
		return errno;
	}
	if (fstat(s->fd, &st))
		return errno;
	if (!S_ISREG(st.st_mode))
		return ENODEV;
	s->size = (size_t)st.st_size;
	if ((err = make_room(s, s->size)))
		return err;
	return 0;
}

static bool is_there(const struct ld_sparse *s, size_t off, size_t end)
{
	for (uint32_t i = 0; i < s->nr && i < LD_SPARSE_RANGES; i++)
		if (off >= s->ranges[i].start && end <= s->ranges[i].end)
			return true;
	return false;
}

int ld_sparse_need(struct ld_sparse *s, size_t off, size_t size)
{
	size_t end = off + size, at = off;

	if (!size || is_there(s, off, end))
		return 0;
	if (size < LEAST_READ)
		end = s->size - off < LEAST_READ ? s->size : off + LEAST_READ;
	while (at < end) {
		ssize_t n = pread(s->fd, s->bytes + at, end - at, (off_t)at);

		if (n < 0 && errno != EINTR)
			return errno;
		if (!n && at < off + size)
			return EOVERFLOW;
		if (!n)
			break;
		if (n > 0)
			at += (size_t)n;
	}
	s->ranges[s->nr % LD_SPARSE_RANGES].start = off;
	s->ranges[s->nr++ % LD_SPARSE_RANGES].end = at;
	return 0;
}

void ld_sparse_close(struct ld_sparse *s)
{
	if (s->fd)
		close(s->fd);
	s->fd = 0;
	s->nr = 0;
}

void ld_sparse_free(struct ld_sparse *s)
{
	ld_sparse_close(s);
	if (s->bytes)
		munmap(s->bytes, s->room);
	s->bytes = NULL;
}
