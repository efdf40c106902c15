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

/* ---- the format ---- */

/* The format of the first report: for signal handlers and out_of_memory(), which have none. */
static bool prints_json;

void report_format(struct report *r, bool json)
{
	r->json = prints_json = json;
}

void report_format_early(struct report *r, const char *const *words)
{
	static const char option[] = "-diagnostics=json";

	for (; *words; words++) {
		const char *found = strstr(*words, option);

		if (found && strchr(",", found[sizeof(option) - 1]))
			report_format(r, true);
	}
}

void report_end(const struct report *r, int status)
{
	if (r->json)
		fprintf(stderr,
			"{\"kind\":\"summary\",\"program\":\"%s\",\"errors\":%zu,"
			"\"warnings\":%zu,\"notes\":%zu,\"status\":%d}\n",
			program(r), r->errors, r->warnings, r->notes, status);
}

void report_last_words(const char *program, const char *id, const char *message)
{
	const char *const json[] = {"{\"kind\":\"diagnostic\",\"severity\":\"error\",\"id\":\"", id,
				    "\",\"message\":\"", message,
				    "\",\"details\":[],\"help\":null,\"locations\":[]}\n"};
	const char *const text[] = {program, ": error: ", message, " [", id, "]\n"};
	size_t n = prints_json ? 5 : 6;

	for (size_t i = 0; i < n; i++) {
		const char *part = prints_json ? json[i] : text[i];

		if (write(STDERR_FILENO, part, strlen(part)) < 0)
			return;
	}
}

/* ---- diagnostics ---- */

/* Whether all writes succeeded: ferror() does not report that a memory stream ran out of memory. */
static bool put(FILE *f, const struct report *r, const struct bpfld_diag *diag)
{
	const char *message = diag->message, *help = diag->help;
	size_t first = strcspn(message, "\n"), left;
	bool whole;

	whole =
	    fprintf(f, "%s: %s%s%s", program(r), r->color ? severities[diag->severity].color : "",
		    severities[diag->severity].word, r->color ? "\033[0m" : "") >= 0;
	whole &= fwrite(message, 1, first, f) == first;
	if (diag->id && *diag->id)
		whole &= fprintf(f, " [%s]", diag->id) >= 0;
	message += first;
	left = help ? (size_t)(help - message) - strlen("help: ") : strlen(message);
	whole &= fwrite(message, 1, left, f) == left;
	if (help)
		whole &= fprintf(f, "%shelp:%s %s", r->color ? "\033[0;1;36m" : "",
				 r->color ? "\033[0m" : "", help) >= 0;
	return whole & (fprintf(f, "\n") >= 0);
}

static bool put_as(FILE *f, const struct report *r, const struct bpfld_diag *diag)
{
	static const char *const names[] = {
	    [BPFLD_NOTE] = "note", [BPFLD_WARNING] = "warning", [BPFLD_ERROR] = "error"};

	if (!r->json)
		return put(f, r, diag);
	print_json_diag(f, names[diag->severity], diag);
	return !ferror(f);
}

static void print(struct report *r, const struct bpfld_diag *diag)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	bool whole = false;

	r->errors += diag->severity == BPFLD_ERROR;
	r->warnings += diag->severity == BPFLD_WARNING;
	r->notes += diag->severity == BPFLD_NOTE;
	if (f) {
		whole = put_as(f, r, diag);
		whole &= !fclose(f) && text;
	}
	/* Without a buffer, the message is written in pieces. */
	if (whole)
		fwrite(text, 1, size, stderr);
	else
		put_as(stderr, r, diag);
	free(text);
}

static void vreport(struct report *r, enum bpfld_severity severity, const char *id, const char *fmt,
		    va_list args)
{
	static const struct bpfld_location *const nowhere[] = {NULL};
	struct bpfld_diag diag = {sizeof(diag), severity, id, NULL, NULL, nowhere};
	char *message = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&message, &size);

	if (f)
		ld_text_vprint(put_text, f, fmt, args);
	if (!f || fclose(f) || !message) {
		diag.severity = BPFLD_ERROR;
		diag.message = "out of memory";
	} else {
		diag.message = message;
		diag.help = ld_text_help(message);
	}
	print(r, &diag);
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
	(void)sig;
	if (before_exit)
		before_exit();
	report_last_words(name_of_program, "truncated-file",
			  "an input was truncated while it was read, or a disk has failed");
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
	if (r->verbose && r->json)
		print_json_text(stderr, "step", text);
	else if (r->verbose)
		print_text(stderr, "%s: %s\n", program(r), text);
}

void report_diag(void *ctx, const struct bpfld_diag *diag)
{
	struct report *r = ctx;

	if (diag->severity == BPFLD_INFO)
		fprintf(r->out, "%s\n", diag->message);
	else
		print(r, diag);
}
