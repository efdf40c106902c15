/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "lto/blake2b.h"

#include <endian.h>
#include <string.h>

/* RFC 7693, section 2.6. */
static const uint64_t iv[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

/* Section 2.7; rounds 10 and 11 have the permutations of 0 and 1. */
static const uint8_t sigma[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

static uint64_t rotate(uint64_t x, int bits)
{
	return x >> bits | x << (64 - bits);
}

static void mix(uint64_t *a, uint64_t *b, uint64_t *c, uint64_t *d, uint64_t x, uint64_t y)
{
	*a += *b + x;
	*d = rotate(*d ^ *a, 32);
	*c += *d;
	*b = rotate(*b ^ *c, 24);
	*a += *b + y;
	*d = rotate(*d ^ *a, 16);
	*c += *d;
	*b = rotate(*b ^ *c, 63);
}

static void compress(struct blake2b *b, const uint8_t *block, uint64_t last)
{
	uint64_t v[16], m[16];

	memcpy(m, block, sizeof(m));
	for (int i = 0; i < 16; i++)
		m[i] = le64toh(m[i]);
	memcpy(v, b->h, sizeof(b->h));
	memcpy(v + 8, iv, sizeof(iv));
	v[12] ^= b->total;
	v[14] ^= last;
	for (int round = 0; round < 12; round++) {
		const uint8_t *s = sigma[round % 10];

		for (int i = 0; i < 4; i++)
			mix(&v[i], &v[4 + i], &v[8 + i], &v[12 + i], m[s[2 * i]], m[s[2 * i + 1]]);
		for (int i = 0; i < 4; i++)
			mix(&v[i], &v[4 + (i + 1) % 4], &v[8 + (i + 2) % 4], &v[12 + (i + 3) % 4],
			    m[s[8 + 2 * i]], m[s[9 + 2 * i]]);
	}
	for (int i = 0; i < 8; i++)
		b->h[i] ^= v[i] ^ v[8 + i];
}

void blake2b_begin(struct blake2b *b)
{
	memset(b, 0, sizeof(*b));
	memcpy(b->h, iv, sizeof(iv));
	/* Fan-out and depth 1, no key. */
	b->h[0] ^= 0x01010000 ^ BLAKE2B_SIZE;
}

void blake2b_add(struct blake2b *b, const void *data, size_t size)
{
	const uint8_t *p = data;

	while (size) {
		size_t n = sizeof(b->block) - b->fill;

		/* A full block waits for more: the last one is marked. */
		if (!n) {
			compress(b, b->block, 0);
			b->fill = 0;
			continue;
		}
		if (!b->fill && size > sizeof(b->block)) {
			b->total += sizeof(b->block);
			compress(b, p, 0);
			p += sizeof(b->block);
			size -= sizeof(b->block);
			continue;
		}
		n = n < size ? n : size;
		memcpy(b->block + b->fill, p, n);
		b->fill += n;
		b->total += n;
		p += n;
		size -= n;
	}
}

void blake2b_end(struct blake2b *b, uint8_t digest[BLAKE2B_SIZE])
{
	memset(b->block + b->fill, 0, sizeof(b->block) - b->fill);
	compress(b, b->block, UINT64_MAX);
	for (int i = 0; i < BLAKE2B_SIZE / 8; i++) {
		uint64_t word = htole64(b->h[i]);

		memcpy(digest + 8 * i, &word, 8);
	}
}
