/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/diag.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const char *ld_locate(struct ld_diags *d, const char *text, struct ld_location location)
{
	text = ld_text(d->arena, "%s", text);
	LD_PUSH(d->arena, &d->named, (struct ld_named_location){text, location});
	return text;
}

static int by_text(const void *a, const void *b)
{
	const struct ld_named_location *x = a, *y = b;

	return x->text < y->text ? -1 : x->text > y->text;
}

/* Attaches the locations in the order in which the message names them, each once. */
static void attach_locations(struct ld_diags *d, struct ld_diag *diag)
{
	struct ld_location *locations;
	size_t nr = 0;

	for (size_t i = 0; i < d->named.nr; i++) {
		d->named.v[nr] = d->named.v[i];
		d->named.v[nr].text = strstr(diag->message, d->named.v[i].text);
		nr += d->named.v[nr].text != NULL;
	}
	d->named.nr = 0;
	if (!nr)
		return;
	qsort(d->named.v, nr, sizeof(*d->named.v), by_text);
	diag->locations = locations = LD_NEW_ARRAY(d->arena, struct ld_location, nr);
	for (size_t i = 0; i < nr; i++)
		if (!i || d->named.v[i].text != d->named.v[i - 1].text)
			locations[diag->nr_locations++] = d->named.v[i].location;
}

static void report(struct ld_diags *d, enum ld_severity severity, const char *id, const char *fmt,
		   va_list args)
{
	struct ld_diag diag = {.severity = severity, .id = id};

	if (d->muted && (severity == LD_WARNING || severity == LD_NOTE)) {
		d->named.nr = 0;
		return;
	}
	/*
	 * No one will see it. If a hundred thousand inputs are missing, do not store as many
	 * messages.
	 */
	if (severity == LD_ERROR && d->limit && d->errors >= d->limit) {
		d->errors++;
		d->named.nr = 0;
		return;
	}
	diag.message = ld_vtext(d->arena, fmt, args);
	attach_locations(d, &diag);
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

void ld_remark(struct ld_diags *d, const char *id, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(d, LD_REMARK, id, fmt, args);
	va_end(args);
}

void ld_list_add(struct ld_arena *a, struct ld_list *list, const char *fmt, ...)
{
	va_list args;

	if (list->nr++ >= LD_LIST_SHOWN)
		return;
	va_start(args, fmt);
	ld_blob_text(a, &list->text, LD_DETAIL "%" LD_LINES, ld_vtext(a, fmt, args));
	va_end(args);
}

const char *ld_list_lines(struct ld_arena *a, struct ld_list *list, const char *what)
{
	if (list->nr > LD_LIST_SHOWN)
		ld_blob_text(a, &list->text, LD_DETAIL "and %zu more %s", list->nr - LD_LIST_SHOWN,
			     what);
	return ld_blob_put(a, &list->text, "", 1) ? (const char *)list->text.data : "";
}
