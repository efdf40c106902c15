/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Inputs may be outputs of --dynamic, which have stubs and a table of them. While the stub is the
 * function that is linked, the loader can still replace it, so the output of -r and --dynamic lists
 * it, too. Other links are static, and need no table.
 */
#include "passes/select/carry_imports.h"

#include <stdlib.h>
#include <string.h>

#include "elf/import_table.h"

struct carrier {
	const struct ld_link *l;
	struct ld_strmap *map; /* name -> index in imports->list + 1 */
	struct ld_imports *imports;
};

static struct ld_global *find_global(const struct carrier *c, const struct ld_file *f,
				     const char *name)
{
	struct ld_sym ref = {.name = name};

	name = ld_global_name(f, &ref);
	return ld_strmap_get(&c->l->res.globals_by_name, name, strlen(name));
}

/* Lists the stubs of f that are linked. */
static void add_stubs(struct carrier *c, const struct ld_file *f)
{
	struct ld_import *import = NULL;
	struct ld_import_table table;
	const char *at;

	if (!ld_open_import_table(c->l->arena, f, &table))
		return;
	while ((at = ld_next_import_string(&table))) {
		if (!strncmp(at, "import=", 7)) {
			struct ld_global *n = find_global(c, f, at + 7);
			const struct ld_sym *def = n && n->owner == f ? ld_global_def(n) : NULL;
			void **slot;

			import = NULL;
			if (!def || !def->piece || !def->piece->live)
				continue;
			slot = ld_strmap_slot(c->l->arena, c->map, n->name, strlen(n->name));
			if (*slot)
				continue;
			LD_PUSH(c->l->arena, &c->imports->list,
				(struct ld_import){.name = n, .prototype = ""});
			*slot = (void *)(uintptr_t)c->imports->list.nr;
			import = &c->imports->list.v[c->imports->list.nr - 1];
		} else if (import && !strncmp(at, "prototype=", 10)) {
			import->prototype = at + 10;
		} else if (import && !strncmp(at, "default=", 8)) {
			import->value = (int32_t)strtol(at + 8, NULL, 10);
		}
	}
}

/* References of f to listed stubs: tests, and whether they are weak. */
static void add_uses(struct carrier *c, const struct ld_file *f)
{
	struct ld_import *import = NULL;
	struct ld_import_table table;
	bool weak = false;
	const char *at;

	if (!ld_open_import_table(c->l->arena, f, &table))
		return;
	do {
		at = ld_next_import_string(&table);
		if (!at || !strncmp(at, "import=", 7)) {
			const struct ld_global *n = at ? find_global(c, f, at + 7) : NULL;
			uintptr_t i =
			    n ? (uintptr_t)ld_strmap_get(c->map, n->name, strlen(n->name)) : 0;

			if (import)
				import->strong |= !weak;
			weak = false;
			import = i ? &c->imports->list.v[i - 1] : NULL;
		} else if (import && !strcmp(at, "weak")) {
			weak = true;
		} else if (import && !strncmp(at, "test=", 5)) {
			struct ld_import_test test = ld_read_import_test(&table, at + 5);

			if (test.piece && test.piece->live)
				LD_PUSH(c->l->arena, &import->tests, test);
		}
	} while (at);
}

void ld_carry_imports(const struct ld_link *l, struct ld_strmap *map, struct ld_imports *imports)
{
	struct carrier c = {.l = l, .map = map, .imports = imports};

	ld_for_each(i, &l->res.files)
		add_stubs(&c, l->res.files.v[i]);
	if (!c.map->nr)
		return;
	ld_for_each(i, &l->res.files)
		add_uses(&c, l->res.files.v[i]);
}
