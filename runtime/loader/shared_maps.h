/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Maps that say themselves where they are pinned (LIBBPF_PIN_BY_NAME: in /sys/fs/bpf). libbpf takes
 * whatever lies under that name, which another user may have put there. So libbpf is not shown the
 * path: what is pinned is opened before the object is loaded, if root or the caller pinned it, and
 * what is new is pinned afterwards.
 */
#ifndef LD_LOADER_SHARED_MAPS_H
#define LD_LOADER_SHARED_MAPS_H

#include <stddef.h>

#include "loader/bpffs.h"

struct bpf_map;
struct bpf_object;

struct ld_shared_map {
	struct bpf_map *map;
	char *path;
	bool found, made;
};

struct ld_shared_maps {
	struct ld_shared_map *v;
	size_t n;
};

/*
 * Before obj is loaded, and after. A negative errno value on error, with the map's path in *path
 * and a refusal or none. What was stored in s is to be dropped.
 */
int ld_shared_maps_find(struct ld_shared_maps *s, struct bpf_object *obj, const char **path,
			struct ld_refusal *why);
int ld_shared_maps_pin(struct ld_shared_maps *s, const char **path, struct ld_refusal *why);

/* undo: removes the pins that were made. */
void ld_shared_maps_drop(struct ld_shared_maps *s, bool undo);

#endif
