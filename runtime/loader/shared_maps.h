/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Maps with a pin path of their own (LIBBPF_PIN_BY_NAME: in /sys/fs/bpf). libbpf would use any map
 * with that name, even one that another user pinned. So the path is hidden from libbpf: a map that
 * root or the caller pinned is opened before the object is loaded, and a new one is pinned
 * afterwards.
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
 * Called before and after obj is loaded. On error they return a negative errno value, set *path to
 * the map's and possibly set *why. ld_shared_maps_drop() frees s in any case.
 */
int ld_shared_maps_find(struct ld_shared_maps *s, struct bpf_object *obj, const char **path,
			struct ld_refusal *why);
int ld_shared_maps_pin(struct ld_shared_maps *s, const char **path, struct ld_refusal *why);

/* undo: removes new pins. */
void ld_shared_maps_drop(struct ld_shared_maps *s, bool undo);

#endif
