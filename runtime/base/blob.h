/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A growable byte buffer in an arena, for synthesized sections and texts. */
#ifndef LD_BASE_BLOB_H
#define LD_BASE_BLOB_H

#include "base/arena.h"

struct ld_blob {
	uint8_t *data;
	size_t size, cap;
};

/* Makes room for size more bytes. */
void ld_blob_reserve(struct ld_arena *a, struct ld_blob *b, size_t size);

/* Appends size zero bytes. The pointer is valid until the next call. */
void *ld_blob_add(struct ld_arena *a, struct ld_blob *b, size_t size);

/* Appends a copy of data. */
void *ld_blob_put(struct ld_arena *a, struct ld_blob *b, const void *data, size_t size);
void ld_blob_put32(struct ld_arena *a, struct ld_blob *b, uint32_t v);

/* Appends text without its NUL. */
void ld_blob_printf(struct ld_arena *a, struct ld_blob *b, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Appends text for users, with strings escaped: see base/text.h. */
void ld_blob_text(struct ld_arena *a, struct ld_blob *b, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
char *ld_vtext(struct ld_arena *a, const char *fmt, va_list args);
char *ld_text(struct ld_arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Appends s as a quoted JSON string. */
void ld_blob_json(struct ld_arena *a, struct ld_blob *b, const char *s);

#endif
