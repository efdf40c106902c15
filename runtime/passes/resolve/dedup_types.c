/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/pages.h"
#include "base/pool.h"
#include "btf/dedup/dedup.h"
#include "passes/passes.h"

void ld_free_digests(struct ld_input_files *inputs)
{
	for (uint32_t i = 0; inputs->digests && i < LD_MAX_THREADS; i++)
		ld_arena_free(&inputs->digests[i]);
	ld_pages_free(inputs->digest_pages);
	inputs->digest_pages = NULL;
	inputs->digests = NULL;
	inputs->btf_names = NULL;
}

void ld_dedup_types(const struct ld_link *l, struct ld_input_files *inputs,
		    struct ld_resolution *res)
{
	struct ld_btf_input *in = LD_NEW_ARRAY(l->arena, struct ld_btf_input, res->files.nr);
	uint32_t nr = 0;

	ld_for_each(i, &res->files) {
		const struct ld_file *f = res->files.v[i];

		if (f->has_btf)
			in[nr++] = (struct ld_btf_input){.btf = &f->btf, .digest = f->digest};
	}
	ld_btf_dedup(l->arena, &inputs->digests[0], in, nr, l->threads, &res->graph);
	nr = 0;
	ld_for_each(i, &res->files) {
		struct ld_file *f = res->files.v[i];

		if (f->has_btf) {
			f->canon = in[nr].canon;
			f->digest = NULL;
			LD_PUSH(l->arena, &res->btf_files, f);
			nr++;
		}
	}
	ld_free_digests(inputs);
}
