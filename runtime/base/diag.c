/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/diag.h"
#include "base/blob.h"

#include <errno.h>

static void report(struct ld_diags *d, enum ld_severity severity, const char *id, const char *fmt,
		   va_list args)
{
	struct ld_diag diag = {severity, id, NULL};

	if (d->muted && (severity == LD_WARNING || severity == LD_NOTE))
		return;
	/*
	 * No one will see it. If a hundred thousand inputs are missing, do not store as many
	 * messages.
	 */
	if (severity == LD_ERROR && d->limit && d->errors >= d->limit) {
		d->errors++;
		return;
	}
	diag.message = ld_vtext(d->arena, fmt, args);
	LD_PUSH(d->arena, &d->list, diag);
	if (severity == LD_ERROR)
		d->errors++;
}

void ld_report_error(struct ld_diags *d, const char *id, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(d, LD_ERROR, id, fmt, args);
	va_end(args);
}

void ld_warn(struct ld_diags *d, const char *id, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(d, LD_WARNING, id, fmt, args);
	va_end(args);
}

void ld_note(struct ld_diags *d, const char *id, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(d, LD_NOTE, id, fmt, args);
	va_end(args);
}

void ld_info(struct ld_diags *d, const char *id, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(d, LD_INFO, id, fmt, args);
	va_end(args);
}
