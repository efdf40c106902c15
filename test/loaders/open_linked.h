/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef OPEN_LINKED_H
#define OPEN_LINKED_H

#include <bpf/libbpf.h>

/*
 * Links the files that paths names, with commas between them, by libbpfld-loader, and opens what
 * comes of it. NULL and errno on error.
 */
struct bpf_object *open_linked(const char *paths, const struct bpf_object_open_opts *open);

#endif
