/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A library that sorts packets by size. */
#ifndef BUCKETS_H
#define BUCKETS_H

#define NR_BUCKETS 3

/* The number of a packet's bucket, which is the last one for all large packets. */
unsigned int bucket_of(unsigned int size);

unsigned int at_most(unsigned int value, unsigned int limit);

/* No program of this example calls it, so that it is not linked. */
unsigned int first_size_of(unsigned int bucket);

#endif
