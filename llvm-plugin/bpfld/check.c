/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* check, and the messages by which load explains what the verifier refuses. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "bpfld/check.h"

/* ---- the table ---- */

static int wider(int width, const char *text)
{
	int len = (int)strlen(text);

	return len > width ? len : width;
}

static void print_table(const struct result *r)
{
	int name = (int)strlen("PROGRAM"), section = (int)strlen("SECTION");

	for (size_t i = 0; i < r->n; i++) {
		name = wider(name, r->v[i].name);
		section = wider(section, r->v[i].section);
	}
	print_text(stdout, "%s on Linux %s\n", r->object, r->kernel);
	printf("  %-*s  %-*s  %8s  %6s  %6s  %8s  %-12s %s\n", name, "PROGRAM", section, "SECTION",
	       "INSNS", "PEAK", "TOTAL", "USECS", "STACK", "VERDICT");
	for (size_t i = 0; i < r->n; i++) {
		const struct checked *p = &r->v[i];

		print_text(stdout, "  %-*s  %-*s  ", name, p->name, section, p->section);
		if (p->verdict == LOADS)
			print_text(stdout, "%8llu  %6llu  %6llu  %8llu  %-12s ", p->insns,
				   p->peak_states, p->total_states, p->usecs, p->stack);
		else
			printf("%8s  %6s  %6s  %8s  %-12s ", "-", "-", "-", "-", "-");
		printf("%s\n", verdict_words[p->verdict]);
	}
}

/* ---- messages ---- */

/* Each line apart: print_text() would escape the newlines. */
static void print_log(const char *log)
{
	while (*log) {
		size_t len = strcspn(log, "\n");

		print_text(stderr, "%.*s\n", (int)len, log);
		log += len + (log[len] == '\n');
	}
}

static void add_line(struct request *q, char **lines, const char *fmt, const char *a, const char *b)
    __attribute__((format(printf, 3, 0)));

/* Appends a line of details. Its strings are escaped here: see LD_LINES. */
static void add_line(struct request *q, char **lines, const char *fmt, const char *a, const char *b)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		out_of_memory();
	fputs(LD_DETAIL, f);
	print_text(f, fmt, a, b);
	if (fclose(f))
		out_of_memory();
	*lines = pool_printf(q->pool, "%s%s", *lines, text);
	free(text);
}

static char *details_of(struct request *q, const struct trouble *t)
{
	char *lines = pool_printf(q->pool, "%s", "");

	if (t->meaning)
		add_line(q, &lines, "the verifier: %s%s", t->message, "");
	for (size_t i = 0; i < t->places.n; i++)
		add_line(q, &lines, i ? "called at %s%s" : "at %s%s", t->places.v[i], "");
	if (t->alone)
		add_line(q, &lines,
			 "in the global function '%s', which is verified for all "
			 "arguments that its type allows%s",
			 t->alone, "");
	if (t->taken)
		add_line(q, &lines, "acquired at %s%s", t->taken, "");
	for (size_t i = 0; i < t->names.n; i++) {
		const char *words = describe_value(q->pool, t->texts.v[i]);

		add_line(q, &lines, "%s is %s", t->names.v[i], words ? words : t->texts.v[i]);
	}
	if (t->help)
		add_line(q, &lines, "help: %s%s", t->help, "");
	return lines;
}

static void report_program(struct request *q, const struct result *r, const struct checked *p)
{
	const struct trouble *t = &p->trouble;
	const char *rule = t->meaning ? t->meaning : t->message;
	const char *details = details_of(q, t);

	switch (p->verdict) {
	case REFUSED:
		report_error(q->report, "program-refused",
			     "%s: program '%s' is refused: %s%" LD_LINES, r->object, p->name, rule,
			     details);
		break;
	case NOT_PERMITTED:
		report_error(q->report, "not-permitted",
			     "%s: program '%s' is not permitted here: %s" LD_HELP
			     "%s may not load it, whatever its code: %s",
			     r->object, p->name, t->message,
			     geteuid() ? "this user" : "this system",
			     geteuid()
				 ? "run as root, or with CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN"
				 : "--kernel=VERSION checks it on another kernel");
		break;
	case NO_VERDICT:
		report_error(q->report, "no-verdict",
			     "%s: program '%s' has no verdict: %s%" LD_LINES, r->object, p->name,
			     rule, details);
		break;
	default:
		report_error(q->report, "cannot-load",
			     "%s: program '%s' is not loaded: %s%" LD_LINES, r->object, p->name,
			     rule, details);
	}
	if (t->log)
		print_log(t->log);
}

/* EXIT_UNKNOWN counts less than EXIT_FAILED. */
static void add_status(enum exit_status *status, enum exit_status more)
{
	if (*status != EXIT_FAILED && more != EXIT_DONE)
		*status = more;
}

static enum exit_status report_result(struct request *q, const struct result *r)
{
	enum exit_status status = EXIT_DONE;

	for (size_t i = 0; i < r->n; i++) {
		const struct checked *p = &r->v[i];

		if (p->verdict == LOADS)
			continue;
		report_program(q, r, p);
		add_status(&status, p->verdict == REFUSED || p->verdict == NOT_LOADED
					? EXIT_FAILED
					: EXIT_UNKNOWN);
	}
	return status;
}

void explain_refusals(struct request *q, const char *name, char *object, size_t size)
{
	struct results all = {0};
	struct result *r = add_result(&all, name, "running");

	load_alone(q, r, object, size);
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].verdict == REFUSED)
			report_program(q, r, &r->v[i]);
	free_results(&all);
}

/* ---- the command ---- */

static enum exit_status check_here(struct request *q, struct results *all, const char *path)
{
	struct result *r;
	char *data;
	size_t size;
	int err = ld_read_file(path, &data, &size);

	if (err)
		return fail(q, "cannot-open", "cannot open %s: %s", path, strerror(-err));
	r = add_result(all, path, "running");
	load_alone(q, r, data, size);
	free(data);
	return EXIT_DONE;
}

/* An error of a whole object. */
static enum exit_status report_error_of(struct request *q, const struct result *r)
{
	if (r->n) {
		report_error(q->report, "not-permitted",
			     "%s: %s" LD_HELP
			     "run as root, or with CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN",
			     r->error, strerror(EPERM));
		return EXIT_UNKNOWN;
	}
	return fail(q, "cannot-open-object", "%s: %s", r->object, r->error);
}

enum exit_status command_check(struct request *q)
{
	enum exit_status status = EXIT_DONE;
	struct results all = {0};

	if (!q->args.n)
		return usage_error(q, "check needs at least one object");
	for (size_t i = 0; i < q->args.n; i++)
		add_status(&status, check_here(q, &all, q->args.v[i]));
	if (q->json)
		print_results(stdout, &all);
	for (size_t i = 0; i < all.n; i++) {
		const struct result *r = &all.v[i];

		if (r->error) {
			add_status(&status, report_error_of(q, r));
			continue;
		}
		if (!q->json)
			print_table(r);
		fflush(stdout);
		add_status(&status, report_result(q, r));
	}
	free_results(&all);
	return status;
}
