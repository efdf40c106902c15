/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LD_BASE_JSON_H
#define LD_BASE_JSON_H

#include "base/blob.h"

/* s as a JSON string, with its quotes. Bytes that are no UTF-8 become U+FFFD. */
void ld_json_string(struct ld_arena *a, struct ld_blob *b, const char *s);

#endif
