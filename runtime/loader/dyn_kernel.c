/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Loads mains, loads libraries as programs of type EXT, and replaces stubs with these.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "loader/dyn.h"
#include "loader/shared_maps.h"

#define LOG_SIZE (64 * 1024)

/* ---- messages ---- */

/* The last line of the verifier's log, without statistics. Truncates the log. */
static const char *last_line(char *log)
{
	char *end = log + strlen(log), *line = log;

	for (;;) {
		while (end > log && (end[-1] == '\n' || end[-1] == ' '))
			*--end = '\0';
		line = strrchr(log, '\n');
		line = line ? line + 1 : log;
		if (strncmp(line, "processed ", 10) != 0 &&
		    strncmp(line, "verification time", 17) != 0 &&
		    strncmp(line, "stack depth", 11) != 0)
			return line;
		if (line == log)
			return "";
		end = line;
		*end = '\0';
	}
}

/* Explains an error of bpf_link_create(). */
static const char *wire_error(int err)
{
	switch (err) {
	case -EBUSY:
		return "its stub is already replaced, or the program is in a "
		       "BPF_MAP_TYPE_PROG_ARRAY";
	case -EINVAL: return "the prototypes or program types do not match";
	case -EPERM: return "not permitted by the kernel or the privileges of the process";
	case -ENOENT: return "the program has no such function";
	case -EBADF: return "not a file descriptor of a program";
	case -ENOMEM: return "out of memory";
	default: return "rejected by the kernel";
	}
}

/* ---- the probe ---- */

static int probe_types(void)
{
	struct btf *btf = btf__new_empty();
	int type, proto, ret = -1;

	if (!btf)
		return -ENOMEM;
	type = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	proto = btf__add_func_proto(btf, type);
	if (type < 0 || proto < 0 || btf__add_func(btf, "probe", BTF_FUNC_GLOBAL, proto) < 0 ||
	    btf__add_func(btf, "stub", BTF_FUNC_GLOBAL, proto) < 0)
		ret = -ENOMEM;
	else if (!btf__load_into_kernel(btf))
		ret = dup(btf__fd(btf));
	if (ret < 0)
		ret = -errno;
	btf__free(btf);
	return ret;
}

/* Loads a program with a stub, and replaces the stub. */
static int probe(void)
{
	static const struct bpf_insn main_insns[] = {
	    {.code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_CALL, .imm = 1},
	    {.code = BPF_JMP | BPF_EXIT},
	    {.code = BPF_ALU64 | BPF_MOV | BPF_K},
	    {.code = BPF_JMP | BPF_EXIT},
	};
	static const struct bpf_func_info funcs[] = {{0, 3}, {2, 4}};
	int btf = probe_types(), main = -1, ext = -1, link = -1, err;
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_btf_fd = btf > 0 ? (__u32)btf : 0,
		    .func_info = funcs, .func_info_cnt = 2, .func_info_rec_size = sizeof(funcs[0]));
	LIBBPF_OPTS(bpf_link_create_opts, link_opts, .target_btf_id = 4);

	if (btf < 0)
		return btf;
	main = bpf_prog_load(BPF_PROG_TYPE_XDP, "probe", "GPL", main_insns, 4, &opts);
	if (main >= 0) {
		opts.func_info_cnt = 1;
		opts.attach_prog_fd = main;
		opts.attach_btf_id = 4;
		ext = bpf_prog_load(BPF_PROG_TYPE_EXT, "stub", "GPL", main_insns + 2, 2, &opts);
	}
	if (ext >= 0)
		link = bpf_link_create(ext, main, 0, &link_opts);
	err = link < 0 ? -errno : 0;
	close(btf);
	if (main >= 0)
		close(main);
	if (ext >= 0)
		close(ext);
	if (link >= 0)
		close(link);
	return err;
}

bool ld_kernel_replaces(char *why, size_t size)
{
	int err = probe();

	if (err)
		snprintf(why, size, "this kernel cannot replace functions of programs: %s",
			 strerror(-err));
	return !err;
}

/* ---- loading ---- */

static int load_with_maps(struct bpfld_dyn *d, struct bpf_object *obj)
{
	struct ld_shared_maps shared;
	struct ld_refusal why;
	const char *path;
	int err = ld_shared_maps_find(&shared, obj, &path, &why), ret = 0;

	if (!err)
		ret = bpf_object__load(obj);
	if (!err && !ret)
		err = ld_shared_maps_pin(&shared, &path, &why);
	if (err)
		ld_dyn_error(d, err, why.id ? why.id : "cannot-pin", "cannot use map %s: %s", path,
			     why.id ? why.text : strerror(-err));
	ld_shared_maps_drop(&shared, err);
	return err ? err : ret;
}

/* Loads obj. If a program is rejected, text is the verifier's reason. Returns libbpf's error. */
static int load_object(struct bpfld_dyn *d, struct bpf_object *obj, char *text, size_t size)
{
	struct bpf_program *prog;
	size_t nr = 0, i = 0;
	char *logs;
	int err;

	bpf_object__for_each_program(prog, obj) nr++;
	logs = calloc(nr + 1, LOG_SIZE);
	*text = '\0';
	if (!logs)
		return -ENOMEM;
	bpf_object__for_each_program(prog, obj)
	    bpf_program__set_log_buf(prog, logs + i++ * LOG_SIZE, LOG_SIZE);
	err = load_with_maps(d, obj);
	for (i = 0; err && i < nr; i++) {
		const char *line = last_line(logs + i * LOG_SIZE);

		if (*line)
			snprintf(text, size, "%s", line);
	}
	bpf_object__for_each_program(prog, obj) bpf_program__set_log_buf(prog, NULL, 0);
	free(logs);
	return err;
}

static int cannot_load(const struct bpfld_module *m, int err, const char *text)
{
	const char *help = "";

	if (err == -EPERM && !*text)
		help = LD_HELP "run it as root, or with CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON";
	return ld_dyn_error(m->d, err, "cannot-load", "cannot load %s: %s%" LD_LINES "%s%" LD_LINES,
			    m->name, strerror(-err), *text ? "\n>>> verifier: " : "", text, help);
}

int ld_kernel_load_main(struct bpfld_module *main)
{
	char text[256];
	int err;

	err = load_object(main->d, main->obj, text, sizeof(text));
	if (err)
		return cannot_load(main, err, text);
	main->loaded = true;
	/* libbpf ignores that the kernel rejected BTF, but replacing functions requires it. */
	if (main->nr_imports && !main->statically && bpf_object__btf_fd(main->obj) < 0)
		return ld_dyn_error(main->d, -EINVAL, "cannot-load",
				    "%s: the kernel rejects its BTF, which is required to replace "
				    "functions",
				    main->name);
	return 0;
}

/* ---- libraries ---- */

/* The fd of lib's func, loaded for a program type, or -1. */
static int find_entry(const struct bpfld_module *lib, struct ld_type type, const char *func)
{
	struct bpf_program *prog;

	for (struct ld_instance *i = lib->instances; i; i = i->next) {
		if (i->type.prog != type.prog || i->type.attach != type.attach)
			continue;
		bpf_object__for_each_program(prog, i->obj)
		{
			const char *slash = strchr(bpf_program__section_name(prog), '/');

			if (bpf_program__type(prog) == BPF_PROG_TYPE_EXT && slash &&
			    !strcmp(slash + 1, func))
				return bpf_program__fd(prog);
		}
	}
	return ld_pinned_function(lib, type, func);
}

/* Loads a program of the type that calls a stub of each function: the target of the entries. */
static int load_anchor(struct bpfld_module *lib, const struct ld_instance *instance,
		       const char *const *names, struct bpf_object **obj)
{
	struct bpf_program *prog;
	char text[256];
	int err = ld_module_entries(lib, names, "socket", obj);

	if (err)
		return err;
	prog = bpf_object__next_program(*obj, NULL);
	bpf_program__set_type(prog, instance->type.prog);
	bpf_program__set_expected_attach_type(prog, instance->type.attach);
	/* libbpf derives the flag from the section, but an anchor is always in "socket". */
	if (instance->type.prog == BPF_PROG_TYPE_SYSCALL)
		bpf_program__set_flags(prog, BPF_F_SLEEPABLE);
	err = load_object(lib->d, *obj, text, sizeof(text));
	if (!err)
		return 0;
	bpf_object__close(*obj);
	*obj = NULL;
	return ld_dyn_error(lib->d, err, "cannot-load",
			    "cannot load an anchor for %s: %s%" LD_LINES
			    "%s\n>>> an anchor is a program of type %s that "
			    "calls stubs with the library's prototypes",
			    lib->name, strerror(-err), *text ? "\n>>> verifier: " : "", text,
			    libbpf_bpf_prog_type_str(instance->type.prog));
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

/* All instances of a library share the maps of the first one. */
static int share_maps(struct bpfld_module *lib, struct bpf_object *obj)
{
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map, obj)
	{
		int fd = ld_map_fd(lib, bpf_map__name(map));

		if (fd >= 0 && !err)
			err = bpf_map__reuse_fd(map, fd);
	}
	return err;
}

static bool is_entry(const struct bpf_program *prog)
{
	return bpf_program__type(prog) == BPF_PROG_TYPE_EXT;
}

static int load_entries(struct bpfld_module *lib, struct ld_instance *instance,
			struct bpf_object *anchor)
{
	int fd = bpf_program__fd(bpf_object__next_program(anchor, NULL)), err = 0;
	struct bpf_program *prog;
	char text[256] = "";

	bpf_object__for_each_program(prog, instance->obj)
	{
		if (!is_entry(prog))
			bpf_program__set_autoload(prog, false);
		else if (!err)
			err = bpf_program__set_attach_target(
			    prog, fd, strchr(bpf_program__section_name(prog), '/') + 1);
	}
	if (!err)
		err = share_maps(lib, instance->obj);
	if (!err)
		err = load_object(lib->d, instance->obj, text, sizeof(text));
	return err ? cannot_load(lib, err, text) : 0;
}

static int new_instance(struct bpfld_module *lib, struct ld_instance *instance,
			const char *const *names)
{
	struct bpf_object *anchor = NULL;
	struct ld_instance **last = &lib->instances;
	int err = ld_module_entries(lib, names, NULL, &instance->obj);

	if (!err)
		err = load_anchor(lib, instance, names, &anchor);
	if (!err)
		err = load_entries(lib, instance, anchor);
	bpf_object__close(anchor);
	if (err) {
		bpf_object__close(instance->obj);
		return err;
	}
	while (*last)
		last = &(*last)->next;
	*last = instance;
	return 0;
}

int ld_kernel_load_library(struct bpfld_module *lib, struct ld_type type, const char *const *names)
{
	struct ld_instance *instance = ld_dyn_alloc(lib->d, sizeof(*instance));
	const char **missing;
	size_t nr = 0;
	int err = 0;

	for (nr = 0; names[nr];)
		nr++;
	missing = calloc(nr + 1, sizeof(*missing));
	if (!instance || !missing) {
		free(missing);
		return -ENOMEM;
	}
	instance->type = type;
	nr = 0;
	for (; *names; names++) {
		bool twice = false;

		for (size_t i = 0; i < nr; i++)
			twice |= !strcmp(missing[i], *names);
		if (!twice && find_entry(lib, type, *names) < 0)
			missing[nr++] = *names;
	}
	if (nr)
		err = new_instance(lib, instance, missing);
	free(missing);
	return err;
}

/* ---- wires ---- */

/* The BTF id of the function if prog calls it, or else 0. */
static int find_target(const struct bpf_program *prog, const struct btf *btf, const char *name)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC), found = 0;
	struct bpf_prog_info info = {0};
	struct bpf_func_info *funcs;
	__u32 len = sizeof(info), nr;

	if (id < 0 || bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len) ||
	    info.func_info_rec_size != sizeof(*funcs))
		return 0;
	nr = info.nr_func_info;
	funcs = calloc(nr + 1, sizeof(*funcs));
	if (!funcs)
		return -ENOMEM;
	memset(&info, 0, sizeof(info));
	info.nr_func_info = nr;
	info.func_info_rec_size = sizeof(*funcs);
	info.func_info = (__u64)(uintptr_t)funcs;
	len = sizeof(info);
	if (bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
		nr = 0;
	/* The first one is the program itself. */
	for (__u32 i = 1; i < nr && i < info.nr_func_info; i++)
		if (funcs[i].type_id == (__u32)id)
			found = id;
	free(funcs);
	return found;
}

/* The names of lib's functions that serve imports of prog. */
static const char **names_for(const struct bpfld_module *main, const struct bpf_program *prog,
			      const struct bpfld_module *lib)
{
	const char **names = calloc(main->nr_imports + 1, sizeof(*names));
	const struct btf *btf = bpf_object__btf(main->obj);
	size_t nr = 0;

	for (size_t i = 0; names && i < main->nr_imports; i++) {
		const struct ld_dyn_import *import = &main->imports[i];

		if (import->lib == lib && find_target(prog, btf, import->name) > 0)
			names[nr++] = import->func;
	}
	return names;
}

/* The fd of the program that replaces import in prog. A negative error has been reported. */
static int replacement_fd(struct bpfld_module *main, const struct ld_dyn_import *import,
			  const struct bpf_program *prog)
{
	struct ld_type type = ld_type_of(prog);
	const char **names;
	int err;

	if (import->fd >= 0)
		return import->fd;
	names = names_for(main, prog, import->lib);
	if (!names)
		return -ENOMEM;
	err = ld_kernel_load_library(import->lib, type, names);
	free(names);
	return err ? err : find_entry(import->lib, type, import->func);
}

static int wire_program(struct bpfld_module *main, struct ld_dyn_import *import,
			const struct bpf_program *prog, int target)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .target_btf_id = (__u32)target);
	struct ld_wire *wire = ld_dyn_alloc(main->d, sizeof(*wire));
	int fd = replacement_fd(main, import, prog);

	if (!wire)
		return -ENOMEM;
	if (fd < 0) {
		import->why =
		    ld_dyn_text(main->d, "cannot load its library for %s", bpf_program__name(prog));
		return fd;
	}
	wire->prog = bpf_program__name(prog);
	wire->fd = bpf_link_create(fd, bpf_program__fd(prog), 0, &opts);
	if (wire->fd < 0) {
		int err = -errno;
		const struct ld_export *export =
		    import->lib ? ld_find_export(import->lib, import->func) : NULL;

		import->why =
		    ld_dyn_text(main->d, "%s (%s, program %s)%" LD_LINES "%s%s%s", wire_error(err),
				strerror(-err), wire->prog, export ? "\n>>> defined as   " : "",
				export ? export->prototype : "", export ? " in " : "",
				export ? import->lib->name : "");
		return err;
	}
	wire->next = import->wires;
	import->wires = wire;
	return 0;
}

int ld_kernel_wire(struct bpfld_module *main, struct ld_dyn_import *import)
{
	const struct btf *btf = bpf_object__btf(main->obj);
	struct bpf_program *prog;
	int err = 0;

	import->why = NULL;
	bpf_object__for_each_program(prog, main->obj)
	{
		int target;

		if (err || bpf_program__fd(prog) < 0)
			continue;
		target = find_target(prog, btf, import->name);
		if (target < 0)
			err = target;
		else if (target)
			err = wire_program(main, import, prog, target);
	}
	if (err)
		ld_kernel_unwire(import);
	else
		import->served = BPFLD_SERVED_LIVE;
	return err;
}

void ld_kernel_unwire(struct ld_dyn_import *import)
{
	for (struct ld_wire *w = import->wires; w; w = w->next) {
		ld_unpin(w->pin);
		close(w->fd);
	}
	import->wires = NULL;
	import->served = BPFLD_SERVED_NOT;
}
