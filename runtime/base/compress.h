/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Compression by zlib and zstd, of which a build may lack either: BPFLD_ZLIB, BPFLD_ZSTD.
 * Decompression of whole files also by xz, with liblzma if the system has it.
 */
#ifndef LD_BASE_COMPRESS_H
#define LD_BASE_COMPRESS_H

#include <stdbool.h>
#include <stddef.h>

/* The numbers of the first two are ELFCOMPRESS_ZLIB and ELFCOMPRESS_ZSTD. */
enum ld_codec { LD_CODEC_NONE, LD_CODEC_ZLIB, LD_CODEC_ZSTD, LD_CODEC_XZ };

/* "zlib", "zstd" or "xz", or NULL if the codec is not known. */
const char *ld_codec_name(enum ld_codec codec);

/* Whether this build has the codec. The functions below require it. */
bool ld_has_codec(enum ld_codec codec);

/* Fills to, of exactly to_size bytes. Returns 0, -EINVAL if from does not have them, or -ENOMEM. */
int ld_decompress(enum ld_codec codec, const void *from, size_t size, void *to, size_t to_size);

/* The room that ld_compress() needs for size bytes. */
size_t ld_compress_bound(enum ld_codec codec, size_t size);

/* Returns the bytes used in to, which has that room; 0 if memory runs out. */
size_t ld_compress(enum ld_codec codec, const void *from, size_t size, void *to, size_t room);

/* The codec of a compressed file, by its first bytes. */
enum ld_codec ld_find_codec(const void *data, size_t size);

/*
 * Decompresses a whole file: gzip (LD_CODEC_ZLIB), zstd or xz. *to is a block from malloc(), with
 * head bytes of room and then *to_size bytes. Returns 0, -EINVAL if the file is damaged, -EFBIG if
 * there are more than max bytes, or -ENOMEM.
 */
int ld_unpack(enum ld_codec codec, const void *from, size_t size, size_t head, size_t max,
	      char **to, size_t *to_size);

#endif
