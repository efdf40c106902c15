/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Bytes to the model, each file for itself and in parallel. After this, input is no more hostile.
 */
#include "base/pool.h"
#include "format/btf_bind.h"
#include "format/btf_ext.h"
#include "format/elf_read.h"
#include "format/pieces.h"
#include "passes/passes.h"

static int parse_btf(struct ld_file *f)
{
	const struct ld_section *btf = NULL, *ext = NULL;
	uint32_t i;
	int err;

	for (i = 1; i < f->nr_secs; i++) {
		if (f->secs[i].kind == LD_SEC_BTF)
			btf = &f->secs[i];
		if (f->secs[i].kind == LD_SEC_BTF_EXT)
			ext = &f->secs[i];
	}
	if (!btf)
		return 0;
	err = ld_btf_parse(&f->arena, &f->diags, ld_file_name(f), btf->data, btf->size, f->big,
			   &f->btf);
	if (err)
		return err;
	f->has_btf = true;
	if (ext && (err = ld_btf_ext_parse(f, ext)))
		return err;
	ld_btf_bind(f);
	f->digest = ld_btf_digest(&f->arena, &f->btf);
	return 0;
}

static void parse_file(struct ld_file *f)
{
	if (ld_elf_read(f))
		return;
	if (ld_make_pieces(f))
		return;
	parse_btf(f);
}

static void parse_task(void *ctx, uint32_t i)
{
	struct ld_link *l = ctx;
	struct ld_file *f = l->files.v[i];
	jmp_buf oom;

	f->arena.oom = &oom;
	if (setjmp(oom))
		f->failed = true;
	else
		parse_file(f);
}

/* Says what the files' own lists hold, in the order of the command line. */
static void collect_diags(struct ld_link *l)
{
	ld_for_each(i, &l->files) {
		struct ld_diags *d = &l->files.v[i]->diags;

		ld_for_each(k, &d->list)
			LD_PUSH(&l->arena, &l->diags.list, d->list.v[k]);
		l->diags.errors += d->errors;
	}
}

static void check_byte_order(struct ld_link *l)
{
	struct ld_file *first = l->files.v[0];

	l->big = first->big;
	ld_for_each(i, &l->files) {
		struct ld_file *f = l->files.v[i];

		if (f->diags.errors || f->big == l->big)
			continue;
		ld_error(&l->diags, "mixed-byte-order",
			 "%s: %s object among %s ones\n"
			 ">>> the first input is %s\n"
			 ">>> compile all of them with the same of -target bpfel and -target bpfeb",
			 ld_file_name(f), f->big ? "big-endian" : "little-endian",
			 l->big ? "big-endian" : "little-endian", ld_file_name(first));
	}
}

void ld_parse_files(struct ld_link *l)
{
	ld_parallel(l->threads, (uint32_t)l->files.nr, parse_task, l);
	ld_for_each(i, &l->files) {
		struct ld_file *f = l->files.v[i];

		f->arena.oom = l->arena.oom;
		if (f->failed)
			longjmp(*l->arena.oom, 1);
	}
	collect_diags(l);
	check_byte_order(l);
}
