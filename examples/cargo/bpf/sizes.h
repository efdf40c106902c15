/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Shared by the files of the BPF program. */
#ifndef SIZES_H
#define SIZES_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "lib/buckets.h"

/* Counts a packet. In counts.bpf.c. */
int count(__u32 size);

#endif
