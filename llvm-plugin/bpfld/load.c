/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Loading is: link, load, attach if asked to, pin. Pins keep what was loaded. */
#include <bpf/bpf.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "bpfld/command.h"
#include "loader/shared_maps.h"
#include "lto/lto.h"

enum exit_status make_dirs(struct request *q, const char *name)
{
	if (add_dir(q, new_dir_of(q, name, NULL)) || add_dir(q, new_dir_of(q, name, "links")) ||
	    add_dir(q, new_dir_of(q, name, "programs")))
		return EXIT_FAILED;
	return add_dir(q, new_dir_of(q, name, "maps"));
}

/* ---- load ---- */

enum exit_status attach(struct request *q, const char *name, struct bpf_program *prog)
{
	enum exit_status status;
	struct bpf_link *link;

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
	status =
	    add_pin(q, bpf_link__fd(link), new_dir_of(q, name, "links"), bpf_program__name(prog));
	/* libbpf would detach what is pinned by way of its perf event. */
	if (!status) {
		close(bpf_link__fd(link));
		bpf_link__disconnect(link);
	}
	bpf_link__destroy(link);
	return status;
}

static enum exit_status pin_all(struct request *q, const char *name, struct bpf_object *obj)
{
	struct bpf_program *prog;
	struct bpf_map *map;

	if (make_dirs(q, name))
		return EXIT_FAILED;
	bpf_object__for_each_map(map, obj)
	{
		/* One that says where it is pinned is there, and not ours alone. */
		if (bpf_map__autocreate(map) && !bpf_map__pin_path(map) &&
		    add_pin(q, bpf_map__fd(map), new_dir_of(q, name, "maps"), bpf_map__name(map)))
			return EXIT_FAILED;
	}
	bpf_object__for_each_program(prog, obj)
	{
		if (bpf_program__autoload(prog) &&
		    add_pin(q, bpf_program__fd(prog), new_dir_of(q, name, "programs"),
			    bpf_program__name(prog)))
			return EXIT_FAILED;
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

/* Unlike other pins, that of such a map has its place. */
static enum exit_status map_refused(struct request *q, const char *path, int err,
				    const struct ld_refusal *why)
{
	if (!why->id)
		return fail(q, "use the map that is pinned as", path, -err);
	report_error(q->report, why->id, "%s\n>>> help: %s", why->text, why->help);
	return EXIT_FAILED;
}

enum exit_status command_load(struct request *q)
{
	enum exit_status status;
	struct bpf_object *obj;
	const char *name, *path;
	struct ld_shared_maps shared = {0};
	struct ld_refusal why;
	bool first = true;
	int err;

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
	/* Before the verifier runs: it may take long. */
	status = exists(q, name, NULL) ? already_loaded(q, name) : EXIT_DONE;
	err = status ? 0 : ld_shared_maps_find(&shared, obj, &path, &why);
	if (err)
		status = map_refused(q, path, err, &why);
	err = status ? 0 : bpf_object__load(obj);
	if (err)
		status = fail(q, "load", name, -err);
	if (!status)
		status = begin_change(q);
	if (!status) {
		err = ld_shared_maps_pin(&shared, &path, &why);
		status = err ? map_refused(q, path, err, &why) : pin_all(q, name, obj);
		status = status ? status : publish(q, name);
		ld_shared_maps_drop(&shared, status);
		end_change(q, status);
	}
	ld_shared_maps_drop(&shared, false);
	bpf_object__close(obj);
	return status || print_loaded(q, name, &first) ? EXIT_FAILED : EXIT_DONE;
}

static enum exit_status unload(struct request *q, const char *name)
{
	if (!is_name(name) || !exists(q, name, NULL))
		return not_loaded(q, name);
	return release(q, name) || remove_pins(q, name) ? EXIT_FAILED : EXIT_DONE;
}

enum exit_status command_unload(struct request *q)
{
	enum exit_status status = EXIT_DONE;
	struct ld_refusal why;

	if (!q->args.n) {
		report_error(q->report, "usage", "unload: at least one name");
		return EXIT_USAGE;
	}
	/* Nothing is made only to find nothing in it. */
	if (ld_bpffs_kind(q->root, &why) == -ENOENT) {
		for (size_t i = 0; i < q->args.n; i++)
			not_loaded(q, q->args.v[i]);
		return EXIT_FAILED;
	}
	if (begin_change(q))
		return EXIT_FAILED;
	/* Libraries after the mains that they serve, in whichever order they were named. */
	for (int libraries = 0; libraries < 2; libraries++)
		for (size_t i = 0; i < q->args.n; i++)
			if (is_library(q, q->args.v[i]) == libraries && unload(q, q->args.v[i]))
				status = EXIT_FAILED;
	return end_change(q, status);
}
