/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "lto/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"

#define MAGIC "bpfldl1"
#define NAME_SIZE (2 * BLAKE2B_SIZE + sizeof(".lto"))
#define TEMPORARY "temporary."
#define STALE_SECONDS 3600 /* of temporary files, which a process has left that was killed */

/* A file's identity; all 0: none. */
struct identity {
	uint64_t size, inode;
	int64_t seconds, nanoseconds; /* st_mtim */
};

/* An entry is this header, the library's path with a NUL, and the data. */
struct header {
	char magic[8];
	uint8_t digest[BLAKE2B_SIZE]; /* of the data */
	struct identity library;
	uint64_t path_size, size;
};

static bool identify(const char *path, struct identity *id)
{
	struct stat st;

	*id = (struct identity){0};
	if (!*path)
		return true;
	if (stat(path, &st))
		return false;
	*id = (struct identity){(uint64_t)st.st_size, st.st_ino, st.st_mtim.tv_sec,
				st.st_mtim.tv_nsec};
	return true;
}

static void digest(const char *data, size_t size, uint8_t out[BLAKE2B_SIZE])
{
	struct blake2b b;

	blake2b_begin(&b);
	blake2b_add(&b, data, size);
	blake2b_end(&b, out);
}

static void name_entry(const uint8_t key[BLAKE2B_SIZE], char name[NAME_SIZE])
{
	for (int i = 0; i < BLAKE2B_SIZE; i++)
		snprintf(name + 2 * i, 3, "%02x", key[i]);
	strcpy(name + 2 * BLAKE2B_SIZE, ".lto");
}

int cache_open(struct lto_cache *c, const char *path, const char **why)
{
	struct stat st;

	if (mkdir(path, 0700) && errno != EEXIST) {
		*why = strerror(errno);
		return -errno;
	}
	c->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->dir < 0 || fstat(c->dir, &st)) {
		int err = errno;

		*why = strerror(err);
		cache_close(c);
		return -err;
	}
	*why = st.st_uid != geteuid()             ? "it is owned by another user"
	       : st.st_mode & (S_IWGRP | S_IWOTH) ? "it is writable by other users"
						  : NULL;
	if (!*why)
		return 0;
	cache_close(c);
	return -EPERM;
}

void cache_close(struct lto_cache *c)
{
	if (c->dir >= 0)
		close(c->dir);
	c->dir = -1;
}

/* Whether the mapped file is a whole entry, made with the library that is there now. */
static bool check_entry(struct lto_cached *e)
{
	struct header h;
	struct identity id;
	uint8_t found[BLAKE2B_SIZE];
	const char *path = (const char *)e->map + sizeof(h);

	memcpy(&h, e->map, sizeof(h));
	if (memcmp(h.magic, MAGIC, sizeof(h.magic)) != 0 || !h.path_size ||
	    h.path_size > e->map_size - sizeof(h) ||
	    h.size != e->map_size - sizeof(h) - h.path_size || path[h.path_size - 1] ||
	    !identify(path, &id) || memcmp(&id, &h.library, sizeof(id)) != 0)
		return false;
	e->data = path + h.path_size;
	e->size = h.size;
	digest(e->data, e->size, found);
	return !memcmp(found, h.digest, sizeof(found));
}

bool cache_find(const struct lto_cache *c, const uint8_t key[BLAKE2B_SIZE], struct lto_cached *e)
{
	char name[NAME_SIZE];
	struct stat st;
	bool good = false;
	int fd;

	name_entry(key, name);
	*e = (struct lto_cached){.map = MAP_FAILED};
	fd = openat(c->dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
	    (size_t)st.st_size >= sizeof(struct header)) {
		e->map_size = (size_t)st.st_size;
		e->map = mmap(NULL, e->map_size, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	if (e->map != MAP_FAILED)
		good = check_entry(e);
	/* Its age is the time since it was used. */
	if (good)
		(void)futimens(fd, NULL);
	else
		cache_release(e);
	close(fd);
	return good;
}

void cache_release(struct lto_cached *e)
{
	if (e->map != MAP_FAILED)
		munmap(e->map, e->map_size);
	e->map = MAP_FAILED;
}

/* ---- entries are added ---- */

struct file {
	struct timespec used;
	uint64_t size;
	char name[NAME_SIZE];
};

static int by_age(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	if (x->used.tv_sec != y->used.tv_sec)
		return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
	if (x->used.tv_nsec != y->used.tv_nsec)
		return x->used.tv_nsec < y->used.tv_nsec ? -1 : 1;
	return strcmp(x->name, y->name);
}

static bool is_entry(const char *name)
{
	return strlen(name) + 1 == NAME_SIZE &&
	       strspn(name, "0123456789abcdef") == 2 * BLAKE2B_SIZE &&
	       !strcmp(name + 2 * BLAKE2B_SIZE, ".lto");
}

/* Deletes a temporary file that no process writes any more. Other files are not the cache's. */
static void delete_stale(const struct lto_cache *c, const char *name, const struct stat *st)
{
	struct timespec now;

	if (strncmp(name, TEMPORARY, sizeof(TEMPORARY) - 1) != 0)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	if (now.tv_sec - st->st_mtim.tv_sec > STALE_SECONDS)
		unlinkat(c->dir, name, 0);
}

/* Lists the entries; NULL if there is no memory, or none. */
static struct file *list_entries(const struct lto_cache *c, size_t *nr, uint64_t *total)
{
	int copy = openat(c->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct file *files = NULL;
	struct dirent *e;

	*nr = 0;
	*total = 0;
	if (!dir && copy >= 0)
		close(copy);
	while (dir && (e = readdir(dir))) {
		struct stat st;
		struct file *more;

		if (fstatat(c->dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
			continue;
		if (!is_entry(e->d_name)) {
			delete_stale(c, e->d_name, &st);
			continue;
		}
		more =
		    *nr & (*nr - 1) ? files : realloc(files, (*nr ? 2 * *nr : 1) * sizeof(*files));
		if (!more)
			break;
		files = more;
		files[*nr].used = st.st_mtim;
		files[*nr].size = (uint64_t)st.st_size;
		strcpy(files[*nr].name, e->d_name);
		*total += (uint64_t)st.st_size;
		++*nr;
	}
	if (dir)
		closedir(dir);
	return files;
}

void cache_trim(const struct lto_cache *c)
{
	uint64_t total;
	size_t nr;
	struct file *files = list_entries(c, &nr, &total);

	if (files && total > c->limit) {
		/* Leave room, so that not each link has to do this. */
		qsort(files, nr, sizeof(*files), by_age);
		for (size_t i = 0; i < nr && total > c->limit / 4 * 3; i++) {
			unlinkat(c->dir, files[i].name, 0);
			total -= files[i].size;
		}
	}
	free(files);
}

static int write_entry(int fd, const struct header *h, const char *path, const char *data)
{
	int err = ld_write_all(fd, h, sizeof(*h));

	if (!err)
		err = ld_write_all(fd, path, h->path_size);
	return err ? err : ld_write_all(fd, data, h->size);
}

int cache_add(const struct lto_cache *c, const uint8_t key[BLAKE2B_SIZE], const char *library,
	      const char *data, size_t size)
{
	const char *path = library ? library : "";
	struct header h = {.magic = MAGIC, .path_size = strlen(path) + 1, .size = size};
	char name[NAME_SIZE], temporary[sizeof(TEMPORARY) + 16];
	uint64_t number;
	int fd, err;

	/* It would be deleted at once. */
	if (size > c->limit)
		return 0;
	if (!identify(path, &h.library) || getrandom(&number, sizeof(number), 0) < 0)
		return -errno;
	digest(data, size, h.digest);
	name_entry(key, name);
	snprintf(temporary, sizeof(temporary), TEMPORARY "%016" PRIx64, number);
	fd = openat(c->dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	err = write_entry(fd, &h, path, data);
	if (close(fd) && !err)
		err = -errno;
	if (!err && renameat(c->dir, temporary, c->dir, name))
		err = -errno;
	if (err)
		unlinkat(c->dir, temporary, 0);
	return err;
}
