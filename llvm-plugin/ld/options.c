/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "ld/ld.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/near.h"
#include "base/opts.h"
#include "base/text.h"

enum id {
#define OPT(id, letter, name, form, value, help) OPT_##id,
#include "ld/options.def"
	OPT_noop,
	OPT_refuse,
};

enum zid {
#define ZKEY(id, name, help) Z_##id,
#include "ld/options.def"
	Z_noop,
};

struct option {
	enum id id;
	enum form form;
	char letter;
	const char *name;  /* or NULL */
	const char *value; /* placeholder in --help */
	const char *help;  /* of OPT_refuse: the reason */
};

struct zkey {
	enum zid id;
	const char *name;
	const char *help;
};

static const struct option options[] = {
#define OPT(id, letter, name, form, value, help) {OPT_##id, form, letter, name, value, help},
#define NOOP(letter, name, form, value, help) {OPT_noop, form, letter, name, value, help},
#define REFUSE(letter, name, form, value, help) {OPT_refuse, form, letter, name, value, help},
#include "ld/options.def"
};

static const struct zkey zkeys[] = {
#define ZKEY(id, name, help) {Z_##id, name, help},
#define ZNOOP(name) {Z_noop, name, NULL},
#include "ld/options.def"
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define MAX_EDITS 3 /* of a suggestion for an unknown word */

/* State of the parser. */
struct parse {
	struct options *o;
	struct pool *pool;
	struct report *report;
	const struct words *args;
	size_t next; /* index of the next word in args */
	enum personality personality;
	struct replay_word **last; /* end of o->replay; NULL: no --reproduce */
	int err;
};

/* An option as it is written on the command line. */
struct spelling {
	const struct option *opt;
	const char *text;  /* "--license", "-o", for messages */
	char letter[3];    /* buffer for "-o" */
	const char *value; /* "" if none is given */
	bool given;
};

/* Whether it is an option of clang and gcc: they are typical of a command meant for a compiler. */
static bool is_compiler_option(const char *arg)
{
	static const char *const starts[] = {"-target",   "--target", "-std=",    "-I",
					     "-D",        "-W",       "-f",       "-include",
					     "-nostdinc", "-isystem", "-pthread", "-M"};

	if (!strcmp(arg, "-c") || !strcmp(arg, "-E"))
		return true;
	for (size_t i = 0; i < COUNT(starts); i++)
		if (!strncmp(arg, starts[i], strlen(starts[i])))
			return true;
	return false;
}

static int unknown_option(struct parse *p, const char *arg)
{
	const char *typed = arg + (arg[1] == '-' ? 2 : 1);
	size_t len = strcspn(typed, "=");
	struct ld_near near = {.typed = pool_strndup(p->pool, typed, len), .max = MAX_EDITS};

	if (!strncmp(arg, "-Wl,", 4))
		return report_error(p->report, "unknown-option",
				    "unknown option '%s'" LD_HELP
				    "use '%s': -Wl is an option of compilers",
				    arg, arg + 4);
	if (is_compiler_option(arg))
		return report_error(
		    p->report, "unknown-option",
		    "unknown option '%s'" LD_HELP
		    "pass compiler options to clang -c, and link its objects with %s",
		    arg, p->report->program ? p->report->program : "ld.bpf");
	for (size_t i = 0; i < COUNT(options); i++)
		if (options[i].name && options[i].id != OPT_refuse)
			ld_near_try(&near, options[i].name);
	if (near.name)
		return report_error(p->report, "unknown-option",
				    "unknown option '%s'" LD_HELP "did you mean '--%s%s'?", arg,
				    near.name, typed + len);
	return report_error(p->report, "unknown-option",
			    "unknown option '%s'" LD_HELP "ld.bpf --help lists all options", arg);
}

/* Matches --NAME and --NAME=VALUE, or the same with one dash. */
static bool match_long(struct parse *p, const char *arg, struct spelling *s)
{
	bool one_dash = arg[1] != '-';
	const char *name = arg + (one_dash ? 1 : 2);
	size_t len = strcspn(name, "=");

	/* As in GNU ld, -output is -o utput. */
	if (one_dash && name[0] == 'o')
		return false;
	for (size_t i = 0; i < COUNT(options); i++) {
		const struct option *opt = &options[i];

		if (!opt->name || strlen(opt->name) != len || strncmp(opt->name, name, len))
			continue;
		s->opt = opt;
		s->text = name[len] ? pool_strndup(p->pool, arg, (size_t)(name - arg) + len) : arg;
		s->given = name[len];
		s->value = name + len + s->given;
		return true;
	}
	return false;
}

/* Matches -X, and -XVALUE if the option takes a value. */
static bool match_letter(const char *arg, struct spelling *s)
{
	if (arg[1] == '-')
		return false;
	for (size_t i = 0; i < COUNT(options); i++) {
		const struct option *opt = &options[i];

		if (opt->letter != arg[1] || (arg[2] && opt->form != VALUE))
			continue;
		s->opt = opt;
		snprintf(s->letter, sizeof(s->letter), "-%c", opt->letter);
		s->text = s->letter;
		s->given = arg[2];
		s->value = arg + 2;
		return true;
	}
	return false;
}

static int invalid_value(struct parse *p, const struct spelling *s, const char *expected)
{
	return report_error(p->report, "invalid-value", "invalid value '%s' for '%s', expected %s",
			    s->value, s->text, expected);
}

/* A warning for when the link has started. Returns 0. */
static int note_unused(struct parse *p, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	ld_text_vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	words_add(&p->o->unused, pool_strndup(p->pool, text, strlen(text)));
	return 0;
}

static int parse_number(struct parse *p, const struct spelling *s, uint32_t min, uint32_t *out)
{
	char *end;
	unsigned long long n;

	errno = 0;
	n = strtoull(s->value, &end, 10);
	if (s->value[0] < '0' || s->value[0] > '9' || *end || errno || n < min || n > INT32_MAX)
		return invalid_value(p, s, min ? "a number above 0" : "a number");
	*out = (uint32_t)n;
	return 0;
}

/* "512", "64K", "16M", "1G" */
static int take_size(struct parse *p, const struct spelling *s, uint64_t *out)
{
	static const char units[] = "KMG";
	const char *unit;
	char *end;

	errno = 0;
	*out = strtoull(s->value, &end, 10);
	unit = *end ? strchr(units, *end) : NULL;
	if (s->value[0] < '0' || s->value[0] > '9' || errno || *out > UINT32_MAX ||
	    (*end && (!unit || end[1])))
		return invalid_value(p, s, "a number of bytes, such as 512M");
	for (; unit && unit >= units; unit--)
		*out *= 1024;
	return 0;
}

static int take_color(struct parse *p, const struct spelling *s)
{
	static const char *const names[] = {"auto", "always", "never"};

	for (size_t i = 0; i < COUNT(names); i++) {
		if (strcmp(s->given ? s->value : "always", names[i]))
			continue;
		report_color(p->report, (enum color_when)i);
		return 0;
	}
	return invalid_value(p, s, "auto, always or never");
}

/* All inputs are objects, so ignore-in-object-files is ignore-all. */
static int take_unresolved(struct parse *p, const struct spelling *s)
{
	static const struct {
		const char *name;
		bool ok;
	} methods[] = {
	    {"report-all", false},
	    {"ignore-all", true},
	    {"ignore-in-object-files", true},
	    {"ignore-in-shared-libs", false},
	};

	for (size_t i = 0; i < COUNT(methods); i++) {
		if (strcmp(s->value, methods[i].name))
			continue;
		p->o->lib.unresolved_ok = methods[i].ok;
		return 0;
	}
	return invalid_value(p, s, "report-all or ignore-all");
}

static int take_z(struct parse *p, const struct spelling *s)
{
	struct ld_near near = {.typed = s->value, .max = MAX_EDITS};

	for (size_t i = 0; i < COUNT(zkeys); i++) {
		size_t len = strlen(zkeys[i].name);
		bool begins = zkeys[i].name[len - 1] == '=' || zkeys[i].name[len - 1] == '-';

		if (begins ? strncmp(s->value, zkeys[i].name, len)
			   : strcmp(s->value, zkeys[i].name)) {
			ld_near_try(&near, zkeys[i].name);
			continue;
		}
		if (zkeys[i].id == Z_nocheck_types)
			p->o->lib.no_check_types = true;
		if (zkeys[i].id == Z_undefs)
			p->o->lib.unresolved_ok = true;
		return 0;
	}
	/* Other linkers ignore keywords that they do not know, and builds rely on it. */
	if (near.name)
		return note_unused(p, "unknown keyword '-z %s'" LD_HELP "did you mean '-z %s'?",
				   s->value, near.name);
	return note_unused(p, "unknown keyword '-z %s'", s->value);
}

static int take_emulation(struct parse *p, const struct spelling *s)
{
	if (strcmp(s->value, "elf64lbpf") && strcmp(s->value, "elf64bbpf"))
		return invalid_value(p, s, "elf64lbpf or elf64bbpf");
	return 0;
}

static void add_input(struct options *o, struct input in)
{
	struct inputs *to = &o->inputs;

	if (to->n == to->cap) {
		to->cap = to->cap ? to->cap * 2 : 16;
		to->v = reallocarray(to->v, to->cap, sizeof(*to->v));
		if (!to->v)
			out_of_memory();
	}
	o->any_file |= in.kind != INPUT_MODE;
	to->v[to->n++] = in;
}

static int take_library(struct parse *p, const struct spelling *s)
{
	/* gcc adds libgcc.a to every link, but it is not usable in BPF programs. */
	if (p->personality == CALLED_COLLECT2 && !strcmp(s->value, "gcc"))
		return 0;
	add_input(p->o, (struct input){.kind = INPUT_LIBRARY, .name = s->value});
	return 0;
}

/* --whole-archive, --start-lib and their opposites, which affect the inputs that follow. */
static int take_mode(struct parse *p, unsigned int mode, bool on)
{
	struct options *o = p->o;

	if (mode == BPFLD_LAZY && on == ((o->input_mode & mode) != 0))
		return report_error(p->report, "invalid-value",
				    on ? "nested '--start-lib'" : "stray '--end-lib'");
	o->input_mode = on ? o->input_mode | mode : o->input_mode & ~mode;
	add_input(o, (struct input){.kind = INPUT_MODE, .mode = o->input_mode});
	return 0;
}

static int take_error_limit(struct parse *p, const struct spelling *s)
{
	uint32_t n = 0;

	if (parse_number(p, s, 0, &n))
		return 1;
	p->o->lib.error_limit = n ? n : ~0u;
	return 0;
}

/* A symbol and another, or a number: "A=B". The library parses B. */
static int take_defsym(struct parse *p, const struct spelling *s)
{
	const char *equals = strchr(s->value, '=');

	if (!equals || equals == s->value || !equals[1])
		return invalid_value(p, s, "a symbol and another or a number, A=B");
	words_add(&p->o->defsyms, s->value);
	return 0;
}

/* Two symbols, "A=B". */
static int take_rename(struct parse *p, const struct spelling *s)
{
	const char *equals = strchr(s->value, '=');

	if (!equals || equals == s->value || !equals[1] || (equals[1] >= '0' && equals[1] <= '9'))
		return invalid_value(p, s, "two symbols, A=B");
	words_add(&p->o->renames, s->value);
	return 0;
}

static int take_prefix(struct parse *p, const struct spelling *s)
{
	if (!ld_is_prefix(s->value))
		return invalid_value(p, s, "LIB:PFX, with the beginning of a C name as PFX");
	words_add(&p->o->prefixes, s->value);
	return 0;
}

static int take_skeleton_name(struct parse *p, const struct spelling *s)
{
	const char *c = s->value;

	if (!isalpha((unsigned char)*c) && *c != '_')
		return invalid_value(p, s, "a C name");
	for (; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '_')
			return invalid_value(p, s, "a C name");
	p->o->skeleton_name = s->value;
	return 0;
}

static int take_bind(struct parse *p, const struct spelling *s)
{
	struct bind b;

	if (!split_bind(p->pool, s->value, &b))
		return invalid_value(p, s, "OBJECT:NAME=OBJECT:NAME");
	if (p->o->nr_binds == p->o->cap_binds) {
		p->o->cap_binds = p->o->cap_binds ? 2 * p->o->cap_binds : 16;
		p->o->binds = realloc(p->o->binds, p->o->cap_binds * sizeof(b));
		if (!p->o->binds)
			out_of_memory();
	}
	p->o->binds[p->o->nr_binds++] = b;
	return 0;
}

/* The file has a glob on each line; '#' begins a comment. */
static int take_localize(struct parse *p, const struct spelling *s)
{
	size_t size;
	char *text = read_text(p->pool, s->value, &size), *line, *next;

	if (!text)
		return report_error(p->report, "cannot-open", "cannot open %s: %s", s->value,
				    strerror(errno));
	words_add(&p->o->read_files, s->value);
	for (line = text; line < text + size; line = next) {
		char *end = memchr(line, '\n', (size_t)(text + size - line));

		next = end ? end + 1 : text + size;
		line[strcspn(line, " \t\r\n#")] = '\0';
		if (*line)
			words_add(&p->o->localize, line);
	}
	return 0;
}

/* An unknown id is a warning, and not an error. */
static int take_no_warn(struct parse *p, const struct spelling *s)
{
	static const char *const ids[] = {
#define WARNING(id) id,
#include "ld/warnings.def"
	};
	struct ld_near near = {.typed = s->value, .max = MAX_EDITS};

	words_add(&p->o->no_warn, s->value);
	for (size_t i = 0; i < COUNT(ids); i++) {
		if (!strcmp(s->value, ids[i]))
			return 0;
		ld_near_try(&near, ids[i]);
	}
	if (near.name)
		return note_unused(p, "--no-warn: unknown id '%s'" LD_HELP "did you mean '%s'?",
				   s->value, near.name);
	return note_unused(p, "--no-warn: unknown id '%s'" LD_HELP "ld.bpf --explain lists all ids",
			   s->value);
}

static int take_icf(struct parse *p, const struct spelling *s)
{
	if (strcmp(s->value, "all") && strcmp(s->value, "none") && strcmp(s->value, "safe"))
		return invalid_value(p, s, "all, safe or none");
	p->o->lib.icf = !strcmp(s->value, "all");
	return 0;
}

static int take_addends(struct parse *p, const struct spelling *s)
{
	if (strcmp(s->value, "llvm") && strcmp(s->value, "gas"))
		return invalid_value(p, s, "llvm or gas");
	p->o->lib.addends = strcmp(s->value, "gas") ? BPFLD_ADDENDS_LLVM : BPFLD_ADDENDS_GAS;
	return 0;
}

static int take_strip(struct options *o, enum bpfld_strip strip)
{
	/* -s overrides -S, whatever their order. */
	if (strip > o->lib.strip)
		o->lib.strip = strip;
	return 0;
}

/* GNU ld has two more names for zlib: for SHF_COMPRESSED, and for what it wrote before. */
static int take_compress(struct parse *p, const struct spelling *s)
{
	static const struct {
		const char *name;
		enum bpfld_compress method;
	} methods[] = {
	    {"none", BPFLD_COMPRESS_NONE},      {"zlib", BPFLD_COMPRESS_ZLIB},
	    {"zlib-gabi", BPFLD_COMPRESS_ZLIB}, {"zlib-gnu", BPFLD_COMPRESS_ZLIB},
	    {"zstd", BPFLD_COMPRESS_ZSTD},
	};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (!strcmp(s->value, methods[i].name)) {
			p->o->lib.compress = methods[i].method;
			return 0;
		}
	return invalid_value(p, s, "none, zlib or zstd");
}

static int take_text(struct parse *p, const struct spelling *s, const char **out)
{
	if (!*s->value)
		return report_error(p->report, "invalid-value", "empty value for '%s'", s->text);
	*out = s->value;
	return 0;
}

/* Options for the LTO plugins of gold and gcc. Those for gcc's own compiler are ignored. */
static int take_plugin_opt(struct parse *p, const struct spelling *s)
{
	struct options *o = p->o;
	const char *v = s->value;

	if (v[0] == 'O' && v[1] >= '0' && v[1] <= '3' && !v[2])
		o->lto.level = v[1] - '0';
	else if (!strncmp(v, "mcpu=", 5) && v[5])
		o->lto.cpu = v + 5;
	else if (!strncmp(v, "mattr=", 6) && v[6])
		o->lto.features = v + 6;
	else if (!strcmp(v, "ignore-inline-never"))
		o->lto.inline_never = true;
	else if (!strcmp(v, "keep-loops"))
		o->lto.keep_loops = true;
	else if (!strcmp(v, "for-rust"))
		o->lto.prefer = LTO_FOR_RUST;
	else if (!strcmp(v, "save-temps"))
		o->save_temps = true;
	else if (!strcmp(v, "emit-asm"))
		o->lib.lto_want = BPFLD_LTO_ASM;
	else if (!strcmp(v, "emit-llvm"))
		o->lib.lto_want = BPFLD_LTO_IR;
	else if (!strcmp(v, "emit-llvm-ir"))
		o->lib.lto_want = BPFLD_LTO_TEXT;
	else if (v[0] == '-' && strncmp(v, "-fresolution=", 13) != 0 &&
		 strncmp(v, "-pass-through=", 14) != 0)
		words_add(&o->mllvm, v);
	return 0;
}

static bool ends_in(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len > n && !strcmp(s + len - n, end);
}

static int take_report(struct parse *p, const struct spelling *s)
{
	if (ends_in(s->value, ".html"))
		p->o->report_html = s->value;
	else if (ends_in(s->value, ".json"))
		p->o->report_json = s->value;
	else
		return invalid_value(p, s, "a file name that ends in .html or .json");
	return 0;
}

static int refuse(struct parse *p, const struct spelling *s)
{
	return report_error(p->report, "unsupported-option", "'%s' is not supported: %s", s->text,
			    s->opt->help);
}

/* "--explain ID" is read as an input, ID, and understood later. */
static int take_explain(struct parse *p, const struct spelling *s)
{
	p->o->want_explanation = true;
	if (s->given)
		add_input(p->o, (struct input){.kind = INPUT_FILE, .name = s->value});
	return 0;
}

static int take_diagnostics(struct parse *p, const struct spelling *s)
{
	bool json = !strcmp(s->value, "json");

	if (!json && strcmp(s->value, "text"))
		return invalid_value(p, s, "text or json");
	report_format(p->report, json);
	return 0;
}

static int take_plan(struct parse *p, const struct spelling *s)
{
	struct options *o = p->o;

	if (o->lto.plan)
		return report_error(p->report, "invalid-value",
				    "'%s': a plan is already specified: %s" LD_HELP
				    "specify only one plan",
				    s->text, o->plan.path);
	words_add(&o->read_files, s->value);
	o->lto.plan = &o->plan;
	return lto_read_plan(&o->plan, p->pool, p->report, s->value);
}

/* Options of link-time optimization. */
static int take_lto(struct parse *p, const struct spelling *s)
{
	struct options *o = p->o;

	/* gcc passes --plugin-opt to every link. */
	if (s->opt->id != OPT_lto && s->opt->id != OPT_no_lto && s->opt->id != OPT_plugin_opt)
		o->lto_option = s->text;
	switch (s->opt->id) {
	case OPT_lto: o->lib.lto_fat = true; return 0;
	case OPT_no_lto: o->lib.lto_fat = false; return 0;
	case OPT_lto_O0: o->lto.level = 0; return 0;
	case OPT_lto_O1: o->lto.level = 1; return 0;
	case OPT_lto_O2: o->lto.level = 2; return 0;
	case OPT_lto_O3: o->lto.level = 3; return 0;
	case OPT_lto_internalize: o->lib.lto_internalize = true; return 0;
	case OPT_lto_emit_asm: o->lib.lto_want = BPFLD_LTO_ASM; return 0;
	case OPT_lto_emit_llvm: o->lib.lto_want = BPFLD_LTO_IR; return 0;
	case OPT_lto_plan: return take_plan(p, s);
	case OPT_mcpu: return take_text(p, s, &o->lto.cpu);
	case OPT_mllvm: words_add(&o->mllvm, s->value); return 0;
	case OPT_lto_cache: return take_text(p, s, &o->lto.cache);
	case OPT_lto_cache_size: return take_size(p, s, &o->lto.cache_size);
	case OPT_save_temps: o->save_temps = true; return 0;
	case OPT_plugin_opt: return take_plugin_opt(p, s);
	default: return 0;
	}
}

static int take(struct parse *p, const struct spelling *s)
{
	struct options *o = p->o;

	switch (s->opt->id) {
	case OPT_output: return take_text(p, s, &o->output);
	case OPT_relocatable: o->lib.output = BPFLD_PARTIAL; return 0;
	case OPT_strip_debug: return take_strip(o, BPFLD_STRIP_DEBUG);
	case OPT_strip_all: return take_strip(o, BPFLD_STRIP_ALL);
	case OPT_compress_debug: return take_compress(p, s);
	case OPT_entry: o->lib.entry = s->value; return 0;
	case OPT_undefined: words_add(&o->undefined, s->value); return 0;
	case OPT_library_path: words_add(&o->library_paths, s->value); return 0;
	case OPT_whole_archive: return take_mode(p, BPFLD_WHOLE_ARCHIVE, true);
	case OPT_no_whole_archive: return take_mode(p, BPFLD_WHOLE_ARCHIVE, false);
	case OPT_start_lib: return take_mode(p, BPFLD_LAZY, true);
	case OPT_end_lib: return take_mode(p, BPFLD_LAZY, false);
	case OPT_library: return take_library(p, s);
	case OPT_z: return take_z(p, s);
	case OPT_addends: return take_addends(p, s);
	case OPT_target_btf: words_add(&p->o->target_btf, s->value); return 0;
	case OPT_kernel_btf: return take_text(p, s, &o->lib.kernel_btf);
	case OPT_target_kernel: return take_text(p, s, &o->lib.target_kernels);
	case OPT_license: return take_text(p, s, &o->lib.license);
	case OPT_unresolved: return take_unresolved(p, s);
	case OPT_btf_gc: o->lib.no_btf_gc = false; return 0;
	case OPT_no_btf_gc: o->lib.no_btf_gc = true; return 0;
	case OPT_gc_sections: o->lib.gc_sections = true; return 0;
	case OPT_no_gc_sections: o->lib.gc_sections = false; return 0;
	case OPT_print_gc: o->lib.print_gc_sections = true; return 0;
	case OPT_no_print_gc: o->lib.print_gc_sections = false; return 0;
	case OPT_keep: words_add(&o->keep, s->value); return 0;
	case OPT_why_live: words_add(&o->why_live, s->value); return 0;
	case OPT_defsym: return take_defsym(p, s);
	case OPT_bind: return take_bind(p, s);
	case OPT_wrap: words_add(&o->wraps, s->value); return 0;
	case OPT_rename: return take_rename(p, s);
	case OPT_prefix: return take_prefix(p, s);
	case OPT_localize: return take_localize(p, s);
	case OPT_unique_statics: o->lib.unique_statics = true; return 0;
	case OPT_no_unique_statics: o->lib.unique_statics = false; return 0;
	case OPT_export: words_add(&o->exports, s->value); return 0;
	case OPT_icf: return take_icf(p, s);
	case OPT_print_icf: o->lib.print_icf_sections = true; return 0;
	case OPT_no_print_icf: o->lib.print_icf_sections = false; return 0;
	case OPT_dynamic: o->lib.dynamic = true; return 0;
	case OPT_verify: o->lib.verify = true; return 0;
	case OPT_no_verify: o->lib.verify = false; return 0;
	case OPT_threads: return parse_number(p, s, 1, &o->lib.threads);
	case OPT_fatal_warnings: o->lib.fatal_warnings = true; return 0;
	case OPT_no_fatal_warnings: o->lib.fatal_warnings = false; return 0;
	case OPT_no_warn: return take_no_warn(p, s);
	case OPT_error_limit: return take_error_limit(p, s);
	case OPT_diagnostics: return take_diagnostics(p, s);
	case OPT_color: return take_color(p, s);
	case OPT_no_color: report_color(p->report, COLOR_NEVER); return 0;
	case OPT_map: return take_text(p, s, &o->map);
	case OPT_print_map: o->map = "-"; return 0;
	case OPT_cref: o->cref = true; return 0;
	case OPT_trace: o->lib.trace = true; return 0;
	case OPT_trace_symbol: words_add(&o->trace_symbols, s->value); return 0;
	case OPT_print_stats: o->print_stats = true; return 0;
	case OPT_time_trace: o->time_trace = s->value; return 0;
	case OPT_dependency_file: return take_text(p, s, &o->dependency_file);
	case OPT_why_extract: return take_text(p, s, &o->why_extract);
	case OPT_report: return take_report(p, s);
	case OPT_report_against: return take_text(p, s, &o->lib.report_against);
	case OPT_report_verdicts: return take_text(p, s, &o->lib.report_verdicts);
	case OPT_skeleton: return take_text(p, s, &o->skeleton);
	case OPT_subskeleton: return take_text(p, s, &o->subskeleton);
	case OPT_skeleton_name: return take_skeleton_name(p, s);
	case OPT_reproduce: return take_text(p, s, &o->reproduce);
	case OPT_version_first: o->version_first = true; return 0;
	case OPT_verbose: o->version_first = o->verbose = true; return 0;
	case OPT_print_version: o->want_version = true; return 0;
	case OPT_explain: return take_explain(p, s);
	case OPT_help: o->want_help = true; return 0;
	case OPT_emulation: return take_emulation(p, s);
	case OPT_noop: return 0;
	case OPT_refuse: return refuse(p, s);
	default: return take_lto(p, s);
	}
}

static void record(struct parse *p, const struct option *opt, const char *option, const char *value)
{
	struct replay_word *w;

	if (!p->last)
		return;
	w = (struct replay_word *)pool_alloc(p->pool, sizeof(*w));
	option = option ? pool_strndup(p->pool, option, strlen(option)) : NULL;
	*w = (struct replay_word){.kind = REPLAY_OPTION, .option = option, .value = value};
	if (!opt) {
		w->kind = REPLAY_INPUT;
	} else {
		switch (opt->id) {
		case OPT_output:
		case OPT_map:
		case OPT_dependency_file:
		case OPT_why_extract:
		case OPT_report:
		case OPT_skeleton:
		case OPT_subskeleton:
		case OPT_time_trace: w->kind = REPLAY_OUTPUT; break;
		case OPT_library_path: w->kind = REPLAY_DIRECTORY; break;
		case OPT_localize:
		case OPT_lto_plan: w->kind = REPLAY_INPUT; break;
		case OPT_prefix: w->kind = REPLAY_PREFIX; break;
		case OPT_bind: w->kind = REPLAY_BIND; break;
		case OPT_target_btf: /* these have no effect on the output */
		case OPT_report_against:
		case OPT_report_verdicts:
		case OPT_reproduce: return;
		/* -lgcc of collect2 is ignored: see take_library(). */
		case OPT_library:
			if (p->personality == CALLED_COLLECT2 && value && !strcmp(value, "gcc"))
				return;
			break;
		default: break;
		}
	}
	*p->last = w;
	p->last = &w->next;
}

static int parse_option(struct parse *p, const char *arg)
{
	struct spelling s;

	if (!match_long(p, arg, &s) && !match_letter(arg, &s))
		return unknown_option(p, arg);
	if (s.opt->form == FLAG && s.given)
		return report_error(p->report, "invalid-value",
				    "'%s' does not accept a value, got '%s'", s.text, s.value);
	if (s.opt->form == VALUE && !s.given) {
		if (p->next == p->args->n)
			return report_error(p->report, "missing-value",
					    "'%s' requires a value: %s %s", s.text, s.text,
					    s.opt->value);
		s.value = p->args->v[p->next++];
		s.given = true;
	}
	record(p, s.opt, s.text, s.given ? s.value : NULL);
	return take(p, &s);
}

/* Whether --reproduce may be among the words; if not, they need not be recorded. */
static bool wants_replay(const struct words *args)
{
	for (size_t i = 0; i < args->n; i++)
		if (args->v[i][0] == '-' && strstr(args->v[i], "reproduce"))
			return true;
	return false;
}

static int compile(void *ctx, const struct bpfld_lto_job *job)
{
	struct options *o = ctx;

	o->compiled = true;
	return lto_compile(&o->lto, job);
}

int parse_options(struct options *o, struct pool *pool, struct report *r, const struct words *args,
		  enum personality personality)
{
	struct parse p = {.o = o, .pool = pool, .report = r, .args = args};
	bool only_inputs = false;

	p.personality = personality;
	p.last = wants_replay(args) ? &o->replay : NULL;

	o->lib.sz = BPFLD_OPTS_SIZE;
	o->lib.kernel_btf = "/sys/kernel/btf/vmlinux";
	o->output = "a.out";
	o->lto.level = 2;
	o->lto.cache_size = LTO_CACHE_SIZE;
	/* With other arguments, -h is --soname of other linkers. */
	if (args->n == 1 && !strcmp(args->v[0], "-h")) {
		o->want_help = true;
		return 0;
	}
	while (p.next < args->n) {
		const char *arg = args->v[p.next++];

		if (only_inputs || arg[0] != '-' || !arg[1]) {
			add_input(o, (struct input){.kind = INPUT_FILE, .name = arg});
			record(&p, NULL, NULL, arg);
		} else if (!strcmp(arg, "--")) {
			only_inputs = true;
		} else {
			p.err |= parse_option(&p, arg);
		}
	}
	if (o->time_trace && !*o->time_trace)
		o->time_trace = pool_printf(pool, "%s.time-trace", o->output);
	o->lto.mllvm = o->mllvm.v;
	o->lto.threads = o->lib.threads;
	if (o->save_temps)
		o->lto.temporaries = pool_printf(pool, "%s.lto", o->output);
	o->hook = (struct bpfld_lto){sizeof(o->hook), o, compile};
	o->lib.lto = &o->hook;
	if (!p.err && o->lib.dynamic && o->lib.output == BPFLD_PARTIAL)
		p.err = report_error(p.report, "unsupported-option",
				     "cannot use '--dynamic' with '-r': only the output of a final "
				     "link can be loaded" LD_HELP "omit -r");
	o->lib.c_names = o->skeleton || o->subskeleton;
	o->lib.no_image = !o->lib.c_names;
	o->lib.trace_symbols = o->trace_symbols.v;
	o->lib.read_files = o->read_files.v;
	o->lib.dependency_target = o->output;
	o->lib.undefined = o->undefined.v;
	o->lib.no_warn = o->no_warn.v;
	o->lib.library_paths = o->library_paths.v;
	o->lib.keep = o->keep.v;
	o->lib.defsyms = o->defsyms.v;
	o->lib.wraps = o->wraps.v;
	o->lib.renames = o->renames.v;
	o->lib.prefixes = o->prefixes.v;
	o->lib.target_btf = o->target_btf.v;
	if (o->lib.report_verdicts && !o->report_html && !o->report_json)
		note_unused(&p, "--report-verdicts has no effect without a report" LD_HELP
				"add --report=FILE.html");
	o->lib.localize = o->localize.v;
	o->lib.export_globs = o->exports.v;
	o->lib.why_live = o->why_live.v;
	return p.err;
}

void free_options(struct options *o)
{
	free(o->inputs.v);
	free(o->binds);
	words_free(&o->library_paths);
	words_free(&o->keep);
	words_free(&o->defsyms);
	words_free(&o->wraps);
	words_free(&o->renames);
	words_free(&o->prefixes);
	words_free(&o->target_btf);
	words_free(&o->localize);
	lto_free_plan(&o->plan);
	words_free(&o->exports);
	words_free(&o->why_live);
	words_free(&o->undefined);
	words_free(&o->no_warn);
	words_free(&o->unused);
	words_free(&o->trace_symbols);
	words_free(&o->read_files);
	words_free(&o->response_files);
	words_free(&o->mllvm);
}

static void print_rows(const char *title, bool noop, bool refuse)
{
	printf("\n%s:\n", title);
	for (size_t i = 0; i < COUNT(options); i++)
		if ((options[i].id == OPT_noop) == noop && (options[i].id == OPT_refuse) == refuse)
			print_option(stdout, options[i].letter, options[i].name, options[i].form,
				     options[i].value, options[i].help);
}

int print_help(void)
{
	printf("Usage: ld.bpf [options] file...\n\n"
	       "Links BPF ELF objects into one object that a BPF loader can load.\n"
	       "Long options may have one dash or two, and their values may follow '=' or be the "
	       "next word.\n");
	print_rows("Options", false, false);
	printf("  %-30s%s\n", "@FILE", "read options and inputs from FILE");
	printf("\nKeywords of -z:\n");
	for (size_t i = 0; i < COUNT(zkeys); i++)
		if (zkeys[i].id != Z_noop)
			printf("  %-30s%s\n", zkeys[i].name, zkeys[i].help);
	print_rows("Ignored for compatibility", true, false);
	printf("  -z KEYWORD, where KEYWORD is one of\n");
	for (size_t i = 0; i < COUNT(zkeys); i++)
		if (zkeys[i].id == Z_noop)
			printf("    %s\n", zkeys[i].name);
	print_rows("Not supported, with the reason", false, true);
	/* Configure scripts search the help text for this line. */
	printf("\nld.bpf: supported targets: elf64-bpfle elf64-bpfbe\n");
	return fflush(stdout) || ferror(stdout);
}
