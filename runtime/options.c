/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Checks the caller's options, and copies them and what they point to. */
#include "options.h"
#include "base/opts.h"
#include "kernel/targets.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

const char **ld_copy_strings(struct ld_arena *a, const char *const *in)
{
	const char **out;
	size_t nr = 0;

	while (in && in[nr])
		nr++;
	out = LD_NEW_ARRAY(a, const char *, nr + 1);
	for (size_t i = 0; i < nr; i++)
		out[i] = ld_strdup(a, in[i]);
	return out;
}

/* Whether each string is NAME=NAME. */
static bool are_pairs(const char *const *list)
{
	for (; list && *list; list++) {
		const char *equals = strchr(*list, '=');

		if (!equals || equals == *list || !equals[1])
			return false;
	}
	return true;
}

static bool are_prefixes(const char *const *list)
{
	for (; list && *list; list++)
		if (!ld_is_prefix(*list))
			return false;
	return true;
}

static int read_lto(struct bpfld_lto *to, const struct bpfld_lto *in)
{
	int err;

	memset(to, 0, sizeof(*to));
	err = ld_copy_opts(to, sizeof(*to), in);
	return err ? err : to->compile ? 0 : -EINVAL;
}

int ld_read_opts(const struct bpfld_opts *in, struct bpfld_opts *opts)
{
	struct bpfld_lto lto;
	int err;

	memset(opts, 0, sizeof(*opts));
	if (!in)
		return 0;
	err = ld_copy_opts(opts, BPFLD_OPTS_SIZE, in);
	if (!err && opts->lto)
		err = read_lto(&lto, opts->lto);
	if (!err &&
	    ((unsigned int)opts->output > BPFLD_PARTIAL ||
	     (unsigned int)opts->strip > BPFLD_STRIP_ALL ||
	     (unsigned int)opts->lto_want > BPFLD_LTO_TEXT ||
	     (unsigned int)opts->addends > BPFLD_ADDENDS_GAS ||
	     (unsigned int)opts->compress > BPFLD_COMPRESS_ZSTD || !are_pairs(opts->defsyms) ||
	     !are_pairs(opts->renames) || !are_prefixes(opts->prefixes) ||
	     (opts->dynamic && opts->output == BPFLD_PARTIAL)))
		err = -EINVAL;
	return err;
}

static void map_name(struct ld_arena *a, struct ld_strmap *map, const char *from, size_t len,
		     const char *to)
{
	*ld_strmap_slot(a, map, from, len) = (void *)(uintptr_t)to;
}

/* References to SYM mean __wrap_SYM, and references to __real_SYM mean SYM. */
static void map_wraps(struct ld_arena *a, struct ld_options *o, const char **wraps)
{
	for (; *wraps; wraps++) {
		const char *real = ld_printf(a, "__real_%s", *wraps);

		map_name(a, &o->wrap_map, *wraps, strlen(*wraps),
			 ld_printf(a, "__wrap_%s", *wraps));
		map_name(a, &o->wrap_map, real, strlen(real), *wraps);
	}
}

static void map_renames(struct ld_arena *a, struct ld_options *o, const char **renames)
{
	for (; *renames; renames++) {
		const char *equals = strchr(*renames, '=');

		map_name(a, &o->rename_map, *renames, (size_t)(equals - *renames), equals + 1);
	}
}

static const char *mapped(const struct ld_strmap *map, const char *name)
{
	const char *other = ld_strmap_get(map, name, strlen(name));

	return other ? other : name;
}

/*
 * --defsym=A=B: B may be the A of another one. It is a reference like others, to which --wrap and
 * --rename apply.
 */
static void note_defsyms(struct ld_arena *a, struct ld_options *o, const char **defsyms)
{
	struct ld_strmap targets = {0};
	size_t nr = 0;

	for (; defsyms[nr]; nr++) {
		const char *equals = strchr(defsyms[nr], '=');

		map_name(a, &targets, defsyms[nr], (size_t)(equals - defsyms[nr]), equals + 1);
	}
	for (size_t i = 0; i < nr; i++) {
		size_t len = strcspn(defsyms[i], "=");
		const char *target = defsyms[i] + len + 1, *last = NULL;

		for (size_t k = 0; k < nr && target != last; k++) {
			last = target;
			target = mapped(&targets, last);
		}
		target = mapped(&o->rename_map, mapped(&o->wrap_map, target));
		defsyms[i] = ld_printf(a, "%.*s=%s", (int)len, defsyms[i], target);
		map_name(a, &o->defsym_names, defsyms[i], len, defsyms[i]);
		map_name(a, &o->defsym_names, target, strlen(target), defsyms[i]);
	}
}

static void copy_names(struct ld_arena *a, struct ld_names *to, const char *const *list, bool globs)
{
	ld_names_init(a, to, ld_copy_strings(a, list), globs);
}

void ld_apply_opts(struct ld_arena *a, struct ld_options *o, const struct bpfld_opts *opts)
{
	o->partial = opts->output == BPFLD_PARTIAL;
	o->strip_debug = opts->strip != BPFLD_STRIP_NONE;
	o->strip_all = opts->strip == BPFLD_STRIP_ALL;
	o->unresolved_ok = opts->unresolved_ok;
	o->no_btf_gc = opts->no_btf_gc;
	o->no_check_types = opts->no_check_types;
	o->verify = opts->verify;
	o->unique_statics = opts->unique_statics;
	o->c_names = opts->c_names;
	o->threads = opts->threads;
	o->kernel_btf = opts->kernel_btf ? ld_strdup(a, opts->kernel_btf) : NULL;
	if (opts->target_kernels)
		o->bad_kernels = ld_parse_kernels(a, opts->target_kernels, &o->kernels);
	o->target_btf = ld_copy_strings(a, opts->target_btf);
	o->report_against = opts->report_against ? ld_strdup(a, opts->report_against) : NULL;
	o->report_verdicts = opts->report_verdicts ? ld_strdup(a, opts->report_verdicts) : NULL;
	o->license = opts->license ? ld_strdup(a, opts->license) : NULL;
	copy_names(a, &o->undefined, opts->undefined, false);
	o->library_paths = ld_copy_strings(a, opts->library_paths);
	copy_names(a, &o->keep, opts->keep, true);
	copy_names(a, &o->why_live, opts->why_live, true);
	copy_names(a, &o->export, opts->export_globs, true);
	copy_names(a, &o->localize, opts->localize, true);
	o->defsyms = ld_copy_strings(a, opts->defsyms);
	o->dynamic = opts->dynamic;
	o->keep_stubs = opts->keep_stubs;
	o->entries = ld_copy_strings(a, opts->entries);
	o->anchor = opts->anchor ? ld_strdup(a, opts->anchor) : NULL;
	o->wraps = ld_copy_strings(a, opts->wraps);
	map_wraps(a, o, o->wraps);
	o->renames = ld_copy_strings(a, opts->renames);
	map_renames(a, o, o->renames);
	note_defsyms(a, o, o->defsyms);
	o->prefixes = ld_copy_strings(a, opts->prefixes);
	o->gc_sections = opts->gc_sections;
	o->print_gc = opts->print_gc_sections;
	o->compress = (int)opts->compress;
	o->addends = opts->addends == BPFLD_ADDENDS_LLVM  ? LD_ADDENDS_LLVM
		     : opts->addends == BPFLD_ADDENDS_GAS ? LD_ADDENDS_GAS
							  : LD_ADDENDS_OPEN;
	o->icf = opts->icf;
	o->print_icf = opts->print_icf_sections;
	o->trace = opts->trace;
	copy_names(a, &o->trace_symbols, opts->trace_symbols, false);
	o->read_files = ld_copy_strings(a, opts->read_files);
	if (opts->lto) {
		o->lto = LD_NEW(a, struct bpfld_lto);
		read_lto(o->lto, opts->lto);
	}
	o->lto_fat = opts->lto_fat;
	o->lto_internalize = opts->lto_internalize;
	o->lto_want = opts->lto_want == BPFLD_LTO_EACH ? BPFLD_LTO_WHOLE : (int)opts->lto_want;
	o->dependency_target =
	    ld_strdup(a, opts->dependency_target ? opts->dependency_target : "a.out");
}
