/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Resolution of imports: to the function that the import was bound to, or else to the only function
 * of its name in all libraries.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "loader/dyn.h"

struct ld_export *ld_find_export(const struct bpfld_module *lib, const char *func)
{
	for (size_t i = 0; i < lib->nr_exports; i++)
		if (!strcmp(lib->exports[i].name, func))
			return &lib->exports[i];
	return NULL;
}

const char *ld_static_reason(const struct bpfld_module *main)
{
	return main->no_replace ? main->no_replace : main->d->reason;
}

/* Sets import->why if the function does not match. */
static int compare(struct bpfld_module *main, struct ld_dyn_import *import,
		   struct bpfld_module *lib, const struct ld_export *export)
{
	struct bpfld_object a = {main->image, main->size}, b = {lib->image, lib->size};
	char why[512] = "";
	int err = bpfld_compare_functions(&a, import->name, &b, export->name, why, sizeof(why));

	if (err < 0)
		return ld_dyn_error(main->d, err, "import-not-served",
				    "cannot compare '%s' of %s and %s: %s", import->name,
				    main->name, lib->name, strerror(-err));
	if (err)
		import->why =
		    ld_dyn_text(main->d, "the types differ: %s\n>>> defined as   %s in %s", why,
				export->prototype, lib->name);
	else if (export->refused)
		import->why =
		    ld_dyn_text(main->d,
				"no kernel accepts such a function: %s\n>>> defined as   %s in %s",
				export->refused, export->prototype, lib->name);
	return 0;
}

int ld_resolve_to(struct bpfld_module *main, struct ld_dyn_import *import, struct bpfld_module *lib,
		  const char *func)
{
	const struct ld_export *export = ld_find_export(lib, func);
	int err;

	import->why = NULL;
	if (!export) {
		import->why = ld_dyn_text(main->d, "%s has no global function '%s' with BTF",
					  lib->name, func);
		return 0;
	}
	err = compare(main, import, lib, export);
	if (err || import->why)
		return err;
	import->lib = lib;
	import->func = export->name;
	import->fd = -1;
	return 0;
}

static char *missing(struct bpfld_dyn *d)
{
	char *text = NULL;

	for (const struct bpfld_module *m = d->modules; m; m = m->next)
		if (m->library)
			text = text ? ld_dyn_text(d, "%s, %s", text, m->name)
				    : ld_dyn_text(d, "no library defines it: searched %s", m->name);
	return text ? text : ld_dyn_text(d, "no library was added");
}

static int resolve_by_name(struct bpfld_module *main, struct ld_dyn_import *import)
{
	struct bpfld_module *found = NULL;

	for (struct bpfld_module *m = main->d->modules; m; m = m->next) {
		if (!m->library || !ld_find_export(m, import->name))
			continue;
		if (found) {
			import->why = ld_dyn_text(
			    main->d, "both %s and %s define it: select one with bpfld_dyn_bind()",
			    found->name, m->name);
			return 0;
		}
		found = m;
	}
	if (found)
		return ld_resolve_to(main, import, found, import->name);
	import->why = missing(main->d);
	return 0;
}

/* Sets import->why if main was opened before the library was added, and that is too late. */
static void check_opened(struct bpfld_module *main, struct ld_dyn_import *import)
{
	if (!main->obj || !import->lib)
		return;
	if (main->statically)
		import->why =
		    ld_dyn_text(main->d,
				"%s was opened before %s was added, and this is a static link%s%s",
				main->name, import->lib->name, *ld_static_reason(main) ? ": " : "",
				ld_static_reason(main));
	else if (import->nr_tests)
		import->why = ld_dyn_text(
		    main->d,
		    "%s was opened before %s was added, and tests whether the function exists",
		    main->name, import->lib->name);
	if (import->why)
		import->lib = NULL;
}

int ld_resolve(struct bpfld_module *main)
{
	int err = 0;

	for (size_t i = 0; i < main->nr_imports && !err; i++) {
		struct ld_dyn_import *import = &main->imports[i];

		if (import->lib || import->fd >= 0)
			continue;
		import->why = NULL;
		err = resolve_by_name(main, import);
		if (!err)
			check_opened(main, import);
	}
	return err;
}

void ld_report_import(struct bpfld_module *main, const struct ld_dyn_import *import,
		      enum bpfld_severity severity)
{
	const char *why = import->why ? import->why : "";
	const char *end = strchr(why, '\n');
	char *message =
	    ld_dyn_text(main->d, "no function for '%s' of %s: %.*s\n>>> declared as  %s%" LD_LINES,
			import->name, main->name, (int)(end ? end - why : (long)strlen(why)), why,
			import->prototype, end ? end : "");
	if (message)
		ld_dyn_report(main->d, severity, "import-not-served", message);
}
