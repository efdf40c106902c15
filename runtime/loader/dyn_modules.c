/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Modules before they are loaded: linking, reading, and opening with libbpf. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader/dyn.h"

/* ---- links ---- */

/* Drops warnings: they were reported when the object was read. */
static void only_errors(void *ctx, const struct bpfld_diag *diag)
{
	const struct bpfld_dyn *d = ctx;

	if (diag->severity == BPFLD_ERROR && d->diag)
		d->diag(d->diag_ctx, diag);
}

static struct bpfld_opts quiet_opts(struct bpfld_dyn *d)
{
	struct bpfld_opts opts = BPFLD_OPTS_INIT;

	opts.diag = only_errors;
	opts.diag_ctx = d;
	opts.threads = 1;
	return opts;
}

static int add_raw(struct bpfld *l, const struct bpfld_module *m, unsigned int mode)
{
	int err = bpfld_input_mode(l, mode);

	return err ? err : bpfld_add_buffer(l, m->name, m->raw, m->raw_size);
}

/* Adds the other libraries, for what m's functions need of them. */
static int add_others(struct bpfld *l, const struct bpfld_module *m)
{
	int err = 0;

	for (const struct bpfld_module *o = m->d->modules; o && !err; o = o->next)
		if (o->library && o != m)
			err = add_raw(l, o, BPFLD_LAZY);
	return err;
}

/* Links l and copies the image into memory of d. */
static int link_image(struct bpfld_dyn *d, struct bpfld *l, uint8_t **image, size_t *size)
{
	const void *linked;
	int err = bpfld_link(l);

	if (err)
		return err;
	linked = bpfld_image(l, size);
	*image = ld_dyn_alloc(d, *size);
	if (!*image)
		return -ENOMEM;
	memcpy(*image, linked, *size);
	return 0;
}

static struct bpf_object *open_image(const struct bpfld_module *m, const void *image, size_t size)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(m->name, "."), m->name);
	opts.object_name = name;
	return bpf_object__open_mem(image, size, &opts);
}

static int cannot_open(const struct bpfld_module *m, int err)
{
	return ld_dyn_error(m->d, err, "cannot-open-object", "libbpf cannot open %s: %s", m->name,
			    strerror(-err));
}

/* ---- reading ---- */

static int count_function(void *ctx, const struct bpfld_function *func)
{
	struct bpfld_module *m = ctx;

	m->nr_imports += func->import;
	m->nr_exports += !func->import;
	return 0;
}

static int add_import(struct bpfld_module *m, const struct bpfld_function *func)
{
	struct ld_dyn_import *import = &m->imports[m->nr_imports++];
	size_t size = func->nr_tests * sizeof(*func->tests);

	import->name = ld_dyn_printf(m->d, "%s", func->name);
	import->prototype = ld_dyn_printf(m->d, "%s", func->prototype);
	import->tests = ld_dyn_alloc(m->d, size);
	if (!import->name || !import->prototype || !import->tests)
		return -ENOMEM;
	if (size)
		memcpy(import->tests, func->tests, size);
	import->nr_tests = func->nr_tests;
	import->weak = func->weak;
	import->value = func->value;
	import->fd = -1;
	return 0;
}

static int add_export(struct bpfld_module *m, const struct bpfld_function *func)
{
	struct ld_export *export = &m->exports[m->nr_exports++];

	export->name = ld_dyn_printf(m->d, "%s", func->name);
	export->prototype = ld_dyn_printf(m->d, "%s", func->prototype);
	if (func->refused)
		export->refused = ld_dyn_printf(m->d, "%s", func->refused);
	return export->name && export->prototype ? 0 : -ENOMEM;
}

static int add_function(void *ctx, const struct bpfld_function *func)
{
	struct bpfld_module *m = ctx;

	if (m->library)
		return func->import ? 0 : add_export(m, func);
	return func->import ? add_import(m, func) : 0;
}

static int read_functions(struct bpfld_module *m)
{
	struct bpfld_object obj = {m->image, m->size};
	int err = bpfld_each_function(&obj, count_function, m);

	if (err)
		return err;
	m->imports = ld_dyn_alloc(m->d, m->nr_imports * sizeof(*m->imports));
	m->exports = ld_dyn_alloc(m->d, m->nr_exports * sizeof(*m->exports));
	if (!m->imports || !m->exports)
		return -ENOMEM;
	m->nr_imports = m->nr_exports = 0;
	return bpfld_each_function(&obj, add_function, m);
}

/* Whether it was linked with --dynamic: another link would drop its table of imports. */
static bool has_imports(const struct bpfld_module *m)
{
	struct bpfld_module probe = {.d = m->d};
	struct bpfld_object obj = {m->raw, m->raw_size};

	return !bpfld_each_function(&obj, count_function, &probe) && probe.nr_imports;
}

int ld_module_read(struct bpfld_module *m)
{
	struct bpfld_opts opts = BPFLD_OPTS_INIT;
	struct bpfld *l;
	int err;

	m->image = m->raw;
	m->size = m->raw_size;
	if (m->library || !has_imports(m)) {
		opts.diag = m->d->diag;
		opts.diag_ctx = m->d->diag_ctx;
		opts.threads = 1;
		/* As in read_functions(), which reports no errors: they are reported here. */
		opts.strip = BPFLD_STRIP_DEBUG;
		opts.dynamic = !m->library;
		opts.unresolved_ok = m->library;
		l = bpfld_new(&opts, &err);
		if (!l)
			return err;
		err = add_raw(l, m, m->library ? BPFLD_WHOLE_ARCHIVE : 0);
		if (!err)
			err = link_image(m->d, l, &m->image, &m->size);
		bpfld_free(l);
		if (err)
			return err;
	}
	return read_functions(m);
}

/* Prepares a link of lib with the other libraries. Sets *l to NULL if that is impossible. */
static int begin_library(struct bpfld_module *lib, const struct bpfld_opts *opts, struct bpfld **l)
{
	int err;

	*l = bpfld_new(opts, &err);
	if (!*l)
		return err;
	err = add_raw(*l, lib, BPFLD_WHOLE_ARCHIVE);
	return err ? err : add_others(*l, lib);
}

/* ---- entries ---- */

int ld_module_entries(struct bpfld_module *lib, const char *const *names, const char *anchor,
		      struct bpf_object **obj)
{
	struct bpfld_opts opts = quiet_opts(lib->d);
	const void *image;
	struct bpfld *l;
	size_t size;
	int err;

	opts.entries = names;
	opts.anchor = anchor;
	err = begin_library(lib, &opts, &l);
	if (!err)
		err = bpfld_link(l);
	if (!err) {
		image = bpfld_image(l, &size);
		*obj = open_image(lib, image, size);
		if (!*obj)
			err = cannot_open(lib, -errno);
	}
	bpfld_free(l);
	return err;
}

/* ---- mains ---- */

/* Makes "if (foo)" true for imports that are served. */
static void patch_tests(struct bpfld_module *main)
{
	for (size_t i = 0; i < main->nr_imports; i++) {
		const struct ld_dyn_import *import = &main->imports[i];
		bool big = main->image[5] == 2; /* EI_DATA, ELFDATA2MSB */
		bool served = import->lib || (import->fd >= 0 && !main->statically);

		for (size_t k = 0; k < import->nr_tests; k++)
			main->image[import->tests[k] + (big ? 3 : 0)] = served;
	}
}

/* Links lib with what it needs into memory of d. */
static int link_library(struct bpfld_module *lib, const struct bpfld_opts *opts, uint8_t **image,
			size_t *size)
{
	struct bpfld *l;
	int err = begin_library(lib, opts, &l);

	if (!err)
		err = link_image(lib->d, l, image, size);
	bpfld_free(l);
	return err;
}

/*
 * Adds a library with functions that imports of main are bound to, possibly under other names. All
 * other symbols of the library become local.
 */
static int add_bound(struct bpfld *l, const struct bpfld_module *main, struct bpfld_module *lib)
{
	const char **exports = calloc(main->nr_imports + 1, sizeof(*exports));
	struct bpfld_opts opts = quiet_opts(lib->d);
	uint8_t *image = NULL;
	size_t size = 0, nr = 0;
	int err = exports ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < main->nr_imports; i++)
		if (main->imports[i].lib == lib)
			exports[nr++] = main->imports[i].func;
	opts.export_globs = exports;
	if (!err)
		err = link_library(lib, &opts, &image, &size);
	if (!err)
		err = bpfld_input_mode(l, 0);
	if (!err)
		err = bpfld_add_buffer(l, lib->name, image, size);
	for (size_t i = 0; !err && i < main->nr_imports; i++)
		if (main->imports[i].lib == lib)
			err = bpfld_bind(l, main->name, main->imports[i].name, lib->name,
					 main->imports[i].func);
	free(exports);
	return err;
}

/* Adds a library to main's static link. Functions that serve an import override the stubs. */
static int add_server(struct bpfld *l, const struct bpfld_module *main, struct bpfld_module *lib)
{
	bool serves = false, bound = false;

	for (size_t i = 0; i < main->nr_imports; i++) {
		serves |= main->imports[i].lib == lib;
		bound |= main->imports[i].lib == lib && main->imports[i].bound;
	}
	if (bound)
		return add_bound(l, main, lib);
	return add_raw(l, lib, serves ? BPFLD_WHOLE_ARCHIVE : BPFLD_LAZY);
}

static int open_linked(struct bpfld_module *main)
{
	struct bpfld_opts opts = quiet_opts(main->d);
	const void *image;
	struct bpfld *l;
	size_t size;
	int err;

	opts.keep_stubs = true;
	l = bpfld_new(&opts, &err);
	if (!l)
		return err;
	err = bpfld_add_buffer(l, main->name, main->image, main->size);
	for (struct bpfld_module *m = main->d->modules; m && !err; m = m->next)
		if (m->library)
			err = add_server(l, main, m);
	if (!err)
		err = bpfld_link(l);
	if (!err) {
		image = bpfld_image(l, &size);
		main->obj = open_image(main, image, size);
		if (!main->obj)
			err = cannot_open(main, -errno);
	}
	bpfld_free(l);
	return err;
}

/* Opens main without libraries, unless it has programs whose functions cannot be replaced. */
static int open_alone(struct bpfld_module *main)
{
	const struct bpf_program *fixed;

	main->obj = open_image(main, main->image, main->size);
	if (!main->obj)
		return cannot_open(main, -errno);
	fixed = main->nr_imports ? ld_type_find_fixed(main->obj) : NULL;
	if (!fixed)
		return 0;
	main->no_replace =
	    ld_dyn_text(main->d, "no kernel can replace functions of programs like %s (section %s)",
			bpf_program__name(fixed), bpf_program__section_name(fixed));
	bpf_object__close(main->obj);
	main->obj = NULL;
	if (!main->no_replace)
		return -ENOMEM;
	return main->d->insist ? ld_dyn_error(main->d, -EOPNOTSUPP, "cannot-replace", "%s: %s",
					      main->name, main->no_replace)
			       : 0;
}

static int open_static(struct bpfld_module *main)
{
	int err;

	main->statically = true;
	for (size_t i = 0; i < main->nr_imports; i++) {
		struct ld_dyn_import *import = &main->imports[i];

		if (import->fd < 0)
			continue;
		import->why = ld_dyn_text(main->d, "a loaded program cannot serve it: %s",
					  ld_static_reason(main));
	}
	patch_tests(main);
	err = open_linked(main);
	for (size_t i = 0; !err && i < main->nr_imports; i++)
		if (main->imports[i].lib)
			main->imports[i].served = BPFLD_SERVED_LINKED;
	return err;
}

int ld_module_open(struct bpfld_module *main)
{
	int err;

	if (main->obj)
		return 0;
	err = ld_resolve(main);
	if (err)
		return err;
	/* This patches image, not raw: a caller may add the same bytes again. */
	patch_tests(main);
	if (main->d->replace)
		err = open_alone(main);
	return err || main->obj ? err : open_static(main);
}
