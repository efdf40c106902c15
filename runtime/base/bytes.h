/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Access to integers of a given byte order, at any alignment. */
#ifndef LD_BASE_BYTES_H
#define LD_BASE_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LD_HOST_BIG true
#else
#define LD_HOST_BIG false
#endif

static inline uint16_t ld_get16(const void *p, bool big)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return big == LD_HOST_BIG ? v : __builtin_bswap16(v);
}

static inline uint32_t ld_get32(const void *p, bool big)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return big == LD_HOST_BIG ? v : __builtin_bswap32(v);
}

static inline uint64_t ld_get64(const void *p, bool big)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return big == LD_HOST_BIG ? v : __builtin_bswap64(v);
}

static inline void ld_put16(void *p, uint16_t v, bool big)
{
	v = big == LD_HOST_BIG ? v : __builtin_bswap16(v);
	memcpy(p, &v, sizeof(v));
}

static inline void ld_put32(void *p, uint32_t v, bool big)
{
	v = big == LD_HOST_BIG ? v : __builtin_bswap32(v);
	memcpy(p, &v, sizeof(v));
}

static inline void ld_put64(void *p, uint64_t v, bool big)
{
	v = big == LD_HOST_BIG ? v : __builtin_bswap64(v);
	memcpy(p, &v, sizeof(v));
}

/* Whether [off, off + len) lies within size bytes. Does not overflow. */
static inline bool ld_in_range(uint64_t off, uint64_t len, uint64_t size)
{
	return off <= size && len <= size - off;
}

/* Rounds v up to a multiple of align, which is a power of two or 0. */
static inline uint64_t ld_align_up(uint64_t v, uint64_t align)
{
	return align > 1 ? (v + align - 1) & ~(align - 1) : v;
}

#endif
