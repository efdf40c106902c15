/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Text for users, and JSON. Names come from untrusted inputs: they must not reach a terminal as
 * control characters, nor start a line of their own. All code that prints a name does so through
 * this file, in the libraries and the command line programs alike.
 */
#ifndef LD_BASE_TEXT_H
#define LD_BASE_TEXT_H

#include <stdarg.h>
#include <stddef.h>

typedef void (*ld_put_fn)(void *ctx, const char *text, size_t size);

/*
 * printf() that escapes strings in C's notation: control characters (C0 with newline and tab, DEL,
 * C1), Unicode characters that are invisible or change direction or line, and bytes that are not
 * UTF-8. Backslashes are kept, so that escaped strings stay as they are. The format is not escaped.
 * Does not support %n, wide characters and positional arguments.
 */
void ld_text_vprint(ld_put_fn put, void *ctx, const char *fmt, va_list args);
void ld_text_print(ld_put_fn put, void *ctx, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The same into a buffer, like vsnprintf(). */
int ld_text_vsnprintf(char *buf, size_t size, const char *fmt, va_list args);

/*
 * "%" LD_LINES prints a string of several lines whose names are already escaped: like %s, but
 * newlines are kept. (It is a precision that no string reaches.)
 */
#define LD_LINES ".1000000000s"

/*
 * A diagnostic is a text of lines: what is wrong; details, each with a prefix; and advice, if there
 * is any to give, which starts with LD_HELP and goes on in lines that start with LD_MORE_HELP. Both
 * are for format strings: "%s: not an ELF object" LD_HELP "name a BPF object". No name can look
 * like them, as names are escaped.
 */
#define LD_DETAIL "\n>>> "
#define LD_HELP LD_DETAIL "help: "
#define LD_MORE_HELP LD_DETAIL "      "

/* The advice of a diagnostic: what follows LD_HELP, or NULL. */
const char *ld_text_help(const char *message);

/*
 * Prints s as a quoted JSON string. Escapes what the functions above escape, and replaces invalid
 * UTF-8 with U+FFFD.
 */
void ld_text_json(ld_put_fn put, void *ctx, const char *s);

#endif
