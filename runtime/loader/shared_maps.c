/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "loader/shared_maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Whether the pinned map matches that of the object, by the same rules as libbpf. */
static bool is_compatible(const struct bpf_map *map, int fd)
{
	struct bpf_map_info info = {0};
	__u32 size = sizeof(info), flags;

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return false;
	flags = info.map_flags;
	/* The kernel adds this flag. */
	if (info.type == BPF_MAP_TYPE_DEVMAP || info.type == BPF_MAP_TYPE_DEVMAP_HASH)
		flags &= ~(__u32)BPF_F_RDONLY_PROG;
	return info.type == bpf_map__type(map) && info.key_size == bpf_map__key_size(map) &&
	       info.value_size == bpf_map__value_size(map) && flags == bpf_map__map_flags(map) &&
	       (info.max_entries == bpf_map__max_entries(map) || !bpf_map__max_entries(map)) &&
	       info.map_extra == bpf_map__map_extra(map);
}

static int find(struct ld_shared_map *s, struct ld_refusal *why)
{
	int fd = ld_bpffs_get_shared(s->path, why), err;

	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return fd;
	s->found = true;
	err = is_compatible(s->map, fd) ? bpf_map__reuse_fd(s->map, fd) : -EEXIST;
	close(fd);
	return err;
}

int ld_shared_maps_find(struct ld_shared_maps *s, struct bpf_object *obj, const char **path,
			struct ld_refusal *why)
{
	struct bpf_map *map;
	size_t nr = 0;
	int err = 0;

	s->v = NULL;
	s->n = 0;
	why->id = NULL;
	*path = "a map";
	bpf_object__for_each_map(map, obj) nr += bpf_map__pin_path(map) != NULL;
	if (!nr)
		return 0;
	s->v = calloc(nr, sizeof(*s->v));
	if (!s->v)
		return -ENOMEM;
	bpf_object__for_each_map(map, obj)
	{
		struct ld_shared_map *shared = &s->v[s->n];

		if (err || !bpf_map__pin_path(map) || !bpf_map__autocreate(map))
			continue;
		shared->map = map;
		shared->path = strdup(bpf_map__pin_path(map));
		if (!shared->path)
			return -ENOMEM;
		s->n++;
		*path = shared->path;
		err = find(shared, why);
		if (!err)
			err = bpf_map__set_pin_path(map, NULL);
	}
	return err;
}

int ld_shared_maps_pin(struct ld_shared_maps *s, const char **path, struct ld_refusal *why)
{
	for (size_t i = 0; i < s->n; i++) {
		struct ld_shared_map *shared = &s->v[i];
		int err = 0;

		*path = shared->path;
		why->id = NULL;
		if (!shared->found)
			err = ld_bpffs_pin_shared(bpf_map__fd(shared->map), shared->path, why);
		shared->made = !shared->found && !err;
		/* Callers read the path. */
		if (!err)
			err = bpf_map__set_pin_path(shared->map, shared->path);
		if (err)
			return err;
	}
	return 0;
}

void ld_shared_maps_drop(struct ld_shared_maps *s, bool undo)
{
	struct ld_refusal why;

	for (size_t i = 0; i < s->n; i++) {
		if (undo && s->v[i].made)
			ld_bpffs_remove_shared(s->v[i].path, &why);
		free(s->v[i].path);
	}
	free(s->v);
	s->v = NULL;
	s->n = 0;
}
