/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <bpf/bpf.h>
#include <unistd.h>

#include "bpfld/command.h"

/* ---- one pin ---- */

static const char *or_unknown(const char *s)
{
	return s ? s : "unknown";
}

static void print_program(const struct request *q, struct json *j, const char *pin, int fd)
{
	struct bpf_prog_info info = {0};
	__u32 size = sizeof(info);
	char tag[2 * sizeof(info.tag) + 1];

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return;
	for (size_t i = 0; i < sizeof(info.tag); i++)
		snprintf(tag + 2 * i, 3, "%02x", info.tag[i]);
	if (!q->json) {
		print_text(stdout, "  program %s: %s, id %u, tag %s\n", pin,
			   or_unknown(libbpf_bpf_prog_type_str(info.type)), info.id, tag);
		return;
	}
	json_string(j, "name", pin);
	json_number(j, "id", info.id);
	json_string(j, "type", or_unknown(libbpf_bpf_prog_type_str(info.type)));
	json_string(j, "tag", tag);
}

static void print_map(const struct request *q, struct json *j, const char *pin, int fd)
{
	struct bpf_map_info info = {0};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return;
	if (!q->json) {
		print_text(stdout, "  map %s: %s, id %u, %u entries\n", pin,
			   or_unknown(libbpf_bpf_map_type_str(info.type)), info.id,
			   info.max_entries);
		return;
	}
	json_string(j, "name", pin);
	json_number(j, "id", info.id);
	json_string(j, "type", or_unknown(libbpf_bpf_map_type_str(info.type)));
	json_number(j, "max_entries", info.max_entries);
}

static void print_link(const struct request *q, struct json *j, const char *pin, int fd)
{
	struct bpf_link_info info = {0};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return;
	if (!q->json) {
		print_text(stdout, "  link %s: %s, id %u, program id %u\n", pin,
			   or_unknown(libbpf_bpf_link_type_str(info.type)), info.id, info.prog_id);
		return;
	}
	json_string(j, "name", pin);
	json_number(j, "id", info.id);
	json_string(j, "type", or_unknown(libbpf_bpf_link_type_str(info.type)));
	json_number(j, "program_id", info.prog_id);
}

/* ---- all pins of a name ---- */

static const struct {
	const char *name;
	void (*print)(const struct request *q, struct json *j, const char *pin, int fd);
} kinds[] = {{"programs", print_program}, {"maps", print_map}, {"links", print_link}};

static enum exit_status print_kind(struct request *q, struct json *j, const char *name, size_t kind)
{
	const char *dir = dir_of(q, name, kinds[kind].name);
	struct words pins = {0};
	enum exit_status status = read_dir(q, dir, &pins);

	if (q->json)
		json_open(j, kinds[kind].name, '[');
	for (size_t i = 0; i < pins.n; i++) {
		int fd = get_pin(q, pool_printf(q->pool, "%s/%s", dir, pins.v[i]));

		if (fd < 0) {
			status = EXIT_FAILED;
			continue;
		}
		if (q->json)
			json_open(j, NULL, '{');
		kinds[kind].print(q, j, pins.v[i], fd);
		if (q->json)
			json_close(j, '}');
		close(fd);
	}
	if (q->json)
		json_close(j, ']');
	words_free(&pins);
	return status;
}

/* The places where the kernel runs the programs of a name, whoever attached them. */
static enum exit_status print_places(struct request *q, struct json *j, const char *name)
{
	const char *dir = dir_of(q, name, "programs");
	struct words pins = {0};
	enum exit_status status = read_dir(q, dir, &pins);

	if (q->json)
		json_open(j, "attached", '[');
	for (size_t i = 0; i < pins.n; i++) {
		struct bpf_prog_info info = {0};
		__u32 size = sizeof(info);
		int fd = get_pin(q, pool_printf(q->pool, "%s/%s", dir, pins.v[i]));

		if (fd < 0) {
			status = EXIT_FAILED;
			continue;
		}
		if (!bpf_obj_get_info_by_fd(fd, &info, &size))
			print_attached(q, j, pins.v[i], info.id);
		close(fd);
	}
	if (q->json)
		json_close(j, ']');
	words_free(&pins);
	return status;
}

enum exit_status print_loaded(struct request *q, const char *name, bool *first)
{
	struct json j = {.f = stdout, .more = !*first};
	enum exit_status status = EXIT_DONE;

	*first = false;
	if (q->json) {
		json_open(&j, NULL, '{');
		json_string(&j, "name", name);
	} else {
		print_text(stdout, "%s\n", name);
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		status |= print_kind(q, &j, name, i);
	status |= print_places(q, &j, name);
	print_imports(q, &j, name);
	print_functions(q, &j, name);
	if (q->json)
		json_close(&j, '}');
	return status;
}

enum exit_status command_ls(struct request *q)
{
	struct words loaded = {0}, *names = q->args.n ? &q->args : &loaded;
	enum exit_status status = read_dir(q, q->root, &loaded);
	bool first = true;

	for (size_t i = 0; i < q->args.n && !status; i++)
		if (!is_name(q->args.v[i]) || !exists(q, q->args.v[i], NULL))
			status = not_loaded(q, q->args.v[i]);
	if (status) {
		words_free(&loaded);
		return status;
	}
	note_unfinished(q);
	if (q->json)
		printf("[");
	for (size_t i = 0; i < names->n; i++)
		if (is_name(names->v[i]) && exists(q, names->v[i], NULL))
			status |= print_loaded(q, names->v[i], &first);
	if (q->json)
		printf("]\n");
	words_free(&loaded);
	return status;
}
