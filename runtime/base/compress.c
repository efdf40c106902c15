/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/compress.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef BPFLD_ZLIB
#include <zlib.h>

static int zlib_decompress(const void *from, size_t size, void *to, size_t to_size)
{
	uLongf done = to_size;
	int status = uncompress(to, &done, from, size);

	if (status == Z_MEM_ERROR)
		return -ENOMEM;
	return status == Z_OK && done == to_size ? 0 : -EINVAL;
}

/* A whole gzip file. -ENOSPC: to is too small. */
static int zlib_unpack(const void *from, size_t size, void *to, size_t room, size_t *done)
{
	z_stream z = {.next_in = (Bytef *)(uintptr_t)from, .next_out = to};
	int status = inflateInit2(&z, 15 + 16);

	if (status != Z_OK)
		return -ENOMEM;
	z.avail_in = size < UINT32_MAX ? (uInt)size : UINT32_MAX;
	z.avail_out = room < UINT32_MAX ? (uInt)room : UINT32_MAX;
	status = inflate(&z, Z_FINISH);
	*done = z.total_out;
	inflateEnd(&z);
	if (status == Z_MEM_ERROR)
		return -ENOMEM;
	if (status == Z_BUF_ERROR && *done == room)
		return -ENOSPC;
	return status == Z_STREAM_END ? 0 : -EINVAL;
}

static size_t zlib_compress(const void *from, size_t size, void *to, size_t room)
{
	uLongf done = room;

	return compress(to, &done, from, size) == Z_OK ? done : 0;
}
#endif

#ifdef BPFLD_ZSTD
#include <zstd.h>
#include <zstd_errors.h>

static int zstd_decompress(const void *from, size_t size, void *to, size_t to_size)
{
	size_t done = ZSTD_decompress(to, to_size, from, size);

	if (ZSTD_isError(done) && ZSTD_getErrorCode(done) == ZSTD_error_memory_allocation)
		return -ENOMEM;
	return done == to_size ? 0 : -EINVAL;
}

static int zstd_unpack(const void *from, size_t size, void *to, size_t room, size_t *done)
{
	*done = ZSTD_decompress(to, room, from, size);
	if (!ZSTD_isError(*done))
		return 0;
	switch (ZSTD_getErrorCode(*done)) {
	case ZSTD_error_dstSize_tooSmall: return -ENOSPC;
	case ZSTD_error_memory_allocation: return -ENOMEM;
	default: return -EINVAL;
	}
}

static size_t zstd_compress(const void *from, size_t size, void *to, size_t room)
{
	size_t done = ZSTD_compress(to, room, from, size, ZSTD_CLEVEL_DEFAULT);

	return ZSTD_isError(done) ? 0 : done;
}
#endif

/*
 * lzma_stream_buffer_decode() of liblzma, whose interface is stable. The library is loaded when it
 * is needed, as most links never need it.
 */
typedef int lzma_decode_fn(uint64_t *memory, uint32_t flags, const void *allocator,
			   const uint8_t *in, size_t *in_pos, size_t in_size, uint8_t *out,
			   size_t *out_pos, size_t out_size);

static lzma_decode_fn *load_lzma(void)
{
	lzma_decode_fn *decode = NULL;
#ifndef BPFLD_STATIC /* a static executable cannot load libraries */
	void *lib = dlopen("liblzma.so.5", RTLD_NOW | RTLD_LOCAL);
	void *symbol = lib ? dlsym(lib, "lzma_stream_buffer_decode") : NULL;

	memcpy(&decode, &symbol, sizeof(decode));
#endif
	return decode;
}

static int xz_unpack(const void *from, size_t size, void *to, size_t room, size_t *done)
{
	enum { OK = 0, MEM_ERROR = 5, MEMLIMIT_ERROR = 6, BUF_ERROR = 10 };
	uint64_t memory = 512 << 20; /* xz -9 needs 65 MiB */
	lzma_decode_fn *decode = load_lzma();
	size_t used = 0;
	int status;

	*done = 0;
	/* liblzma cannot distinguish a file that is cut off from a buffer that is too small. */
	if (size < 2 || memcmp((const char *)from + size - 2, "YZ", 2) != 0)
		return -EINVAL;
	status = decode ? decode(&memory, 0, NULL, from, &used, size, to, done, room) : MEM_ERROR;
	switch (status) {
	case OK: return 0;
	case MEM_ERROR:
	case MEMLIMIT_ERROR: return -ENOMEM;
	case BUF_ERROR: return -ENOSPC;
	default: return -EINVAL;
	}
}

const char *ld_codec_name(enum ld_codec codec)
{
	static const char *const names[] = {
	    [LD_CODEC_ZLIB] = "zlib", [LD_CODEC_ZSTD] = "zstd", [LD_CODEC_XZ] = "xz"};

	return (size_t)codec < sizeof(names) / sizeof(names[0]) ? names[codec] : NULL;
}

bool ld_has_codec(enum ld_codec codec)
{
	switch (codec) {
#ifdef BPFLD_ZLIB
	case LD_CODEC_ZLIB: return true;
#endif
#ifdef BPFLD_ZSTD
	case LD_CODEC_ZSTD: return true;
#endif
	case LD_CODEC_XZ: return load_lzma() != NULL;
	default: return false;
	}
}

int ld_decompress(enum ld_codec codec, const void *from, size_t size, void *to, size_t to_size)
{
	switch (codec) {
#ifdef BPFLD_ZLIB
	case LD_CODEC_ZLIB: return zlib_decompress(from, size, to, to_size);
#endif
#ifdef BPFLD_ZSTD
	case LD_CODEC_ZSTD: return zstd_decompress(from, size, to, to_size);
#endif
	default: (void)from, (void)size, (void)to, (void)to_size; return -EINVAL;
	}
}

size_t ld_compress_bound(enum ld_codec codec, size_t size)
{
	switch (codec) {
#ifdef BPFLD_ZLIB
	case LD_CODEC_ZLIB: return compressBound(size);
#endif
#ifdef BPFLD_ZSTD
	case LD_CODEC_ZSTD: return ZSTD_compressBound(size);
#endif
	default: return size;
	}
}

size_t ld_compress(enum ld_codec codec, const void *from, size_t size, void *to, size_t room)
{
	switch (codec) {
#ifdef BPFLD_ZLIB
	case LD_CODEC_ZLIB: return zlib_compress(from, size, to, room);
#endif
#ifdef BPFLD_ZSTD
	case LD_CODEC_ZSTD: return zstd_compress(from, size, to, room);
#endif
	default: (void)from, (void)size, (void)to, (void)room; return 0;
	}
}

enum ld_codec ld_find_codec(const void *data, size_t size)
{
	static const struct {
		const char *magic;
		size_t size;
		enum ld_codec codec;
	} magics[] = {{"\x1f\x8b", 2, LD_CODEC_ZLIB},
		      {"\x28\xb5\x2f\xfd", 4, LD_CODEC_ZSTD},
		      {"\xfd"
		       "7zXZ\0",
		       6, LD_CODEC_XZ}};

	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (size >= magics[i].size && !memcmp(data, magics[i].magic, magics[i].size))
			return magics[i].codec;
	return LD_CODEC_NONE;
}

static int unpack(enum ld_codec codec, const void *from, size_t size, void *to, size_t room,
		  size_t *done)
{
	switch (codec) {
#ifdef BPFLD_ZLIB
	case LD_CODEC_ZLIB: return zlib_unpack(from, size, to, room, done);
#endif
#ifdef BPFLD_ZSTD
	case LD_CODEC_ZSTD: return zstd_unpack(from, size, to, room, done);
#endif
	case LD_CODEC_XZ: return xz_unpack(from, size, to, room, done);
	default: return -EINVAL;
	}
}

int ld_unpack(enum ld_codec codec, const void *from, size_t size, size_t head, size_t max,
	      char **to, size_t *to_size)
{
	size_t room = size < max / 8 ? size * 8 : max;

	for (;; room = room < max / 4 ? room * 4 : max) {
		char *block = malloc(head + room);
		int err = block ? unpack(codec, from, size, block + head, room, to_size) : -ENOMEM;

		if (!err) {
			*to = block;
			return 0;
		}
		free(block);
		if (err != -ENOSPC)
			return err;
		if (room == max)
			return -EFBIG;
	}
}
