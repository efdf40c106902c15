/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* load and unload. A load links, loads, pins and, with --attach, attaches. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpfld/command.h"
#include "loader/shared_maps.h"
#include "lto/lto.h"

static enum exit_status pin_all(struct request *q, const char *name, struct bpf_object *obj)
{
	struct bpf_program *prog;
	struct bpf_map *map;

	if (make_dirs(q, name))
		return EXIT_FAILED;
	bpf_object__for_each_map(map, obj)
	{
		/* A map with a pin path of its own is pinned already, and shared. */
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
	/* Attach last: an event must find all maps and programs pinned. */
	bpf_object__for_each_program(prog, obj)
	{
		if (q->attach && bpf_program__autoload(prog) && attach(q, name, prog))
			return EXIT_FAILED;
	}
	return EXIT_DONE;
}

/* Also copies the linked object to *image. */
static struct bpf_object *link_and_open(struct request *q, char **image, size_t *size)
{
	struct bpfld_opts opts = BPFLD_OPTS_INIT;
	struct bpf_object *obj;
	const void *linked;
	struct bpfld *l;

	opts.library_paths = q->library_paths.v;
	opts.prefixes = q->prefixes.v;
	opts.lto = &lto_default;
	opts.kernel_btf = "/sys/kernel/btf/vmlinux";
	opts.diag = report_diag;
	opts.diag_ctx = q->report;
	l = bpfld_new(&opts, NULL);
	if (!l)
		return NULL;
	add_inputs(q, l, 0);
	obj = bpfld_open_object(l, NULL, NULL);
	linked = bpfld_image(l, size);
	if (obj && linked) {
		*image = pool_alloc(q->pool, *size);
		memcpy(*image, linked, *size);
	}
	bpfld_free(l);
	return obj;
}

/*
 * Loads obj. If the verifier rejects a program, the message explains why instead of the log, which
 * libbpf would print.
 */
static enum exit_status load(struct request *q, struct bpf_object *obj, const char *name,
			     char *image, size_t size)
{
	char *log = q->verbose ? NULL : malloc(VERIFIER_LOG);
	struct bpf_program *prog;
	int err;

	bpf_object__for_each_program(prog, obj)
	{
		if (log)
			bpf_program__set_log_buf(prog, log, VERIFIER_LOG);
	}
	err = bpf_object__load(obj);
	free(log);
	if (!err)
		return EXIT_DONE;
	if (!q->verbose) {
		size_t errors = q->report->errors;

		explain_refusals(q, name, image, size);
		/* libbpf has nothing to add. */
		if (q->report->errors > errors)
			message_lines(q);
	}
	return cannot(q, "load", name, -err);
}

/* --root does not affect such a pin, so the help of refused() would be wrong. */
static enum exit_status map_refused(struct request *q, const char *path, int err,
				    const struct ld_refusal *why)
{
	if (!why->id)
		return cannot(q, "use the pinned map", path, -err);
	return fail(q, why->id, "%s" LD_HELP "%s", why->text, why->help);
}

enum exit_status command_load(struct request *q)
{
	enum exit_status status;
	struct bpf_object *obj;
	const char *name, *path;
	struct ld_shared_maps shared = {0};
	struct ld_refusal why;
	bool first = true;
	char *image = NULL;
	size_t size;
	int err;

	if (!q->args.n)
		return usage_error(q, "load requires at least one object");
	if (q->dynamic)
		return load_dynamic(q);
	name = q->name ? q->name : name_of(q, q->args.v[0]);
	if (check_name(q, name))
		return EXIT_USAGE;
	obj = link_and_open(q, &image, &size);
	if (!obj)
		return EXIT_FAILED;
	/* Check before the verifier runs, which may take long. */
	status = exists(q, name, NULL) ? already_loaded(q, name) : EXIT_DONE;
	err = status ? 0 : ld_shared_maps_find(&shared, obj, &path, &why);
	if (err)
		status = map_refused(q, path, err, &why);
	status = status ? status : load(q, obj, name, image, size);
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
	if (status)
		return EXIT_FAILED;
	status = print_loaded(q, name, &first);
	if (q->json)
		putchar('\n');
	return status;
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

	if (!q->args.n)
		return usage_error(q, "unload requires at least one name");
	/* Do not create the directory only to find it empty. */
	if (ld_bpffs_kind(q->root, &why) == -ENOENT) {
		for (size_t i = 0; i < q->args.n; i++)
			not_loaded(q, q->args.v[i]);
		return EXIT_FAILED;
	}
	if (begin_change(q))
		return EXIT_FAILED;
	/* Unload mains before the libraries that serve them, in whatever order they were named. */
	for (int libraries = 0; libraries < 2; libraries++)
		for (size_t i = 0; i < q->args.n; i++)
			if (is_library(q, q->args.v[i]) == libraries && unload(q, q->args.v[i]))
				status = EXIT_FAILED;
	return end_change(q, status);
}
