/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Dynamic linking: pins, by which what was loaded outlives the process, and is found by others. */
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loader/dyn.h"

/* ---- links ---- */

/* "DIR/MAIN-PROGRAM-IMPORT": bpffs takes no '.' in names. */
static char *pin_path(const struct bpfld_module *m, const char *dir, const char *prog,
		      const char *import)
{
	size_t len = strlen(m->name);
	char *path, *c;

	if (len > 2 && !strcmp(m->name + len - 2, ".o"))
		len -= 2;
	path = ld_dyn_printf(m->d, "%s/%.*s", dir, (int)len, m->name);
	if (!path)
		return NULL;
	for (c = path + strlen(dir) + 1; *c; c++)
		if (*c == '.')
			*c = '_';
	return ld_dyn_printf(m->d, "%s-%s%s%s", path, prog, import ? "-" : "",
			     import ? import : "");
}

static int cannot_pin(struct bpfld_dyn *d, const char *path, int err)
{
	return ld_dyn_error(d, err, "cannot-pin", "cannot pin %s: %s", path ? path : "a link",
			    strerror(-err));
}

static int pin_module(struct bpfld_module *m, const char *dir)
{
	char *path;
	int err = 0;

	for (struct ld_hook *h = m->hooks; h && !err; h = h->next) {
		path = pin_path(m, dir, h->prog, NULL);
		if (!path || (!bpf_link__pin_path(h->link) && (err = bpf_link__pin(h->link, path))))
			return cannot_pin(m->d, path, err ? err : -ENOMEM);
	}
	for (size_t i = 0; i < m->nr_imports; i++)
		for (struct ld_wire *w = m->imports[i].wires; w; w = w->next) {
			if (w->pin)
				continue;
			path = pin_path(m, dir, w->prog, m->imports[i].name);
			if (!path || bpf_obj_pin(w->fd, path))
				return cannot_pin(m->d, path, path ? -errno : -ENOMEM);
			w->pin = path;
		}
	return 0;
}

static void unpin_module(struct bpfld_module *m)
{
	for (struct ld_hook *h = m->hooks; h; h = h->next)
		if (bpf_link__pin_path(h->link))
			bpf_link__unpin(h->link);
	for (size_t i = 0; i < m->nr_imports; i++)
		for (struct ld_wire *w = m->imports[i].wires; w; w = w->next) {
			if (w->pin)
				unlink(w->pin);
			w->pin = NULL;
		}
}

int bpfld_dyn_pin(struct bpfld_dyn *d, const char *dir)
{
	bool made = false;
	int err = d->failed ? -EINVAL : 0;

	if (!err && mkdir(dir, 0700)) {
		if (errno != EEXIST)
			return cannot_pin(d, dir, -errno);
	} else if (!err) {
		made = true;
	}
	for (struct bpfld_module *m = d->modules; m && !err; m = m->next)
		err = pin_module(m, dir);
	if (!err)
		return 0;
	for (struct bpfld_module *m = d->modules; m; m = m->next)
		unpin_module(m);
	if (made)
		rmdir(dir);
	return err;
}

/* ---- one module ---- */

/* Removes what was made since last, the newest first: what is in a folder before it. */
static void remove_made(struct bpfld_dyn *d, const struct ld_made *last)
{
	for (; d->made != last; d->made = d->made->next)
		remove(d->made->path);
}

static int note_made(struct bpfld_dyn *d, const char *path)
{
	struct ld_made *made = ld_dyn_alloc(d, sizeof(*made));

	if (!made) {
		remove(path);
		return -ENOMEM;
	}
	made->path = path;
	made->next = d->made;
	d->made = made;
	return 0;
}

/* "DIR/NAME" with '_' for '.' in the name; made as a folder, unless it is there. */
static char *make_folder(struct bpfld_dyn *d, const char *dir, const char *name, int *err)
{
	char *path = NULL;

	if (*err)
		return NULL;
	path = ld_dyn_printf(d, "%s%s%s", dir, name ? "/" : "", name ? name : "");
	if (!path)
		*err = -ENOMEM;
	for (char *c = path && name ? path + strlen(dir) : NULL; c && *c; c++)
		*c = *c == '.' ? '_' : *c;
	if (!*err && !mkdir(path, 0700))
		*err = note_made(d, path);
	else if (!*err && errno != EEXIST)
		*err = cannot_pin(d, path, -errno);
	return path;
}

static bool is_made(const struct bpfld_dyn *d, const char *path)
{
	for (const struct ld_made *made = d->made; made; made = made->next)
		if (!strcmp(made->path, path))
			return true;
	return false;
}

/* Pins fd as "DIR/NAME", unless that was done before; its path, or NULL. */
static char *pin_fd(struct bpfld_dyn *d, int fd, const char *dir, const char *name, int *err)
{
	char *path = *err ? NULL : ld_dyn_printf(d, "%s/%s", dir, name);

	if (*err)
		return NULL;
	if (!path)
		*err = -ENOMEM;
	for (char *c = path ? path + strlen(dir) : NULL; c && *c; c++)
		*c = *c == '.' ? '_' : *c;
	if (*err || is_made(d, path))
		return path;
	if (bpf_obj_pin(fd, path))
		*err = cannot_pin(d, path, -errno);
	else
		*err = note_made(d, path);
	return path;
}

static void pin_maps(struct bpfld_module *m, const struct bpf_object *obj, const char *dir,
		     int *err)
{
	struct bpf_map *map;
	char *maps = NULL;

	bpf_object__for_each_map(map, obj)
	{
		/* One that says where it is pinned is there, and not the module's alone. */
		if (*err || !bpf_map__autocreate(map) || bpf_map__is_pinned(map) ||
		    ld_pinned_map(m, bpf_map__name(map)) >= 0)
			continue;
		maps = maps ? maps : make_folder(m->d, dir, "maps", err);
		pin_fd(m->d, bpf_map__fd(map), maps, bpf_map__name(map), err);
	}
}

/* A module's name to its first dot: what tools that pin modules call it. */
static char *short_name(const struct bpfld_module *m)
{
	return ld_dyn_printf(m->d, "%.*s", (int)strcspn(m->name, "."), m->name);
}

static void pin_import(struct bpfld_module *m, const struct ld_dyn_import *import,
		       const char *imports, int *err)
{
	char *dir = make_folder(m->d, imports, import->name, err);

	for (struct ld_wire *w = import->wires; w; w = w->next) {
		char *path = w->pin ? NULL : pin_fd(m->d, w->fd, dir, w->prog, err);

		if (path && !*err)
			w->pin = path;
	}
	if (import->served == BPFLD_SERVED_LINKED) {
		char *lib = short_name(import->lib);
		char *name = lib ? ld_dyn_printf(m->d, "%s:%s", lib, import->func) : NULL;

		if (name)
			make_folder(m->d, dir, name, err);
		else
			*err = -ENOMEM;
	}
}

static void pin_main(struct bpfld_module *m, const char *dir, int *err)
{
	struct bpf_program *prog;
	char *folder = NULL;

	pin_maps(m, m->obj, dir, err);
	bpf_object__for_each_program(prog, m->obj)
	{
		if (bpf_program__fd(prog) < 0)
			continue;
		folder = folder ? folder : make_folder(m->d, dir, "programs", err);
		pin_fd(m->d, bpf_program__fd(prog), folder, bpf_program__name(prog), err);
	}
	folder = m->nr_imports ? make_folder(m->d, dir, "imports", err) : NULL;
	for (size_t i = 0; i < m->nr_imports; i++)
		pin_import(m, &m->imports[i], folder, err);
}

/* Tells files apart, not forgeries: FNV-1a. */
static char *sum_of(const struct bpfld_module *m)
{
	uint64_t sum = 0xcbf29ce484222325;

	for (size_t i = 0; i < m->raw_size; i++)
		sum = (sum ^ m->raw[i]) * 0x100000001b3;
	return ld_dyn_printf(m->d, "%016llx", (unsigned long long)sum);
}

static void pin_instance(struct bpfld_module *m, const struct ld_instance *instance,
			 const char *dir, int *err)
{
	char *functions = make_folder(m->d, dir, "functions", err);
	struct bpf_program *prog;

	pin_maps(m, instance->obj, dir, err);
	bpf_object__for_each_program(prog, instance->obj)
	{
		const char *func = strchr(bpf_program__section_name(prog), '/');
		char *type, *folder;

		if (bpf_program__type(prog) != BPF_PROG_TYPE_EXT || !func ||
		    bpf_program__fd(prog) < 0)
			continue;
		folder = make_folder(m->d, functions, func + 1, err);
		type = ld_type_name(m->d, instance->type);
		if (!type)
			*err = -ENOMEM;
		pin_fd(m->d, bpf_program__fd(prog), folder, type, err);
	}
}

static void pin_library(struct bpfld_module *m, const char *dir, int *err)
{
	char *sum = sum_of(m), *file = make_folder(m->d, dir, "file", err);

	if (!sum)
		*err = -ENOMEM;
	make_folder(m->d, file, sum, err);
	for (const struct ld_instance *i = m->instances; i; i = i->next)
		pin_instance(m, i, dir, err);
}

int bpfld_dyn_pin_module(struct bpfld_module *m, const char *dir)
{
	const struct ld_made *last = m->d->made;
	int err = m->d->failed ? -EINVAL : 0;

	if (!err && !m->library && !m->loaded)
		return ld_dyn_error(m->d, -EINVAL, "module-not-loaded",
				    "%s is not loaded: there is nothing to pin", m->name);
	if (err || (m->library && !m->instances))
		return err;
	make_folder(m->d, dir, NULL, &err);
	if (m->library)
		pin_library(m, dir, &err);
	else
		pin_main(m, dir, &err);
	if (!err)
		return 0;
	remove_made(m->d, last);
	/* What stood there before has its pin still. */
	for (size_t i = 0; i < m->nr_imports; i++)
		for (struct ld_wire *w = m->imports[i].wires; w; w = w->next)
			w->pin = w->pin && !access(w->pin, F_OK) ? w->pin : NULL;
	return err;
}

void bpfld_dyn_unpin(struct bpfld_dyn *d)
{
	remove_made(d, NULL);
	for (struct bpfld_module *m = d->modules; m; m = m->next)
		for (size_t i = 0; i < m->nr_imports; i++)
			for (struct ld_wire *w = m->imports[i].wires; w; w = w->next) {
				if (w->pin)
					unlink(w->pin);
				w->pin = NULL;
			}
}

/* ---- what others have pinned ---- */

int ld_pinned_function(const struct bpfld_module *lib, struct ld_type type, const char *func)
{
	for (const struct ld_pinned *p = lib->pinned_functions; p; p = p->next)
		if (p->type.prog == type.prog && p->type.attach == type.attach &&
		    !strcmp(p->name, func))
			return p->fd;
	return -1;
}

int ld_pinned_map(const struct bpfld_module *lib, const char *map)
{
	for (const struct ld_pinned *p = lib->pinned_maps; p; p = p->next) {
		const char *a = p->name, *b = map;

		while (*a && (*a == *b || (*a == '_' && *b == '.'))) {
			a++;
			b++;
		}
		if (!*a && !*b)
			return p->fd;
	}
	return -1;
}

void ld_pins_close(struct bpfld_module *m)
{
	for (const struct ld_pinned *p = m->pinned_functions; p; p = p->next)
		close(p->fd);
	for (const struct ld_pinned *p = m->pinned_maps; p; p = p->next)
		close(p->fd);
	m->pinned_functions = m->pinned_maps = NULL;
}

static int open_pin(struct bpfld_module *m, struct ld_pinned **list, const char *path,
		    const char *name, struct ld_type type)
{
	struct ld_pinned *p = ld_dyn_alloc(m->d, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->name = ld_dyn_printf(m->d, "%s", name);
	if (!p->name)
		return -ENOMEM;
	p->fd = bpf_obj_get(path);
	if (p->fd < 0)
		return ld_dyn_error(m->d, -errno, "cannot-open", "cannot open %s: %s", path,
				    strerror(errno));
	p->type = type;
	p->next = *list;
	*list = p;
	return 0;
}

/* Opens what lies in dir. name: of the function, if the pins there tell types. */
static int open_pins(struct bpfld_module *m, const char *dir, const char *name)
{
	struct ld_pinned **list = name ? &m->pinned_functions : &m->pinned_maps;
	DIR *folder = opendir(dir);
	struct dirent *entry;
	int err = 0;

	while (folder && !err && (entry = readdir(folder))) {
		char *path = ld_dyn_printf(m->d, "%s/%s", dir, entry->d_name);
		struct ld_type type = {BPF_PROG_TYPE_UNSPEC, 0};

		if (entry->d_name[0] == '.' || (name && !ld_type_by_name(entry->d_name, &type)))
			continue;
		err = path ? open_pin(m, list, path, name ? name : entry->d_name, type) : -ENOMEM;
	}
	if (folder)
		closedir(folder);
	return err;
}

int bpfld_dyn_reuse(struct bpfld_module *lib, const char *dir)
{
	char *sum = sum_of(lib), *file = sum ? ld_dyn_printf(lib->d, "%s/file/%s", dir, sum) : NULL;
	int err = 0;

	if (!file)
		return -ENOMEM;
	if (lib->d->failed || !lib->library || lib->instances || lib->pinned_functions)
		return -EINVAL;
	if (!lib->d->replace)
		return ld_dyn_error(lib->d, -EOPNOTSUPP, "cannot-replace", "%s",
				    *lib->d->reason ? lib->d->reason : "this is a static link");
	if (access(file, F_OK))
		return ld_dyn_error(lib->d, -ESTALE, "other-library",
				    "what is pinned in %s was loaded from another file than %s",
				    dir, lib->name);
	for (size_t i = 0; i < lib->nr_offers && !err; i++) {
		const char *name = lib->offers[i].name;
		char *path = ld_dyn_printf(lib->d, "%s/functions/%s", dir, name);

		err = path ? open_pins(lib, path, name) : -ENOMEM;
	}
	file = ld_dyn_printf(lib->d, "%s/maps", dir);
	if (!err)
		err = file ? open_pins(lib, file, NULL) : -ENOMEM;
	if (err)
		ld_pins_close(lib);
	return err;
}
