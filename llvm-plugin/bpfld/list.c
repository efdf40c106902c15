/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int read_folder(struct request *q, const char *folder, struct words *names)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			words_add(names,
				  pool_strndup(q->pool, entry->d_name, strlen(entry->d_name)));
	closedir(dir);
	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), compare_words);
	return 0;
}

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
		printf("  program %s: %s, id %u, tag %s\n", pin,
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
		printf("  map %s: %s, id %u, %u entries\n", pin,
		       or_unknown(libbpf_bpf_map_type_str(info.type)), info.id, info.max_entries);
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
		printf("  link %s: %s, id %u, program id %u\n", pin,
		       or_unknown(libbpf_bpf_link_type_str(info.type)), info.id, info.prog_id);
		return;
	}
	json_string(j, "name", pin);
	json_number(j, "id", info.id);
	json_string(j, "type", or_unknown(libbpf_bpf_link_type_str(info.type)));
	json_number(j, "program_id", info.prog_id);
}

/* ---- all of them ---- */

static const struct {
	const char *name;
	void (*print)(const struct request *q, struct json *j, const char *pin, int fd);
} kinds[] = {{"programs", print_program}, {"maps", print_map}, {"links", print_link}};

static int print_kind(struct request *q, struct json *j, const char *folder, size_t kind)
{
	struct words pins = {0};
	int err = read_folder(q, folder, &pins);

	if (err && err != -ENOENT)
		fail(q, "read", folder, -err);
	if (q->json)
		json_open(j, kinds[kind].name, '[');
	for (size_t i = 0; i < pins.n; i++) {
		const char *path = pool_printf(q->pool, "%s/%s", folder, pins.v[i]);
		int fd = bpf_obj_get(path);

		if (fd < 0) {
			err = -errno;
			fail(q, "open", path, errno);
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
	return err == -ENOENT ? 0 : err;
}

int print_loaded(struct request *q, const char *name, bool *first)
{
	struct json j = {.f = stdout, .more = !*first};
	int err = 0;

	*first = false;
	if (q->json) {
		json_open(&j, NULL, '{');
		json_string(&j, "name", name);
	} else {
		printf("%s\n", name);
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		err |=
		    print_kind(q, &j,
			       pool_printf(q->pool, "%s/%s/%s", q->root, name, kinds[i].name), i);
	print_imports(q, &j, name);
	print_functions(q, &j, name);
	if (q->json)
		json_close(&j, '}');
	return err;
}

enum exit_status command_ls(struct request *q)
{
	struct words names = {0};
	bool first = true;
	int err = 0;

	if (q->args.n) {
		for (size_t i = 0; i < q->args.n; i++)
			words_add(&names, q->args.v[i]);
		for (size_t i = 0; i < names.n; i++) {
			const char *folder = pool_printf(q->pool, "%s/%s", q->root, names.v[i]);

			if (!strchr(names.v[i], '/') && !access(folder, F_OK))
				continue;
			report_error(q->report, "not-loaded", "'%s' is not loaded", names.v[i]);
			words_free(&names);
			return EXIT_FAILED;
		}
	} else {
		err = read_folder(q, q->root, &names);
		if (err && err != -ENOENT)
			return fail(q, "read", q->root, -err);
		err = 0;
	}
	if (q->json)
		printf("[");
	for (size_t i = 0; i < names.n; i++)
		err |= print_loaded(q, names.v[i], &first);
	if (q->json)
		printf("]\n");
	words_free(&names);
	return err ? EXIT_FAILED : EXIT_DONE;
}
