/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Memory for a link that takes megabytes: from huge pages, where the system has some for those who
 * ask. To get 2 MiB at once takes a sixth of what 512 faults take.
 */
#ifndef LD_BASE_PAGES_H
#define LD_BASE_PAGES_H

#include <stddef.h>

struct ld_pages;

/* NULL if there is no memory. */
struct ld_pages *ld_pages_new(void);

/*
 * size bytes of zeros, aligned to 64, until ld_pages_free(); NULL if there is no memory. For any
 * thread.
 */
void *ld_pages_get(struct ld_pages *pages, size_t size);

/* pages may be NULL. */
void ld_pages_free(struct ld_pages *pages);

#endif
