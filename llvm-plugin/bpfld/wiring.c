/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Which library function serves which import. This is read from the kernel: a link pinned in a
 * main's "imports" has the id of a program, and the same program is pinned in a library's
 * "functions".
 */
#include <bpf/bpf.h>
#include <string.h>
#include <unistd.h>

#include "bpfld/command.h"

/* A pin of a program or link: NAME/functions/ITEM/LEAF or NAME/imports/ITEM/LEAF. */
struct pin {
	const char *name, *item, *leaf, *path;
	unsigned int id; /* of the program; 0: not a pin but a directory */
};

typedef bool (*pin_fn)(void *ctx, const struct pin *pin);

static unsigned int program_id(struct request *q, const char *path, bool of_link)
{
	struct bpf_prog_info prog = {0};
	struct bpf_link_info link = {0};
	__u32 size = of_link ? sizeof(link) : sizeof(prog);
	int fd = get_pin(q, path);

	if (fd < 0)
		return 0;
	if (bpf_obj_get_info_by_fd(fd, of_link ? (void *)&link : (void *)&prog, &size))
		link.prog_id = prog.id = 0;
	close(fd);
	return of_link ? link.prog_id : prog.id;
}

/* Calls fn for each pin in NAME/KIND/ITEM, until it returns true. */
static bool each_pin(struct request *q, const char *name, const char *kind, const char *item,
		     pin_fn fn, void *ctx)
{
	const char *dir = pool_printf(q->pool, "%s/%s", dir_of(q, name, kind), item);
	struct words leaves = {0};
	bool stop = false;

	read_dir(q, dir, &leaves);
	for (size_t i = 0; i < leaves.n && !stop; i++) {
		struct pin pin = {.name = name, .item = item, .leaf = leaves.v[i]};
		struct ld_refusal why;

		pin.path = pool_printf(q->pool, "%s/%s", dir, leaves.v[i]);
		if (ld_bpffs_kind(pin.path, &why) != LD_BPFFS_DIR)
			pin.id = program_id(q, pin.path, !strcmp(kind, "imports"));
		stop = fn(ctx, &pin);
	}
	words_free(&leaves);
	return stop;
}

/* Calls fn for all pins of that kind. */
static void each_pin_of_all(struct request *q, const char *kind, pin_fn fn, void *ctx)
{
	struct words names = {0};
	bool stop = false;

	read_dir(q, q->root, &names);
	for (size_t i = 0; i < names.n && !stop; i++) {
		struct words items = {0};

		read_dir(q, dir_of(q, names.v[i], kind), &items);
		for (size_t k = 0; k < items.n && !stop; k++)
			stop = each_pin(q, names.v[i], kind, items.v[k], fn, ctx);
		words_free(&items);
	}
	words_free(&names);
}

struct finding {
	unsigned int id;
	struct pin pin; /* no name: not found */
};

static bool has_id(void *ctx, const struct pin *pin)
{
	struct finding *f = ctx;

	if (!pin->id || pin->id != f->id)
		return false;
	f->pin = *pin;
	return true;
}

/* The pin of a program in some library. */
static struct pin find_function(struct request *q, unsigned int id)
{
	struct finding f = {.id = id};

	each_pin_of_all(q, "functions", has_id, &f);
	return f.pin;
}

/* ---- unload ---- */

struct releasing {
	struct request *q;
	const char *library;
	unsigned int id;
	enum exit_status status;
};

static bool release_import(void *ctx, const struct pin *pin)
{
	struct releasing *r = ctx;

	if (pin->id != r->id)
		return false;
	if (r->q->force) {
		r->status |= remove_entry(r->q, pin->path);
		return false;
	}
	report_error(r->q->report, "still-serving",
		     "'%s' serves '%s' of %s in %s" LD_HELP
		     "unload %s first, or use --force to run its stubs instead",
		     r->library, pin->item, pin->leaf, pin->name, pin->name);
	r->status = EXIT_FAILED;
	return false;
}

static bool release_function(void *ctx, const struct pin *pin)
{
	struct releasing *r = ctx;

	r->id = pin->id;
	if (r->id)
		each_pin_of_all(r->q, "imports", release_import, r);
	return false;
}

enum exit_status release(struct request *q, const char *name)
{
	struct releasing r = {.q = q, .library = name};
	struct words functions = {0};

	read_dir(q, dir_of(q, name, "functions"), &functions);
	for (size_t i = 0; i < functions.n; i++)
		each_pin(q, name, "functions", functions.v[i], release_function, &r);
	words_free(&functions);
	return r.status;
}

/* ---- ls ---- */

struct printing {
	struct request *q;
	struct json *j;
	const char *import;
	bool any;
	unsigned int id;
};

static void print_import(struct printing *p, const struct pin *pin, const char *served,
			 const char *library, const char *function)
{
	const struct request *q = p->q;

	p->any = true;
	if (q->json) {
		json_open(p->j, NULL, '{');
		json_string(p->j, "name", p->import);
		json_string(p->j, "served", served);
		if (library)
			json_string(p->j, "library", library);
		if (function)
			json_string(p->j, "function", function);
		if (pin && pin->id) {
			json_string(p->j, "program", pin->leaf);
			json_number(p->j, "program_id", pin->id);
		}
		json_close(p->j, '}');
		return;
	}
	print_text(stdout, "  import %s: ", p->import);
	if (!pin)
		print_text(stdout, "its stub runs\n");
	else if (!pin->id)
		print_text(stdout, "%s of %s, linked statically\n", function, library);
	else if (library)
		print_text(stdout, "%s of %s, replaces the stub in %s, program id %u\n", function,
			   library, pin->leaf, pin->id);
	else
		print_text(stdout, "an unknown program, replaces the stub in %s, program id %u\n",
			   pin->leaf, pin->id);
}

static bool print_server(void *ctx, const struct pin *pin)
{
	struct printing *p = ctx;
	const char *colon = strchr(pin->leaf, ':');

	if (!pin->id && colon) {
		print_import(p, pin, "static",
			     pool_strndup(p->q->pool, pin->leaf, (size_t)(colon - pin->leaf)),
			     colon + 1);
	} else if (pin->id) {
		struct pin function = find_function(p->q, pin->id);

		print_import(p, pin, "live", function.name, function.item);
	}
	return false;
}

void print_imports(struct request *q, struct json *j, const char *name)
{
	struct words imports = {0};

	read_dir(q, dir_of(q, name, "imports"), &imports);
	if (q->json)
		json_open(j, "imports", '[');
	for (size_t i = 0; i < imports.n; i++) {
		struct printing p = {.q = q, .j = j, .import = imports.v[i]};

		each_pin(q, name, "imports", imports.v[i], print_server, &p);
		if (!p.any)
			print_import(&p, NULL, "stub", NULL, NULL);
	}
	if (q->json)
		json_close(j, ']');
	words_free(&imports);
}

static bool print_user(void *ctx, const struct pin *pin)
{
	struct printing *p = ctx;

	if (pin->id != p->id)
		return false;
	if (p->q->json) {
		json_open(p->j, NULL, '{');
		json_string(p->j, "name", pin->name);
		json_string(p->j, "program", pin->leaf);
		json_string(p->j, "import", pin->item);
		json_close(p->j, '}');
	} else {
		print_text(stdout, "%s %s of %s in %s", p->any ? "," : ", serves", pin->item,
			   pin->leaf, pin->name);
	}
	p->any = true;
	return false;
}

static bool print_function(void *ctx, const struct pin *pin)
{
	struct printing *p = ctx;
	const char *type = pool_strndup(p->q->pool, pin->leaf, strcspn(pin->leaf, "-"));

	if (!pin->id)
		return false;
	p->id = pin->id;
	p->any = false;
	if (p->q->json) {
		json_open(p->j, NULL, '{');
		json_string(p->j, "name", pin->item);
		json_string(p->j, "type", type);
		json_number(p->j, "id", pin->id);
		json_open(p->j, "serves", '[');
	} else {
		print_text(stdout, "  function %s: for %s, id %u", pin->item, type, pin->id);
	}
	each_pin_of_all(p->q, "imports", print_user, p);
	if (p->q->json) {
		json_close(p->j, ']');
		json_close(p->j, '}');
	} else {
		putchar('\n');
	}
	return false;
}

void print_functions(struct request *q, struct json *j, const char *name)
{
	struct words functions = {0};
	struct printing p = {.q = q, .j = j};

	read_dir(q, dir_of(q, name, "functions"), &functions);
	if (q->json)
		json_open(j, "functions", '[');
	for (size_t i = 0; i < functions.n; i++)
		each_pin(q, name, "functions", functions.v[i], print_function, &p);
	if (q->json)
		json_close(j, ']');
	words_free(&functions);
}
