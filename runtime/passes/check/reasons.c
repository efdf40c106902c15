/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "passes/check/reasons.h"

#include <string.h>

#include "btf/print.h"

#define MAX_MEMBERS 256 /* the time is their product */

bool ld_reasons_has(const struct ld_reasons *r, uint32_t part)
{
	for (uint32_t k = 0; k < r->nr && k < LD_MAX_REASONS; k++)
		if (r->list[k].part == part)
			return true;
	return false;
}

void ld_reasons_add(struct ld_reasons *r, uint32_t part, const char *text)
{
	uint32_t k = 0;

	while (k < r->nr && k < LD_MAX_REASONS && r->list[k].part != part)
		k++;
	if (k < LD_MAX_REASONS) {
		r->list[k].part = part;
		r->list[k].text = text;
	}
	if (k == r->nr || k == LD_MAX_REASONS)
		r->nr++;
}

static const struct btf_member *find_member(const struct ld_btf *btf, const struct btf_type *t,
					    const char *name)
{
	const struct btf_member *m = ld_btf_tail(t);

	for (uint32_t at = 0; at < ld_btf_vlen(t); at++)
		if (!strcmp(ld_btf_str(btf, m[at].name_off), name))
			return &m[at];
	return NULL;
}

void ld_reasons_add_members(struct ld_reasons *r, struct ld_arena *a, const char *what,
			    const struct ld_btf *const *btf, const struct btf_type *const *t,
			    uint32_t first)
{
	if (ld_btf_vlen(t[0]) > MAX_MEMBERS || ld_btf_vlen(t[1]) > MAX_MEMBERS)
		return;
	for (uint32_t side = 0; side < 2; side++) {
		const struct btf_member *m = ld_btf_tail(t[side]);

		for (uint32_t at = first; at < ld_btf_vlen(t[side]); at++) {
			const char *name = ld_btf_str(btf[side], m[at].name_off);
			const struct btf_member *other = find_member(btf[!side], t[!side], name);
			const char *text[2] = {"none", "none"};

			if (!*name || (side && other))
				continue;
			text[side] = ld_btf_print_decl(a, btf[side], m[at].type, name);
			if (other)
				text[1] = ld_btf_print_decl(a, btf[1], other->type, name);
			if (strcmp(text[0], text[1]) != 0)
				ld_reasons_add(r, LD_MORE_PART | at << 1 | side,
					       ld_text(a, "%s: member '%s' differs: %s and %s",
						       what, name, text[0], text[1]));
		}
	}
}

void ld_reasons_finish(const struct ld_reasons *r, struct ld_arena *a,
		       struct ld_types_finding *found)
{
	struct ld_blob more = {0};

	found->reason = r->nr ? r->list[0].text : NULL;
	found->more = "";
	if (r->nr < 2)
		return;
	for (uint32_t k = 1; k < r->nr && k < LD_MAX_REASONS; k++)
		ld_blob_text(a, &more, LD_DETAIL "%s", r->list[k].text);
	if (r->nr > LD_MAX_REASONS)
		ld_blob_text(a, &more, LD_DETAIL "and %u more differences", r->nr - LD_MAX_REASONS);
	ld_blob_put(a, &more, "", 1);
	found->more = (const char *)more.data;
}
