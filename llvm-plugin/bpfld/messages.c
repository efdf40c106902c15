/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * libbpf's warnings become details of the next error of bpfld, as they usually are its cause, or
 * else a note. With --verbose, all messages are printed as they come.
 */
#include <stdlib.h>
#include <string.h>

#include "bpfld/command.h"

#define SHOWN 8 /* lines in a diagnostic */

static struct request *request;

/* Messages of libbpf contain untrusted names and the verifier's log. Each line gets a prefix, so
 * that none can pass for a message of bpfld. */
static void print_line(const char *line)
{
	if (request->report->json)
		print_json_text(stderr, "libbpf", line);
	else
		print_text(stderr, "libbpf: %s\n", line);
}

static int take_message(enum libbpf_print_level level, const char *format, va_list args)
{
	char *text, *rest, *line;

	if (level == LIBBPF_DEBUG || (level == LIBBPF_INFO && !request->verbose))
		return 0;
	if (vasprintf(&text, format, args) < 0)
		return -1;
	for (rest = text; (line = strsep(&rest, "\n")) && (rest || *line);) {
		if (!strncmp(line, "libbpf: ", 8))
			line += 8;
		if (request->verbose)
			print_line(line);
		else
			words_add(&request->messages,
				  pool_strndup(request->pool, line, strlen(line)));
	}
	free(text);
	return 0;
}

void take_messages(struct request *q)
{
	request = q;
	libbpf_set_print(take_message);
}

const char *message_lines(struct request *q)
{
	char *text = NULL;
	const char *lines;
	size_t size = 0, n = q->messages.n, shown = n > SHOWN ? SHOWN : n;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		out_of_memory();
	for (size_t i = 0; i < shown; i++)
		print_text(f, LD_DETAIL "libbpf: %s", q->messages.v[i]);
	if (n > shown)
		fprintf(f, LD_DETAIL "and %zu more lines of libbpf: --verbose prints them",
			n - shown);
	if (fclose(f) || !text)
		out_of_memory();
	lines = pool_strndup(q->pool, text, size);
	free(text);
	q->messages.n = 0;
	return lines;
}

void note_messages(struct request *q)
{
	if (q->messages.n)
		report_note(q->report, "libbpf-warnings", "libbpf issued warnings%" LD_LINES,
			    message_lines(q));
}
