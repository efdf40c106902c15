/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The facts as JSON: one object, whose lists have one entry per line. An entry refers to functions
 * and maps by their index in "functions" and "maps". docs/looking-in.md describes the format.
 */
#include <string.h>

#include "report/earlier.h"
#include "report/facts.h"
#include "report/targets.h"

struct json {
	struct ld_arena *a;
	struct ld_blob *out;
};

static void put(struct json *j, const char *text)
{
	ld_blob_put(j->a, j->out, text, strlen(text));
}

/* Puts a comma, except before the first element of an object or list. */
static void separate(struct json *j)
{
	uint8_t last = j->out->size ? j->out->data[j->out->size - 1] : '{';

	if (last != '{' && last != '[')
		put(j, ",");
}

static void key(struct json *j, const char *name)
{
	separate(j);
	ld_blob_printf(j->a, j->out, "\"%s\":", name);
}

static void number(struct json *j, const char *name, uint64_t value)
{
	key(j, name);
	ld_blob_printf(j->a, j->out, "%llu", (unsigned long long)value);
}

/* Omits 0: most values of a large list are 0. */
static void nonzero(struct json *j, const char *name, uint64_t value)
{
	if (value)
		number(j, name, value);
}

static void flag(struct json *j, const char *name, bool value)
{
	if (!value)
		return;
	key(j, name);
	put(j, "true");
}

static void string(struct json *j, const char *name, const char *value)
{
	if (!value)
		return;
	key(j, name);
	ld_blob_json(j->a, j->out, value);
}

static void begin_list(struct json *j, const char *name)
{
	key(j, name);
	put(j, "[");
}

static void begin_entry(struct json *j)
{
	separate(j);
	put(j, "\n{");
}

static void indexes(struct json *j, const char *name, const struct ld_indexes *list)
{
	begin_list(j, name);
	ld_for_each(i, list)
		ld_blob_printf(j->a, j->out, i ? ",%u" : "%u", list->v[i]);
	put(j, "]");
}

static void counts(struct json *j, const char *name, const struct ld_counts *c, bool all)
{
	key(j, name);
	put(j, "{");
	if (all) {
		number(j, "files", c->files);
		number(j, "bytes", c->bytes);
		number(j, "sections", c->sections);
		number(j, "symbols", c->symbols);
		number(j, "functions", c->functions);
		number(j, "relocations", c->relocs);
		number(j, "pieces", c->pieces);
	}
	number(j, "code", c->code);
	number(j, "data", c->data);
	number(j, "bss", c->bss);
	number(j, "debug", c->debug);
	number(j, "btf", c->btf);
	number(j, "btf_ext", c->btf_ext);
	number(j, "types", c->types);
	put(j, "}");
}

static const char *file_of(const struct ld_section *sec)
{
	return ld_file_name(sec->file);
}

static void put_head(struct json *j, const struct ld_facts *f)
{
	const struct ld_link *l = f->l;

	number(j, "format", 2);
	string(j, "linker", "bpfld " BPFLD_VERSION);
	string(j, "output", l->opt->dependency_target);
	string(j, "link", l->opt->partial ? "partial" : "final");
	key(j, "options");
	put(j, "{");
	flag(j, "gc_sections", l->opt->gc_sections);
	flag(j, "icf", l->opt->icf);
	flag(j, "strip_debug", l->opt->strip_debug);
	flag(j, "strip_all", l->opt->strip_all);
	flag(j, "no_btf_gc", l->opt->no_btf_gc);
	put(j, "}");
	counts(j, "in", &f->in, true);
	counts(j, "out", &f->out, true);
}

static void put_sections(struct json *j, const struct ld_facts *f)
{
	begin_list(j, "sections");
	for (uint32_t i = 1; i < f->nr_secs; i++) {
		begin_entry(j);
		string(j, "name", f->secs[i].name);
		number(j, "size", f->secs[i].size);
		number(j, "align", f->secs[i].align);
		put(j, "}");
	}
	put(j, "]");
}

static void put_file(struct json *j, const struct ld_file_facts *f, bool compiled)
{
	begin_entry(j);
	string(j, "name", ld_file_name(f->file));
	string(j, "source", f->file->source);
	string(j, "archive", f->file->archive);
	string(j, "taken_for", f->file->pulled_for);
	flag(j, "compiled", compiled);
	number(j, "bytes", f->file->size);
	counts(j, "in", &f->in, false);
	counts(j, "out", &f->out, false);
	put(j, "}");
}

static void put_files(struct json *j, const struct ld_facts *f)
{
	begin_list(j, "files");
	ld_for_each(i, &f->replaced)
		put_file(j, &f->replaced.v[i], false);
	ld_for_each(i, &f->l->res.files)
		put_file(j, &f->files[i], f->l->res.files.v[i]->lto);
	put(j, "]");
}

/* The kernels that certainly reject a function, as far as warnings are about them. */
static void put_rejected(struct json *j, const struct ld_link *l, const struct ld_func *func)
{
	uint32_t kernels = l->calls->rejected[func - l->calls->funcs];

	if (!kernels)
		return;
	begin_list(j, "rejected_by");
	for (int i = 0; i < LD_NR_KERNELS; i++) {
		if (!(kernels & 1u << i))
			continue;
		separate(j);
		ld_blob_json(j->a, j->out, ld_kernels[i]);
	}
	put(j, "]");
}

static void put_function(struct json *j, const struct ld_link *l, const struct ld_func_facts *fn)
{
	begin_entry(j);
	string(j, "name", fn->name);
	string(j, "file", file_of(fn->sec));
	string(j, "section", fn->sec->name);
	string(j, "place", fn->place);
	number(j, "size", fn->size);
	nonzero(j, "btf_ext_in", fn->ext_in);
	nonzero(j, "btf_ext_out", fn->ext_out);
	nonzero(j, "core_relocations", fn->core_relos);
	flag(j, "program", fn->program);
	if (fn->plan)
		string(j, "plan", fn->plan);
	if (!fn->kept)
		string(j, "dropped", ld_drop_reasons[ld_why_dropped(fn->piece).reason]);
	if (fn->func) {
		flag(j, "global", fn->func->global);
		flag(j, "tail_call", fn->func->calls_tail);
		flag(j, "reached", fn->func->reached);
		number(j, "stack", fn->func->frame);
		if (fn->next != LD_NO_INDEX)
			number(j, "next", fn->next);
		if (fn->func->verified != fn->func->frame)
			number(j, "stack_sure", fn->func->verified);
		put_rejected(j, l, fn->func);
	}
	put(j, "}");
}

static void put_variables(struct json *j, const struct ld_facts *f)
{
	begin_list(j, "variables");
	ld_for_each(i, &f->vars) {
		const struct ld_sym *sym = f->vars.v[i].sym;

		begin_entry(j);
		string(j, "name", sym->emit ? sym->out_name : sym->name);
		string(j, "file", file_of(sym->sec));
		string(j, "section", sym->sec->index ? sym->sec->name : "COMMON");
		number(j, "size", sym->size);
		if (!f->vars.v[i].kept)
			string(j, "dropped", ld_drop_reasons[ld_why_dropped(sym->piece).reason]);
		put(j, "}");
	}
	put(j, "]");
}

static void put_calls(struct json *j, const struct ld_facts *f)
{
	static const char *const kinds[] = {
	    [LD_CALL_DIRECT] = "call", [LD_CALL_BACK] = "callback", [LD_CALL_LATER] = "later"};

	begin_list(j, "calls");
	ld_for_each(i, &f->calls) {
		const struct ld_call_facts *c = &f->calls.v[i];

		begin_entry(j);
		number(j, "from", c->caller);
		number(j, "to", c->callee);
		string(j, "kind", kinds[c->kind]);
		if (c->places > 1)
			number(j, "places", c->places);
		flag(j, "circular", c->circular);
		put(j, "}");
	}
	put(j, "]");
	begin_list(j, "programs");
	ld_for_each(i, &f->chains) {
		const struct ld_chain_facts *c = &f->chains.v[i];

		begin_entry(j);
		number(j, "function", c->root);
		flag(j, "later", c->later);
		number(j, "stack", c->stack);
		number(j, "stack_sure", c->certain);
		number(j, "frames", c->frames);
		put(j, "}");
	}
	put(j, "]");
}

static void put_attrs(struct json *j, const struct ld_map_facts *map)
{
	key(j, "attributes");
	put(j, "{");
	ld_for_each(i, &map->attrs) {
		const struct ld_attr_facts *attr = &map->attrs.v[i];

		separate(j);
		ld_blob_json(j->a, j->out, attr->attr.name);
		put(j, ":");
		if (attr->attr.kind == LD_MAP_NUMBER)
			ld_blob_printf(j->a, j->out, "%llu", (unsigned long long)attr->attr.number);
		else
			ld_blob_json(j->a, j->out, attr->text);
	}
	put(j, "}");
}

static void put_maps(struct json *j, const struct ld_facts *f)
{
	begin_list(j, "maps");
	ld_for_each(i, &f->maps) {
		const struct ld_map_facts *map = &f->maps.v[i];

		begin_entry(j);
		string(j, "name", map->sym ? map->sym->out_name : map->out->name);
		if (map->sym) {
			string(j, "file", file_of(map->sym->sec));
			ld_for_each(k, &map->attrs)
				if (!strcmp(map->attrs.v[k].attr.name, "type"))
					string(j, "type", map->attrs.v[k].text);
			put_attrs(j, map);
		} else {
			flag(j, "section", true);
			string(j, "type", "BPF_MAP_TYPE_ARRAY");
		}
		nonzero(j, "key_size", map->key_size);
		nonzero(j, "value_size", map->value_size);
		nonzero(j, "bytes", map->bytes);
		indexes(j, "users", &map->users);
		if (map->holders.nr)
			indexes(j, "inside", &map->holders);
		put(j, "}");
	}
	put(j, "]");
}

static void put_externs(struct json *j, const struct ld_facts *f)
{
	begin_list(j, "externs");
	ld_for_each(i, &f->externs) {
		const struct ld_extern_facts *e = &f->externs.v[i];

		begin_entry(j);
		string(j, "name", e->name->name);
		string(j, "kind",
		       e->name->ksym      ? "ksym"
		       : e->name->kconfig ? "kconfig"
					  : "undefined");
		flag(j, "weak", e->name->weak);
		string(j, "type", e->type);
		indexes(j, "users", &e->users);
		put(j, "}");
	}
	put(j, "]");
}

static const char *kind_of(const struct ld_section *sec)
{
	if (ld_role_of(sec->name) == LD_ROLE_DEBUG)
		return "debug";
	switch (sec->kind) {
	case LD_SEC_CODE: return "code";
	case LD_SEC_DATA:
	case LD_SEC_BSS: return "data";
	case LD_SEC_DEBUG: return "debug";
	default: return "other";
	}
}

static void put_dropped(struct json *j, const struct ld_facts *f)
{
	begin_list(j, "dropped");
	ld_for_each(i, &f->dropped) {
		const struct ld_dropped *d = &f->dropped.v[i];

		begin_entry(j);
		number(j, "size", d->size);
		string(j, "reason", ld_drop_reasons[d->reason]);
		string(j, "file", file_of(d->sec));
		string(j, "section", d->sec->name);
		string(j, "kind", kind_of(d->sec));
		nonzero(j, "offset", d->off);
		string(j, "name", d->name);
		nonzero(j, "pieces", d->pieces);
		string(j, "group", d->group);
		string(j, "of", d->of ? file_of(d->of->sec) : NULL);
		string(j, "by", d->by ? ld_file_name(d->by) : NULL);
		put(j, "}");
	}
	put(j, "]");
}

/* The functions or maps at the locations of a diagnostic, each once. */
static void put_places(struct json *j, const struct ld_facts *f, const struct ld_diag *d,
		       const char *name,
		       uint32_t (*at)(const struct ld_facts *f, const struct ld_location *place))
{
	struct ld_indexes list = {0};

	for (size_t i = 0; i < d->nr_locations; i++) {
		uint32_t index = at(f, &d->locations[i]);
		size_t k = 0;

		while (k < list.nr && list.v[k] != index)
			k++;
		if (index != LD_NO_INDEX && k == list.nr)
			LD_PUSH(j->a, &list, index);
	}
	if (list.nr)
		indexes(j, name, &list);
}

static void put_warnings(struct json *j, const struct ld_facts *f)
{
	begin_list(j, "diagnostics");
	ld_for_each(i, &f->l->diags->delivered) {
		const struct ld_diag *d = &f->l->diags->delivered.v[i];

		begin_entry(j);
		string(j, "severity", d->severity == LD_WARNING ? "warning" : "note");
		string(j, "id", d->id);
		string(j, "message", d->message);
		put_places(j, f, d, "functions", ld_function_at);
		put_places(j, f, d, "maps", ld_map_at);
		put(j, "}");
	}
	put(j, "]");
}

static void put_types(struct json *j, const struct ld_facts *f)
{
	begin_list(j, "types");
	ld_for_each(i, &f->types) {
		begin_entry(j);
		string(j, "name", f->types.v[i].name);
		number(j, "size", f->types.v[i].size);
		number(j, "btf", f->types.v[i].btf);
		put(j, "}");
	}
	put(j, "]");
}

/* ---- what was read from files ---- */

static void put_changes(struct json *j, const char *name, const struct ld_changes *list,
			const char *more)
{
	begin_list(j, name);
	ld_for_each(i, list) {
		const struct ld_change *c = &list->v[i];

		begin_entry(j);
		string(j, "name", c->name);
		string(j, "file", *c->file ? c->file : NULL);
		if (c->was)
			number(j, "before", c->before);
		if (c->is)
			number(j, "after", c->after);
		if (c->was && c->is && c->more[0] != c->more[1]) {
			number(j, ld_printf(j->a, "%s_before", more), c->more[0]);
			number(j, ld_printf(j->a, "%s_after", more), c->more[1]);
		}
		put(j, "}");
	}
	put(j, "]");
}

static void put_comparison(struct json *j, const struct ld_facts *f)
{
	const struct ld_comparison *c = ld_compare(j->a, f, f->l->earlier->report);

	key(j, "against");
	put(j, "{");
	string(j, "report", f->l->opt->report_against);
	string(j, "output", c->output);
	string(j, "linker", c->linker);
	key(j, "totals");
	put(j, "{");
	ld_for_each(i, &c->totals) {
		key(j, c->totals.v[i].key);
		put(j, "{");
		number(j, "before", c->totals.v[i].before);
		number(j, "after", c->totals.v[i].after);
		put(j, "}");
	}
	put(j, "}");
	put_changes(j, "functions", &c->funcs, "stack");
	put_changes(j, "maps", &c->maps, "");
	put_changes(j, "types", &c->types, "size");
	put(j, "}");
}

/* Writes again what was parsed. */
static void put_value(struct json *j, const struct ld_json *v)
{
	bool object = v->kind == LD_JSON_OBJECT;

	switch (v->kind) {
	case LD_JSON_OTHER: put(j, "null"); return;
	case LD_JSON_STRING: ld_blob_json(j->a, j->out, v->string); return;
	case LD_JSON_NUMBER:
		ld_blob_printf(j->a, j->out, "%llu", (unsigned long long)v->number);
		return;
	default: break;
	}
	put(j, object ? "{" : "[");
	for (const struct ld_json *e = v->first; e; e = e->next) {
		separate(j);
		if (object) {
			ld_blob_json(j->a, j->out, e->key);
			put(j, ":");
		}
		put_value(j, e);
	}
	put(j, object ? "}" : "]");
}

void ld_put_facts(struct ld_arena *a, struct ld_blob *out, const struct ld_facts *f)
{
	struct json j = {a, out};

	put(&j, "{");
	put_head(&j, f);
	put_warnings(&j, f);
	put_sections(&j, f);
	put_files(&j, f);
	begin_list(&j, "functions");
	ld_for_each(i, &f->funcs)
		put_function(&j, f->l, &f->funcs.v[i]);
	put(&j, "]");
	put_variables(&j, f);
	put_calls(&j, f);
	put_maps(&j, f);
	put_externs(&j, f);
	put_types(&j, f);
	if (f->l->earlier && f->l->earlier->report)
		put_comparison(&j, f);
	if (f->l->earlier && f->l->earlier->verdicts) {
		key(&j, "verdicts");
		put_value(&j, f->l->earlier->verdicts);
	}
	if (f->l->targets) {
		key(&j, "targets");
		ld_put_targets(a, out, f->l->targets);
	}
	put_dropped(&j, f);
	put(&j, "}\n");
}

void ld_report_json(struct ld_arena *a, struct ld_blob *out, const struct ld_link *l)
{
	ld_put_facts(a, out, ld_gather_facts(a, l));
}
