/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Reads and writes plans: see docs/tuning.md. A plan has an item a line; '#' begins a comment:
 *
 *	bpfld-plan 1                        the first item
 *	llvm RELEASE                        where the plan was made: facts
 *	input HASH NAME
 *	measured KERNEL PROGRAM BEFORE AFTER
 *	optimize ORDER                      how to optimize
 *	set SETTING NUMBER
 *	inline|call|global|auto FUNCTION [in FILE]
 */
#include "common/common.h"
#include "common/report.h"
#include "lto/lto.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/near.h"
#include "base/text.h"

#define MAX_WORDS 8
#define MAX_EDITS 3

const char *const lto_decisions[] = {
    [LTO_AUTO] = "auto",
    [LTO_INLINE] = "inline",
    [LTO_CALL] = "call",
    [LTO_GLOBAL] = "global",
};

const char *const lto_orders[] = {
    [LTO_SHORTEST] = "shortest",
    [LTO_SEPARATE] = "separate",
    [LTO_O2] = "O2",
    [LTO_O2_SHORT] = "O2-short",
    [LTO_O1] = "O1",
    [LTO_ONE_FILE] = "one-file",
};

const char *const lto_settings[LTO_NR_SETTINGS] = {
#define SETTING(name) name,
#include "lto/settings.def"
};

struct reader {
	struct lto_plan *plan;
	struct pool *pool;
	struct report *report;
	unsigned line;
	char *word[MAX_WORDS + 1];
	size_t nr; /* words of the line */
	size_t cap_entries, cap_inputs;
	size_t *table, cap_table; /* entries by hash_entry(): number + 1; a power of two */
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define broken(r, fmt, ...)                                                                        \
	report_error((r)->report, "broken-plan", "%s:%u: " fmt, (r)->plan->path, (r)->line,        \
		     __VA_ARGS__)

#define broken_text(r, text)                                                                       \
	report_error((r)->report, "broken-plan", "%s:%u: " text, (r)->plan->path, (r)->line)

/* Returns the index of word in the list, or -1 after an error. */
static int find_word(struct reader *r, const char *what, const char *word, const char *const *list,
		     size_t nr)
{
	struct ld_near near = {.typed = word, .max = MAX_EDITS};
	char *all = pool_printf(r->pool, "%s", list[0]);

	for (size_t i = 0; i < nr; i++) {
		if (!strcmp(word, list[i]))
			return (int)i;
		ld_near_try(&near, list[i]);
		if (i)
			all = pool_printf(r->pool, "%s, %s", all, list[i]);
	}
	if (near.name)
		broken(r, "unknown %s '%s'" LD_HELP "did you mean '%s'?", what, word, near.name);
	else
		broken(r, "unknown %s '%s'" LD_HELP "use one of: %s", what, word, all);
	return -1;
}

/* A decimal number; false after an error. */
static bool read_number(struct reader *r, const char *word, unsigned long max, unsigned long *value)
{
	size_t len = strlen(word);

	*value = strtoul(word, NULL, 10);
	if (len && len < 10 && strspn(word, "0123456789") == len && *value <= max)
		return true;
	broken(r, "expected a number up to %lu, got '%s'", max, word);
	return false;
}

static int expect_words(struct reader *r, size_t nr, const char *usage)
{
	if (r->nr == nr)
		return 0;
	return broken(r, "'%s' requires %zu operands, got %zu" LD_HELP "use the form: %s",
		      r->word[0], nr - 1, r->nr - 1, usage);
}

static void *grow(void *array, size_t nr, size_t *cap, size_t size)
{
	if (nr < *cap)
		return array;
	*cap = *cap ? 2 * *cap : 16;
	array = realloc(array, *cap * size);
	if (!array)
		out_of_memory();
	return array;
}

/* Whether a and b decide about the same functions, as far as the plan alone shows. */
static bool is_same(const struct lto_entry *a, const struct lto_entry *b)
{
	return !strcmp(a->function, b->function) && !a->file == !b->file &&
	       (!a->file || !strcmp(a->file, b->file));
}

/* The same for entries that is_same() compares as equal. */
static uint64_t hash_entry(const struct lto_entry *e)
{
	uint64_t hash = lto_hash(e->function, strlen(e->function));

	return e->file ? 31 * hash + lto_hash(e->file, strlen(e->file)) : hash;
}

/* The slot of an entry that is the same, or the empty one where it belongs. */
static size_t *find_slot(const struct reader *r, const struct lto_entry *e)
{
	size_t i = hash_entry(e) & (r->cap_table - 1);

	while (r->table[i] && !is_same(&r->plan->entries[r->table[i] - 1], e))
		i = (i + 1) & (r->cap_table - 1);
	return &r->table[i];
}

/* Makes room for another entry, so that at least half of the table remains empty. */
static void grow_table(struct reader *r)
{
	const struct lto_plan *p = r->plan;

	if (2 * (p->nr_entries + 1) <= r->cap_table)
		return;
	free(r->table);
	r->cap_table = r->cap_table ? 2 * r->cap_table : 64;
	r->table = calloc(r->cap_table, sizeof(*r->table));
	if (!r->table)
		out_of_memory();
	for (size_t i = 0; i < p->nr_entries; i++)
		*find_slot(r, &p->entries[i]) = i + 1;
}

static int read_decision(struct reader *r, enum lto_decision decision)
{
	struct lto_plan *p = r->plan;
	struct lto_entry e = {
	    .decision = decision,
	    .verb = lto_decisions[decision],
	    .function = r->word[1],
	    .line = r->line,
	};
	size_t *slot;

	if (r->nr == 4 && !strcmp(r->word[2], "in"))
		e.file = r->word[3];
	else if (r->nr != 2)
		return broken(r,
			      "expected a function, and the file that defines it" LD_HELP
			      "use the form: %s FUNCTION [in FILE]",
			      r->word[0]);
	grow_table(r);
	slot = find_slot(r, &e);
	if (*slot)
		return broken(r, "function '%s' is already on line %u", e.function,
			      p->entries[*slot - 1].line);
	p->entries = grow(p->entries, p->nr_entries, &r->cap_entries, sizeof(e));
	p->entries[p->nr_entries++] = e;
	*slot = p->nr_entries;
	return 0;
}

static int read_setting(struct reader *r)
{
	struct lto_plan *p = r->plan;
	unsigned long value;
	int i;

	if (expect_words(r, 3, "set SETTING NUMBER"))
		return 1;
	i = find_word(r, "setting of LLVM", r->word[1], lto_settings, LTO_NR_SETTINGS);
	if (i < 0 || !read_number(r, r->word[2], 1000000, &value))
		return 1;
	if (p->set[i].line)
		return broken(r, "'%s' is already set on line %u", r->word[1], p->set[i].line);
	p->set[i] = (struct lto_setting){lto_settings[i], (unsigned)value, r->line};
	return 0;
}

static int read_input(struct reader *r)
{
	struct lto_plan *p = r->plan;
	char *end;

	if (expect_words(r, 3, "input HASH NAME"))
		return 1;
	p->inputs = grow(p->inputs, p->nr_inputs, &r->cap_inputs, sizeof(*p->inputs));
	p->inputs[p->nr_inputs].name = r->word[2];
	p->inputs[p->nr_inputs].hash = strtoull(r->word[1], &end, 16);
	if (strlen(r->word[1]) != 16 || strspn(r->word[1], "0123456789abcdef") != 16)
		return broken(r, "expected 16 hexadecimal digits, got '%s'", r->word[1]);
	p->nr_inputs++;
	return 0;
}

static int read_order(struct reader *r)
{
	int i;

	if (expect_words(r, 2, "optimize ORDER"))
		return 1;
	if (r->plan->order_line)
		return broken(r, "'optimize' is already on line %u", r->plan->order_line);
	i = find_word(r, "order", r->word[1], lto_orders, LTO_NR_ORDERS);
	if (i < 0)
		return 1;
	r->plan->order = (enum lto_order)i;
	r->plan->order_line = r->line;
	return 0;
}

static int read_item(struct reader *r)
{
	static const char *const items[] = {"auto", "inline", "call",  "global",  "optimize",
					    "set",  "llvm",   "input", "measured"};
	unsigned long release;
	int i = find_word(r, "item", r->word[0], items, COUNT(items));

	if (i < 0)
		return 1;
	if (i <= LTO_GLOBAL)
		return read_decision(r, (enum lto_decision)i);
	switch (i - LTO_GLOBAL) {
	case 1: return read_order(r);
	case 2: return read_setting(r);
	case 3:
		if (expect_words(r, 2, "llvm RELEASE") ||
		    !read_number(r, r->word[1], 999, &release))
			return 1;
		r->plan->release = (int)release;
		return 0;
	case 4: return read_input(r);
	default: return expect_words(r, 5, "measured KERNEL PROGRAM BEFORE AFTER");
	}
}

/* Splits the line into words. A word in double quotes may have blanks. */
static int split_line(struct reader *r, char *line)
{
	r->nr = 0;
	for (char *s = line;;) {
		bool quoted;

		s += strspn(s, " \t\r");
		if (!*s || *s == '#')
			return 0;
		if (r->nr == MAX_WORDS)
			return broken(r, "more than %d words", MAX_WORDS);
		quoted = *s == '"';
		if (quoted) {
			r->word[r->nr++] = ++s;
			s = strchr(s, '"');
			if (!s)
				return broken_text(r, "missing closing quote");
		} else {
			r->word[r->nr++] = s;
			s += strcspn(s, " \t\r");
		}
		if (*s)
			*s++ = '\0';
		if (quoted && *s && !strchr(" \t\r#", *s))
			return broken_text(r, "missing blank after the closing quote");
	}
}

static int read_version(struct reader *r)
{
	if (strcmp(r->word[0], "bpfld-plan") || r->nr != 2)
		return broken_text(r, "not a plan: the first item must be 'bpfld-plan 1'" LD_HELP
				      "specify a file that 'bpfld tune' wrote, or add that line");
	if (strcmp(r->word[1], "1"))
		return broken(r,
			      "unsupported version of plans: %s" LD_HELP
			      "update bpfld, or write the plan for version 1",
			      r->word[1]);
	return 0;
}

/* Returns 1 after reporting all errors. */
static int read_lines(struct reader *r, char *text, const char *end_of_text)
{
	bool versioned = false;
	char *end;
	int err = 0;

	for (char *line = text; line < end_of_text; line = end + 1) {
		r->line++;
		end = line + strcspn(line, "\n");
		if (end < end_of_text && *end != '\n')
			return broken_text(r, "not a plan: it has NUL bytes");
		*end = '\0';
		if (split_line(r, line)) {
			err = 1;
			continue;
		}
		if (!r->nr)
			continue;
		if (!versioned && read_version(r))
			return 1;
		if (versioned)
			err |= read_item(r);
		versioned = true;
	}
	r->line += !r->line;
	if (!versioned)
		return broken_text(r, "not a plan: it is empty" LD_HELP
				      "begin with the line 'bpfld-plan 1'");
	return err;
}

int lto_read_plan(struct lto_plan *plan, struct pool *pool, struct report *report, const char *path)
{
	static const char mark[] = "\xef\xbb\xbf"; /* some editors begin UTF-8 with it */
	struct reader r = {.plan = plan, .pool = pool, .report = report};
	size_t size;
	char *text = read_text(pool, path, &size);
	int err;

	*plan = (struct lto_plan){.path = path};
	if (!text)
		return report_error(report, "cannot-open", "cannot open %s: %s", path,
				    strerror(errno));
	err = read_lines(&r, strncmp(text, mark, 3) ? text : text + 3, text + size);
	free(r.table);
	return err;
}

void lto_free_plan(struct lto_plan *plan)
{
	free(plan->entries);
	free(plan->inputs);
}
