/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * --compress-debug-sections: compresses DWARF where that makes it smaller. Sections keep their size
 * in the model; only the file has the compressed contents. Relocations apply to what a reader
 * decompresses.
 */
#include "base/bytes.h"
#include "base/compress.h"
#include "base/text.h"
#include "elf/compressed.h"
#include "passes/passes.h"

static void compress_out(const struct ld_link *l, struct ld_out *out)
{
	enum ld_codec codec = (enum ld_codec)l->opt->compress;
	size_t room = ld_compress_bound(codec, out->size), size;
	uint8_t *packed = ld_alloc(l->arena, LD_CHDR_SIZE + room);

	size = ld_compress(codec, out->data, out->size, packed + LD_CHDR_SIZE, room);
	if (!size)
		longjmp(*l->arena->oom, 1);
	if (LD_CHDR_SIZE + size >= out->size)
		return;
	ld_put32(packed, codec, l->inputs.big);
	ld_put64(packed + 8, out->size, l->inputs.big);
	ld_put64(packed + 16, out->align, l->inputs.big);
	out->packed = packed;
	out->packed_size = LD_CHDR_SIZE + size;
}

void ld_compress_debug(const struct ld_link *l)
{
	enum ld_codec codec = (enum ld_codec)l->opt->compress;

	if (!codec)
		return;
	if (!ld_has_codec(codec)) {
		ld_error(
		    l->diags, "compressed-section",
		    "cannot compress DWARF with %s: this build of bpfld does not support it" LD_HELP
		    "build bpfld with lib%s, or do not compress DWARF "
		    "(--compress-debug-sections=none)",
		    ld_codec_name(codec), codec == LD_CODEC_ZLIB ? "z" : "zstd");
		return;
	}
	ld_for_each(i, &l->layout.outs) {
		struct ld_out *out = l->layout.outs.v[i];

		if (out->kind == LD_SEC_DEBUG && out->data && out->size)
			compress_out(l, out);
	}
}
