/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Diagnostics as JSON, an object a line: docs/diagnostics-json.md documents the members. */
#include "common/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static void put_text(void *ctx, const char *text, size_t size)
{
	fwrite(text, 1, size, ctx);
}

/* The first n bytes of s, which has no control characters but newlines. */
static void put_part(FILE *f, const char *s, size_t n)
{
	char *part = strndup(s, n);

	ld_text_json(put_text, f, part ? part : "");
	free(part);
}

/* A name, which may have any bytes: escaped like in messages, so that both can be compared. */
static void put_name(FILE *f, const char *before, const char *key, const char *name)
{
	char *text = NULL;
	size_t size = 0;
	FILE *copy = name ? open_memstream(&text, &size) : NULL;

	fprintf(f, "%s\"%s\":", before, key);
	if (copy) {
		ld_text_print(put_text, copy, "%s", name);
		fclose(copy);
	}
	if (text)
		ld_text_json(put_text, f, text);
	else
		fputs("null", f);
	free(text);
}

/* The lines between text and end, without LD_DETAIL. */
static void put_details(FILE *f, const char *text, const char *end)
{
	bool first = true;

	fputs(",\"details\":[", f);
	for (; text < end; first = false) {
		size_t n;

		text += strspn(text, "\n");
		if (!strncmp(text, &LD_DETAIL[1], strlen(&LD_DETAIL[1])))
			text += strlen(&LD_DETAIL[1]);
		n = strcspn(text, "\n");
		fputs(first ? "" : ",", f);
		put_part(f, text, n);
		text += n;
	}
	fputs("]", f);
}

/* Continued lines lose their prefix. */
static void put_help(FILE *f, const char *help)
{
	char *text = help ? strdup(help) : NULL, *to = text;

	fputs(",\"help\":", f);
	for (const char *from = text; from && *from;) {
		if (!strncmp(from, LD_DETAIL, strlen(LD_DETAIL))) {
			from += strlen(LD_DETAIL);
			from += strspn(from, " ");
			*to++ = '\n';
		} else {
			*to++ = *from++;
		}
	}
	if (text) {
		*to = '\0';
		ld_text_json(put_text, f, text);
	} else {
		fputs("null", f);
	}
	free(text);
}

static void put_location(FILE *f, const struct bpfld_location *at)
{
	put_name(f, "{", "file", at->file);
	fprintf(f, ",\"line\":%u,\"column\":%u", at->line, at->column);
	put_name(f, ",", "object", at->object);
	put_name(f, ",", "section", at->section);
	fprintf(f, ",\"offset\":%llu}", (unsigned long long)at->offset);
}

void print_json_diag(FILE *f, const char *severity, const struct bpfld_diag *diag)
{
	size_t first = strcspn(diag->message, "\n");
	const char *help = diag->help;
	const char *end = help ? help - strlen(LD_HELP) : strchr(diag->message, '\0');

	fprintf(f,
		"{\"kind\":\"diagnostic\",\"severity\":\"%s\",\"id\":\"%s\",\"message\":", severity,
		diag->id ? diag->id : "");
	put_part(f, diag->message, first);
	put_details(f, diag->message + first, end);
	put_help(f, help);
	fputs(",\"locations\":[", f);
	for (size_t i = 0; diag->locations[i]; i++) {
		fputs(i ? "," : "", f);
		put_location(f, diag->locations[i]);
	}
	fputs("]}\n", f);
}

void print_json_text(FILE *f, const char *kind, const char *text)
{
	fprintf(f, "{\"kind\":\"%s\",\"text\":", kind);
	ld_text_json(put_text, f, text);
	fputs("}\n", f);
}
