/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/hash.h"

#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>

#include "base/bytes.h"

struct ld_hash_key ld_hash_key;

/* Runs before main(), so that hashing needs no check for a key. */
__attribute__((constructor)) static void make_key(void)
{
	const void *auxiliary = (const void *)getauxval(AT_RANDOM);

	/*
	 * If the system call is refused, fall back to the 16 random bytes that every process gets.
	 */
	if (getrandom(&ld_hash_key, sizeof(ld_hash_key), GRND_NONBLOCK) != sizeof(ld_hash_key) &&
	    auxiliary) {
		memcpy(ld_hash_key.seed, auxiliary, sizeof(ld_hash_key.seed));
		ld_hash_key.factor = ld_hash_bytes(auxiliary, sizeof(ld_hash_key.seed));
	}
	ld_hash_key.factor |= 1;
}

/* One to seven bytes as an integer. */
static uint64_t few_bytes(const uint8_t *s, size_t len)
{
	if (len < 4)
		return s[0] | (uint32_t)s[len / 2] << 8 | (uint32_t)s[len - 1] << 16;
	return (uint64_t)ld_get32(s, false) << 32 | ld_get32(s + len - 4, false);
}

uint64_t ld_hash_bytes(const void *p, size_t len)
{
	const uint8_t *s = p;
	uint64_t h = len;

	for (; len > 16; len -= 16, s += 16)
		h = ld_hash_words(h, ld_get64(s, false), ld_get64(s + 8, false));
	if (len >= 8)
		return ld_hash_words(h, ld_get64(s, false), ld_get64(s + len - 8, false));
	return ld_hash_word(h, len ? few_bytes(s, len) : 0);
}
