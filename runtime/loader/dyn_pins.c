/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Pins: they keep programs and maps loaded, and let other processes find them. */
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "loader/bpffs.h"
#include "loader/dyn.h"

/* ---- one pin ---- */

/* Reports the error, unless it is -ENOMEM, which has been reported. */
static int failed(struct bpfld_dyn *d, const char *id, const char *what, const char *path, int err,
		  const struct ld_refusal *why)
{
	if (err == -ENOMEM)
		return err;
	if (why->id)
		return ld_dyn_error(d, err, why->id, "%s" LD_HELP "%s, or pin to another directory",
				    why->text, why->help);
	return ld_dyn_error(d, err, id, "cannot %s %s: %s", what, path, strerror(-err));
}

/* "DIR/NAME", with '_' for '.' in the name. */
static char *path_in(struct bpfld_dyn *d, const char *dir, const char *name, int *err)
{
	char *path = NULL;

	if (*err)
		return NULL;
	if (!ld_bpffs_is_name(name))
		*err = ld_dyn_error(d, -EINVAL, "cannot-pin",
				    "cannot pin '%s' in %s: not a valid file name", name, dir);
	else if (!(path = ld_dyn_printf(d, "%s/%s", dir, name)))
		*err = -ENOMEM;
	for (char *c = path ? path + strlen(dir) : NULL; c && *c; c++)
		*c = *c == '.' ? '_' : *c;
	return path;
}

/* Pins fd unless *err is set. */
static void pin(struct bpfld_dyn *d, int fd, const char *path, int *err)
{
	struct ld_refusal why;

	if (*err)
		return;
	*err = ld_bpffs_pin(fd, path, &why);
	if (*err)
		failed(d, "cannot-pin", "pin", path, *err, &why);
}

bool ld_pin_again(int fd, const char *path)
{
	struct ld_refusal why;

	return !ld_bpffs_pin(fd, path, &why);
}

void ld_unpin(const char *path)
{
	struct ld_refusal why;

	if (path)
		ld_bpffs_remove(path, &why);
}

/* ---- links ---- */

/* "DIR/MAIN-PROGRAM-IMPORT": bpffs takes no '.' in names. */
static char *link_path(const struct bpfld_module *m, const char *dir, const char *prog,
		       const char *import, int *err)
{
	size_t len = strlen(m->name);
	char *name;

	if (*err)
		return NULL;
	if (len > 2 && !strcmp(m->name + len - 2, ".o"))
		len -= 2;
	name = ld_dyn_printf(m->d, "%.*s-%s%s%s", (int)len, m->name, prog, import ? "-" : "",
			     import ? import : "");
	if (!name)
		*err = -ENOMEM;
	return name ? path_in(m->d, dir, name, err) : NULL;
}

/* Pins those links of m that are not pinned. The caller unpins them on error. */
static void pin_links(struct bpfld_module *m, const char *dir, int *err)
{
	for (struct ld_hook *h = m->hooks; h && !*err; h = h->next) {
		char *path = h->pin ? NULL : link_path(m, dir, h->prog, NULL, err);

		if (!path)
			continue;
		pin(m->d, bpf_link__fd(h->link), path, err);
		h->pin = *err ? NULL : path;
	}
	for (size_t i = 0; i < m->nr_imports; i++)
		for (struct ld_wire *w = m->imports[i].wires; w && !*err; w = w->next) {
			char *path =
			    w->pin ? NULL : link_path(m, dir, w->prog, m->imports[i].name, err);

			if (!path)
				continue;
			pin(m->d, w->fd, path, err);
			w->pin = *err ? NULL : path;
		}
}

static void unpin_imports(struct bpfld_module *m)
{
	for (size_t i = 0; i < m->nr_imports; i++)
		for (struct ld_wire *w = m->imports[i].wires; w; w = w->next) {
			ld_unpin(w->pin);
			w->pin = NULL;
		}
}

static void unpin_links(struct bpfld_module *m)
{
	for (struct ld_hook *h = m->hooks; h; h = h->next) {
		ld_unpin(h->pin);
		h->pin = NULL;
	}
	unpin_imports(m);
}

static int pin_hooks(struct bpfld_dyn *d, const char *dir)
{
	struct ld_refusal why;
	int err = d->failed ? -EINVAL : 0;
	bool created = false;

	if (!err) {
		err = ld_bpffs_mkdir(dir, &why);
		created = !err;
		if (err == -EEXIST)
			err = 0;
		else if (err)
			failed(d, "cannot-pin", "create", dir, err, &why);
	}
	for (struct bpfld_module *m = d->modules; m && !err; m = m->next)
		pin_links(m, dir, &err);
	if (!err)
		return 0;
	for (struct bpfld_module *m = d->modules; m; m = m->next)
		unpin_links(m);
	if (created)
		ld_bpffs_remove(dir, &why);
	return err;
}

int bpfld_dyn_pin(struct bpfld_dyn *d, const char *dir)
{
	int err = ld_dyn_enter(d, dir && *dir);

	return err ? err : ld_dyn_leave(d, pin_hooks(d, dir));
}

/* ---- one module ---- */

/* Removes entries newer than last. Directories become empty before they are removed. */
static void remove_created(struct bpfld_dyn *d, const struct ld_created *last)
{
	struct ld_refusal why;

	for (; d->created != last; d->created = d->created->next)
		ld_bpffs_remove(d->created->path, &why);
}

static int add_created(struct bpfld_dyn *d, const char *path)
{
	struct ld_created *created = ld_dyn_alloc(d, sizeof(*created));
	struct ld_refusal why;

	if (!created) {
		ld_bpffs_remove(path, &why);
		return -ENOMEM;
	}
	created->path = path;
	created->next = d->created;
	d->created = created;
	return 0;
}

/* Creates the directory unless it exists. Returns path, or NULL on error. */
static char *make_dir(struct bpfld_dyn *d, char *path, int *err)
{
	struct ld_refusal why;
	int ret = *err;

	if (ret)
		return NULL;
	ret = ld_bpffs_mkdir(path, &why);
	if (!ret)
		*err = add_created(d, path);
	else if (ret != -EEXIST)
		*err = failed(d, "cannot-pin", "create", path, ret, &why);
	return *err ? NULL : path;
}

/* The same for "DIR/NAME". */
static char *make_subdir(struct bpfld_dyn *d, const char *dir, const char *name, int *err)
{
	return make_dir(d, path_in(d, dir, name, err), err);
}

static bool is_created(const struct bpfld_dyn *d, const char *path)
{
	for (const struct ld_created *created = d->created; created; created = created->next)
		if (!strcmp(created->path, path))
			return true;
	return false;
}

/* Pins fd as "DIR/NAME", unless this handle did so before. Returns the path, or NULL. */
static char *pin_fd(struct bpfld_dyn *d, int fd, const char *dir, const char *name, int *err)
{
	char *path = path_in(d, dir, name, err);

	if (!path || is_created(d, path))
		return path;
	pin(d, fd, path, err);
	if (!*err)
		*err = add_created(d, path);
	return *err ? NULL : path;
}

static void pin_maps(struct bpfld_module *m, const struct bpf_object *obj, const char *dir,
		     int *err)
{
	struct bpf_map *map;
	char *maps = NULL;

	bpf_object__for_each_map(map, obj)
	{
		/* A map with a pin path of its own is pinned already, and shared. */
		if (*err || !bpf_map__autocreate(map) || bpf_map__pin_path(map) ||
		    ld_pinned_map(m, bpf_map__name(map)) >= 0)
			continue;
		maps = maps ? maps : make_subdir(m->d, dir, "maps", err);
		pin_fd(m->d, bpf_map__fd(map), maps, bpf_map__name(map), err);
	}
}

/* A module's name up to its first dot, as tools name its directory. */
static char *short_name(const struct bpfld_module *m)
{
	return ld_dyn_printf(m->d, "%.*s", (int)strcspn(m->name, "."), m->name);
}

static void pin_import(struct bpfld_module *m, const struct ld_dyn_import *import,
		       const char *imports, int *err)
{
	char *dir = make_subdir(m->d, imports, import->name, err);

	for (struct ld_wire *w = import->wires; w; w = w->next) {
		char *path = w->pin ? NULL : pin_fd(m->d, w->fd, dir, w->prog, err);

		if (path && !*err)
			w->pin = path;
	}
	if (import->served == BPFLD_SERVED_LINKED) {
		char *lib = short_name(import->lib);
		char *name = lib ? ld_dyn_printf(m->d, "%s:%s", lib, import->func) : NULL;

		if (name)
			make_subdir(m->d, dir, name, err);
		else
			*err = -ENOMEM;
	}
}

static void pin_main(struct bpfld_module *m, const char *dir, int *err)
{
	struct bpf_program *prog;
	char *subdir = NULL;

	pin_maps(m, m->obj, dir, err);
	bpf_object__for_each_program(prog, m->obj)
	{
		if (bpf_program__fd(prog) < 0)
			continue;
		subdir = subdir ? subdir : make_subdir(m->d, dir, "programs", err);
		pin_fd(m->d, bpf_program__fd(prog), subdir, bpf_program__name(prog), err);
	}
	subdir = m->nr_imports ? make_subdir(m->d, dir, "imports", err) : NULL;
	for (size_t i = 0; i < m->nr_imports; i++)
		pin_import(m, &m->imports[i], subdir, err);
}

/* FNV-1a: distinguishes files, but does not detect forgery. */
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
	char *functions = make_subdir(m->d, dir, "functions", err);
	struct bpf_program *prog;

	pin_maps(m, instance->obj, dir, err);
	bpf_object__for_each_program(prog, instance->obj)
	{
		const char *func = strchr(bpf_program__section_name(prog), '/');
		char *type, *subdir;

		if (bpf_program__type(prog) != BPF_PROG_TYPE_EXT || !func ||
		    bpf_program__fd(prog) < 0)
			continue;
		subdir = make_subdir(m->d, functions, func + 1, err);
		type = ld_type_name(m->d, instance->type);
		if (!type)
			*err = -ENOMEM;
		pin_fd(m->d, bpf_program__fd(prog), subdir, type, err);
	}
}

static void pin_library(struct bpfld_module *m, const char *dir, int *err)
{
	char *sum = sum_of(m), *file = make_subdir(m->d, dir, "file", err);

	if (!sum)
		*err = -ENOMEM;
	make_subdir(m->d, file, sum, err);
	for (const struct ld_instance *i = m->instances; i; i = i->next)
		pin_instance(m, i, dir, err);
}

static int pin_all_of(struct bpfld_module *m, const char *dir)
{
	const struct ld_created *last = m->d->created;
	struct ld_refusal why;
	int err = m->d->failed ? -EINVAL : 0;

	if (!err && !m->library && !m->loaded)
		return ld_dyn_error(m->d, -EINVAL, "module-not-loaded",
				    "%s is not loaded: there is nothing to pin", m->name);
	if (err || (m->library && !m->instances))
		return err;
	make_dir(m->d, ld_dyn_printf(m->d, "%s", dir), &err);
	if (m->library)
		pin_library(m, dir, &err);
	else
		pin_main(m, dir, &err);
	if (!err)
		return 0;
	remove_created(m->d, last);
	/* Wires that were pinned before are still pinned. */
	for (size_t i = 0; i < m->nr_imports; i++)
		for (struct ld_wire *w = m->imports[i].wires; w; w = w->next)
			w->pin = w->pin && ld_bpffs_kind(w->pin, &why) >= 0 ? w->pin : NULL;
	return err;
}

int bpfld_dyn_pin_module(struct bpfld_module *m, const char *dir)
{
	int err = ld_dyn_enter(m ? m->d : NULL, dir && *dir);

	return err ? err : ld_dyn_leave(m->d, pin_all_of(m, dir));
}

void bpfld_dyn_unpin(struct bpfld_dyn *d)
{
	if (ld_dyn_enter(d, true))
		return;
	remove_created(d, NULL);
	for (struct bpfld_module *m = d->modules; m; m = m->next)
		unpin_imports(m);
	ld_dyn_leave(d, 0);
}

/* ---- pins of other processes ---- */

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
	struct ld_refusal why;

	if (!p)
		return -ENOMEM;
	p->name = ld_dyn_printf(m->d, "%s", name);
	if (!p->name)
		return -ENOMEM;
	p->fd = ld_bpffs_get(path, &why);
	if (p->fd < 0)
		return failed(m->d, "cannot-open", "open", path, p->fd, &why);
	p->type = type;
	p->next = *list;
	*list = p;
	return 0;
}

/* Opens all pins in dir, if it exists. name: the function, if their names are program types. */
static int open_pins(struct bpfld_module *m, const char *dir, const char *name)
{
	struct ld_pinned **list = name ? &m->pinned_functions : &m->pinned_maps;
	struct ld_refusal why;
	int fd = ld_bpffs_open(dir, &why), err = 0;
	DIR *pins = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (fd == -ENOENT)
		return 0;
	if (!pins)
		return failed(m->d, "cannot-open", "open", dir, fd < 0 ? fd : -errno, &why);
	while (!err && (entry = readdir(pins))) {
		char *path = ld_dyn_printf(m->d, "%s/%s", dir, entry->d_name);
		struct ld_type type = {BPF_PROG_TYPE_UNSPEC, 0};

		if (entry->d_name[0] == '.' || (name && !ld_type_by_name(entry->d_name, &type)))
			continue;
		err = path ? open_pin(m, list, path, name ? name : entry->d_name, type) : -ENOMEM;
	}
	closedir(pins);
	return err;
}

static int reuse(struct bpfld_module *lib, const char *dir)
{
	char *sum = sum_of(lib), *file = sum ? ld_dyn_printf(lib->d, "%s/file/%s", dir, sum) : NULL;
	struct ld_refusal why;
	int err = 0;

	if (!file)
		return -ENOMEM;
	if (lib->d->failed || !lib->library || lib->instances || lib->pinned_functions)
		return -EINVAL;
	if (!lib->d->replace)
		return ld_dyn_error(lib->d, -EOPNOTSUPP, "cannot-replace", "%s",
				    *lib->d->reason ? lib->d->reason : "this is a static link");
	err = ld_bpffs_kind(file, &why);
	if (err == -ENOENT)
		return ld_dyn_error(lib->d, -ESTALE, "other-library",
				    "the library pinned in %s was loaded from another file than %s",
				    dir, lib->name);
	if (err < 0)
		return failed(lib->d, "cannot-open", "open", file, err, &why);
	err = 0;
	for (size_t i = 0; i < lib->nr_exports && !err; i++) {
		const char *name = lib->exports[i].name;
		char *path = ld_dyn_printf(lib->d, "%s/functions/%s", dir, name);

		if (path && ld_bpffs_is_name(name))
			err = open_pins(lib, path, name);
		else
			err = path ? 0 : -ENOMEM;
	}
	file = ld_dyn_printf(lib->d, "%s/maps", dir);
	if (!err)
		err = file ? open_pins(lib, file, NULL) : -ENOMEM;
	if (err)
		ld_pins_close(lib);
	return err;
}

int bpfld_dyn_reuse(struct bpfld_module *lib, const char *dir)
{
	int err = ld_dyn_enter(lib ? lib->d : NULL, dir && *dir);

	return err ? err : ld_dyn_leave(lib->d, reuse(lib, dir));
}
