/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Memory and diagnostics of a handle, and guards against reentrant calls. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "loader/dyn.h"

/* ---- memory and messages ---- */

void *ld_dyn_alloc(struct bpfld_dyn *d, size_t size)
{
	struct ld_block *b = size < PTRDIFF_MAX ? calloc(1, sizeof(*b) + size) : NULL;

	if (!b) {
		ld_dyn_error(d, -ENOMEM, "out-of-memory", "out of memory");
		return NULL;
	}
	b->next = d->blocks;
	d->blocks = b;
	return b->bytes;
}

static char *format(struct bpfld_dyn *d, int (*print)(char *, size_t, const char *, va_list),
		    const char *fmt, va_list args)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, args);
	len = print(NULL, 0, fmt, again);
	va_end(again);
	text = len < 0 ? NULL : ld_dyn_alloc(d, (size_t)len + 1);
	if (text)
		print(text, (size_t)len + 1, fmt, args);
	return text;
}

char *ld_dyn_printf(struct bpfld_dyn *d, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = format(d, vsnprintf, fmt, args);
	va_end(args);
	return text;
}

char *ld_dyn_text(struct bpfld_dyn *d, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = format(d, ld_text_vsnprintf, fmt, args);
	va_end(args);
	return text;
}

void ld_dyn_report(struct bpfld_dyn *d, enum bpfld_severity severity, const char *id,
		   const char *message)
{
	static const struct bpfld_location *const nowhere[] = {NULL};
	struct bpfld_diag diag = {sizeof(diag),          severity, id, message,
				  ld_text_help(message), nowhere};

	if (d->diag)
		d->diag(d->diag_ctx, &diag);
}

int ld_dyn_error(struct bpfld_dyn *d, int err, const char *id, const char *fmt, ...)
{
	char text[2048];
	va_list args;

	va_start(args, fmt);
	ld_text_vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	ld_dyn_report(d, BPFLD_ERROR, id, text);
	return err;
}

/* ---- calls ---- */

int ld_dyn_enter(struct bpfld_dyn *d, bool valid)
{
	if (!d || !valid)
		return -EINVAL;
	if (d->busy)
		return -EBUSY;
	d->busy = true;
	return 0;
}

int ld_dyn_leave(struct bpfld_dyn *d, int err)
{
	if (d->freed)
		err = ld_dyn_error(d, -EBUSY, "handle-in-use",
				   "bpfld_dyn_free() was ignored: a callback called it while the "
				   "handle is in use");
	d->freed = d->busy = false;
	return err;
}
