/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* BLAKE2b with digests of 32 bytes and without a key, as RFC 7693 defines it. */
#ifndef LTO_BLAKE2B_H
#define LTO_BLAKE2B_H

#include <stddef.h>
#include <stdint.h>

#define BLAKE2B_SIZE 32 /* bytes of a digest */

struct blake2b {
	uint64_t h[8], total; /* total: bytes so far, the block's included */
	uint8_t block[128];
	size_t fill; /* bytes in block */
};

void blake2b_begin(struct blake2b *b);
void blake2b_add(struct blake2b *b, const void *data, size_t size);
void blake2b_end(struct blake2b *b, uint8_t digest[BLAKE2B_SIZE]);

#endif
