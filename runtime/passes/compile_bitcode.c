/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Link-time optimisation. The compiler is the caller's (struct bpfld_lto); what is known here is
 * the link: which modules take part, which definition stands for each name, what is seen from
 * outside.
 *
 * An input that is bitcode alone is first compiled by itself, to an object that is never put into
 * the output: it tells the symbols and types. So every input is an object, some with bitcode beside
 * the machine code; archives, resolution and type checks know no difference, and what they have to
 * say they say before modules are merged, when it can still be told who declared what.
 *
 * Then the modules of all files that take part become one object. It takes the place of the first
 * of them among the inputs, and the link begins anew with inputs that are machine code only.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpfld/bpfld.h"
#include "format/elf_read.h"
#include "passes/passes.h"

/* ---- what the compiler hands over ---- */

struct compile {
	struct ld_link *l;
	struct bpfld_lto_job job;
	LD_VEC(struct bpfld_lto_module) modules;
	LD_VEC(struct ld_file *) files; /* by module */
	/* From malloc: the compiler must not be left by a longjmp. Indexed by module. */
	struct made {
		void *data;
		size_t size;
	} * made;
	struct said {
		struct said *next;
		enum bpfld_severity severity;
		char *id, *message;
	} * said, **last;
};

static int take(const struct bpfld_lto_job *job, size_t module, const void *data, size_t size)
{
	struct made *m = &((struct compile *)job->priv)->made[module];

	if (module >= job->nr_modules || m->data)
		return -EINVAL;
	m->data = malloc(size ? size : 1);
	if (!m->data)
		return -ENOMEM;
	memcpy(m->data, data, size);
	m->size = size;
	return 0;
}

static int take_report(const struct bpfld_lto_job *job, enum bpfld_severity severity,
		       const char *id, const char *message)
{
	struct compile *c = job->priv;
	struct said *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	*c->last = s;
	c->last = &s->next;
	s->severity = severity;
	s->id = strdup(id);
	s->message = strdup(message);
	return s->id && s->message ? 0 : -ENOMEM;
}

/* In the order in which it was said; what belongs to malloc is moved to the arena. */
static void pass_on_reports(struct compile *c)
{
	struct ld_diags *d = &c->l->diags;

	for (struct said *s = c->said; s; s = s->next) {
		const char *id = ld_strdup(&c->l->arena, s->id ? s->id : "out-of-memory");
		const char *message = s->message ? s->message : "out of memory";

		switch (s->severity) {
		case BPFLD_NOTE: ld_note(d, id, "%s", message); break;
		case BPFLD_WARNING: ld_warn(d, id, "%s", message); break;
		case BPFLD_ERROR: ld_error(d, id, "%s", message); break;
		case BPFLD_INFO: ld_info(d, id, "%s", message); break;
		}
	}
}

static void drop_reports(struct compile *c)
{
	while (c->said) {
		struct said *s = c->said;

		c->said = s->next;
		free(s->id);
		free(s->message);
		free(s);
	}
}

static void add_module(struct compile *c, struct ld_file *f, const uint8_t *data, size_t size)
{
	struct bpfld_lto_module m = {.name = ld_file_name(f), .data = data, .size = size};

	LD_PUSH(&c->l->arena, &c->modules, m);
	LD_PUSH(&c->l->arena, &c->files, f);
}

/* Runs the compiler; c->made[i] is then what it made of module i. What it had to say is said. */
static int compile(struct compile *c, enum bpfld_lto_want want)
{
	struct ld_link *l = c->l;
	struct bpfld_lto_job *job = &c->job;
	jmp_buf *outer = l->arena.oom, oom;
	size_t errors = l->diags.errors;
	int err;

	*job = (struct bpfld_lto_job){
	    .sz = sizeof(*job),
	    .want = want,
	    .modules = c->modules.v,
	    .nr_modules = c->modules.nr,
	    .gc_sections = l->gc_sections && !l->partial,
	    .take = take,
	    .report = take_report,
	    .priv = c,
	};
	c->last = &c->said;
	c->made = calloc(c->modules.nr, sizeof(*c->made));
	if (!c->made)
		longjmp(*outer, 1);
	err = l->lto->compile(l->lto->ctx, job);
	l->arena.oom = &oom;
	if (setjmp(oom)) {
		drop_reports(c);
		l->arena.oom = outer;
		longjmp(*outer, 1);
	}
	pass_on_reports(c);
	drop_reports(c);
	l->arena.oom = outer;
	for (size_t i = 0; !err && i < (want == BPFLD_LTO_EACH ? c->modules.nr : 1); i++)
		if (!c->made[i].data)
			err = -EINVAL;
	if (err == -ENOMEM)
		longjmp(*outer, 1);
	if (err && l->diags.errors == errors)
		ld_error(&l->diags, "lto-failed", "link-time optimisation failed: %s",
			 strerror(-err));
	return err || l->diags.errors > errors ? -EINVAL : 0;
}

static void drop_made(struct compile *c)
{
	for (size_t i = 0; c->made && i < c->modules.nr; i++)
		free(c->made[i].data);
	free(c->made);
	c->made = NULL;
}

/* ---- inputs that are bitcode alone ---- */

/* The object that stands for f from now on; f stays where it is, for who frees it. */
static struct ld_file *stand_in(struct ld_link *l, const struct ld_file *f)
{
	struct ld_file *n = LD_NEW(&l->arena, struct ld_file);

	n->link = l;
	n->path = f->path;
	n->temporary = f->temporary;
	n->opened = f->opened;
	n->lazy = f->lazy;
	n->archive = f->archive;
	n->pulled_for = f->pulled_for;
	n->pulled_by = f->pulled_by;
	n->image = f->image;
	n->size = f->size;
	n->arena.oom = l->arena.oom;
	n->diags.arena = &n->arena;
	return n;
}

/* What is no more among the inputs, but must be freed with the link. */
static void retire(struct ld_link *l, struct ld_file *f)
{
	/* What is mapped is among the images. */
	if (!f->mapped)
		LD_PUSH(&l->arena, &l->images, f);
}

void ld_read_bitcode(struct ld_link *l)
{
	struct compile c = {.l = l};
	size_t k = 0;

	ld_for_each(i, &l->inputs) {
		struct ld_file *f = l->inputs.v[i];

		if (l->lto && f->stage == LD_FILE_NEW && ld_is_bitcode(f->image, f->size))
			add_module(&c, f, f->image, f->size);
	}
	if (!c.modules.nr)
		return;
	if (compile(&c, BPFLD_LTO_EACH)) {
		ld_for_each(i, &c.files)
			c.files.v[i]->stage = LD_FILE_BROKEN;
		drop_made(&c);
		return;
	}
	ld_for_each(i, &l->inputs) {
		struct ld_file *f = l->inputs.v[i], *n;

		if (k == c.files.nr || f != c.files.v[k])
			continue;
		n = l->inputs.v[i] = stand_in(l, f);
		retire(l, f);
		n->bitcode = f->image;
		n->bitcode_size = f->size;
		n->image = ld_memdup(&n->arena, c.made[k].data, c.made[k].size);
		n->size = c.made[k].size;
		k++;
	}
	drop_made(&c);
}

/* ---- what becomes of symbols ---- */

/* Names that something else than bitcode asks for: options, and objects without it. */
static bool is_asked_for(const struct ld_link *l, const struct ld_name *n)
{
	for (const struct ld_mention *m = n->mentions; m; m = m->next)
		if (!m->file->bitcode)
			return true;
	for (const char **name = l->undefined; *name; name++)
		if (!strcmp(*name, n->name))
			return true;
	for (const char **pair = l->defsyms; *pair; pair++) {
		const char *equals = strchr(*pair, '=');

		if (!strcmp(equals + 1, n->name) ||
		    (!strncmp(*pair, n->name, (size_t)(equals - *pair)) &&
		     !n->name[equals - *pair]))
			return true;
	}
	return ld_matches(l->keep, n->name);
}

/* Whether the definition that sym is goes for another one, or for none. */
static bool is_lost(const struct ld_file *f, const struct ld_sym *sym)
{
	const struct ld_sym *def;

	if (sym->sec && (sym->sec->discarded || sym->sec->replaced))
		return true;
	if (!sym->global)
		return false;
	def = ld_name_def(sym->global);
	/* COMMON ones are merged to the largest. */
	return def != sym && sym->global->owner != f && !(sym->common && def && def->common);
}

struct symbols {
	LD_VEC(struct bpfld_lto_symbol) list;
};

static void add_symbol(struct ld_link *l, const struct ld_file *f, const struct ld_sym *sym,
		       struct symbols *symbols)
{
	struct bpfld_lto_symbol s = {.name = sym->name};
	const struct ld_name *n = sym->global;

	if (!sym->name[0] || sym->type == STT_FILE || sym->type == STT_SECTION)
		return;
	if (ld_is_defined(sym)) {
		s.drop = is_lost(f, sym);
		s.local = !s.drop && n && n->sealed && !is_asked_for(l, n);
	}
	if (n && strcmp(n->name, sym->name) != 0)
		s.new_name = n->name;
	if (s.drop || s.local || s.new_name)
		LD_PUSH(&l->arena, &symbols->list, s);
}

static void add_symbols(struct ld_link *l, const struct ld_file *f, struct bpfld_lto_module *m)
{
	struct symbols symbols = {0};

	for (uint32_t i = 1; i < f->nr_syms; i++)
		add_symbol(l, f, &f->syms[i], &symbols);
	m->symbols = symbols.list.v;
	m->nr_symbols = symbols.list.nr;
}

/* ---- all modules ---- */

/* As if nothing had been resolved yet; lto stands in place of the first file with bitcode. */
static void begin_anew(struct ld_link *l, struct ld_file *lto)
{
	bool placed = false;

	l->inputs.nr = 0;
	ld_for_each(i, &l->files) {
		struct ld_file *f = l->files.v[i];

		LD_PUSH(&l->arena, &l->took_part, f);
		retire(l, f);
		if (!f->bitcode)
			LD_PUSH(&l->arena, &l->inputs, stand_in(l, f));
		else if (!placed)
			LD_PUSH(&l->arena, &l->inputs, lto);
		placed |= f->bitcode != NULL;
	}
	l->files.nr = l->names.nr = l->btf_files.nr = 0;
	l->name_map = (struct ld_strmap){0};
	l->graph = (struct ld_btf_graph){0};
	l->puller = NULL;
	l->has_license = false;
}

bool ld_compile_bitcode(struct ld_link *l)
{
	struct compile c = {.l = l};
	struct ld_file *lto;

	ld_for_each(i, &l->files) {
		struct ld_file *f = l->files.v[i];

		if (!f->bitcode)
			continue;
		add_module(&c, f, f->bitcode, f->bitcode_size);
		add_symbols(l, f, &c.modules.v[c.modules.nr - 1]);
	}
	if (c.modules.nr && l->bound.nr)
		ld_error(&l->diags, "bind",
			 "cannot bind symbols where bitcode is linked\n>>> %s is bitcode\n"
			 ">>> link machine code: without --lto, of objects made without -flto",
			 c.modules.v[0].name);
	/* With errors the machine code will do: for finding what else is wrong. */
	if (!c.modules.nr || l->diags.errors)
		return false;
	if (compile(&c, (enum bpfld_lto_want)l->lto_want)) {
		drop_made(&c);
		return true;
	}
	if (l->lto_want != BPFLD_LTO_WHOLE) {
		l->image = c.made[0].data;
		l->image_size = c.made[0].size;
		c.made[0].data = NULL;
		drop_made(&c);
		return true;
	}
	lto = LD_NEW(&l->arena, struct ld_file);
	lto->link = l;
	lto->path = "lto.o";
	lto->lto = true;
	lto->arena.oom = l->arena.oom;
	lto->diags.arena = &lto->arena;
	begin_anew(l, lto);
	lto->image = ld_memdup(&lto->arena, c.made[0].data, c.made[0].size);
	lto->size = c.made[0].size;
	drop_made(&c);
	return true;
}
