/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The running kernel's verdict on each program of an object. Unless only numbers are of interest, a
 * program that is rejected is loaded again alone, from a fresh copy of the object, for the reason.
 * Nothing is pinned, and nothing stays loaded.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bpfld/check.h"

#define LOG_STATS 4    /* BPF_LOG_STATS: numbers and the error */
#define LOG_STEPS 1    /* BPF_LOG_LEVEL1: the path to the error, too */
#define SMALL_LOG 4096 /* bytes: enough for the numbers */

struct loading {
	struct request *q;
	struct result *r;
	char *data; /* of the object */
	size_t size;
	char *log; /* VERIFIER_LOG bytes */
	struct source_lines *lines;
};

/* ---- libbpf's messages: the first warning is the reason, unless libbpf then tries again ---- */

static char first_warning[512];

static int keep_warning(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level == LIBBPF_WARN && !*first_warning) {
		vsnprintf(first_warning, sizeof(first_warning), format, args);
		first_warning[strcspn(first_warning, "\n")] = '\0';
		if (strstr(first_warning, "Retrying"))
			*first_warning = '\0';
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

/* ---- the time limit ---- */

/* A signal interrupts the verifier, and libbpf tries again: signals follow until it gives up. */
static volatile sig_atomic_t time_is_up;

static void note_time(int signal)
{
	(void)signal;
	time_is_up = 1;
}

/* 0 ends the limit. */
static void limit_time(double seconds)
{
	struct itimerval timer = {.it_interval.tv_usec = seconds > 0 ? 100000 : 0};
	struct sigaction action = {.sa_handler = note_time};

	timer.it_value.tv_sec = (time_t)seconds;
	timer.it_value.tv_usec = (suseconds_t)((seconds - (double)timer.it_value.tv_sec) * 1e6);
	if (seconds > 0)
		time_is_up = 0;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* ---- loading ---- */

static struct bpf_object *open_copy(struct loading *l)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = name_of(l->q, l->r->object));
	struct bpf_object *obj;
	struct bpf_map *map;

	*first_warning = '\0';
	obj = bpf_object__open_mem(l->data, l->size, &opts);
	if (!obj)
		return NULL;
	bpf_object__for_each_map(map, obj)
	{
		bpf_map__set_pin_path(map, NULL);
	}
	return obj;
}

/*
 * Loads programs from..to-1 and no others. Each has log_size bytes of l->log, for the given level.
 * Returns an errno value.
 */
static int load_some(struct loading *l, size_t from, size_t to, unsigned int level, size_t log_size)
{
	struct bpf_object *obj = open_copy(l);
	struct bpf_program *prog;
	size_t i = 0;
	int err;

	if (!obj)
		return errno;
	bpf_object__for_each_program(prog, obj)
	{
		bool wanted = i >= from && i < to;
		char *log = wanted ? l->log + (i - from) * log_size : NULL;

		bpf_program__set_autoload(prog, wanted);
		i++;
		if (!wanted)
			continue;
		*log = '\0';
		bpf_program__set_log_level(prog, level);
		bpf_program__set_log_buf(prog, log, log_size);
	}
	limit_time(l->q->timeout);
	err = bpf_object__load(obj) ? errno : 0;
	limit_time(0);
	bpf_object__close(obj);
	return err;
}

static void explain_libbpf(struct trouble *t)
{
	const struct refusal *r = find_refusal(t->message);

	if (r) {
		t->meaning = r->meaning;
		t->help = r->help;
	}
}

/*
 * Replaces t, which has the error alone. A log that is too long has its end only since Linux 6.4;
 * without that, t is kept.
 */
static void find_place(struct loading *l, size_t i, struct trouble *t)
{
	const char *numbers = pool_printf(l->q->pool, "%s", l->log);
	int err = load_some(l, i, i + 1, LOG_STEPS, VERIFIER_LOG);
	struct trouble steps = {0};

	read_trouble(l->q->pool, &steps, l->log, l->lines);
	if (steps.message && err == ENOSPC && !strstr(numbers, steps.message))
		steps.message = NULL;
	free_trouble(steps.message ? t : &steps);
	if (steps.message)
		*t = steps;
}

static void check_alone(struct loading *l, size_t i)
{
	struct checked *p = &l->r->v[i];
	struct trouble *t = &p->trouble;
	int err = load_some(l, i, i + 1, LOG_STATS, VERIFIER_LOG);

	if (!err) {
		p->verdict = LOADS;
		read_numbers(l->q->pool, p, l->log);
		return;
	}
	if (time_is_up) {
		p->verdict = NO_VERDICT;
		t->message =
		    pool_printf(l->q->pool, "the verifier did not finish within %g seconds",
				l->q->timeout);
		t->help =
		    "increase --timeout=SECONDS, or simplify the loops and branches of the program";
		return;
	}
	read_trouble(l->q->pool, t, l->log, l->lines);
	if (*l->log && !l->q->numbers)
		find_place(l, i, t);
	p->verdict = t->message ? REFUSED : err == EPERM ? NOT_PERMITTED : NOT_LOADED;
	if (!t->message) {
		t->message = libbpf_reason(l->q, err);
		explain_libbpf(t);
	}
	if (l->q->verbose)
		t->log = pool_printf(l->q->pool, "%s", l->log);
}

static void take_numbers(struct loading *l, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		l->r->v[i].verdict = LOADS;
		read_numbers(l->q->pool, &l->r->v[i], l->log + (i - from) * SMALL_LOG);
	}
}

/*
 * Reads the logs after from..to-1 did not load together: libbpf loads one program after another and
 * stops at the first that is rejected, so those before it are not verified again. Returns the first
 * program without a verdict.
 */
static size_t take_verdicts(struct loading *l, size_t from, size_t to)
{
	struct trouble trouble = {0};
	size_t refused = from;

	while (refused < to && l->log[(refused - from) * SMALL_LOG])
		refused++;
	if (refused == from || time_is_up)
		return from;
	read_trouble(l->q->pool, &trouble, l->log + (refused - 1 - from) * SMALL_LOG, l->lines);
	/* All have been verified: libbpf fails for another reason. */
	if (!trouble.message && refused == to)
		return from;
	/* Without a message, it is the next one, which has no log. */
	refused -= trouble.message != NULL;
	take_numbers(l, from, refused);
	if (trouble.message && l->q->numbers) {
		l->r->v[refused].verdict = REFUSED;
		l->r->v[refused].trouble = trouble;
	} else {
		free_trouble(&trouble);
		check_alone(l, refused);
	}
	return refused + 1;
}

/*
 * Programs that load together also load alone. If libbpf refuses all of them, each half is tried.
 * This opens the object, which may be large, a few times and not once for each program.
 */
static void check_range(struct loading *l, size_t from, size_t to)
{
	while (to - from > 1) {
		size_t next = from;

		if (to - from <= VERIFIER_LOG / SMALL_LOG) {
			if (!load_some(l, from, to, LOG_STATS, SMALL_LOG)) {
				take_numbers(l, from, to);
				return;
			}
			next = take_verdicts(l, from, to);
		}
		if (next == from) {
			next = from + (to - from) / 2;
			check_range(l, from, next);
		}
		from = next;
	}
	if (from < to)
		check_alone(l, from);
}

/* ---- objects ---- */

static void list_programs(struct loading *l, struct bpf_object *obj)
{
	struct result *r = l->r;
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj)
	{
		r->n++;
	}
	r->v = (struct checked *)pool_alloc(l->q->pool, (r->n + 1) * sizeof(*r->v));
	memset(r->v, 0, (r->n + 1) * sizeof(*r->v));
	r->n = 0;
	bpf_object__for_each_program(prog, obj)
	{
		struct checked *p = &r->v[r->n++];

		p->name = pool_printf(l->q->pool, "%s", bpf_program__name(prog));
		p->section = pool_printf(l->q->pool, "%s", bpf_program__section_name(prog));
		p->verdict = NO_VERDICT;
	}
}

/* Whether this user may load programs of some type. */
static bool may_load(void)
{
	const struct bpf_insn nothing[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0},
					   {.code = BPF_JMP | BPF_EXIT}};
	int fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "nothing", "GPL", nothing, 2, NULL);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || errno != EPERM;
}

static void refuse_all(struct result *r)
{
	r->error = "this user may not load BPF programs";
	for (size_t i = 0; i < r->n; i++) {
		r->v[i].verdict = NOT_PERMITTED;
		r->v[i].trouble.message = r->error;
	}
}

void load_alone(struct request *q, struct result *r, char *object, size_t size)
{
	struct loading l = {.q = q, .r = r, .data = object, .size = size};
	libbpf_print_fn_t print = libbpf_set_print(keep_warning);
	struct bpf_object *obj = open_copy(&l);
	struct utsname host = {0};

	uname(&host);
	r->kernel = pool_printf(q->pool, "%s", host.release);
	if (obj) {
		list_programs(&l, obj);
		bpf_object__close(obj);
		l.lines = read_source_lines(object, size);
		l.log = malloc(VERIFIER_LOG);
		if (!l.log)
			out_of_memory();
		/* A program of this user's may be permitted by a token, which the probe lacks. */
		if (r->n)
			check_alone(&l, 0);
		if (r->n && r->v[0].verdict == NOT_PERMITTED && !may_load())
			refuse_all(r);
		else if (r->n > 1)
			check_range(&l, 1, r->n);
		free(l.log);
		free_source_lines(l.lines);
	} else {
		r->error =
		    pool_printf(q->pool, "libbpf cannot open it: %s", libbpf_reason(q, errno));
	}
	libbpf_set_print(print);
}
