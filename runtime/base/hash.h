/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Hashes with a secret key, so that the author of an input cannot make names or types collide. The
 * key differs between processes: output may depend on whether two hashes are equal, never on their
 * value or order.
 *
 * Each step multiplies by a secret and folds the 128-bit product, so that every bit of the result
 * depends on the secret. This is not a cryptographic hash. It resists an attacker who sees neither
 * hashes nor the order of tables, as is the case here. SipHash-1-3 made links 5 to 11 % slower.
 */
#ifndef LD_BASE_HASH_H
#define LD_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Set when the program or library is loaded; constant afterwards. */
struct ld_hash_key {
	uint64_t seed[2];
	uint64_t factor; /* odd */
};

extern struct ld_hash_key ld_hash_key;

uint64_t ld_hash_bytes(const void *p, size_t len);

/* The 128-bit product, folded to 64 bits. */
static inline uint64_t ld_hash_multiply(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
	uint64_t low = (a & UINT32_MAX) * (b & UINT32_MAX);
	uint64_t mid = (a >> 32) * (b & UINT32_MAX) + (low >> 32);
	uint64_t mid2 = (a & UINT32_MAX) * (b >> 32) + (mid & UINT32_MAX);

	return (mid2 << 32 | (low & UINT32_MAX)) ^
	       ((a >> 32) * (b >> 32) + (mid >> 32) + (mid2 >> 32));
#endif
}

/* Adds a word to a hash. Cheap enough for each word of each type. */
static inline uint64_t ld_hash_word(uint64_t h, uint64_t w)
{
	return ld_hash_multiply(h ^ w ^ ld_hash_key.seed[0], ld_hash_key.factor);
}

/* Adds two words at the cost of one. */
static inline uint64_t ld_hash_words(uint64_t h, uint64_t w, uint64_t other)
{
	return ld_hash_multiply(h ^ w ^ ld_hash_key.seed[0], other ^ ld_hash_key.seed[1]);
}

#endif
