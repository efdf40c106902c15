/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Link-time optimization. The caller provides the compiler (struct bpfld_lto). This pass knows the
 * link: which modules take part, which definition each symbol resolves to, and what is visible from
 * outside.
 *
 * For an input that is only bitcode, the compiler first makes an object that never goes into the
 * output. It has the symbols, the types and the references of the input, and need not have code. So
 * every input is an object, some with bitcode in addition to machine code. Archives, symbol
 * resolution and type checks treat all inputs alike, and report errors before modules are merged,
 * while the source of each declaration is known.
 *
 * Then the modules of all files that take part are compiled to one object. It replaces the first of
 * them among the inputs, and the link starts over with machine code only.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "bpfld/bpfld.h"
#include "elf/elf_read.h"
#include "kernel/limits.h"
#include "passes/passes.h"

/* ---- running the compiler ---- */

struct compile {
	const struct ld_link *l;
	struct bpfld_lto_job job;
	LD_VEC(struct bpfld_lto_module) modules;
	LD_VEC(struct ld_file *) files; /* by module */
	struct made {
		const void *data; /* NULL: none yet */
		size_t size;
	} * made; /* by module */
	struct report {
		struct report *next;
		enum bpfld_severity severity;
		const char *id, *message;
	} * reports, **last;
	struct ld_decision *decisions;
};

/*
 * Memory for the compiler's callbacks. Not from an arena: an arena may longjmp across the compiler.
 * Returns NULL if there is none.
 */
static void *new_block(const struct ld_link *l, size_t size)
{
	struct ld_block *b = size < PTRDIFF_MAX ? calloc(1, sizeof(*b) + size) : NULL;

	if (!b)
		return NULL;
	b->next = *l->blocks;
	*l->blocks = b;
	return b->data;
}

static int take(const struct bpfld_lto_job *job, size_t module, const void *data, size_t size)
{
	struct compile *c = job ? job->priv : NULL;
	void *copy;

	if (!c || !data || module >= job->nr_modules || c->made[module].data)
		return -EINVAL;
	copy = new_block(c->l, size);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, data, size);
	c->made[module] = (struct made){copy, size};
	return 0;
}

static int take_report(const struct bpfld_lto_job *job, enum bpfld_severity severity,
		       const char *id, const char *message)
{
	struct compile *c = job ? job->priv : NULL;
	size_t id_size, message_size;
	struct report *s;

	if (!c || !id || !message || (unsigned int)severity > BPFLD_INFO)
		return -EINVAL;
	id_size = strlen(id) + 1;
	message_size = strlen(message) + 1;
	s = new_block(c->l, sizeof(*s) + id_size + message_size);
	if (!s)
		return -ENOMEM;
	s->severity = severity;
	s->id = memcpy(s + 1, id, id_size);
	s->message = memcpy((char *)(s + 1) + id_size, message, message_size);
	*c->last = s;
	c->last = &s->next;
	return 0;
}

static int take_decision(const struct bpfld_lto_job *job, size_t module, const char *function,
			 const char *decision)
{
	struct compile *c = job ? job->priv : NULL;
	struct ld_decision *d;
	size_t size;

	if (!c || module >= job->nr_modules || !function || !decision)
		return -EINVAL;
	size = strlen(function) + 1;
	d = new_block(c->l, sizeof(*d) + size + strlen(decision) + 1);
	if (!d)
		return -ENOMEM;
	d->next = c->decisions;
	d->module = c->files.v[module];
	d->function = memcpy(d + 1, function, size);
	d->decision = strcpy((char *)(d + 1) + size, decision);
	c->decisions = d;
	return 0;
}

/* In the order in which the compiler reported them. */
static void deliver_reports(struct compile *c)
{
	struct ld_diags *d = c->l->diags;

	for (const struct report *s = c->reports; s; s = s->next)
		switch (s->severity) {
		case BPFLD_NOTE: ld_note(d, s->id, "%" LD_LINES, s->message); break;
		case BPFLD_WARNING: ld_warn(d, s->id, "%" LD_LINES, s->message); break;
		case BPFLD_ERROR: ld_error(d, s->id, "%" LD_LINES, s->message); break;
		case BPFLD_INFO: ld_info(d, s->id, "%" LD_LINES, s->message); break;
		}
}

static void add_module(struct compile *c, struct ld_file *f, const uint8_t *data, size_t size)
{
	struct bpfld_lto_module m = {.name = ld_file_name(f), .data = data, .size = size};

	LD_PUSH(c->l->arena, &c->modules, m);
	LD_PUSH(c->l->arena, &c->files, f);
}

/* Runs the compiler and delivers its reports; c->made[i] is then its output for module i. */
static int compile(struct compile *c, enum bpfld_lto_want want)
{
	const struct ld_link *l = c->l;
	size_t errors = l->diags->errors;
	int err;

	c->job = (struct bpfld_lto_job){
	    .sz = sizeof(c->job),
	    .want = want,
	    .modules = c->modules.v,
	    .nr_modules = c->modules.nr,
	    .gc_sections = l->opt->gc_sections && !l->opt->partial,
	    .take = take,
	    .report = take_report,
	    .priv = c,
	    .decided = take_decision,
	    /* In a partial link, another file may have the license. */
	    .no_kfuncs = want != BPFLD_LTO_EACH && !ld_is_gpl_compatible(l->res.license) &&
			 (l->res.license || !l->opt->partial),
	};
	c->last = &c->reports;
	c->made = LD_NEW_ARRAY(l->arena, struct made, c->modules.nr);
	err = l->opt->lto->compile(l->opt->lto->ctx, &c->job);
	deliver_reports(c);
	if (err == -ENOMEM)
		longjmp(*l->arena->oom, 1);
	for (size_t i = 0; !err && i < (want == BPFLD_LTO_EACH ? c->modules.nr : 1); i++)
		if (!c->made[i].data)
			err = -EINVAL;
	if (err && l->diags->errors == errors)
		ld_error(l->diags, "lto-failed", "link-time optimization failed: %s",
			 strerror(-err));
	return err || l->diags->errors > errors ? -EINVAL : 0;
}

/* ---- inputs that are only bitcode ---- */

/* Returns the object that replaces f. f remains allocated. */
static struct ld_file *replacement_of(const struct ld_link *l, const struct ld_file *f)
{
	struct ld_file *n = LD_NEW(l->arena, struct ld_file);

	n->link = l;
	n->path = f->path;
	n->temporary = f->temporary;
	n->named = f->named;
	n->opened = f->opened;
	n->lazy = f->lazy;
	n->archive = f->archive;
	n->pulled_for = f->pulled_for;
	n->pulled_by = f->pulled_by;
	n->prefix = f->prefix;
	n->image = f->image;
	n->size = f->size;
	n->arena.oom = l->arena->oom;
	n->diags.arena = &n->arena;
	return n;
}

/* Frees f with the link, although it is no longer an input. */
static void retire(const struct ld_link *l, struct ld_input_files *in, struct ld_file *f)
{
	/* Mapped files are in the list of images. */
	if (!f->mapped)
		LD_PUSH(l->arena, &in->images, f);
}

void ld_read_bitcode(const struct ld_link *l, struct ld_input_files *in)
{
	struct compile c = {.l = l};
	size_t k = 0;

	ld_for_each(i, &in->files) {
		struct ld_file *f = in->files.v[i];

		if (l->opt->lto && f->stage == LD_FILE_NEW && ld_is_bitcode(f->image, f->size))
			add_module(&c, f, f->image, f->size);
	}
	if (!c.modules.nr)
		return;
	if (compile(&c, BPFLD_LTO_EACH)) {
		ld_for_each(i, &c.files)
			c.files.v[i]->stage = LD_FILE_BROKEN;
		return;
	}
	ld_for_each(i, &in->files) {
		struct ld_file *f = in->files.v[i], *n;

		if (k == c.files.nr || f != c.files.v[k])
			continue;
		n = in->files.v[i] = replacement_of(l, f);
		retire(l, in, f);
		n->bitcode = f->image;
		n->bitcode_size = f->size;
		n->outlined = true;
		n->image = c.made[k].data;
		n->size = c.made[k].size;
		k++;
	}
}

/* ---- symbol resolutions ---- */

/* Symbols that options, or objects without bitcode, refer to. */
static bool is_used_outside(const struct ld_link *l, const struct ld_global *n)
{
	for (const struct ld_file_sym *m = n->file_syms; m; m = m->next)
		/* A file without sections, as rustc writes to name symbols, uses nothing. */
		if (!m->file->bitcode && m->file->nr_used)
			return true;
	return ld_strmap_get(&l->opt->defsym_names, n->name, strlen(n->name)) ||
	       ld_names_match(&l->opt->undefined, n->name) ||
	       ld_names_match(&l->opt->keep, n->name);
}

/* Whether another definition, or none, is used in place of sym. */
static bool is_lost(const struct ld_file *f, const struct ld_sym *sym)
{
	const struct ld_sym *def;

	if (sym->sec && (sym->sec->discarded || sym->sec->replaced))
		return true;
	if (!sym->global)
		return false;
	def = ld_global_def(sym->global);
	/*
	 * COMMON symbols are merged to the largest. The one that was chosen is in a section of the
	 * linker.
	 */
	if (sym->common && def && (def->common || (def->sec && !def->sec->index)))
		return false;
	return def != sym && sym->global->owner != f;
}

struct symbols {
	LD_VEC(struct bpfld_lto_symbol) list;
};

static void add_symbol(const struct ld_link *l, const struct ld_file *f, const struct ld_sym *sym,
		       struct symbols *symbols)
{
	struct bpfld_lto_symbol s = {.name = sym->name};
	const struct ld_global *n = sym->global;

	if (!sym->name[0] || sym->type == STT_FILE || sym->type == STT_SECTION)
		return;
	if (ld_is_defined(sym)) {
		s.drop = is_lost(f, sym);
		s.local = !s.drop && n && n->localized && !is_used_outside(l, n);
	}
	if (n && strcmp(n->name, sym->name) != 0)
		s.new_name = n->name;
	if (s.drop || s.local || s.new_name)
		LD_PUSH(l->arena, &symbols->list, s);
}

static void add_symbols(const struct ld_link *l, const struct ld_file *f,
			struct bpfld_lto_module *m)
{
	struct symbols symbols = {0};

	for (uint32_t i = 1; i < f->nr_syms; i++)
		add_symbol(l, f, &f->syms[i], &symbols);
	m->symbols = symbols.list.v;
	m->nr_symbols = symbols.list.nr;
}

/* ---- all modules ---- */

/* The inputs to resolve next: lto replaces the first file with bitcode. */
static struct ld_input_files replace_inputs(const struct ld_link *l, struct ld_file *lto)
{
	struct ld_input_files in = l->inputs;
	bool placed = false;

	memset(&in.files, 0, sizeof(in.files));
	ld_for_each(i, &l->res.files) {
		struct ld_file *f = l->res.files.v[i];

		retire(l, &in, f);
		if (!f->bitcode)
			LD_PUSH(l->arena, &in.files, replacement_of(l, f));
		else if (!placed)
			LD_PUSH(l->arena, &in.files, lto);
		placed |= f->bitcode != NULL;
	}
	return in;
}

/* "a.o, b.o and 3 more": the object of all modules has no name that users know. */
static const char *list_modules(const struct ld_link *l, const struct compile *c)
{
	const char *text = c->modules.v[0].name;

	if (c->modules.nr > 1)
		text = ld_text(l->arena, "%s%s %s", text, c->modules.nr > 2 ? "," : " and",
			       c->modules.v[1].name);
	if (c->modules.nr > 2)
		text = ld_text(l->arena, "%s and %zu more", text, c->modules.nr - 2);
	return text;
}

struct ld_compiled ld_compile_bitcode(const struct ld_link *l)
{
	struct ld_compiled done = {0};
	struct compile c = {.l = l};
	struct ld_file *lto;

	ld_for_each(i, &l->res.files) {
		struct ld_file *f = l->res.files.v[i];

		if (!f->bitcode)
			continue;
		add_module(&c, f, f->bitcode, f->bitcode_size);
		add_symbols(l, f, &c.modules.v[c.modules.nr - 1]);
	}
	/* After errors, go on with the machine code to find further errors. */
	if (!c.modules.nr || l->diags->errors)
		return done;
	done.any = true;
	if (compile(&c, (enum bpfld_lto_want)l->opt->lto_want))
		return done;
	if (l->opt->lto_want != BPFLD_LTO_WHOLE) {
		done.output.iov_base = (void *)(uintptr_t)c.made[0].data;
		done.output.iov_len = c.made[0].size;
		return done;
	}
	lto = LD_NEW(l->arena, struct ld_file);
	lto->link = l;
	lto->path = "lto.o";
	lto->modules = list_modules(l, &c);
	lto->decisions = c.decisions;
	lto->lto = true;
	lto->arena.oom = l->arena->oom;
	lto->diags.arena = &lto->arena;
	lto->image = c.made[0].data;
	lto->size = c.made[0].size;
	done.inputs = replace_inputs(l, lto);
	return done;
}
