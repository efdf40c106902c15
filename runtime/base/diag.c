/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/diag.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const char *ld_locate(struct ld_diags *d, const char *text, struct ld_location location)
{
	text = ld_text(d->arena, "%s", text);
	LD_PUSH(d->arena, &d->named, (struct ld_named_location){text, strlen(text), location});
	return text;
}

static int by_text(const void *a, const void *b)
{
	const struct ld_named_location *x = a, *y = b;

	if (x->text != y->text)
		return x->text < y->text ? -1 : 1;
	return x->size > y->size ? -1 : x->size < y->size;
}

/*
 * Attaches the locations in the order in which the message names them, each once. A text within
 * another one, as "a.o" in "a.c:3 (a.o)", is not a name.
 */
static void attach_locations(struct ld_diags *d, struct ld_diag *diag)
{
	const char *end = diag->message; /* of the last text */
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
	for (size_t i = 0; i < nr; i++) {
		if (d->named.v[i].text < end)
			continue;
		end = d->named.v[i].text + d->named.v[i].size;
		locations[diag->nr_locations++] = d->named.v[i].location;
	}
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
	const char *line;
	va_list args;

	list->nr++;
	if (ld_list_full(list))
		return;
	va_start(args, fmt);
	line = ld_vtext(a, fmt, args);
	va_end(args);
	if (list->last && !strcmp(list->last, line))
		return;
	list->last = line;
	list->shown++;
	ld_blob_text(a, &list->text, LD_DETAIL "%" LD_LINES, line);
}

const char *ld_list_lines(struct ld_arena *a, struct ld_list *list, const char *what)
{
	size_t left = list->nr - list->shown;

	if (left)
		ld_blob_text(a, &list->text, LD_DETAIL "and %zu more%s%s", left,
			     left > 1 ? " " : "", left > 1 ? what : "");
	return ld_blob_put(a, &list->text, "", 1) ? (const char *)list->text.data : "";
}
