/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * check: the running kernel's verdict on each program of an object. Each is loaded alone, from a
 * fresh copy of the object, so that a refused program does not affect the others. Nothing is
 * pinned, and nothing stays loaded.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/io.h"
#include "bpfld/command.h"

#define LOG_STATS 4 /* BPF_LOG_STATS: numbers alone */
#define LOG_STEPS 1 /* BPF_LOG_LEVEL1: the path to the error */

enum verdict { LOADS, REFUSED, NOT_PERMITTED, NOT_LOADED };

static const char *const verdicts[] = {
    [LOADS] = "loads",
    [REFUSED] = "refused",
    [NOT_PERMITTED] = "not permitted here",
    [NOT_LOADED] = "not loaded",
};

struct checked {
	const char *name, *section;
	enum verdict verdict;
	unsigned long long insns, states, usecs; /* of the verifier; if it loads */
	const char *stack;                       /* bytes of its functions, as "16+0" */
	const char *why;                         /* the verifier's or libbpf's words */
	const struct refusal *refusal;           /* explains why; or NULL */
	const char *source;                      /* "a.c:1: return *p;", the last line of the log
						    that is from the source; or NULL */
};

struct check {
	struct request *q;
	const char *path;
	char *data; /* of the object */
	size_t size;
	char *log; /* VERIFIER_LOG bytes */
};

/* ---- libbpf's messages: the first warning is the reason ---- */

static char first_warning[512];

static int keep_warning(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level == LIBBPF_WARN && !*first_warning) {
		vsnprintf(first_warning, sizeof(first_warning), format, args);
		first_warning[strcspn(first_warning, "\n")] = '\0';
	}
	return 0;
}

static const char *libbpf_reason(struct request *q, int err)
{
	const char *text = first_warning;

	if (!strncmp(text, "libbpf: ", 8))
		text += 8;
	return *text ? pool_printf(q->pool, "%s", text) : strerror(err);
}

/* ---- the verifier's log ---- */

/* The number after word in the log, or 0. */
static unsigned long long number_after(const char *log, const char *word)
{
	const char *at = strstr(log, word);
	unsigned long long value = 0;

	if (at)
		sscanf(at + strlen(word), "%llu", &value);
	return value;
}

static void read_numbers(struct request *q, struct checked *p, const char *log)
{
	const char *stack = strstr(log, "stack depth ");

	p->insns = number_after(log, "processed ");
	p->states = number_after(log, "peak_states ");
	p->usecs = number_after(log, "verification time ");
	p->stack = "";
	if (stack) {
		stack += strlen("stack depth ");
		p->stack = pool_printf(q->pool, "%.*s", (int)strspn(stack, "0123456789+"), stack);
	}
}

static bool is_summary(const char *line)
{
	static const char *const starts[] = {"processed ", "verification time ", "stack depth "};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (!strncmp(line, starts[i], strlen(starts[i])))
			return true;
	return !*line;
}

/* "a.c:1: return *p;" for "return *p; @ a.c:1", as kernels since 6.9 have it. */
static const char *source_line(struct request *q, const char *line)
{
	const char *at = line, *last = NULL;

	while ((at = strstr(at, " @ ")))
		last = at++;
	return last ? pool_printf(q->pool, "%s: %.*s", last + 3, (int)(last - line), line) : line;
}

/* "12: (95) exit", or a state that was reached before an instruction. */
static bool is_instruction(const char *line)
{
	size_t digits = strspn(line, "0123456789");

	return digits && line[digits] == ':';
}

/*
 * The error is after the last instruction: the first line that is known, or else the last one.
 * Lines with "; " are from the source.
 */
static void read_error(struct request *q, struct checked *p, const char *log)
{
	const char *line, *end, *source = NULL;

	for (line = log; *line; line = *end ? end + 1 : end) {
		const char *copy;

		end = line + strcspn(line, "\n");
		if (is_summary(line) || end == line)
			continue;
		copy = pool_printf(q->pool, "%.*s", (int)(end - line), line);
		if (!strncmp(copy, "; ", 2)) {
			source = copy + 2;
		} else if (is_instruction(copy)) {
			p->refusal = NULL;
		} else if (!p->refusal) {
			p->why = copy;
			p->refusal = find_refusal(copy);
		}
	}
	p->source = source ? source_line(q, source) : NULL;
}

/* Each line apart: print_text() would escape the newlines. */
static void print_log(char *log)
{
	char *line;

	while ((line = strsep(&log, "\n")) && (log || *line))
		print_text(stderr, "%s\n", line);
}

/* ---- loading ---- */

static struct bpf_object *open_copy(struct check *c)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = name_of(c->q, c->path));
	struct bpf_object *obj;
	struct bpf_map *map;

	*first_warning = '\0';
	obj = bpf_object__open_mem(c->data, c->size, &opts);
	if (!obj)
		return NULL;
	bpf_object__for_each_map(map, obj)
	{
		bpf_map__set_pin_path(map, NULL);
	}
	return obj;
}

/* Loads program number index alone. Returns an errno value; the log has the given level. */
static int load_alone(struct check *c, size_t index, unsigned int level)
{
	struct bpf_object *obj = open_copy(c);
	struct bpf_program *prog;
	size_t i = 0;
	int err;

	if (!obj)
		return errno;
	*c->log = '\0';
	bpf_object__for_each_program(prog, obj)
	{
		bpf_program__set_autoload(prog, i == index);
		if (i++ == index) {
			bpf_program__set_log_level(prog, level);
			bpf_program__set_log_buf(prog, c->log, VERIFIER_LOG);
		}
	}
	err = bpf_object__load(obj) ? errno : 0;
	bpf_object__close(obj);
	return err;
}

static void check_program(struct check *c, size_t index, struct checked *p)
{
	int err = load_alone(c, index, LOG_STATS);

	if (!err) {
		p->verdict = LOADS;
		read_numbers(c->q, p, c->log);
		return;
	}
	if (*c->log && load_alone(c, index, LOG_STEPS))
		read_error(c->q, p, c->log);
	p->verdict = p->why ? REFUSED : err == EPERM ? NOT_PERMITTED : NOT_LOADED;
	if (!p->why)
		p->why = libbpf_reason(c->q, err);
	if (c->q->verbose)
		print_log(c->log);
}

/* ---- output ---- */

static void print_table(const struct check *c, const struct checked *v, size_t n)
{
	int name = (int)strlen("PROGRAM"), section = (int)strlen("SECTION");
	struct utsname host = {0};

	for (size_t i = 0; i < n; i++) {
		if ((int)strlen(v[i].name) > name)
			name = (int)strlen(v[i].name);
		if ((int)strlen(v[i].section) > section)
			section = (int)strlen(v[i].section);
	}
	uname(&host);
	print_text(stdout, "%s on Linux %s\n", c->path, host.release);
	printf("  %-*s  %-*s  %8s  %6s  %8s  %-12s %s\n", name, "PROGRAM", section, "SECTION",
	       "INSNS", "STATES", "USECS", "STACK", "VERDICT");
	for (size_t i = 0; i < n; i++) {
		print_text(stdout, "  %-*s  %-*s  ", name, v[i].name, section, v[i].section);
		if (v[i].verdict == LOADS)
			printf("%8llu  %6llu  %8llu  %-12s ", v[i].insns, v[i].states, v[i].usecs,
			       v[i].stack);
		else
			printf("%8s  %6s  %8s  %-12s ", "-", "-", "-", "-");
		printf("%s\n", verdicts[v[i].verdict]);
	}
}

static void print_json(const struct check *c, struct json *j, const struct checked *v, size_t n)
{
	struct utsname host = {0};

	uname(&host);
	json_open(j, NULL, '{');
	json_string(j, "object", c->path);
	json_string(j, "kernel", host.release);
	json_open(j, "programs", '[');
	for (size_t i = 0; i < n; i++) {
		json_open(j, NULL, '{');
		json_string(j, "name", v[i].name);
		json_string(j, "section", v[i].section);
		json_string(j, "verdict", verdicts[v[i].verdict]);
		if (v[i].verdict == LOADS) {
			json_number(j, "instructions", v[i].insns);
			json_number(j, "peak_states", v[i].states);
			json_number(j, "microseconds", v[i].usecs);
			json_string(j, "stack", v[i].stack);
		} else {
			json_string(j, "reason", v[i].why);
			if (v[i].source)
				json_string(j, "source", v[i].source);
			if (v[i].refusal) {
				json_string(j, "meaning", v[i].refusal->meaning);
				json_string(j, "help", v[i].refusal->help);
			}
		}
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}

static void report_refused(const struct check *c, const struct checked *p)
{
	const struct refusal none = {"", ""}, *r = p->refusal ? p->refusal : &none;
	const char *source = p->source ? p->source : "";

	if (p->verdict == NOT_LOADED)
		report_error(c->q->report, "cannot-load", "%s: program '%s' is not loaded: %s",
			     c->path, p->name, p->why);
	else if (p->verdict == NOT_PERMITTED)
		report_error(c->q->report, "not-permitted",
			     "%s: program '%s' is not permitted here: %s", c->path, p->name,
			     p->why);
	else
		report_error(c->q->report, "program-refused",
			     "%s: program '%s' is refused: %s%" LD_LINES "%s%" LD_LINES
			     "%s%" LD_LINES "%s",
			     c->path, p->name, p->why, *source ? LD_DETAIL "at " : "", source,
			     *r->meaning ? LD_DETAIL : "", r->meaning, *r->help ? LD_HELP : "",
			     r->help);
}

/* ---- objects ---- */

static size_t count_programs(struct bpf_object *obj)
{
	struct bpf_program *prog;
	size_t n = 0;

	bpf_object__for_each_program(prog, obj)
	{
		n++;
	}
	return n;
}

static struct checked *list_programs(struct check *c, struct bpf_object *obj, size_t *n)
{
	struct bpf_program *prog;
	struct checked *v;

	*n = count_programs(obj);
	v = (struct checked *)pool_alloc(c->q->pool, (*n + 1) * sizeof(*v));
	memset(v, 0, (*n + 1) * sizeof(*v));
	*n = 0;
	bpf_object__for_each_program(prog, obj)
	{
		v[*n].name = pool_printf(c->q->pool, "%s", bpf_program__name(prog));
		v[(*n)++].section = pool_printf(c->q->pool, "%s", bpf_program__section_name(prog));
	}
	return v;
}

static enum exit_status check_programs(struct check *c, struct json *j)
{
	enum exit_status status = EXIT_DONE;
	struct bpf_object *obj = open_copy(c);
	struct checked *v;
	size_t n;

	if (!obj)
		return fail(c->q, "cannot-open-object", "libbpf cannot open %s: %s", c->path,
			    libbpf_reason(c->q, errno));
	v = list_programs(c, obj, &n);
	bpf_object__close(obj);
	for (size_t i = 0; i < n; i++)
		check_program(c, i, &v[i]);
	if (j)
		print_json(c, j, v, n);
	else
		print_table(c, v, n);
	fflush(stdout);
	for (size_t i = 0; i < n; i++)
		if (v[i].verdict != LOADS) {
			report_refused(c, &v[i]);
			status = EXIT_FAILED;
		}
	return status;
}

void explain_refusals(struct request *q, const char *name, char *object, size_t size)
{
	struct check c = {.q = q, .path = name, .data = object, .size = size};
	libbpf_print_fn_t print = libbpf_set_print(keep_warning);
	struct bpf_object *obj = open_copy(&c);
	struct checked *v;
	size_t n = 0;

	c.log = malloc(VERIFIER_LOG);
	if (obj && c.log) {
		v = list_programs(&c, obj, &n);
		for (size_t i = 0; i < n; i++) {
			check_program(&c, i, &v[i]);
			if (v[i].verdict == REFUSED)
				report_refused(&c, &v[i]);
		}
	}
	bpf_object__close(obj);
	free(c.log);
	libbpf_set_print(print);
}

static enum exit_status check_object(struct request *q, const char *path, char *log, struct json *j)
{
	struct check c = {.q = q, .path = path, .log = log};
	int err = ld_read_file(path, &c.data, &c.size);
	enum exit_status status;

	if (err)
		return fail(q, "cannot-open", "cannot open %s: %s", path, strerror(-err));
	status = check_programs(&c, j);
	free(c.data);
	return status;
}

/* Whether this user may load programs at all. */
static bool may_load(void)
{
	const struct bpf_insn nothing[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0},
					   {.code = BPF_JMP | BPF_EXIT}};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "nothing", "GPL", nothing, 2, NULL);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || errno != EPERM;
}

enum exit_status command_check(struct request *q)
{
	enum exit_status status = EXIT_DONE;
	struct json j = {.f = stdout};
	libbpf_print_fn_t print;
	char *log;

	if (!q->args.n)
		return usage_error(q, "check needs at least one object");
	if (!may_load())
		return fail(q, "not-permitted",
			    "this user may not load BPF programs: %s" LD_HELP
			    "run it as root, or with CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN",
			    strerror(EPERM));
	log = malloc(VERIFIER_LOG);
	if (!log)
		return fail(q, "out-of-memory", "out of memory");
	print = libbpf_set_print(keep_warning);
	if (q->json)
		json_open(&j, NULL, '[');
	for (size_t i = 0; i < q->args.n; i++)
		if (check_object(q, q->args.v[i], log, q->json ? &j : NULL))
			status = EXIT_FAILED;
	if (q->json) {
		json_close(&j, ']');
		putchar('\n');
	}
	libbpf_set_print(print);
	free(log);
	return status;
}
