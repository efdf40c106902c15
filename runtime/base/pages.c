/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/pages.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20) /* x86-64's, and arm64's with pages of 4 KiB */
#define ALIGN ((size_t)64)
#define LARGEST (HUGE_PAGE / 4) /* what is larger would leave too much of a page unused */

/* The head of a huge page. */
struct page {
	struct page *older;
};

struct ld_pages {
	pthread_mutex_t lock;
	struct page *newest;
	char *next; /* free bytes of the newest */
	size_t left;
};

struct ld_pages *ld_pages_new(void)
{
	struct ld_pages *pages = calloc(1, sizeof(*pages));

	if (pages)
		pthread_mutex_init(&pages->lock, NULL);
	return pages;
}

/* A page's worth of memory at a multiple of its size; if the system won't, of small pages. */
static void *map_page(void)
{
	char *map =
	    mmap(NULL, 2 * HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t before;

	if (map == MAP_FAILED)
		return NULL;
	before = -(uintptr_t)map % HUGE_PAGE;
	if (before)
		munmap(map, before);
	munmap(map + before + HUGE_PAGE, HUGE_PAGE - before);
#ifdef MADV_HUGEPAGE
	(void)madvise(map + before, HUGE_PAGE, MADV_HUGEPAGE);
#endif
	return map + before;
}

static void *get(struct ld_pages *pages, size_t size)
{
	void *p;

	if (size > pages->left) {
		struct page *page = map_page();

		if (!page)
			return NULL;
		page->older = pages->newest;
		pages->newest = page;
		pages->next = (char *)page + ALIGN;
		pages->left = HUGE_PAGE - ALIGN;
	}
	p = pages->next;
	pages->next += size;
	pages->left -= size;
	return p;
}

void *ld_pages_get(struct ld_pages *pages, size_t size)
{
	void *p;

	if (size > LARGEST)
		return NULL;
	pthread_mutex_lock(&pages->lock);
	p = get(pages, (size + ALIGN - 1) & ~(ALIGN - 1));
	pthread_mutex_unlock(&pages->lock);
	return p;
}

void ld_pages_free(struct ld_pages *pages)
{
	struct page *page, *older;

	if (!pages)
		return;
	for (page = pages->newest; page; page = older) {
		older = page->older;
		munmap(page, HUGE_PAGE);
	}
	pthread_mutex_destroy(&pages->lock);
	free(pages);
}
