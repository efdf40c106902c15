/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Dynamic linking: the public functions. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/opts.h"
#include "loader/dyn.h"

static int enter_module(const struct bpfld_module *m, bool valid)
{
	return ld_dyn_enter(m ? m->d : NULL, valid);
}

/* ---- handles ---- */

static int read_opts(const struct bpfld_dyn_opts *in, struct bpfld_dyn_opts *opts)
{
	const size_t known = offsetof(struct bpfld_dyn_opts, mode) + sizeof(opts->mode);
	int err;

	memset(opts, 0, sizeof(*opts));
	err = ld_copy_opts(opts, known, in);
	if (err)
		return err;
	return (unsigned int)opts->mode > BPFLD_DYN_STATIC ? -EINVAL : 0;
}

struct bpfld_dyn *bpfld_dyn_new(const struct bpfld_dyn_opts *in, int *err)
{
	struct bpfld_dyn_opts opts;
	struct bpfld_dyn *d = NULL;
	int ret = read_opts(in, &opts);

	if (!ret) {
		d = calloc(1, sizeof(*d));
		ret = d ? 0 : -ENOMEM;
	}
	if (!ret) {
		d->diag = opts.diag;
		d->diag_ctx = opts.diag_ctx;
		d->replace = ld_kernel_replaces(d->reason, sizeof(d->reason)) &&
			     opts.mode != BPFLD_DYN_STATIC;
		d->insist = opts.mode == BPFLD_DYN_REPLACE;
		if (d->insist && !d->replace)
			ret = ld_dyn_error(d, -EOPNOTSUPP, "cannot-replace", "%s", d->reason);
	}
	if (err)
		*err = ret;
	if (!ret)
		return d;
	free(d);
	return NULL;
}

const char *bpfld_dyn_no_replace(const struct bpfld_dyn *d)
{
	return d && *d->reason ? d->reason : NULL;
}

/* Keeps a pinned hook attached: bpf_link__destroy() would detach it and disable its perf event. */
static void drop_hook(struct ld_hook *h, bool pins)
{
	if (h->pin && !pins) {
		close(bpf_link__fd(h->link));
		bpf_link__disconnect(h->link);
	} else {
		ld_unpin(h->pin);
	}
	bpf_link__destroy(h->link);
}

/* Detaches hooks first, so that no event runs a stub that was replaced. pins: unpins, too. */
static void take_down(struct bpfld_dyn *d, bool pins)
{
	for (struct bpfld_module *m = d->modules; m; m = m->next) {
		for (struct ld_hook *h = m->hooks; h; h = h->next)
			drop_hook(h, pins);
		m->hooks = NULL;
	}
	for (struct bpfld_module *m = d->modules; m; m = m->next) {
		for (size_t i = 0; i < m->nr_imports; i++) {
			for (struct ld_wire *w = m->imports[i].wires; !pins && w; w = w->next)
				w->pin = NULL;
			ld_kernel_unwire(&m->imports[i]);
		}
		bpf_object__close(m->obj);
		m->obj = NULL;
		m->loaded = false;
	}
	for (struct bpfld_module *m = d->modules; m; m = m->next) {
		for (struct ld_instance *i = m->instances; i; i = i->next)
			bpf_object__close(i->obj);
		m->instances = NULL;
		ld_pins_close(m);
	}
}

void bpfld_dyn_free(struct bpfld_dyn *d)
{
	if (!d)
		return;
	d->freed = d->busy;
	if (d->freed)
		return;
	take_down(d, false);
	while (d->blocks) {
		struct ld_block *b = d->blocks;

		d->blocks = b->next;
		free(b);
	}
	free(d);
}

/* ---- modules ---- */

static int read_module(struct bpfld_dyn *d, const char *name, bool library, const void *data,
		       size_t size, struct bpfld_module **out)
{
	struct bpfld_module *m = ld_dyn_alloc(d, sizeof(*m));
	int err;

	if (!m)
		return -ENOMEM;
	m->d = d;
	m->library = library;
	m->name = ld_dyn_printf(d, "%s", name);
	m->raw = ld_dyn_alloc(d, size);
	if (!m->name || !m->raw)
		return -ENOMEM;
	if (size)
		memcpy(m->raw, data, size);
	m->raw_size = size;
	err = ld_module_read(m);
	if (err)
		return err;
	*(d->last ? &d->last->next : &d->modules) = m;
	d->last = m;
	*out = m;
	return 0;
}

static struct bpfld_module *add(struct bpfld_dyn *d, const char *name, bool library,
				const void *data, size_t size, int *err)
{
	struct bpfld_module *m = NULL;
	int ret = d->failed ? -EINVAL : 0;

	for (const struct bpfld_module *o = d->modules; o && !ret; o = o->next)
		if (!strcmp(o->name, name))
			ret = ld_dyn_error(d, -EEXIST, "module-exists",
					   "module '%s' already exists", name);
	if (!ret)
		ret = read_module(d, name, library, data, size, &m);
	if (err)
		*err = ret;
	return m;
}

static struct bpfld_module *add_file(struct bpfld_dyn *d, const char *path, bool library, int *err)
{
	const char *slash = strrchr(path, '/');
	struct bpfld_module *m = NULL;
	char *data = NULL;
	size_t size = 0;
	int ret = ld_read_file(path, &data, &size);

	if (ret)
		ld_dyn_error(d, ret, "cannot-open", "cannot open %s: %s", path, strerror(-ret));
	else
		m = add(d, slash ? slash + 1 : path, library, data, size, &ret);
	free(data);
	if (err)
		*err = ret;
	return m;
}

/* Adds data, or the file called name if data is NULL. */
static struct bpfld_module *add_module(struct bpfld_dyn *d, const char *name, bool library,
				       const void *data, size_t size, int *err)
{
	int ret = ld_dyn_enter(d, name);
	struct bpfld_module *m = NULL;

	if (!ret) {
		m = data ? add(d, name, library, data, size, &ret)
			 : add_file(d, name, library, &ret);
		ret = ld_dyn_leave(d, ret);
	}
	if (err)
		*err = ret;
	return ret ? NULL : m;
}

static struct bpfld_module *add_memory(struct bpfld_dyn *d, const char *name, bool library,
				       const void *data, size_t size, int *err)
{
	if (data || !size)
		return add_module(d, name, library, data ? data : "", size, err);
	if (err)
		*err = -EINVAL;
	return NULL;
}

struct bpfld_module *bpfld_dyn_add_main(struct bpfld_dyn *d, const char *path, int *err)
{
	return add_module(d, path, false, NULL, 0, err);
}

struct bpfld_module *bpfld_dyn_add_library(struct bpfld_dyn *d, const char *path, int *err)
{
	return add_module(d, path, true, NULL, 0, err);
}

struct bpfld_module *bpfld_dyn_add_main_mem(struct bpfld_dyn *d, const char *name, const void *data,
					    size_t size, int *err)
{
	return add_memory(d, name, false, data, size, err);
}

struct bpfld_module *bpfld_dyn_add_library_mem(struct bpfld_dyn *d, const char *name,
					       const void *data, size_t size, int *err)
{
	return add_memory(d, name, true, data, size, err);
}

struct bpf_object *bpfld_dyn_object(struct bpfld_module *m)
{
	int err = enter_module(m, m && !m->library);

	if (err)
		return NULL;
	err = ld_dyn_leave(m->d, m->d->failed ? -EINVAL : ld_module_open(m));
	return err ? NULL : m->obj;
}

int bpfld_dyn_map_fd(const struct bpfld_module *m, const char *map)
{
	int err = enter_module(m, map);

	return err ? err : ld_dyn_leave(m->d, ld_map_fd(m, map));
}

/* ---- imports ---- */

static struct ld_dyn_import *find_import(struct bpfld_module *main, const char *name)
{
	for (size_t i = 0; i < main->nr_imports; i++)
		if (!strcmp(main->imports[i].name, name))
			return &main->imports[i];
	ld_dyn_error(main->d, -ENOENT, "no-such-import", "%s does not import '%s'", main->name,
		     name);
	return NULL;
}

/* Reports why import cannot be served and returns an error; 0 if it can. */
static int check_import(struct bpfld_module *main, const struct ld_dyn_import *import, int err)
{
	if (!err && import->why)
		err = -EINVAL;
	if (import->why)
		ld_report_import(main, import, BPFLD_ERROR);
	return err;
}

static int bind_import(struct bpfld_dyn *d, struct bpfld_module *main, const char *name,
		       struct bpfld_module *lib, const char *func)
{
	struct ld_dyn_import *import = d->failed ? NULL : find_import(main, name);
	int err;

	if (!import)
		return d->failed ? -EINVAL : -ENOENT;
	if (import->served != BPFLD_SERVED_NOT || main->statically)
		return ld_dyn_error(
		    d, -EBUSY, "bound-late",
		    "'%s' of %s is already served: bpfld_dyn_replace() replaces its "
		    "function",
		    name, main->name);
	import->lib = NULL;
	import->fd = -1;
	import->bound = true;
	err = ld_resolve_to(main, import, lib, func);
	return check_import(main, import, err);
}

/* Whether m is a library, or a main, of d. */
static bool is_module(const struct bpfld_dyn *d, const struct bpfld_module *m, bool library)
{
	return d && m && m->d == d && m->library == library;
}

int bpfld_dyn_bind(struct bpfld_dyn *d, struct bpfld_module *main, const char *name,
		   struct bpfld_module *lib, const char *func)
{
	int err =
	    ld_dyn_enter(d, is_module(d, main, false) && name && is_module(d, lib, true) && func);

	return err ? err : ld_dyn_leave(d, bind_import(d, main, name, lib, func));
}

static int bind_program(struct bpfld_dyn *d, struct bpfld_module *main, const char *name, int fd)
{
	struct ld_dyn_import *import = d->failed ? NULL : find_import(main, name);
	int err;

	if (!import)
		return d->failed ? -EINVAL : -ENOENT;
	if (!d->replace)
		return ld_dyn_error(d, -EOPNOTSUPP, "cannot-replace", "%s",
				    *d->reason ? d->reason : "this is a static link");
	if (import->served != BPFLD_SERVED_NOT)
		return ld_dyn_error(d, -EBUSY, "bound-late", "'%s' of %s is already served", name,
				    main->name);
	import->lib = NULL;
	import->fd = -1;
	import->bound = true;
	import->why = NULL;
	err = check_import(main, import, ld_compare_program(main, import, fd));
	if (!err)
		import->fd = fd;
	return err;
}

int bpfld_dyn_bind_fd(struct bpfld_dyn *d, struct bpfld_module *main, const char *name, int fd)
{
	int err = ld_dyn_enter(d, is_module(d, main, false) && name && fd >= 0);

	return err ? err : ld_dyn_leave(d, bind_program(d, main, name, fd));
}

static int each_import(const struct bpfld_dyn *d,
		       int (*fn)(void *ctx, const struct bpfld_dyn_import *import), void *ctx)
{
	int ret = 0;

	for (const struct bpfld_module *m = d->modules; m; m = m->next)
		for (size_t i = 0; i < m->nr_imports && !ret; i++) {
			const struct ld_dyn_import *import = &m->imports[i];
			struct bpfld_dyn_import out = {.sz = sizeof(out), .main = m->name};
			bool served = import->served != BPFLD_SERVED_NOT && import->lib;

			out.name = import->name;
			out.prototype = import->prototype;
			out.weak = import->weak;
			out.value = import->value;
			out.served = import->served;
			out.no_replace =
			    m->statically && *ld_static_reason(m) ? ld_static_reason(m) : NULL;
			out.library = served ? import->lib->name : NULL;
			out.func = served ? import->func : NULL;
			ret = fn(ctx, &out);
		}
	return ret;
}

int bpfld_dyn_each_import(struct bpfld_dyn *d,
			  int (*fn)(void *ctx, const struct bpfld_dyn_import *import), void *ctx)
{
	int err = ld_dyn_enter(d, fn);

	return err ? err : ld_dyn_leave(d, each_import(d, fn, ctx));
}

/* ---- load, link, attach ---- */

static int load_main(struct bpfld_module *main)
{
	int err = ld_module_open(main);

	if (err || main->loaded)
		return err;
	return ld_kernel_load_main(main);
}

/* Loads all functions of a library for the program type that their contexts imply. */
static int load_library(struct bpfld_module *lib)
{
	struct ld_type type = ld_type_guess(lib);
	const char **names;
	size_t nr = 0;
	int err;

	if (!lib->d->replace || lib->instances)
		return 0;
	if (type.prog == BPF_PROG_TYPE_UNSPEC)
		return ld_dyn_error(
		    lib->d, -EINVAL, "unknown-type",
		    "%s: cannot infer a program type: no function takes a context" LD_HELP
		    "load a main that needs it: the library is loaded with it",
		    lib->name);
	names = calloc(lib->nr_exports + 1, sizeof(*names));
	if (!names)
		return -ENOMEM;
	for (size_t i = 0; i < lib->nr_exports; i++)
		if (!lib->exports[i].refused)
			names[nr++] = lib->exports[i].name;
	err = ld_kernel_load_library(lib, type, names);
	free(names);
	return err;
}

static int load_module(struct bpfld_module *m)
{
	if (m->d->failed)
		return -EINVAL;
	return m->library ? load_library(m) : load_main(m);
}

int bpfld_dyn_load(struct bpfld_module *m)
{
	int err = enter_module(m, true);

	return err ? err : ld_dyn_leave(m->d, load_module(m));
}

/* Unloads everything: a partial set of programs is worse than none. */
static int fail(struct bpfld_dyn *d, int err)
{
	take_down(d, true);
	d->failed = true;
	return err;
}

static int wire_main(struct bpfld_module *main)
{
	int err = ld_resolve(main), ret = 0;

	for (size_t i = 0; i < main->nr_imports && !err; i++) {
		struct ld_dyn_import *import = &main->imports[i];

		if (import->served != BPFLD_SERVED_NOT)
			continue;
		if (!import->why && !main->statically)
			ld_kernel_wire(main, import);
		if (!import->why)
			continue;
		ld_report_import(main, import, import->weak ? BPFLD_NOTE : BPFLD_ERROR);
		if (!import->weak)
			ret = -ENOENT;
	}
	return err ? err : ret;
}

static int link_all(struct bpfld_dyn *d)
{
	int err = d->failed ? -EINVAL : 0;
	bool missing = false;

	if (err)
		return err;
	for (struct bpfld_module *m = d->modules; m && !err; m = m->next)
		if (!m->library)
			err = load_main(m);
	/* Wire all mains, so that all errors are reported. */
	for (struct bpfld_module *m = d->modules; m && !err; m = m->next) {
		err = m->library ? 0 : wire_main(m);
		missing |= err == -ENOENT;
		err = err == -ENOENT ? 0 : err;
	}
	if (missing)
		err = -ENOENT;
	return err ? fail(d, err) : 0;
}

int bpfld_dyn_link(struct bpfld_dyn *d)
{
	int err = ld_dyn_enter(d, true);

	return err ? err : ld_dyn_leave(d, link_all(d));
}

static int attach_program(struct bpfld_module *main, struct bpf_program *prog)
{
	struct ld_hook *hook;
	struct bpf_link *link;
	int err;

	for (hook = main->hooks; hook; hook = hook->next)
		if (!strcmp(hook->prog, bpf_program__name(prog)))
			return 0;
	hook = ld_dyn_alloc(main->d, sizeof(*hook));
	if (!hook)
		return -ENOMEM;
	link = bpf_program__attach(prog);
	err = link ? 0 : -errno;
	/* The section does not name a target: the caller attaches the program. */
	if (err == -EOPNOTSUPP)
		return 0;
	if (err)
		return ld_dyn_error(main->d, err, "cannot-attach", "cannot attach %s of %s: %s",
				    bpf_program__name(prog), main->name, strerror(-err));
	hook->prog = bpf_program__name(prog);
	hook->link = link;
	hook->next = main->hooks;
	main->hooks = hook;
	return 0;
}

static int attach_all(struct bpfld_dyn *d)
{
	struct bpf_program *prog;
	int err = d->failed ? -EINVAL : 0;

	for (struct bpfld_module *m = d->modules; m && !err; m = m->next)
		for (size_t i = 0; i < m->nr_imports && !err; i++)
			if (!m->imports[i].weak && m->imports[i].served == BPFLD_SERVED_NOT)
				err = ld_dyn_error(d, -ENOENT, "not-linked",
						   "%s is not linked: '%s' is not served", m->name,
						   m->imports[i].name);
	for (struct bpfld_module *m = d->modules; m && !err; m = m->next) {
		if (m->library || !m->loaded)
			continue;
		bpf_object__for_each_program(prog, m->obj)
		{
			if (!err && bpf_program__fd(prog) >= 0 && bpf_program__autoattach(prog))
				err = attach_program(m, prog);
		}
	}
	return err;
}

int bpfld_dyn_attach(struct bpfld_dyn *d)
{
	int err = ld_dyn_enter(d, true);

	return err ? err : ld_dyn_leave(d, attach_all(d));
}

/* ---- changes after the link ---- */

static int check_loaded(const struct bpfld_module *main, const char *name)
{
	if (main->d->failed || !main->loaded)
		return ld_dyn_error(main->d, -EINVAL, "module-not-loaded",
				    "%s is not loaded: '%s' has no stub to replace", main->name,
				    name);
	if (main->statically)
		return ld_dyn_error(main->d, -EOPNOTSUPP, "cannot-replace",
				    "'%s' of %s was linked statically%s%s", name, main->name,
				    *ld_static_reason(main) ? ": " : "", ld_static_reason(main));
	return 0;
}

static int detach(struct bpfld_module *main, const char *name)
{
	int err = check_loaded(main, name);
	struct ld_dyn_import *import = err ? NULL : find_import(main, name);

	if (!import)
		return err ? err : -ENOENT;
	ld_kernel_unwire(import);
	import->lib = NULL;
	import->fd = -1;
	return 0;
}

int bpfld_dyn_detach(struct bpfld_module *main, const char *name)
{
	int err = enter_module(main, main && !main->library && name);

	return err ? err : ld_dyn_leave(main->d, detach(main, name));
}

/* Loads the new function first: a failure must not leave the import without one. */
static int prepare(struct bpfld_module *main, struct ld_dyn_import *import)
{
	const char *names[] = {import->func, NULL};
	struct bpf_program *prog;
	int err = 0;

	bpf_object__for_each_program(prog, main->obj)
	{
		for (const struct ld_wire *w = import->wires; w && !err; w = w->next)
			if (!strcmp(w->prog, bpf_program__name(prog)))
				err = ld_kernel_load_library(import->lib, ld_type_of(prog), names);
	}
	return err;
}

/* Pins the new wires under the paths of the old ones. */
static void pin_again(struct ld_dyn_import *import, const struct ld_wire *old)
{
	for (struct ld_wire *w = import->wires; w; w = w->next)
		for (const struct ld_wire *o = old; o; o = o->next)
			if (o->pin && !strcmp(o->prog, w->prog) && ld_pin_again(w->fd, o->pin))
				w->pin = o->pin;
}

static void restore(struct ld_dyn_import *import, const struct ld_dyn_import *old)
{
	import->lib = old->lib;
	import->func = old->func;
	import->fd = old->fd;
	import->why = NULL;
}

static int replace(struct bpfld_module *main, const char *name, struct bpfld_module *lib,
		   const char *func)
{
	int err = check_loaded(main, name);
	struct ld_dyn_import *import = err ? NULL : find_import(main, name), old;

	if (!import)
		return err ? err : -ENOENT;
	old = *import;
	err = check_import(main, import, ld_resolve_to(main, import, lib, func));
	if (!err)
		err = prepare(main, import);
	if (err) {
		restore(import, &old);
		return err;
	}
	ld_kernel_unwire(import);
	err = ld_kernel_wire(main, import);
	if (err) {
		check_import(main, import, err);
		restore(import, &old);
		if (old.served == BPFLD_SERVED_LIVE)
			ld_kernel_wire(main, import);
	}
	pin_again(import, old.wires);
	return err;
}

int bpfld_dyn_replace(struct bpfld_module *main, const char *name, struct bpfld_module *lib,
		      const char *func)
{
	int err = enter_module(main, main && !main->library && name &&
					 is_module(main->d, lib, true) && func);

	return err ? err : ld_dyn_leave(main->d, replace(main, name, lib, func));
}
