/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "common/report.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

/* Does not depend on argv[0]: it identifies the program, which may run as gcc. */
static const char *program(const struct report *r)
{
	return r->program ? r->program : "ld.bpf";
}

static const struct {
	const char *word, *color;
} severities[] = {
    [BPFLD_NOTE] = {"note: ", "\033[0;1;30m"},
    [BPFLD_WARNING] = {"warning: ", "\033[0;1;35m"},
    [BPFLD_ERROR] = {"error: ", "\033[0;1;31m"},
};

void report_color(struct report *r, enum color_when when)
{
	const char *term = getenv("TERM");

	r->color = when == COLOR_ALWAYS ||
		   (when == COLOR_AUTO && isatty(STDERR_FILENO) && term && strcmp(term, "dumb"));
}

static void put_text(void *ctx, const char *text, size_t size)
{
	fwrite(text, 1, size, ctx);
}

void print_text(FILE *f, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	ld_text_vprint(put_text, f, fmt, args);
	va_end(args);
}

/* Whether all writes succeeded: ferror() does not report that a memory stream ran out of memory. */
static bool put(FILE *f, const struct report *r, enum bpfld_severity severity, const char *id,
		const char *message)
{
	size_t first = strcspn(message, "\n"), left;
	const char *help = ld_text_help(message);
	bool whole;

	whole = fprintf(f, "%s: %s%s%s", program(r), r->color ? severities[severity].color : "",
			severities[severity].word, r->color ? "\033[0m" : "") >= 0;
	whole &= fwrite(message, 1, first, f) == first;
	if (id && *id)
		whole &= fprintf(f, " [%s]", id) >= 0;
	message += first;
	left = help ? (size_t)(help - message) - strlen("help: ") : strlen(message);
	whole &= fwrite(message, 1, left, f) == left;
	if (help)
		whole &= fprintf(f, "%shelp:%s %s", r->color ? "\033[0;1;36m" : "",
				 r->color ? "\033[0m" : "", help) >= 0;
	return whole & (fprintf(f, "\n") >= 0);
}

static void print(struct report *r, enum bpfld_severity severity, const char *id,
		  const char *message)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	bool whole = false;

	if (severity == BPFLD_ERROR)
		r->errors++;
	if (f) {
		whole = put(f, r, severity, id, message);
		whole &= !fclose(f) && text;
	}
	/* Without a buffer, the message is written in pieces. */
	if (whole)
		fwrite(text, 1, size, stderr);
	else
		put(stderr, r, severity, id, message);
	free(text);
}

static void vreport(struct report *r, enum bpfld_severity severity, const char *id, const char *fmt,
		    va_list args)
{
	char *message = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&message, &size);

	if (f)
		ld_text_vprint(put_text, f, fmt, args);
	if (!f || fclose(f) || !message)
		print(r, BPFLD_ERROR, id, "out of memory");
	else
		print(r, severity, id, message);
	free(message);
}

int report_error(struct report *r, const char *id, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vreport(r, BPFLD_ERROR, id, fmt, args);
	va_end(args);
	return 1;
}

void report_note(struct report *r, const char *id, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vreport(r, BPFLD_NOTE, id, fmt, args);
	va_end(args);
}

/* ---- inputs that are truncated while they are mapped ---- */

static const char *name_of_program;
static void (*before_exit)(void);

/*
 * The library maps its inputs. Truncating one removes pages, and no pass could recover from that.
 * The library does not handle the signal: handlers belong to the program.
 */
static void on_truncation(int sig)
{
	static const char text[] =
	    ": error: an input was truncated while it was read, or a disk has failed "
	    "[truncated-file]\n";

	(void)sig;
	if (before_exit)
		before_exit();
	if (write(STDERR_FILENO, name_of_program, strlen(name_of_program)) < 0 ||
	    write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(1);
	_exit(1);
}

void catch_truncation(const struct report *r, void (*clean_up)(void))
{
	struct sigaction sa = {.sa_handler = on_truncation, .sa_flags = (int)SA_RESETHAND};

	name_of_program = program(r);
	before_exit = clean_up;
	sigemptyset(&sa.sa_mask);
	sigaction(SIGBUS, &sa, NULL);
}

void report_step(struct report *r, const char *text)
{
	if (r->verbose)
		print_text(stderr, "%s: %s\n", program(r), text);
}

void report_diag(void *ctx, const struct bpfld_diag *diag)
{
	struct report *r = ctx;

	if (diag->severity == BPFLD_INFO)
		fprintf(r->out, "%s\n", diag->message);
	else
		print(r, diag->severity, diag->id, diag->message);
}
