/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "passes/beside.h"

#include <pthread.h>
#include <string.h>

struct ld_beside {
	struct ld_link copy;
	struct ld_pass passes[LD_PASSES_BESIDE];
	struct ld_span spans[LD_PASSES_BESIDE];
	size_t nr;
	pthread_t thread;
	bool running, failed;
};

void ld_copy_link(struct ld_link *copy, const struct ld_link *l)
{
	*copy = *l;
	copy->arena = (struct ld_arena){.pages = l->pages};
	copy->diags = (struct ld_diags){.arena = &copy->arena, .muted = l->diags.muted};
}

void ld_take_copy(struct ld_link *l, struct ld_link *copy)
{
	ld_arena_adopt(&l->arena, &copy->arena);
	ld_for_each(i, &copy->diags.list)
		LD_PUSH(&l->arena, &l->diags.list, copy->diags.list.v[i]);
	l->diags.errors += copy->diags.errors;
	copy->diags.list.nr = copy->diags.errors = 0;
}

static void run_passes(struct ld_beside *b, struct ld_link *l)
{
	for (size_t i = 0; i < b->nr; i++) {
		b->spans[i] = ld_span_begin(b->passes[i].name, NULL);
		b->passes[i].run(l);
		ld_span_end(&b->spans[i]);
	}
}

static void *run(void *arg)
{
	struct ld_beside *b = arg;
	jmp_buf oom;

	b->copy.arena.oom = &oom;
	if (setjmp(oom))
		b->failed = true;
	else
		run_passes(b, &b->copy);
	return NULL;
}

void ld_begin_beside(struct ld_link *l, const struct ld_pass *passes, size_t nr)
{
	struct ld_beside *b = LD_NEW(&l->arena, struct ld_beside);

	memcpy(b->passes, passes, nr * sizeof(*passes));
	b->nr = nr;
	ld_copy_link(&b->copy, l);
	l->beside = b;
	b->running = l->overlap && !pthread_create(&b->thread, NULL, run, b);
}

static void wait_for(struct ld_link *l, struct ld_beside *b)
{
	if (b->running)
		pthread_join(b->thread, NULL);
	b->running = false;
	l->beside = NULL;
	ld_take_copy(l, &b->copy);
}

const struct ld_link *ld_end_beside(struct ld_link *l)
{
	struct ld_beside *b = l->beside;
	bool ran = b && b->running;

	if (!b)
		return NULL;
	wait_for(l, b);
	if (b->failed)
		longjmp(*l->arena.oom, 1);
	if (!ran)
		run_passes(b, l);
	for (size_t i = 0; i < b->nr; i++)
		LD_PUSH(&l->arena, &l->spans, b->spans[i]);
	return ran ? &b->copy : l;
}

void ld_drop_beside(struct ld_link *l)
{
	if (l->beside)
		wait_for(l, l->beside);
}
