/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The caller's options to the link's: what is wrong with them, and copies of what they point to. */
#include "options.h"

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

#define MAX_OPTS ((size_t)4096) /* bytes: no struct of any release is larger */

/* The caller's struct of sz bytes, of which this library knows some; -E2BIG: it asks for more. */
static int read_struct(void *to, size_t known, const void *in, size_t sz)
{
	if (sz < sizeof(sz))
		return -EINVAL;
	if (sz > MAX_OPTS)
		return -E2BIG;
	for (size_t i = known; i < sz; i++)
		if (((const char *)in)[i])
			return -E2BIG;
	memcpy(to, in, sz < known ? sz : known);
	return 0;
}

static int read_lto(struct bpfld_lto *to, const struct bpfld_lto *in)
{
	int err;

	memset(to, 0, sizeof(*to));
	err = read_struct(to, sizeof(*to), in, in->sz);
	return err ? err : to->compile ? 0 : -EINVAL;
}

int ld_read_opts(const struct bpfld_opts *in, struct bpfld_opts *opts)
{
	struct bpfld_lto lto;
	int err;

	memset(opts, 0, sizeof(*opts));
	if (!in)
		return 0;
	err = read_struct(opts, BPFLD_OPTS_SIZE, in, in->sz);
	if (!err && opts->lto)
		err = read_lto(&lto, opts->lto);
	if (!err && ((unsigned int)opts->output > BPFLD_PARTIAL ||
		     (unsigned int)opts->strip > BPFLD_STRIP_ALL ||
		     (unsigned int)opts->lto_want > BPFLD_LTO_IR ||
		     (unsigned int)opts->addends > BPFLD_ADDENDS_GAS || !are_pairs(opts->defsyms) ||
		     !are_pairs(opts->renames) || (opts->dynamic && opts->output == BPFLD_PARTIAL)))
		err = -EINVAL;
	return err;
}

static void map_name(struct ld_link *l, struct ld_strmap *map, const char *from, size_t len,
		     const char *to)
{
	*ld_strmap_slot(&l->arena, map, from, len) = (void *)(uintptr_t)to;
}

/* References to SYM mean __wrap_SYM, those to __real_SYM mean SYM. */
static void map_wraps(struct ld_link *l, const char **wraps)
{
	for (; *wraps; wraps++) {
		const char *real = ld_printf(&l->arena, "__real_%s", *wraps);

		map_name(l, &l->wrap_map, *wraps, strlen(*wraps),
			 ld_printf(&l->arena, "__wrap_%s", *wraps));
		map_name(l, &l->wrap_map, real, strlen(real), *wraps);
	}
}

static void map_renames(struct ld_link *l, const char **renames)
{
	for (; *renames; renames++) {
		const char *equals = strchr(*renames, '=');

		map_name(l, &l->rename_map, *renames, (size_t)(equals - *renames), equals + 1);
	}
}

static void note_defsyms(struct ld_link *l, const char **defsyms)
{
	for (; *defsyms; defsyms++) {
		const char *equals = strchr(*defsyms, '=');

		map_name(l, &l->defsym_names, *defsyms, (size_t)(equals - *defsyms), *defsyms);
		map_name(l, &l->defsym_names, equals + 1, strlen(equals + 1), *defsyms);
	}
}

static void copy_names(struct ld_link *l, struct ld_names *to, const char *const *list, bool globs)
{
	ld_names_init(&l->arena, to, ld_copy_strings(&l->arena, list), globs);
}

void ld_apply_opts(struct ld_link *l, const struct bpfld_opts *opts)
{
	l->partial = opts->output == BPFLD_PARTIAL;
	l->strip_debug = opts->strip != BPFLD_STRIP_NONE;
	l->strip_all = opts->strip == BPFLD_STRIP_ALL;
	l->unresolved_ok = opts->unresolved_ok;
	l->no_btf_gc = opts->no_btf_gc;
	l->no_check_types = opts->no_check_types;
	l->verify = opts->verify;
	l->unique_statics = opts->unique_statics;
	l->c_names = opts->c_names;
	l->threads = opts->threads;
	l->license = opts->license ? ld_strdup(&l->arena, opts->license) : NULL;
	copy_names(l, &l->undefined, opts->undefined, false);
	l->library_paths = ld_copy_strings(&l->arena, opts->library_paths);
	copy_names(l, &l->keep, opts->keep, true);
	copy_names(l, &l->why_live, opts->why_live, true);
	copy_names(l, &l->export, opts->export_globs, true);
	copy_names(l, &l->localize, opts->localize, true);
	l->defsyms = ld_copy_strings(&l->arena, opts->defsyms);
	note_defsyms(l, l->defsyms);
	l->dynamic = opts->dynamic;
	l->entries = ld_copy_strings(&l->arena, opts->entries);
	l->anchor = opts->anchor ? ld_strdup(&l->arena, opts->anchor) : NULL;
	l->wraps = ld_copy_strings(&l->arena, opts->wraps);
	map_wraps(l, l->wraps);
	l->renames = ld_copy_strings(&l->arena, opts->renames);
	map_renames(l, l->renames);
	l->gc_sections = opts->gc_sections;
	l->print_gc = opts->print_gc_sections;
	l->addends = opts->addends == BPFLD_ADDENDS_LLVM  ? LD_ADDENDS_LLVM
		     : opts->addends == BPFLD_ADDENDS_GAS ? LD_ADDENDS_GAS
							  : LD_ADDENDS_OPEN;
	l->icf = opts->icf;
	l->print_icf = opts->print_icf_sections;
	l->trace = opts->trace;
	copy_names(l, &l->trace_symbols, opts->trace_symbols, false);
	l->read_files = ld_copy_strings(&l->arena, opts->read_files);
	if (opts->lto) {
		l->lto = LD_NEW(&l->arena, struct bpfld_lto);
		read_lto(l->lto, opts->lto);
	}
	l->lto_fat = opts->lto_fat;
	l->lto_internalize = opts->lto_internalize;
	l->lto_want = opts->lto_want == BPFLD_LTO_EACH ? BPFLD_LTO_WHOLE : (int)opts->lto_want;
	l->dependency_target =
	    ld_strdup(&l->arena, opts->dependency_target ? opts->dependency_target : "a.out");
}
