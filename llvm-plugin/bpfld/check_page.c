/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * --html: verdicts as a page that needs neither scripts nor other files. All texts but those in
 * this file are escaped, first for readers and then for HTML.
 */
#include <stdlib.h>
#include <string.h>

#include "base/output.h"
#include "bpfld/check.h"

struct page {
	struct request *q;
	FILE *f;
	const struct results *all;
	size_t nr_inputs;
};

/* ---- text ---- */

static void put_character(FILE *f, char c)
{
	switch (c) {
	case '<': fputs("&lt;", f); break;
	case '>': fputs("&gt;", f); break;
	case '&': fputs("&amp;", f); break;
	case '"': fputs("&quot;", f); break;
	default: fputc(c, f);
	}
}

static void put(struct page *p, const char *text)
{
	char *safe = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&safe, &size);

	if (!f)
		out_of_memory();
	print_text(f, "%s", text);
	if (fclose(f) || !safe)
		out_of_memory();
	for (size_t i = 0; i < size; i++)
		put_character(p->f, safe[i]);
	free(safe);
}

/* The text between two strings of HTML. */
static void put_in(struct page *p, const char *before, const char *text, const char *after)
{
	fputs(before, p->f);
	put(p, text);
	fputs(after, p->f);
}

/* ---- the summary ---- */

static size_t count_loading(const struct result *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += r->v[i].verdict == LOADS;
	return n;
}

/* A tile for each kernel. */
static void put_tiles(struct page *p)
{
	fputs("<ul class=\"tiles few\">\n", p->f);
	for (size_t i = 0; i < p->all->n; i += p->nr_inputs) {
		const struct result *first = &p->all->v[i];
		size_t loading = 0, programs = 0;

		for (size_t k = i; k < i + p->nr_inputs && k < p->all->n; k++) {
			loading += count_loading(&p->all->v[k]);
			programs += p->all->v[k].n;
		}
		put_in(p, "<li class=\"card tile\"><div class=\"label\">", kernel_name(first),
		       "</div>");
		if (programs)
			fprintf(p->f,
				"<div class=\"value\">%zu <small>of %zu load</small></div>"
				"<div class=\"bars\"><i style=\"width:%zu%%\"></i></div>",
				loading, programs, 100 * loading / programs);
		else
			fputs("<div class=\"value bad\">no verdict</div>", p->f);
		put_in(p, "<div class=\"sub\">",
		       programs       ? first->kernel
		       : first->error ? first->error
				      : "",
		       "</div></li>\n");
	}
	fputs("</ul>\n", p->f);
}

/* ---- tables ---- */

static void put_numbers(struct page *p, const struct checked *v)
{
	double more = growth(v);

	fprintf(p->f,
		"%llu instructions<span class=\"note\">%llu states at peak, %llu in all; %llu µs",
		v->insns, v->peak_states, v->total_states, v->usecs);
	if (*v->stack)
		put_in(p, "; stack ", v->stack, " bytes");
	fputs("</span>", p->f);
	if (v->before && v->before->verdict == LOADS)
		fprintf(p->f, "<span class=\"note%s\">%+.1f %% since the baseline</span>",
			more > p->q->max_growth ? " grown" : "", more);
	fputs("</td>\n", p->f);
}

static void put_row(struct page *p, const struct group *g, size_t input, size_t program)
{
	const struct checked *named = NULL;

	for (size_t k = 0; k < g->n && !named; k++)
		if (program < g->v[k]->n)
			named = &g->v[k]->v[program];
	put_in(p, "<tr><th scope=\"row\">", named->name, "<span class=\"note\">");
	put_in(p, "", named->section, "</span></th>\n");
	for (size_t k = 0; k < g->n; k++) {
		const struct checked *v = program < g->v[k]->n ? &g->v[k]->v[program] : NULL;

		put_in(p, "<td data-title=\"", kernel_name(g->v[k]), "\">");
		if (!v) {
			fputs("</td>\n", p->f);
			continue;
		}
		if (v->verdict == LOADS) {
			put_numbers(p, v);
			continue;
		}
		fprintf(p->f, "<a%s href=\"#p%zu-%zu-%zu\">%s</a>",
			is_known(v) ? " class=\"known\"" : "", input, program,
			first_alike(g, program, k), verdict_words[v->verdict]);
		if (v->before)
			fprintf(p->f, "<span class=\"note\">%s in the baseline</span>",
				verdict_words[v->before->verdict]);
		fputs("</td>\n", p->f);
	}
	fputs("</tr>\n", p->f);
}

static void put_table(struct page *p, const struct group *g, size_t input)
{
	/* The more kernels there are, the wider a page must be to show a table and not a list. */
	fprintf(p->f,
		"<div class=\"card table %s\"><table class=\"verdicts\"><thead><tr>"
		"<th scope=\"col\">program</th>",
		g->n <= 2   ? "medium"
		: g->n <= 4 ? "wider"
		: g->n <= 6 ? "widest"
			    : "listed");
	for (size_t k = 0; k < g->n; k++) {
		put_in(p, "<th scope=\"col\">", kernel_name(g->v[k]), "<span class=\"note\">");
		put_in(p, "", g->v[k]->kernel, "</span></th>");
	}
	fputs("</tr></thead><tbody>\n", p->f);
	for (size_t i = 0; i < g->programs; i++)
		put_row(p, g, input, i);
	fputs("</tbody></table></div>\n", p->f);
}

/* ---- explanations ---- */

static void put_item(struct page *p, const char *name, const char *text)
{
	if (text) {
		put_in(p, "<dt>", name, "</dt>");
		put_in(p, "<dd>", text, "</dd>\n");
	}
}

static void put_trouble(struct page *p, const struct trouble *t)
{
	fputs("<dl>\n", p->f);
	put_item(p, "to change", t->help);
	if (t->meaning)
		put_item(p, "verifier", t->message);
	for (size_t i = 0; i < t->places.n; i++)
		put_item(p, i ? "called at" : "at", t->places.v[i]);
	put_item(p, "acquired at", t->taken);
	put_item(p, "global function", t->alone);
	for (size_t i = 0; i < t->names.n; i++) {
		const char *words = describe_value(p->q->pool, t->texts.v[i]);

		put_item(p, t->names.v[i], words ? words : t->texts.v[i]);
	}
	fputs("</dl>\n", p->f);
	if (t->log) {
		fputs("<details><summary>the verifier's log</summary><pre>", p->f);
		for (const char *line = t->log; *line;) {
			size_t len = strcspn(line, "\n");

			put(p, pool_strndup(p->q->pool, line, len));
			fputc('\n', p->f);
			line += len + (line[len] == '\n');
		}
		fputs("</pre></details>\n", p->f);
	}
}

static void put_explanations(struct page *p, const struct group *g, size_t input)
{
	for (size_t i = 0; i < g->programs; i++) {
		struct shared_trouble t = {0};

		while (next_trouble(p->q->pool, g, i, &t)) {
			const struct trouble *why = &t.p->trouble;

			fprintf(p->f, "<div class=\"card diagnostic%s\" id=\"p%zu-%zu-%zu\">",
				t.p->verdict == REFUSED ? " rejected" : "", input, i, t.first);
			put_in(p, "<h3><code>", t.p->name, "</code> ");
			put_in(p, "<span class=\"tag\">", verdict_words[t.p->verdict], "");
			put_in(p, "", t.kernels, "</span></h3>\n");
			put_in(p, "<p>", why->meaning ? why->meaning : why->message, "</p>\n");
			put_trouble(p, why);
			fputs("</div>\n", p->f);
		}
	}
}

/* The tile of a kernel has the reason if that did not run. */
static void put_errors(struct page *p, size_t input)
{
	for (size_t i = input; i < p->all->n; i += p->nr_inputs)
		if (p->all->v[i].error && *p->all->v[i].kernel) {
			put_in(p, "<p class=\"empty\">Linux ", kernel_name(&p->all->v[i]), ": ");
			put_in(p, "", p->all->v[i].error, "</p>\n");
		}
}

/* ---- the page ---- */

static void put_head(struct page *p)
{
	fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<meta name=\"generator\" content=\"bpfld\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
	      "<title>Verdicts of kernels</title>\n<style>\n",
	      p->f);
	fwrite(page_style, 1, page_style_size, p->f);
	fputs("</style>\n</head>\n<body>\n"
	      "<a class=\"skip\" href=\"#main\">Skip to the verdicts</a>\n"
	      "<header><div class=\"title\"><h1>Verdicts of kernels</h1>\n<p>bpfld check",
	      p->f);
	for (size_t i = 0; i < p->nr_inputs && i < p->all->n; i++)
		put_in(p, " <code>", p->all->v[i].object, "</code>");
	if (p->q->baseline)
		put_in(p, ", compared with <code>", p->q->baseline, "</code>");
	fputs("</p></div></header>\n<main id=\"main\" tabindex=\"-1\">\n", p->f);
}

static void put_object(struct page *p, size_t input)
{
	struct group g = group_results(p->all, input, p->nr_inputs);

	put_in(p, "<section>\n<h2><code>", p->all->v[input].object, "</code></h2>\n");
	put_errors(p, input);
	if (g.programs)
		put_table(p, &g, input);
	put_explanations(p, &g, input);
	fputs("</section>\n", p->f);
}

enum exit_status write_page(struct request *q, const struct results *all, size_t nr_inputs)
{
	struct page p = {.q = q, .all = all, .nr_inputs = nr_inputs};
	struct iovec piece;
	char *text = NULL, buf[256];
	size_t size = 0;
	int err;

	p.f = open_memstream(&text, &size);
	if (!p.f)
		out_of_memory();
	put_head(&p);
	put_tiles(&p);
	for (size_t i = 0; i < nr_inputs && i < all->n; i++)
		put_object(&p, i);
	fputs("</main>\n</body>\n</html>\n", p.f);
	if (fclose(p.f) || !text)
		out_of_memory();
	piece.iov_base = text;
	piece.iov_len = size;
	err = ld_write_file(q->html, &piece, 1);
	free(text);
	if (!err)
		return EXIT_DONE;
	return fail(q, "cannot-write", "cannot write %s: %s", q->html,
		    ld_write_error(q->html, err, buf, sizeof(buf)));
}
