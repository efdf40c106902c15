/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What the two files of the BPF program, and the program that runs it, have in common. */
#ifndef SIZES_H
#define SIZES_H

#define NR_BUCKETS 3

/* 0 for small packets, 1 for middle ones, 2 for large ones. In bucket.bpf.c. */
unsigned int bucket_of(unsigned int size);

#endif
