/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Compressed DWARF: SHF_COMPRESSED (gABI), and what GNU tools wrote before, sections .zdebug_*.
 * Where DWARF is dropped it is not decompressed.
 */
#include "elf/compressed.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/compress.h"
#include "base/text.h"

/*
 * A file may decompress to this multiple of its size. Compilers' DWARF has about three times its
 * compressed size; zstd could reach thousands.
 */
#define MAX_RATIO 64

#define ZDEBUG ".zdebug_"
#define ZDEBUG_HEADER 12 /* "ZLIB", and the size as a big-endian number */

static int bad(const struct ld_section *sec, const char *what)
{
	return ld_error(&sec->file->diags, "invalid-elf", "%s: section %u (%s): %s",
			ld_file_name(sec->file), sec->index, sec->name, what);
}

static int missing_codec(const struct ld_section *sec, const char *codec)
{
	return ld_error(&sec->file->diags, "compressed-section",
			"%s: section %u (%s) is compressed with %s, which this build of bpfld "
			"does not support" LD_HELP
			"drop DWARF (-S), compile with -gz=none, or build bpfld with "
			"lib%s",
			ld_file_name(sec->file), sec->index, sec->name, codec,
			codec[1] == 'l' ? "z" : codec);
}

/* Notes that the contents of sec have a header, and size bytes at the given alignment. */
static int note_packed(struct ld_section *sec, uint32_t codec, size_t header, uint64_t size,
		       uint64_t align)
{
	struct ld_file *f = sec->file;
	const char *name = codec > LD_CODEC_ZSTD ? NULL : ld_codec_name((enum ld_codec)codec);

	if (!name)
		return bad(sec, ld_printf(&f->arena, "unknown compression type %u", codec));
	if (!ld_has_codec((enum ld_codec)codec))
		return missing_codec(sec, name);
	if (align & (align - 1) || align > UINT32_MAX)
		return bad(sec, "alignment is not a power of two below 4 GiB");
	if (size > MAX_RATIO * (uint64_t)f->size - f->unpacked)
		return bad(sec, ld_printf(&f->arena,
					  "the file would decompress to over %d times its size",
					  MAX_RATIO));
	f->unpacked += size;
	sec->packed = LD_NEW(&f->arena, struct ld_packed);
	*sec->packed = (struct ld_packed){(uint8_t)codec, sec->data + header, sec->size - header};
	sec->data = NULL;
	sec->size = size;
	sec->align = align ? align : 1;
	sec->flags &= ~(uint64_t)SHF_COMPRESSED;
	return 0;
}

/* .zdebug_info, which becomes .debug_info. */
static int read_zdebug(struct ld_section *sec)
{
	if (sec->size < ZDEBUG_HEADER || memcmp(sec->data, "ZLIB", 4) != 0)
		return bad(sec, "has no compression header");
	sec->name = ld_printf(&sec->file->arena, ".%s", sec->name + 2);
	return note_packed(sec, LD_CODEC_ZLIB, ZDEBUG_HEADER, ld_get64(sec->data + 4, true),
			   sec->align);
}

int ld_read_compression(struct ld_section *sec)
{
	bool big = sec->file->big, dropped = sec->kind == LD_SEC_NONE;
	const uint8_t *chdr = sec->data;

	if (sec->kind == LD_SEC_DEBUG && !strncmp(sec->name, ZDEBUG, strlen(ZDEBUG)))
		return read_zdebug(sec);
	if (!(sec->flags & SHF_COMPRESSED) ||
	    (dropped && (sec->type == SHT_PROGBITS || sec->type == SHT_NOTE)))
		return 0;
	if (sec->kind != LD_SEC_DEBUG)
		return bad(sec, "is compressed, but only DWARF may be");
	if (sec->size < LD_CHDR_SIZE)
		return bad(sec, "has no compression header");
	return note_packed(sec, ld_get32(chdr, big), LD_CHDR_SIZE, ld_get64(chdr + 8, big),
			   ld_get64(chdr + 16, big));
}

int ld_decompress_sections(struct ld_file *f)
{
	for (uint32_t i = 1; f->unpacked && i < f->nr_secs; i++) {
		struct ld_section *sec = &f->secs[i];
		const struct ld_packed *packed = sec->packed;
		uint8_t *data;
		int err;

		if (!packed)
			continue;
		data = ld_alloc(&f->arena, sec->size);
		err = ld_decompress((enum ld_codec)packed->codec, packed->data, packed->size, data,
				    sec->size);
		if (err == -ENOMEM)
			longjmp(*f->arena.oom, 1);
		if (err)
			return bad(sec, "compressed contents are corrupt");
		sec->data = data;
	}
	return 0;
}
