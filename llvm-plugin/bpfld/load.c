/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Loading is: link, load, attach if asked to, pin. Pins keep what was loaded; so a failure takes
 * away those that were made, and with the last of them goes everything.
 */
#include <ctype.h>
#include <errno.h>
#include <linux/magic.h>
#include <net/if.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "command.h"

/* In the order of unpinning: no event may see a stub where a function was. */
static const char *const kinds[] = {"links", "imports", "programs", "functions", "maps", "file"};

#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* ---- folders ---- */

const char *folder_of(struct request *q, const char *name, const char *kind)
{
	return pool_printf(q->pool, "%s/%s%s%s", q->root, name, kind ? "/" : "", kind ? kind : "");
}

/* bpffs takes no dots, and a name is a folder's: letters, digits, '_' and '-'. */
bool is_name(const char *name)
{
	if (!*name)
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && *name != '_' && *name != '-')
			return false;
	return true;
}

/* A pin, or a folder of them. */
static enum exit_status remove_all(struct request *q, const char *path)
{
	enum exit_status status = EXIT_DONE;
	struct words names = {0};
	int err = read_folder(q, path, &names);

	for (size_t i = 0; i < names.n; i++)
		status |= remove_all(q, pool_printf(q->pool, "%s/%s", path, names.v[i]));
	words_free(&names);
	if (err == -ENOENT || status)
		return status;
	if (remove(path))
		return fail(q, "remove", path, errno);
	return EXIT_DONE;
}

enum exit_status remove_pins(struct request *q, const char *name)
{
	enum exit_status status = EXIT_DONE;

	for (size_t i = 0; i < NR_KINDS; i++)
		status |= remove_all(q, folder_of(q, name, kinds[i]));
	if (rmdir(folder_of(q, name, NULL)) && errno != ENOENT)
		status = fail(q, "remove", folder_of(q, name, NULL), errno);
	/* The last one takes the folder of all with it, if that is empty. */
	rmdir(q->root);
	return status;
}

enum exit_status make_root(struct request *q)
{
	struct statfs fs;

	if (mkdir(q->root, 0700) && errno != EEXIST)
		return fail(q, "create", q->root, errno);
	if (statfs(q->root, &fs))
		return fail(q, "look at", q->root, errno);
	if (fs.f_type != BPF_FS_MAGIC) {
		rmdir(q->root);
		report_error(q->report, "no-bpffs",
			     "%s is not in a BPF file system: mount -t bpf bpf /sys/fs/bpf",
			     q->root);
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}

enum exit_status make_folders(struct request *q, const char *name)
{
	static const char *const made[] = {"links", "programs", "maps"};

	if (make_root(q))
		return EXIT_FAILED;
	if (mkdir(folder_of(q, name, NULL), 0700)) {
		if (errno != EEXIST)
			return fail(q, "create", folder_of(q, name, NULL), errno);
		report_error(q->report, "already-loaded",
			     "'%s' is loaded already: bpfld unload %s, or --name", name, name);
		return EXIT_FAILED;
	}
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		if (mkdir(folder_of(q, name, made[i]), 0700)) {
			int error = errno;

			remove_pins(q, name);
			return fail(q, "create", folder_of(q, name, made[i]), error);
		}
	return EXIT_DONE;
}

/* ---- load ---- */

static const char *pin_path(struct request *q, const char *name, const char *kind, const char *pin)
{
	char *path = pool_printf(q->pool, "%s/%s", folder_of(q, name, kind), pin);

	for (char *c = path + strlen(path) - strlen(pin); *c; c++)
		if (*c == '.')
			*c = '_';
	return path;
}

enum exit_status attach(struct request *q, const char *name, struct bpf_program *prog)
{
	const char *path = pin_path(q, name, "links", bpf_program__name(prog));
	struct bpf_link *link;
	int error;

	if (bpf_program__type(prog) == BPF_PROG_TYPE_XDP) {
		unsigned int ifindex = q->device ? if_nametoindex(q->device) : 0;

		if (!ifindex) {
			report_error(q->report, "no-device",
				     "'%s' is an XDP program: --device names the interface%s%s",
				     bpf_program__name(prog), q->device ? "; there is no " : "",
				     q->device ? q->device : "");
			return EXIT_FAILED;
		}
		link = bpf_program__attach_xdp(prog, (int)ifindex);
	} else {
		link = bpf_program__attach(prog);
	}
	if (!link)
		return fail(q, "attach", bpf_program__name(prog), errno);
	error = -bpf_link__pin(link, path);
	bpf_link__destroy(link);
	return error ? fail(q, "pin", path, error) : EXIT_DONE;
}

static enum exit_status pin_all(struct request *q, const char *name, struct bpf_object *obj)
{
	struct bpf_program *prog;
	struct bpf_map *map;
	int error;

	bpf_object__for_each_map(map, obj)
	{
		const char *path = pin_path(q, name, "maps", bpf_map__name(map));

		/* One that says where it is pinned is there, and not ours alone. */
		if (!bpf_map__autocreate(map) || bpf_map__is_pinned(map))
			continue;
		error = -bpf_map__pin(map, path);
		if (error)
			return fail(q, "pin", path, error);
	}
	bpf_object__for_each_program(prog, obj)
	{
		const char *path = pin_path(q, name, "programs", bpf_program__name(prog));

		if (!bpf_program__autoload(prog))
			continue;
		error = -bpf_program__pin(prog, path);
		if (error)
			return fail(q, "pin", path, error);
	}
	/* Last, so that no event is served by half of it. */
	bpf_object__for_each_program(prog, obj)
	{
		if (q->attach && bpf_program__autoload(prog) && attach(q, name, prog))
			return EXIT_FAILED;
	}
	return EXIT_DONE;
}

static struct bpf_object *link_and_open(struct request *q)
{
	struct bpfld_opts opts = BPFLD_OPTS_INIT;
	struct bpf_object *obj;
	struct bpfld *l;

	opts.library_paths = q->library_paths.v;
	opts.lto = &lto_default;
	opts.lasting_inputs = true;
	opts.diag = report_diag;
	opts.diag_ctx = q->report;
	l = bpfld_new(&opts, NULL);
	if (!l)
		return NULL;
	add_inputs(q, l, 0);
	obj = bpfld_open_object(l, NULL, NULL);
	bpfld_free(l);
	return obj;
}

const char *name_of(struct request *q, const char *path)
{
	const char *base = base_name(path);

	return pool_strndup(q->pool, base, strcspn(base, "."));
}

enum exit_status check_name(struct request *q, const char *name)
{
	if (is_name(name))
		return EXIT_DONE;
	report_error(q->report, "usage",
		     "'%s' can't be a name: letters, digits, '_' and '-'; see --name", name);
	return EXIT_USAGE;
}

enum exit_status command_load(struct request *q)
{
	enum exit_status status;
	struct bpf_object *obj;
	const char *name;
	bool first = true;
	int error;

	if (!q->args.n) {
		report_error(q->report, "usage", "load: at least one object");
		return EXIT_USAGE;
	}
	if (q->dynamic)
		return load_dynamic(q);
	name = q->name ? q->name : name_of(q, q->args.v[0]);
	if (check_name(q, name))
		return EXIT_USAGE;
	obj = link_and_open(q);
	if (!obj)
		return EXIT_FAILED;
	status = make_folders(q, name);
	if (status) {
		bpf_object__close(obj);
		return status;
	}
	error = -bpf_object__load(obj);
	status = error ? fail(q, "load", name, error) : pin_all(q, name, obj);
	bpf_object__close(obj);
	if (status) {
		remove_pins(q, name);
		return status;
	}
	return print_loaded(q, name, &first) ? EXIT_FAILED : EXIT_DONE;
}

static enum exit_status unload(struct request *q, const char *name)
{
	if (!is_name(name) || access(folder_of(q, name, NULL), F_OK)) {
		report_error(q->report, "not-loaded", "'%s' is not loaded", name);
		return EXIT_FAILED;
	}
	return release(q, name) || remove_pins(q, name) ? EXIT_FAILED : EXIT_DONE;
}

enum exit_status command_unload(struct request *q)
{
	enum exit_status status = EXIT_DONE;

	if (!q->args.n) {
		report_error(q->report, "usage", "unload: at least one name");
		return EXIT_USAGE;
	}
	/* Libraries after the mains that they serve, in whichever order they were named. */
	for (int libraries = 0; libraries < 2; libraries++)
		for (size_t i = 0; i < q->args.n; i++)
			if (is_library(q, q->args.v[i]) == libraries && unload(q, q->args.v[i]))
				status = EXIT_FAILED;
	return status;
}
