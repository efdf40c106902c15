/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Compression by zlib and zstd. A build may lack either: BPFLD_ZLIB, BPFLD_ZSTD. */
#ifndef LD_BASE_COMPRESS_H
#define LD_BASE_COMPRESS_H

#include <stdbool.h>
#include <stddef.h>

/* The numbers are those of ELFCOMPRESS_ZLIB and ELFCOMPRESS_ZSTD. */
enum ld_codec { LD_CODEC_NONE, LD_CODEC_ZLIB, LD_CODEC_ZSTD };

/* "zlib" or "zstd", or NULL if the codec is not known. */
const char *ld_codec_name(enum ld_codec codec);

/* Whether this build has the codec. The functions below require it. */
bool ld_has_codec(enum ld_codec codec);

/* Fills to, of exactly to_size bytes. Returns 0, -EINVAL if from does not have them, or -ENOMEM. */
int ld_decompress(enum ld_codec codec, const void *from, size_t size, void *to, size_t to_size);

/* The room that ld_compress() needs for size bytes. */
size_t ld_compress_bound(enum ld_codec codec, size_t size);

/* Returns the bytes used in to, which has that room; 0 if memory runs out. */
size_t ld_compress(enum ld_codec codec, const void *from, size_t size, void *to, size_t room);

#endif
