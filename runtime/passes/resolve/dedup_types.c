/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "btf/dedup/dedup.h"
#include "passes/passes.h"

void ld_dedup_types(const struct ld_link *l, struct ld_resolution *res)
{
	struct ld_btf_input *in = LD_NEW_ARRAY(l->arena, struct ld_btf_input, res->files.nr);
	uint32_t nr = 0;

	ld_for_each(i, &res->files) {
		const struct ld_file *f = res->files.v[i];

		if (f->has_btf)
			in[nr++] = (struct ld_btf_input){.btf = &f->btf, .digest = f->digest};
	}
	ld_btf_dedup(l->arena, in, nr, l->threads, &res->graph);
	nr = 0;
	ld_for_each(i, &res->files) {
		struct ld_file *f = res->files.v[i];

		if (f->has_btf) {
			f->canon = in[nr].canon;
			LD_PUSH(l->arena, &res->btf_files, f);
			nr++;
		}
	}
}
