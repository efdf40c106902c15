/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* check, and the messages by which load explains why the verifier rejects a program. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/io.h"
#include "bpfld/check.h"

/* ---- the table ---- */

#define MOST_STACK 24 /* columns: a program may have a number for each of 256 functions */

static int wider(int width, const char *text)
{
	int len = (int)strlen(text);

	return len > width ? len : width;
}

/* How many bytes of the numbers of stack are shown; if not all, "..." follows. */
static int shown_stack(const char *stack)
{
	int shown = (int)strlen(stack);

	if (shown <= MOST_STACK)
		return shown;
	shown = MOST_STACK - (int)strlen("...");
	while (shown && stack[shown - 1] != '+')
		shown--;
	return shown;
}

static int wider_for_stack(int width, const char *stack)
{
	int shown = shown_stack(stack), columns = shown + (stack[shown] ? (int)strlen("...") : 0);

	return columns > width ? columns : width;
}

static void print_program(const struct checked *p, const char *kernel, const int *widths,
			  bool compared)
{
	int shown = p->verdict == LOADS ? shown_stack(p->stack) : 0;

	print_text(stdout, "  %-*s  %-*s  ", widths[0], p->name, widths[1], p->section);
	if (kernel)
		print_text(stdout, "%-*s  ", widths[2], kernel);
	if (p->verdict == LOADS)
		print_text(stdout, "%8llu  %6llu  %6llu  %8llu  %.*s%-*s ", p->insns,
			   p->peak_states, p->total_states, p->usecs, shown, p->stack,
			   widths[3] - shown, p->stack[shown] ? "..." : "");
	else
		printf("%8s  %6s  %6s  %8s  %-*s ", "-", "-", "-", "-", widths[3], "-");
	if (compared && p->before && p->before->verdict == LOADS && p->verdict == LOADS)
		printf("%+7.1f%%  ", growth(p));
	else if (compared)
		printf("%8s  ", "-");
	printf("%s\n", verdict_words[p->verdict]);
}

/* The column of kernels is for several. */
static void print_table(const struct group *g)
{
	int widths[4] = {(int)strlen("PROGRAM"), (int)strlen("SECTION"), (int)strlen("KERNEL"), 12};
	bool several = g->n > 1, compared = false;

	for (size_t k = 0; k < g->n; k++) {
		widths[2] = wider(widths[2], kernel_name(g->v[k]));
		compared |= g->v[k]->before != NULL;
		for (size_t i = 0; i < g->v[k]->n; i++) {
			widths[0] = wider(widths[0], g->v[k]->v[i].name);
			widths[1] = wider(widths[1], g->v[k]->v[i].section);
			if (g->v[k]->v[i].verdict == LOADS)
				widths[3] = wider_for_stack(widths[3], g->v[k]->v[i].stack);
		}
	}
	print_text(stdout, "%s", g->v[0]->object);
	for (size_t k = 0; k < g->n; k++)
		print_text(stdout, "%s Linux %s", k ? "," : " on",
			   *g->v[k]->kernel ? g->v[k]->kernel : kernel_name(g->v[k]));
	printf("\n  %-*s  %-*s  ", widths[0], "PROGRAM", widths[1], "SECTION");
	if (several)
		printf("%-*s  ", widths[2], "KERNEL");
	printf("%8s  %6s  %6s  %8s  %-*s %s%s\n", "INSNS", "PEAK", "TOTAL", "USECS", widths[3],
	       "STACK", compared ? "  CHANGE  " : "", "VERDICT");
	for (size_t i = 0; i < g->programs; i++)
		for (size_t k = 0; k < g->n; k++)
			if (i < g->v[k]->n)
				print_program(&g->v[k]->v[i], several ? kernel_name(g->v[k]) : NULL,
					      widths, compared);
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

/* The number of equal places from place i on: a function that calls itself. */
static size_t same_places(const struct words *places, size_t i)
{
	size_t n = 1;

	while (i && i + n < places->n && !strcmp(places->v[i], places->v[i + n]))
		n++;
	return n;
}

static char *details_of(struct request *q, const struct checked *p, int more)
{
	const struct trouble *t = &p->trouble;
	char *lines = pool_printf(q->pool, "%s", "");

	if (t->meaning)
		add_line(q, &lines, "%s: %s", p->verdict == REFUSED ? "the verifier" : "libbpf",
			 t->message);
	for (size_t i = 0; i < t->places.n; i++) {
		size_t times = same_places(&t->places, i);

		add_line(q, &lines, i ? "called at %s%s" : "at %s%s", t->places.v[i],
			 times > 1 ? pool_printf(q->pool, " (%zu times)", times) : "");
		i += times - 1;
	}
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
	if (more)
		add_line(q, &lines, "so %s %s of the object", more > 1 ? "are" : "is",
			 pool_printf(q->pool, "%d more program%s", more, more > 1 ? "s" : ""));
	if (t->help)
		add_line(q, &lines, "help: %s%s", t->help, "");
	return lines;
}

/* where is "", or " on 6.1, 6.12". */
static void report_program(struct request *q, const struct result *r, const struct checked *p,
			   const char *where, int more)
{
	const struct trouble *t = &p->trouble;
	const char *rule = t->meaning ? t->meaning : t->message;
	const char *details = details_of(q, p, more);

	switch (p->verdict) {
	case REFUSED:
		report_error(q->report, "program-rejected",
			     "%s: program '%s' is rejected%s: %s%" LD_LINES, r->object, p->name,
			     where, rule, details);
		break;
	case NOT_PERMITTED:
		report_error(q->report, "not-permitted",
			     "%s: program '%s' is not permitted here%s: %s" LD_HELP
			     "%s may not load it, regardless of its code: %s",
			     r->object, p->name, where, t->message,
			     geteuid() ? "this user" : "this system",
			     geteuid()
				 ? "run as root, or with CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN"
				 : "use --kernel=VERSION to check it on another kernel");
		break;
	case NO_VERDICT:
		report_error(q->report, "no-verdict",
			     "%s: program '%s' has no verdict%s: %s%" LD_LINES, r->object, p->name,
			     where, rule, details);
		break;
	default:
		report_error(q->report, "cannot-load",
			     "%s: program '%s' is not loaded%s: %s%" LD_LINES, r->object, p->name,
			     where, rule, details);
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

static bool is_alike(const struct checked *a, const struct checked *b)
{
	return a->verdict == NOT_LOADED && b->verdict == NOT_LOADED &&
	       !strcmp(a->trouble.message, b->trouble.message);
}

/*
 * libbpf loads no program of an object for some reasons, such as a missing kernel function. Then
 * the first program is reported for all. Returns the number of the others, or -1 if p is one of
 * them.
 */
static int count_alike(const struct result *r, const struct checked *p)
{
	int n = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct checked *other = &r->v[i];

		if (!is_alike(other, p) || is_known(other) || !strcmp(other->name, p->name))
			continue;
		if (other < p)
			return -1;
		n++;
	}
	return n;
}

static enum exit_status report_group(struct request *q, const struct group *g, size_t i)
{
	enum exit_status status = EXIT_DONE;
	struct shared_trouble t = {0};

	while (next_trouble(q->pool, g, i, &t)) {
		int more;

		if (is_known(t.p))
			continue;
		more = count_alike(t.last, t.p);
		if (more >= 0)
			report_program(q, t.r, t.p, g->n > 1 ? t.kernels : "", more);
		add_status(&status, t.p->verdict == REFUSED || t.p->verdict == NOT_LOADED
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
			report_program(q, r, &r->v[i], "", 0);
	free_results(&all);
}

/* An error of a whole object, or of all objects on a kernel, which is reported once. */
static enum exit_status report_error_of(struct request *q, const struct results *all, size_t i)
{
	const struct result *r = &all->v[i];
	bool no_image = !q->fetch && strstr(r->error, ": no image of Linux ");

	if (r->n) {
		report_error(q->report, "not-permitted",
			     "%s: %s" LD_HELP
			     "run as root, or with CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN",
			     r->error, strerror(EPERM));
		return EXIT_UNKNOWN;
	}
	if (*r->kernel)
		return fail(q, "cannot-open-object", "%s: %s", r->object, r->error);
	for (size_t k = 0; k < i; k++)
		if (!strcmp(all->v[k].target, r->target) && all->v[k].error &&
		    !strcmp(all->v[k].error, r->error))
			return EXIT_UNKNOWN;
	report_error(q->report, "no-guest", "kernel %s: %s%" LD_LINES, r->target, r->error,
		     no_image ? LD_HELP "use --fetch to download Debian's kernel of that version, "
					"or --kernel=FILE to boot a kernel image"
			      : "");
	return EXIT_UNKNOWN;
}

/* ---- logs of other loaders ---- */

/* The name in "libbpf: prog 'NAME': -- BEGIN PROG LOAD LOG --". */
static const char *name_in_log(struct request *q, const char *log, const char *begin)
{
	static const char word[] = "prog '";
	const char *found = NULL, *at = log;

	while ((at = strstr(at, word)) && at < begin)
		found = at += sizeof(word) - 1;
	return found ? pool_strndup(q->pool, found, strcspn(found, "'\n")) : "?";
}

static size_t explain_log(struct request *q, struct result *r, const char *name, const char *log)
{
	struct checked p = {.name = name, .section = "", .verdict = REFUSED};

	read_trouble(q->pool, &p.trouble, log, NULL);
	if (!p.trouble.message)
		return 0;
	report_program(q, r, &p, "", 0);
	free_trouble(&p.trouble);
	return 1;
}

/* A file has logs as libbpf prints them, or is one log. */
static enum exit_status explain_logs(struct request *q)
{
	static const char begin[] = "-- BEGIN PROG LOAD LOG --", end[] = "-- END PROG LOAD LOG --";
	struct result r = {.object = q->log, .kernel = "", .target = ""};
	char *at, *stop, *text;
	size_t size, n = 0;
	int err = ld_read_file(q->log, &text, &size);

	if (err)
		return fail(q, "cannot-open", "cannot open %s: %s", q->log, strerror(-err));
	/* Other than a log, a binary file has bytes of value 0. */
	if (!strstr(text, begin) && strlen(text) == size)
		n = explain_log(q, &r, "?", text);
	for (at = text; (at = strstr(at, begin)); at = stop) {
		const char *name = name_in_log(q, text, at);

		at += strcspn(at, "\n");
		stop = strstr(at, end);
		stop = stop ? stop : at + strlen(at);
		n += explain_log(q, &r, name, pool_strndup(q->pool, at, (size_t)(stop - at)));
	}
	free(text);
	if (!n)
		return fail(q, "no-refusal",
			    "%s has no verifier message" LD_HELP
			    "save the output of the loader when the kernel rejects a program",
			    q->log);
	return EXIT_FAILED;
}

/* ---- the command ---- */

/* Reads all objects. Guests read copies: an object may be a pipe. */
static enum exit_status read_inputs(struct request *q, struct input *inputs, size_t *n)
{
	enum exit_status status = EXIT_DONE;

	for (size_t i = 0; i < q->args.n; i++) {
		struct input *in = &inputs[*n];
		int err = ld_read_file(q->args.v[i], &in->data, &in->size);

		in->path = q->args.v[i];
		if (err) {
			status =
			    fail(q, "cannot-open", "cannot open %s: %s", in->path, strerror(-err));
			continue;
		}
		in->copy = memfd_create("object", MFD_CLOEXEC);
		if (in->copy < 0 || ld_write_all(in->copy, in->data, in->size))
			out_of_memory();
		++*n;
	}
	return status;
}

static void check_all(struct request *q, struct results *all, const struct input *inputs, size_t n)
{
	for (size_t k = 0; n && k < q->kernels.n; k++) {
		const char *kernel = q->kernels.v[k];

		if (strcmp(kernel, "running")) {
			check_in_guest(q, all, kernel, inputs, n);
			continue;
		}
		for (size_t i = 0; i < n; i++) {
			struct result *r = add_result(all, inputs[i].path, kernel);

			load_alone(q, r, inputs[i].data, inputs[i].size);
		}
	}
}

static enum exit_status report_all(struct request *q, const struct results *all, size_t n)
{
	enum exit_status status = EXIT_DONE;

	for (size_t i = 0; i < n; i++) {
		struct group g = group_results(all, i, n);

		if (!q->json && g.n)
			print_table(&g);
		fflush(stdout);
		for (size_t k = 0; k < g.programs; k++)
			add_status(&status, report_group(q, &g, k));
	}
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].error)
			add_status(&status, report_error_of(q, all, i));
	return status;
}

enum exit_status command_check(struct request *q)
{
	enum exit_status status;
	struct results all = {0}, base = {0};
	struct input *inputs;
	size_t n = 0;

	if (q->log && q->args.n)
		return usage_error(q, "--log does not accept objects");
	if (q->log)
		return explain_logs(q);
	if (!q->args.n)
		return usage_error(q, "check requires at least one object");
	if (q->max_growth >= 0 && !q->baseline)
		return usage_error(q, "--max-growth requires --baseline");
	if (q->max_growth < 0)
		q->max_growth = 10;
	if (!q->kernels.n)
		words_add(&q->kernels, "running");
	if (q->kernels.n > MAX_KERNELS)
		return usage_error(q, "check accepts at most %d kernels", MAX_KERNELS);
	if (q->baseline && read_baseline(q, &base)) {
		free_results(&base);
		return EXIT_FAILED;
	}
	inputs = (struct input *)pool_alloc(q->pool, q->args.n * sizeof(*inputs));
	status = read_inputs(q, inputs, &n);
	check_all(q, &all, inputs, n);
	match_baseline(&all, &base);
	if (q->json)
		print_results(q->pool, stdout, &all);
	if (q->html && write_page(q, &all, n))
		status = EXIT_FAILED;
	add_status(&status, report_all(q, &all, n));
	if (q->baseline)
		add_status(&status, report_baseline(q, &all));
	for (size_t i = 0; i < n; i++) {
		free(inputs[i].data);
		close(inputs[i].copy);
	}
	free_results(&all);
	free_results(&base);
	return status;
}
