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

#include "base/text.h"
#include "loader/dyn.h"

/* ---- memory and messages ---- */

void *ld_dyn_alloc(struct bpfld_dyn *d, size_t size)
{
	struct ld_block *b = size < PTRDIFF_MAX ? calloc(1, sizeof(*b) + size) : NULL;

	if (!b) {
		ld_dyn_error(d, -ENOMEM, "out-of-memory", "out of memory");
		return NULL;
	}
	b->next = d->blocks;
	d->blocks = b;
	return b->bytes;
}

char *ld_dyn_printf(struct bpfld_dyn *d, const char *fmt, ...)
{
	va_list args, again;
	char *text;
	int len;

	va_start(args, fmt);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	text = len < 0 ? NULL : ld_dyn_alloc(d, (size_t)len + 1);
	if (text)
		vsnprintf(text, (size_t)len + 1, fmt, args);
	va_end(args);
	return text;
}

struct buffer {
	char *text;
	size_t size, cap; /* size may be over cap: what is past it was not stored */
};

static void put_text(void *ctx, const char *text, size_t size)
{
	struct buffer *b = ctx;

	if (b->size < b->cap)
		memcpy(b->text + b->size, text, size < b->cap - b->size ? size : b->cap - b->size);
	b->size += size;
}

char *ld_dyn_text(struct bpfld_dyn *d, const char *fmt, ...)
{
	struct buffer b = {0};
	va_list args;

	va_start(args, fmt);
	ld_text_vprint(put_text, &b, fmt, args);
	b.text = ld_dyn_alloc(d, b.size + 1);
	b.cap = b.text ? b.size : 0;
	b.size = 0;
	ld_text_vprint(put_text, &b, fmt, args);
	va_end(args);
	return b.text;
}

int ld_dyn_error(struct bpfld_dyn *d, int err, const char *id, const char *fmt, ...)
{
	char text[2048];
	struct bpfld_diag diag = {sizeof(diag), BPFLD_ERROR, id, text};
	struct buffer b = {text, 0, sizeof(text) - 1};
	va_list args;

	va_start(args, fmt);
	ld_text_vprint(put_text, &b, fmt, args);
	va_end(args);
	text[b.size < b.cap ? b.size : b.cap] = '\0';
	if (d->diag)
		d->diag(d->diag_ctx, &diag);
	return err;
}

/* ---- calls ---- */

int ld_dyn_enter(struct bpfld_dyn *d, bool valid)
{
	if (!d || !valid)
		return -EINVAL;
	if (d->busy)
		return -EBUSY;
	d->busy = true;
	return 0;
}

int ld_dyn_leave(struct bpfld_dyn *d, int err)
{
	if (d->freed)
		err = ld_dyn_error(d, -EBUSY, "handle-in-use",
				   "a callback called bpfld_dyn_free() while the handle was in "
				   "use: it was ignored");
	d->freed = d->busy = false;
	return err;
}

static int enter_module(const struct bpfld_module *m, bool valid)
{
	return ld_dyn_enter(m ? m->d : NULL, valid);
}

/* ---- handles ---- */

#define MAX_OPTS ((size_t)4096) /* bytes: no struct of any release is larger */

static int read_opts(const struct bpfld_dyn_opts *in, struct bpfld_dyn_opts *opts)
{
	const size_t known = offsetof(struct bpfld_dyn_opts, mode) + sizeof(opts->mode);

	memset(opts, 0, sizeof(*opts));
	if (!in)
		return 0;
	if (in->sz < sizeof(in->sz))
		return -EINVAL;
	if (in->sz > MAX_OPTS)
		return -E2BIG;
	for (size_t i = known; i < in->sz; i++)
		if (((const char *)in)[i])
			return -E2BIG;
	memcpy(opts, in, in->sz < known ? in->sz : known);
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

/* A pinned hook stays attached: libbpf would detach it, and disable its perf event, with the rest.
 */
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

/* Hooks first: no event may see a stub where a function was. pins: what is pinned goes, too. */
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
					   "there is a module '%s' already", name);
	if (!ret)
		ret = read_module(d, name, library, data, size, &m);
	if (err)
		*err = ret;
	return m;
}

/* All of a file: a pipe has no size, and what is neither that nor regular may have no end. */
static int read_all(int fd, char **data, size_t *size)
{
	struct stat st;
	size_t room;
	ssize_t n = 1;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -ENODEV;
	room = S_ISREG(st.st_mode) ? (size_t)st.st_size + 1 : 65536;
	for (*size = 0; n;) {
		char *more =
		    *data && *size < room ? *data : realloc(*data, *data ? room *= 2 : room);

		if (!more)
			return -ENOMEM;
		*data = more;
		n = read(fd, *data + *size, room - *size);
		if (n < 0 && errno != EINTR)
			return -errno;
		*size += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static struct bpfld_module *add_file(struct bpfld_dyn *d, const char *path, bool library, int *err)
{
	const char *slash = strrchr(path, '/');
	struct bpfld_module *m = NULL;
	char *data = NULL;
	size_t size = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int ret = fd < 0 ? -errno : read_all(fd, &data, &size);

	if (ret)
		ld_dyn_error(d, ret, "cannot-open", "cannot open %s: %s", path, strerror(-ret));
	else
		m = add(d, slash ? slash + 1 : path, library, data, size, &ret);
	if (fd >= 0)
		close(fd);
	free(data);
	if (err)
		*err = ret;
	return m;
}

/* From a file, or from data where that is not NULL. */
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

static bool serves(const struct bpfld_module *main, const struct bpfld_module *lib)
{
	for (size_t i = 0; i < main->nr_imports; i++)
		if (main->imports[i].lib == lib && main->imports[i].served == BPFLD_SERVED_LINKED)
			return true;
	return false;
}

int ld_map_fd(const struct bpfld_module *m, const char *map)
{
	const struct bpf_object *obj = m->obj;
	int fd = -ENOENT;

	if (m->d->failed)
		return -ENOENT;
	fd = ld_pinned_map(m, map);
	if (fd >= 0)
		return fd;
	if (m->library && m->instances)
		obj = m->instances->obj;
	for (const struct bpfld_module *o = m->d->modules; m->library && o && !obj; o = o->next)
		if (serves(o, m))
			obj = o->obj;
	if (obj)
		fd = bpf_object__find_map_fd_by_name(obj, map);
	return fd < 0 ? -ENOENT : fd;
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

/* Says why import can't be served as asked for, with the error for it; 0 if it can. */
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
		    "'%s' of %s has its function already: bpfld_dyn_replace() gives "
		    "it another",
		    name, main->name);
	import->lib = NULL;
	import->fd = -1;
	import->bound = true;
	err = ld_resolve_to(main, import, lib, func);
	return check_import(main, import, err);
}

/* Whether m is one of d's of that kind. */
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
		return ld_dyn_error(d, -EBUSY, "bound-late", "'%s' of %s has its function already",
				    name, main->name);
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

/* All functions of a library for the type of programs that they seem to be for. */
static int load_library(struct bpfld_module *lib)
{
	struct ld_type type = ld_kernel_guess_type(lib);
	const char **names;
	size_t nr = 0;
	int err;

	if (!lib->d->replace || lib->instances)
		return 0;
	if (type.prog == BPF_PROG_TYPE_UNSPEC)
		return ld_dyn_error(lib->d, -EINVAL, "unknown-type",
				    "%s: no function takes a context, which would tell the type of "
				    "programs it is for\n>>> it is loaded when a main needs it",
				    lib->name);
	names = calloc(lib->nr_offers + 1, sizeof(*names));
	if (!names)
		return -ENOMEM;
	for (size_t i = 0; i < lib->nr_offers; i++)
		if (!lib->offers[i].refused)
			names[nr++] = lib->offers[i].name;
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

/* Everything goes: half a program set is worse than none. */
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
	/* All mains, so that the report names all that is wrong. */
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
	/* Its section doesn't tell where it goes: that is for the caller to say. */
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
						   "%s is not linked: '%s' has no function",
						   m->name, m->imports[i].name);
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

/* ---- later ---- */

static int check_loaded(const struct bpfld_module *main, const char *name)
{
	if (main->d->failed || !main->loaded)
		return ld_dyn_error(main->d, -EINVAL, "module-not-loaded",
				    "%s is not loaded: '%s' has nothing to be put in the place of",
				    main->name, name);
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

/* Loads what is to come, so that nothing is left to fail once the old one is gone. */
static int prepare(struct bpfld_module *main, struct ld_dyn_import *import)
{
	const char *names[] = {import->func, NULL};
	struct bpf_program *prog;
	int err = 0;

	bpf_object__for_each_program(prog, main->obj)
	{
		for (const struct ld_wire *w = import->wires; w && !err; w = w->next)
			if (!strcmp(w->prog, bpf_program__name(prog)))
				err = ld_kernel_load_library(import->lib, ld_kernel_type(prog),
							     names);
	}
	return err;
}

/* Pins what stands where the wires before it were pinned. */
static void pin_again(struct ld_dyn_import *import, const struct ld_wire *before)
{
	for (struct ld_wire *w = import->wires; w; w = w->next)
		for (const struct ld_wire *o = before; o; o = o->next)
			if (o->pin && !strcmp(o->prog, w->prog) && ld_pin_again(w->fd, o->pin))
				w->pin = o->pin;
}

static void go_back(struct ld_dyn_import *import, const struct ld_dyn_import *old)
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
		go_back(import, &old);
		return err;
	}
	ld_kernel_unwire(import);
	err = ld_kernel_wire(main, import);
	if (err) {
		check_import(main, import, err);
		go_back(import, &old);
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
