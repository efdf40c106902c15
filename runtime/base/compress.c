/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/compress.h"

#include <errno.h>

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

static size_t zstd_compress(const void *from, size_t size, void *to, size_t room)
{
	size_t done = ZSTD_compress(to, room, from, size, ZSTD_CLEVEL_DEFAULT);

	return ZSTD_isError(done) ? 0 : done;
}
#endif

const char *ld_codec_name(enum ld_codec codec)
{
	return codec == LD_CODEC_ZLIB ? "zlib" : codec == LD_CODEC_ZSTD ? "zstd" : NULL;
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
