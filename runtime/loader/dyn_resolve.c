/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Who serves an import: the function that it was bound to, else the one function of its name among
 * all libraries. What can't be is worded here.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "loader/dyn.h"

struct ld_offer *ld_find_offer(const struct bpfld_module *lib, const char *func)
{
	for (size_t i = 0; i < lib->nr_offers; i++)
		if (!strcmp(lib->offers[i].name, func))
			return &lib->offers[i];
	return NULL;
}

/* Whether the function fits; if not, import->why says so. */
static int compare(struct bpfld_module *main, struct ld_dyn_import *import,
		   struct bpfld_module *lib, const struct ld_offer *offer)
{
	struct bpfld_object a = {main->image, main->size}, b = {lib->image, lib->size};
	char why[512] = "";
	int err = bpfld_compare_functions(&a, import->name, &b, offer->name, why, sizeof(why));

	if (err < 0)
		return ld_dyn_error(main->d, err, "import-not-served",
				    "cannot compare '%s' of %s and %s: %s", import->name,
				    main->name, lib->name, strerror(-err));
	if (err)
		import->why =
		    ld_dyn_text(main->d, "the types differ: %s\n>>> defined as   %s in %s", why,
				offer->prototype, lib->name);
	else if (offer->refused)
		import->why =
		    ld_dyn_text(main->d,
				"no kernel takes such a function: %s\n>>> defined as   %s in %s",
				offer->refused, offer->prototype, lib->name);
	return 0;
}

int ld_resolve_to(struct bpfld_module *main, struct ld_dyn_import *import, struct bpfld_module *lib,
		  const char *func)
{
	const struct ld_offer *offer = ld_find_offer(lib, func);
	int err;

	import->why = NULL;
	if (!offer) {
		import->why = ld_dyn_text(main->d, "%s has no global function '%s' with BTF",
					  lib->name, func);
		return 0;
	}
	err = compare(main, import, lib, offer);
	if (err || import->why)
		return err;
	import->lib = lib;
	import->func = offer->name;
	import->fd = -1;
	return 0;
}

static char *missing(struct bpfld_dyn *d)
{
	char *text = NULL;

	for (const struct bpfld_module *m = d->modules; m; m = m->next)
		if (m->library)
			text = text
				   ? ld_dyn_text(d, "%s, %s", text, m->name)
				   : ld_dyn_text(d, "no library defines it: looked in %s", m->name);
	return text ? text : ld_dyn_text(d, "there is no library");
}

static int resolve_by_name(struct bpfld_module *main, struct ld_dyn_import *import)
{
	struct bpfld_module *found = NULL;

	for (struct bpfld_module *m = main->d->modules; m; m = m->next) {
		if (!m->library || !ld_find_offer(m, import->name))
			continue;
		if (found) {
			import->why = ld_dyn_text(
			    main->d,
			    "both %s and %s define it: bpfld_dyn_bind() says which is meant",
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

/* Whether what is found now comes too late, and then says so. */
static void too_late(struct bpfld_module *main, struct ld_dyn_import *import)
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
		    "%s was opened before %s was added, and asks whether the function is there",
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
			too_late(main, import);
	}
	return err;
}

void ld_report_import(struct bpfld_module *main, const struct ld_dyn_import *import,
		      enum bpfld_severity severity)
{
	const char *why = import->why ? import->why : "";
	const char *end = strchr(why, '\n');
	struct bpfld_diag diag = {sizeof(diag), severity, "import-not-served", NULL};

	diag.message =
	    ld_dyn_text(main->d, "no function for '%s' of %s: %.*s\n>>> declared as  %s%" LD_LINES,
			import->name, main->name, (int)(end ? end - why : (long)strlen(why)), why,
			import->prototype, end ? end : "");
	if (main->d->diag && diag.message)
		main->d->diag(main->d->diag_ctx, &diag);
}
