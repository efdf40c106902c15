/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Text that people read, and JSON. Names in it come from inputs that nobody vouches for: they must
 * not reach a terminal as control characters, nor begin a line of their own. Whatever prints a name
 * prints it through this file, which the libraries and the command line programs share.
 */
#ifndef LD_BASE_TEXT_H
#define LD_BASE_TEXT_H

#include <stdarg.h>
#include <stddef.h>

typedef void (*ld_put_fn)(void *ctx, const char *text, size_t size);

/*
 * printf() whose strings are escaped, in C's notation: control characters (C0, newline and tab
 * among them, DEL, C1), Unicode's characters that are invisible or change the direction or the
 * line, and bytes that are not UTF-8. Backslashes are not: what was escaped before stays as it is.
 * The format itself is not escaped. Does not take %n, wide characters and positions.
 */
void ld_text_vprint(ld_put_fn put, void *ctx, const char *fmt, va_list args);
void ld_text_print(ld_put_fn put, void *ctx, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* "%" LD_LINES is for a string of lines whose names were escaped when it was made: like %s, but
 * newlines stay. (It is a precision that no string has.) */
#define LD_LINES ".1000000000s"

/* s as a JSON string, with its quotes. What the functions above escape is escaped, and what is not
 * UTF-8 becomes U+FFFD. */
void ld_text_json(ld_put_fn put, void *ctx, const char *s);

#endif
