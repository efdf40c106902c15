/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Keeps one license and one version of all inputs. Copies get the kept one as leader, so that
 * references to their symbols stay valid.
 */
#include <string.h>

#include "elf/place.h"
#include "kernel/limits.h"
#include "passes/passes.h"

static const char *license_text(const struct ld_link *l, const struct ld_section *sec)
{
	const char *nul = sec->data ? memchr(sec->data, 0, sec->size) : NULL;
	size_t len = !sec->data ? 0 : nul ? (size_t)(nul - (const char *)sec->data) : sec->size;
	char *text = ld_alloc(l->arena, len + 1);

	if (len)
		memcpy(text, sec->data, len);
	return text;
}

/* A plain GPL license wins over a dual one: it is the license of the combination. */
static bool is_dual(const char *text)
{
	return !strncmp(text, "Dual ", 5);
}

struct sections {
	LD_VEC(struct ld_section *) list;
};

/* A file may have several: not every tool joins sections with the same name. */
static struct sections find_sections(const struct ld_link *l, enum ld_role role)
{
	struct sections found = {0};

	ld_for_each(i, &l->res.files)
		for (uint32_t k = 0; k < l->res.files.v[i]->nr_used; k++) {
			struct ld_section *sec = l->res.files.v[i]->used[k];

			if ((sec->kind == LD_SEC_DATA || sec->kind == LD_SEC_BSS) && sec->size &&
			    sec->nr_pieces && sec->role == role)
				LD_PUSH(l->arena, &found.list, sec);
		}
	return found;
}

/* The kept copy's symbols win, even over those of an earlier file. */
static void own_symbols(struct ld_section *kept)
{
	for (uint32_t i = 0; i < kept->nr_syms; i++) {
		struct ld_global *n = kept->file->syms[kept->syms[i]].global;

		if (n) {
			n->owner = kept->file;
			n->owner_sym = kept->syms[i];
		}
	}
}

/* Replaces copy, and all of its symbols, by kept. */
static void replace(struct ld_section *copy, struct ld_section *kept)
{
	for (uint32_t i = 0; i < copy->nr_pieces; i++)
		copy->pieces[i].leader = &kept->pieces[0];
	for (uint32_t i = 0; i < copy->nr_syms; i++) {
		struct ld_sym *sym = &copy->file->syms[copy->syms[i]];

		sym->piece = &copy->pieces[0];
		sym->value = 0;
		sym->size = kept->pieces[0].size;
	}
	copy->replaced = true;
}

/* The license to keep; NULL if the two cannot be combined. */
static struct ld_section *choose_license(const struct ld_link *l, struct ld_section *kept,
					 struct ld_section *sec)
{
	const char *a = license_text(l, kept), *b = license_text(l, sec);
	struct ld_section *winner = kept;

	if (!strcmp(a, b) || l->opt->license)
		return kept;
	if (!ld_is_gpl_compatible(a) || !ld_is_gpl_compatible(b)) {
		ld_error(l->diags, "license-conflict",
			 "conflicting licenses\n>>> \"%s\" in %s\n>>> \"%s\" in %s" LD_HELP
			 "use the same license in all files, or set the license of the output with "
			 "--license=TEXT",
			 a, ld_file_place(l, kept->file), b, ld_file_place(l, sec->file));
		return NULL;
	}
	if (is_dual(a) && !is_dual(b))
		winner = sec;
	return winner;
}

/* Once for all texts: a line for each, with its first file. */
static void warn_combined(const struct ld_link *l, const struct sections *all,
			  const struct ld_section *kept)
{
	struct ld_strmap by_text = {0};
	struct ld_list texts = {0};

	ld_for_each(i, &all->list) {
		const char *text = license_text(l, all->list.v[i]);
		void **slot = ld_strmap_slot(l->arena, &by_text, text, strlen(text));

		if (!*slot)
			ld_list_add(l->arena, &texts, "\"%s\" in %s", text,
				    ld_file_place(l, all->list.v[i]->file));
		*slot = all->list.v[i];
	}
	if (texts.nr > 1)
		ld_warn(
		    l->diags, "license-combined",
		    "%zu files have %zu different licenses, combined to \"%s\"%" LD_LINES LD_HELP
		    "use the same text in all files, or set it with --license=\"%s\"",
		    all->list.nr, texts.nr, license_text(l, kept),
		    ld_list_lines(l->arena, &texts, "licenses"), license_text(l, kept));
}

/* For --license=TEXT if no input has a license: an empty section of the first file. */
static struct ld_section *make_license(const struct ld_link *l)
{
	struct ld_section *sec = LD_NEW(l->arena, struct ld_section);

	sec->file = l->res.files.v[0];
	sec->name = "license";
	sec->kind = LD_SEC_DATA;
	sec->role = LD_ROLE_LICENSE;
	sec->type = SHT_PROGBITS;
	sec->flags = SHF_ALLOC | SHF_WRITE;
	sec->align = 1;
	sec->pieces = LD_NEW(l->arena, struct ld_piece);
	sec->pieces[0] = (struct ld_piece){.sec = sec, .align = 1};
	LD_PUSH(l->arena, &sec->file->commons, sec);
	return sec;
}

/* --license=TEXT: replaces the contents of the kept section, which its VARs no longer describe. */
static void override_license(const struct ld_link *l, struct ld_section *kept)
{
	struct ld_piece *p = &kept->pieces[0];

	kept->kind = LD_SEC_DATA;
	kept->type = SHT_PROGBITS;
	kept->data = (const uint8_t *)l->opt->license;
	kept->size = p->size = strlen(l->opt->license) + 1;
	kept->nr_pieces = 1;
	kept->nr_relocs = p->rel_end = 0;
	for (uint32_t i = 0; i < kept->nr_syms; i++) {
		struct ld_sym *sym = &kept->file->syms[kept->syms[i]];

		sym->piece = p;
		sym->value = 0;
		sym->size = p->size;
		sym->btf = 0;
	}
	p->sym = 0;
	p->sym_end = kept->nr_syms;
}

/* Returns the text that is kept, or NULL. */
static const char *merge_licenses(const struct ld_link *l)
{
	struct sections all = find_sections(l, LD_ROLE_LICENSE);
	struct ld_section *kept = NULL;

	ld_for_each(i, &all.list) {
		kept = kept ? choose_license(l, kept, all.list.v[i]) : all.list.v[i];
		if (!kept)
			return "";
	}
	if (!kept && l->opt->license && l->res.files.nr)
		kept = make_license(l);
	if (!kept)
		return NULL;
	if (l->opt->license)
		override_license(l, kept);
	else
		warn_combined(l, &all, kept);
	own_symbols(kept);
	ld_for_each(i, &all.list)
		if (all.list.v[i] != kept)
			replace(all.list.v[i], kept);
	return license_text(l, kept);
}

static bool same_bytes(const struct ld_section *a, const struct ld_section *b)
{
	if (!a->data || !b->data)
		return a->data == b->data;
	return a->size == b->size && !memcmp(a->data, b->data, a->size);
}

static void merge_versions(const struct ld_link *l)
{
	struct sections all = find_sections(l, LD_ROLE_VERSION);
	struct ld_list others = {0};
	struct ld_section *kept;

	if (!all.list.nr)
		return;
	kept = all.list.v[0];
	own_symbols(kept);
	for (size_t i = 1; i < all.list.nr; i++) {
		const struct ld_section *sec = all.list.v[i];

		if (!same_bytes(sec, kept))
			ld_list_add(l->arena, &others, "dropped: that of %s",
				    ld_file_place(l, sec->file));
		replace(all.list.v[i], kept);
	}
	if (others.nr)
		ld_warn(l->diags, "version-conflict",
			"conflicting version sections\n>>> kept: that of %s%" LD_LINES LD_HELP
			"remove the sections: kernels ignore them since 5.0",
			ld_file_place(l, kept->file), ld_list_lines(l->arena, &others, "files"));
}

void ld_merge_license(const struct ld_link *l, struct ld_resolution *res)
{
	res->license = merge_licenses(l);
	merge_versions(l);
}
