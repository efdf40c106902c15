/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Results as JSON, which bpfld(1) documents, and back. */
#include <string.h>

#include "base/json.h"
#include "bpfld/check.h"

#define MAX_LOG (256 << 10) /* bytes of a log */

/* ---- output ---- */

static void print_optional(struct json *j, const char *key, const char *value)
{
	if (value)
		json_string(j, key, value);
}

/* Guests print 70 KB a second. The error is at the end of a log. */
static const char *shorten(struct pool *pool, const char *log)
{
	size_t size = strlen(log);

	if (size <= MAX_LOG)
		return log;
	return pool_printf(pool, "%.*s\n[%zu bytes are left out]\n%s", MAX_LOG / 2, log,
			   size - MAX_LOG, log + size - MAX_LOG / 2);
}

static void print_trouble(struct pool *pool, struct json *j, const struct trouble *t)
{
	print_optional(j, "reason", t->message);
	print_optional(j, "meaning", t->meaning);
	print_optional(j, "help", t->help);
	if (t->places.n)
		json_string(j, "source", t->places.v[0]);
	if (t->places.n > 1) {
		json_open(j, "callers", '[');
		for (size_t i = 1; i < t->places.n; i++)
			json_string(j, NULL, t->places.v[i]);
		json_close(j, ']');
	}
	print_optional(j, "acquired", t->taken);
	print_optional(j, "function", t->alone);
	if (t->names.n) {
		json_open(j, "registers", '{');
		for (size_t i = 0; i < t->names.n; i++)
			json_string(j, t->names.v[i], t->texts.v[i]);
		json_close(j, '}');
	}
	if (t->log)
		json_string(j, "log", shorten(pool, t->log));
}

static void print_program(struct pool *pool, struct json *j, const struct checked *p)
{
	json_open(j, NULL, '{');
	json_string(j, "name", p->name);
	json_string(j, "section", p->section);
	json_string(j, "verdict", verdict_words[p->verdict]);
	if (p->before) {
		json_string(j, "baseline_verdict", verdict_words[p->before->verdict]);
		if (p->before->verdict == LOADS)
			json_number(j, "baseline_instructions", p->before->insns);
	}
	if (p->verdict == LOADS) {
		json_number(j, "instructions", p->insns);
		json_number(j, "peak_states", p->peak_states);
		json_number(j, "total_states", p->total_states);
		json_number(j, "microseconds", p->usecs);
		json_string(j, "stack", p->stack);
	} else {
		print_trouble(pool, j, &p->trouble);
	}
	json_close(j, '}');
}

void print_results(struct pool *pool, FILE *f, const struct results *r)
{
	struct json j = {.f = f};

	json_open(&j, NULL, '[');
	for (size_t i = 0; i < r->n; i++) {
		json_open(&j, NULL, '{');
		json_string(&j, "object", r->v[i].object);
		json_string(&j, "target", r->v[i].target);
		json_string(&j, "kernel", r->v[i].kernel);
		print_optional(&j, "error", r->v[i].error);
		json_open(&j, "programs", '[');
		for (size_t k = 0; k < r->v[i].n; k++)
			print_program(pool, &j, &r->v[i].v[k]);
		json_close(&j, ']');
		json_close(&j, '}');
	}
	json_close(&j, ']');
	fputc('\n', f);
}

/* ---- input ---- */

static void read_strings(struct words *to, const struct ld_json *array)
{
	for (const struct ld_json *e = array ? array->first : NULL; e; e = e->next)
		if (e->kind == LD_JSON_STRING)
			words_add(to, e->string);
}

static bool read_program(struct checked *p, const struct ld_json *v)
{
	const char *verdict = ld_json_string(v, "verdict"), *source = ld_json_string(v, "source");
	const struct ld_json *registers = ld_json_member(v, "registers");
	struct trouble *t = &p->trouble;

	p->name = ld_json_string(v, "name");
	p->section = ld_json_string(v, "section");
	for (p->verdict = 0; verdict && p->verdict < NR_VERDICTS; p->verdict++)
		if (!strcmp(verdict, verdict_words[p->verdict]))
			break;
	if (!p->name || !p->section || !verdict || p->verdict == NR_VERDICTS)
		return false;
	p->insns = ld_json_number(v, "instructions");
	p->peak_states = ld_json_number(v, "peak_states");
	p->total_states = ld_json_number(v, "total_states");
	p->usecs = ld_json_number(v, "microseconds");
	p->stack = ld_json_string(v, "stack");
	if (!p->stack)
		p->stack = "";
	t->message = ld_json_string(v, "reason");
	if (!t->message)
		t->message = verdict_words[p->verdict];
	t->meaning = ld_json_string(v, "meaning");
	t->help = ld_json_string(v, "help");
	if (source)
		words_add(&t->places, source);
	read_strings(&t->places, ld_json_member(v, "callers"));
	t->taken = ld_json_string(v, "acquired");
	t->alone = ld_json_string(v, "function");
	t->log = ld_json_string(v, "log");
	for (const struct ld_json *e = registers ? registers->first : NULL; e; e = e->next)
		if (e->key && e->kind == LD_JSON_STRING) {
			words_add(&t->names, e->key);
			words_add(&t->texts, e->string);
		}
	return true;
}

static bool read_result(struct pool *pool, struct results *r, const struct ld_json *v)
{
	const char *object = ld_json_string(v, "object"), *target = ld_json_string(v, "target");
	const char *kernel = ld_json_string(v, "kernel");
	const struct ld_json *programs = ld_json_member(v, "programs"), *e;
	struct result *added;
	size_t n = 0;

	if (!object || !target || !kernel || !programs || programs->kind != LD_JSON_ARRAY)
		return false;
	added = add_result(r, object, target);
	added->kernel = kernel;
	added->error = ld_json_string(v, "error");
	for (e = programs->first; e; e = e->next)
		n++;
	added->v = (struct checked *)pool_alloc(pool, (n + 1) * sizeof(*added->v));
	memset(added->v, 0, (n + 1) * sizeof(*added->v));
	for (e = programs->first; e; e = e->next)
		if (!read_program(&added->v[added->n++], e))
			return false;
	return true;
}

static void *alloc_value(void *pool, size_t size)
{
	return pool_alloc(pool, size);
}

bool read_results(struct pool *pool, struct results *r, const char *text)
{
	const struct ld_json *v = ld_json_parse(alloc_value, pool, text);

	if (!v || v->kind != LD_JSON_ARRAY)
		return false;
	for (const struct ld_json *e = v->first; e; e = e->next)
		if (!read_result(pool, r, e))
			return false;
	return true;
}
