/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A parser of JSON that bpfld has written: reports, results of guests and of earlier runs. Input
 * may be broken in any way. Shared with the programs.
 */
#ifndef LD_BASE_JSON_H
#define LD_BASE_JSON_H

#include <stddef.h>
#include <stdint.h>

struct ld_json {
	enum {
		LD_JSON_OTHER, /* a word, or a number that is negative or has a fraction */
		LD_JSON_NUMBER,
		LD_JSON_STRING,
		LD_JSON_ARRAY,
		LD_JSON_OBJECT
	} kind;
	const char *key; /* in an object */
	const char *string;
	uint64_t number;
	struct ld_json *first, *next; /* elements; the next one of the parent */
};

/* Returns memory for any type, never NULL. */
typedef void *(*ld_json_alloc_fn)(void *ctx, size_t size);

/* Returns NULL if text is not JSON. */
const struct ld_json *ld_json_parse(ld_json_alloc_fn alloc, void *ctx, const char *text);
/* The member of an object, or NULL. object may be NULL. */
const struct ld_json *ld_json_member(const struct ld_json *object, const char *key);
/* NULL and 0 if there is no such member, or one of another kind. */
const char *ld_json_string(const struct ld_json *object, const char *key);
uint64_t ld_json_number(const struct ld_json *object, const char *key);

#endif
