/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "btf/dedup/dedup.h"
#include "passes/passes.h"

void ld_dedup_types(struct ld_link *l)
{
	struct ld_btf_input *in = LD_NEW_ARRAY(l->arena, struct ld_btf_input, l->files.nr);
	uint32_t nr = 0;

	ld_for_each(i, &l->files) {
		const struct ld_file *f = l->files.v[i];

		if (f->has_btf)
			in[nr++] = (struct ld_btf_input){.btf = &f->btf, .digest = f->digest};
	}
	ld_btf_dedup(l->arena, in, nr, l->threads, &l->graph);
	nr = 0;
	ld_for_each(i, &l->files) {
		struct ld_file *f = l->files.v[i];

		if (f->has_btf) {
			f->canon = in[nr].canon;
			f->base_canon = in[nr].base_canon;
			LD_PUSH(l->arena, &l->btf_files, f);
			nr++;
		}
	}
}
