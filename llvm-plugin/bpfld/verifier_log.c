/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The verifier's log. At BPF_LOG_LEVEL1 it has the path to the error: instructions, each with the
 * registers that it changed, lines of the source before the instructions, and whole states where a
 * function is entered or left and where a branch is followed later. After the last instruction
 * comes the error.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "bpfld/check.h"

#define MAX_FRAMES 16 /* of the kernel; 8 before Linux 7.2 */
#define MAX_REGISTERS 16

struct text {
	const char *s; /* in the log; not terminated */
	size_t size;
};

struct log {
	struct pool *pool;
	const struct source_lines *lines;
	unsigned int frame;
	struct text source[MAX_FRAMES]; /* the line that each frame is at */
	struct text registers[MAX_REGISTERS];
	bool stepped;      /* an instruction was seen */
	bool stores;       /* the last instruction writes to memory */
	bool called;       /* by the last instruction: see forget_arguments() */
	struct text alone; /* the global function that is verified */
	struct text message;
	const char *end;      /* of the last line after the last instruction */
	const char *acquires; /* the function that returned the object that is not released */
	const struct refusal *refusal;
};

static char *copy(struct log *l, struct text t)
{
	return pool_strndup(l->pool, t.s, t.size);
}

static bool starts(struct text t, const char *word)
{
	size_t len = strlen(word);

	return t.size >= len && !memcmp(t.s, word, len);
}

static const char *find(struct text t, const char *word)
{
	return (const char *)memmem(t.s, t.size, word, strlen(word));
}

/*
 * The text after a jump in the same line: kernels omit the line break before a state, and before
 * the message about an infinite loop. NULL if the line only has the jump, or registers after it.
 */
static const char *after_jump(const char *s, size_t size)
{
	const char *at = memmem(s, size, " goto pc", strlen(" goto pc"));

	if (!at || !isdigit((unsigned char)*s))
		return NULL;
	at += strlen(" goto pc");
	at += strspn(at, "+-0123456789");
	return *at == ' ' && isalnum((unsigned char)at[1]) ? at : NULL;
}

/* A few messages have no line break at their end, and the summary follows in the same line. */
static size_t line_size(const char *s)
{
	static const char summary[] = "processed ";
	size_t size = strcspn(s, "\n");
	const char *at = after_jump(s, size);

	if (at)
		return (size_t)(at - s);
	at = memmem(s, size, summary, strlen(summary));
	if (at && at != s && isdigit((unsigned char)at[strlen(summary)]) &&
	    memmem(at, size - (size_t)(at - s), " insns (limit ", strlen(" insns (limit ")))
		return (size_t)(at - s);
	return size;
}

static bool next_line(const char **log, struct text *line)
{
	if (!**log)
		return false;
	line->s = *log;
	line->size = line_size(*log);
	*log += line->size;
	*log += **log == '\n' || **log == ' ';
	return true;
}

/* ---- the summary ---- */

/* The number after word in the log, or 0. */
static unsigned long long number_after(const char *log, const char *word)
{
	const char *at = log ? strstr(log, word) : NULL;

	return at ? strtoull(at + strlen(word), NULL, 10) : 0;
}

void read_numbers(struct pool *pool, struct checked *p, const char *log)
{
	const char *stack = strstr(log, "stack depth ");

	p->insns = number_after(strstr(log, "processed "), "processed ");
	p->peak_states = number_after(log, "peak_states ");
	p->total_states = number_after(log, "total_states ");
	p->usecs = number_after(log, "verification time ");
	p->stack = "";
	if (stack) {
		stack += strlen("stack depth ");
		p->stack = pool_strndup(pool, stack, strspn(stack, "0123456789+"));
	}
}

static bool is_summary(struct text line)
{
	return starts(line, "processed ") || starts(line, "verification time ") ||
	       starts(line, "stack depth ") || starts(line, "insns processed ");
}

/* ---- registers and frames ---- */

/* The size of a value: its parentheses may contain blanks. */
static size_t value_size(const char *s, size_t most)
{
	size_t depth = 0, i;

	for (i = 0; i < most; i++) {
		if (s[i] == '(')
			depth++;
		else if (s[i] == ')' && depth)
			depth--;
		else if (s[i] == ' ' && !depth)
			break;
	}
	return i;
}

/* Each "R1=", also "R1_w=" and "R1_rw=" of older kernels, after a blank. */
static void read_registers(struct log *l, struct text line)
{
	const char *end = line.s + line.size, *at = line.s;

	while (at < end && (at = memmem(at, (size_t)(end - at), " R", 2))) {
		char *rest;
		unsigned long reg;

		at += 2;
		if (at == end || !isdigit((unsigned char)*at))
			continue;
		reg = strtoul(at, &rest, 10);
		while (rest < end && (*rest == '_' || islower((unsigned char)*rest)))
			rest++;
		if (rest >= end || *rest != '=' || reg >= MAX_REGISTERS)
			continue;
		l->registers[reg].s = rest + 1;
		l->registers[reg].size = value_size(rest + 1, (size_t)(end - rest - 1));
		at = rest + 1 + l->registers[reg].size;
	}
}

/* Whole states have the number of their frame, but for that of the program. */
static void read_state(struct log *l, struct text line)
{
	const char *word = find(line, "frame");
	unsigned long frame = word ? strtoul(word + 5, NULL, 10) : 0;

	if (frame >= MAX_FRAMES)
		frame = MAX_FRAMES - 1;
	while (l->frame < frame)
		l->source[++l->frame].s = NULL;
	l->frame = (unsigned int)frame;
	memset(l->registers, 0, sizeof(l->registers));
	read_registers(l, line);
}

/* Helpers and kernel functions leave no value in R1 to R5. If a call is rejected, it needs them. */
static void forget_arguments(struct log *l)
{
	for (int i = 1; l->called && i < 6; i++)
		l->registers[i].s = NULL;
	l->called = false;
}

/* ---- lines ---- */

/* "12: (95) exit", or a state before an instruction: "12: R0=1", "from 3 to 12: R0=1". */
static const char *skip_number(struct text line)
{
	size_t i = 0;

	if (starts(line, "from ")) {
		const char *colon = memchr(line.s, ':', line.size);

		return colon ? colon + 1 : NULL;
	}
	while (i < line.size && isdigit((unsigned char)line.s[i]))
		i++;
	return i && i < line.size && line.s[i] == ':' ? line.s + i + 1 : NULL;
}

static void forget_message(struct log *l)
{
	l->message.s = NULL;
	l->refusal = NULL;
}

/* A line after which a message is not the error. Returns false for others. */
static bool read_step(struct log *l, struct text line)
{
	const char *rest = skip_number(line);

	if (rest) {
		forget_message(l);
		forget_arguments(l);
		if (line.s + line.size - rest < 2 || rest[1] != '(') {
			read_state(l, line);
			return true;
		}
		read_registers(l, line);
		l->stepped = true;
		l->stores = !strncmp(rest + strcspn(rest, ")\n"), ") *(", 4);
		l->called = !strncmp(rest, " (85) call ", 11) && strncmp(rest + 11, "pc+", 3);
		return true;
	}
	if (starts(line, " R") || starts(line, " frame")) {
		read_state(l, line);
		return true;
	}
	if (starts(line, "Validating ")) {
		forget_message(l);
		l->frame = 0;
		l->source[0].s = NULL;
		l->alone.s = line.s + strlen("Validating ");
		l->alone.size = strcspn(l->alone.s, "(\n ");
		return true;
	}
	return starts(line, "caller:") || starts(line, "callee:") ||
	       starts(line, "to caller at ") || starts(line, "returning from callee:");
}

/*
 * The error is the first line after the last instruction that is known, or else the last one. In a
 * log without instructions, lines that are no errors come before it: the last one that is known
 * counts.
 */
static void read_message(struct log *l, struct text line)
{
	const struct refusal *refusal;

	if (!l->refusal || !l->stepped) {
		refusal = find_refusal(copy(l, line));
		if (refusal || !l->refusal) {
			l->message = line;
			l->refusal = refusal;
		}
	}
	if (l->message.s == line.s || !find(line, " state:"))
		l->end = line.s + line.size;
}

static void read_line(struct log *l, struct text line)
{
	if (!line.size || is_summary(line) || read_step(l, line))
		return;
	if (starts(line, "; ")) {
		l->source[l->frame].s = line.s + 2;
		l->source[l->frame].size = line.size - 2;
	} else if (find(line, " is safe for any args that match its prototype")) {
		l->alone.s = NULL;
	} else {
		read_message(l, line);
	}
}

/* ---- what is wrong ---- */

/* "a.c:1: return *p;" for "return *p; @ a.c:1", as kernels since 6.9 have it. */
static const char *place(struct log *l, struct text source)
{
	char *text = copy(l, source), *at = text, *last = NULL;
	const char *where;

	while ((at = strstr(at, " @ ")))
		last = at++;
	if (last && last[3 + strcspn(last + 3, ":")] == ':') {
		*last = '\0';
		return pool_printf(l->pool, "%s: %s", last + 3, text);
	}
	where = l->lines ? find_source_line(l->pool, l->lines, text) : NULL;
	return where ? pool_printf(l->pool, "%s: %s", where, text) : text;
}

/* The function that an instruction calls: "(85) call bpf_ringbuf_reserve#131". */
static const char *callee_of(struct log *l, struct text line)
{
	const char *name = find(line, "call ");

	if (!name)
		return "";
	name += strlen("call ");
	return pool_strndup(l->pool, name, strcspn(name, "#\n "));
}

/* Where the log is at an instruction: "Unreleased reference id=2 alloc_insn=4". */
static const char *place_of_insn(struct log *l, const char *log, unsigned long long insn)
{
	char *start = pool_printf(l->pool, "%llu: (", insn);
	struct text line, source = {0};

	while (next_line(&log, &line)) {
		if (starts(line, "; ")) {
			source.s = line.s + 2;
			source.size = line.size - 2;
		} else if (starts(line, start)) {
			l->acquires = callee_of(l, line);
			return source.s ? place(l, source) : NULL;
		}
	}
	return NULL;
}

static void add_register(struct log *l, struct trouble *t, unsigned long reg)
{
	const char *name = pool_printf(l->pool, "R%lu", reg);

	if (reg >= MAX_REGISTERS || !l->registers[reg].s)
		return;
	for (size_t i = 0; i < t->names.n; i++)
		if (!strcmp(t->names.v[i], name))
			return;
	words_add(&t->names, name);
	words_add(&t->texts, copy(l, l->registers[reg]));
}

/* "R1", and "arg#0", which is R1; of all lines after the last instruction. */
static void add_registers(struct log *l, struct trouble *t)
{
	const char *text = copy(l, (struct text){l->message.s, (size_t)(l->end - l->message.s)});
	const char *range =
	    starts(l->message, "invalid access to packet") ? strchr(text, '(') : NULL;

	/* "R1(id=0,off=0,r=4)": newer than the last state in the log, which a comparison follows.
	 */
	if (range && range > text && isdigit((unsigned char)range[-1])) {
		unsigned long reg = strtoul(range - 1, NULL, 10);

		l->registers[reg].s =
		    pool_printf(l->pool, "pkt%.*s", (int)strcspn(range, ")") + 1, range);
		l->registers[reg].size = strlen(l->registers[reg].s);
	}
	for (const char *at = text; *at; at++) {
		bool begins = at == text || !isalnum((unsigned char)at[-1]);

		if (begins && *at == 'R' && isdigit((unsigned char)at[1]))
			add_register(l, t, strtoul(at + 1, NULL, 10));
		else if (begins && !strncmp(at, "arg#", 4) && isdigit((unsigned char)at[4]))
			add_register(l, t, strtoul(at + 4, NULL, 10) + 1);
	}
}

/* "invalid read from stack R2 off=-4 size=8": four bytes more than the stack has above the address.
 */
static bool reads_past_stack(const char *message)
{
	const char *off = strstr(message, " off=-"), *size = strstr(message, " size=");

	return strstr(message, "read from stack") && off && size &&
	       strtoul(size + strlen(" size="), NULL, 10) >
		   strtoul(off + strlen(" off=-"), NULL, 10);
}

/*
 * A call makes pointers numbers, and the log does not have the new values of these registers: the
 * last known ones are from before it.
 */
static const char *better_words(struct log *l, const struct trouble *t, const char *log)
{
	const char *message = t->message;
	struct text before = {0};

	if (*message == 'R' &&
	    (strstr(message, "access 'scalar'") || strstr(message, "access 'inv'")))
		before = l->registers[strtoul(message + 1, NULL, 10) % MAX_REGISTERS];
	if (before.s && starts(before, "pkt"))
		return "@moved";
	if (before.s && strchr("0123456789P", *before.s))
		return "@null";
	if (before.s && !starts(before, "scalar") && !starts(before, "inv") && *before.s != '-')
		return "@released";
	if ((strstr(message, "type=scalar expected=") || strstr(message, "type=inv expected=")) &&
	    (strstr(log, "call bpf_ringbuf_submit") || strstr(log, "call bpf_ringbuf_discard") ||
	     strstr(log, "call bpf_sk_release")))
		return "@released";
	if (l->stores && strstr(message, "invalid bpf_context access"))
		return "@read-only";
	if (reads_past_stack(message))
		return "@small";
	if (strstr(message, "frames is too deep") && t->places.n > 2 &&
	    !strcmp(t->places.v[0], t->places.v[1]))
		return "@recursion";
	return NULL;
}

/* The functions that release what a function returns; NULL: unknown. */
static const char *releases_of(struct pool *pool, const char *acquires)
{
	static const char *const pairs[][2] = {
	    {"bpf_ringbuf_reserve_dynptr",
	     "bpf_ringbuf_submit_dynptr() or bpf_ringbuf_discard_dynptr()"},
	    {"bpf_ringbuf_reserve", "bpf_ringbuf_submit() or bpf_ringbuf_discard()"},
	    {"bpf_sk_lookup_", "bpf_sk_release()"},
	    {"bpf_skc_lookup_", "bpf_sk_release()"},
	    {"bpf_obj_new", "bpf_obj_drop()"},
	    {"bpf_list_pop_", "bpf_obj_drop()"},
	    {"bpf_rbtree_remove", "bpf_obj_drop()"},
	    {"bpf_refcount_acquire", "bpf_obj_drop()"},
	    {"bpf_percpu_obj_new", "bpf_percpu_obj_drop()"},
	    {"bpf_task_", "bpf_task_release()"},
	    {"bpf_cgroup_", "bpf_cgroup_release()"},
	    {"bpf_cpumask_", "bpf_cpumask_release()"},
	    {"bpf_get_task_exe_file", "bpf_put_file()"},
	    {"bpf_xdp_ct_", "bpf_ct_release()"},
	    {"bpf_skb_ct_", "bpf_ct_release()"},
	    {"bpf_crypto_ctx_", "bpf_crypto_ctx_release()"},
	};
	static const char iterator[] = "bpf_iter_";
	const char *last = strstr(acquires, "_new");

	if (!strncmp(acquires, iterator, strlen(iterator)) && last)
		return pool_printf(pool, "%.*s_destroy()", (int)(last - acquires), acquires);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (!strncmp(acquires, pairs[i][0], strlen(pairs[i][0])))
			return pairs[i][1];
	return NULL;
}

static void explain(struct log *l, struct trouble *t, const char *log)
{
	const char *words = better_words(l, t, log);
	const char *releases = *l->acquires ? releases_of(l->pool, l->acquires) : NULL;

	if (words)
		l->refusal = find_refusal(words);
	if (!words || !strcmp(words, "@small"))
		add_registers(l, t);
	if (!l->refusal)
		return;
	t->meaning = l->refusal->meaning;
	t->help = l->refusal->help;
	if (releases)
		t->help =
		    pool_printf(l->pool, "call %s on all paths, also before each early return",
				releases);
}

void read_trouble(struct pool *pool, struct trouble *t, const char *log,
		  const struct source_lines *lines)
{
	struct log l = {.pool = pool, .lines = lines, .acquires = ""};
	const char *rest = log;
	struct text line;

	while (next_line(&rest, &line))
		read_line(&l, line);
	if (!l.message.s)
		return;
	t->message = copy(&l, l.message);
	for (unsigned int i = l.frame + 1; i-- > 0;)
		if (l.source[i].s)
			words_add(&t->places, place(&l, l.source[i]));
	if (strstr(log, "alloc_insn="))
		t->taken = place_of_insn(&l, log, number_after(log, "alloc_insn="));
	if (l.alone.s)
		t->alone = copy(&l, l.alone);
	explain(&l, t, log);
}
