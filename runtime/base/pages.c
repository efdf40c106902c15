/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/pages.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define HUGE_PAGE ((size_t)2 << 20) /* of x86-64, and of arm64 with pages of 4 KiB */
#define ALIGN ((size_t)64)
#define FIRST_REGION (8 * HUGE_PAGE)
#define LARGEST_REGION (64 * HUGE_PAGE)

/* Header of a mapping. Untouched pages take no memory. */
struct region {
	struct region *older;
	size_t size;
};

struct ld_pages {
	pthread_mutex_t lock;
	struct region *newest;
	char *next; /* free bytes in the newest region */
	size_t left;
	size_t region; /* size of the next region */
};

struct ld_pages *ld_pages_new(void)
{
	struct ld_pages *pages = calloc(1, sizeof(*pages));

	if (!pages)
		return NULL;
	pthread_mutex_init(&pages->lock, NULL);
	pages->region = FIRST_REGION;
	return pages;
}

/* Maps size bytes, a multiple of the huge page size, at an aligned address. */
static struct region *map_region(size_t size)
{
	char *map = mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct region *region;
	size_t before;

	if (map == MAP_FAILED)
		return NULL;
	before = -(uintptr_t)map % HUGE_PAGE;
	if (before)
		munmap(map, before);
	munmap(map + before + size, HUGE_PAGE - before);
	region = (struct region *)(void *)(map + before);
#ifdef MADV_HUGEPAGE
	(void)madvise(region, size, MADV_HUGEPAGE);
#endif
	region->size = size;
	return region;
}

/* Adds a region with room for size bytes. */
static int add_region(struct ld_pages *pages, size_t size)
{
	size_t least = (size + ALIGN + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
	struct region *region = map_region(least < pages->region ? pages->region : least);

	/* The address space may be limited. */
	if (!region)
		region = map_region(least);
	if (!region)
		return -ENOMEM;
	if (pages->region < LARGEST_REGION)
		pages->region *= 2;
	region->older = pages->newest;
	pages->newest = region;
	pages->next = (char *)region + ALIGN;
	pages->left = region->size - ALIGN;
	return 0;
}

static size_t round_up(size_t size)
{
	return (size + ALIGN - 1) & ~(ALIGN - 1);
}

static void *get(struct ld_pages *pages, size_t size)
{
	void *p;

	if (size > pages->left && add_region(pages, size))
		return NULL;
	p = pages->next;
	pages->next += size;
	pages->left -= size;
	return p;
}

void *ld_pages_get(struct ld_pages *pages, size_t size)
{
	void *p;

	if (size > SIZE_MAX / 2)
		return NULL;
	pthread_mutex_lock(&pages->lock);
	p = get(pages, round_up(size));
	pthread_mutex_unlock(&pages->lock);
	return p;
}

bool ld_pages_resize(struct ld_pages *pages, void *p, size_t old, size_t size)
{
	size_t before = round_up(old), after = round_up(size);
	bool fits;

	pthread_mutex_lock(&pages->lock);
	fits = (char *)p + before == pages->next && after <= pages->left + before;
	if (fits) {
		pages->next += after - before;
		pages->left -= after - before;
	}
	pthread_mutex_unlock(&pages->lock);
	return fits;
}

void ld_pages_drop(const void *data, size_t size)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t begin = ((uintptr_t)data + page - 1) & ~(page - 1);
	uintptr_t end = ((uintptr_t)data + size) & ~(page - 1);

	if (begin < end)
		(void)madvise((void *)begin, end - begin, MADV_DONTNEED);
}

void ld_pages_free(struct ld_pages *pages)
{
	struct region *region, *older;

	if (!pages)
		return;
	for (region = pages->newest; region; region = older) {
		older = region->older;
		munmap(region, region->size);
	}
	pthread_mutex_destroy(&pages->lock);
	free(pages);
}
