/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* page.html with page.css and page.js embedded: the parts before and after the facts. */
#ifndef LD_REPORT_PAGE_H
#define LD_REPORT_PAGE_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t ld_page_before[], ld_page_after[];
extern const size_t ld_page_before_size, ld_page_after_size;

#endif
