/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "passes/beside.h"

#include <pthread.h>
#include <string.h>

struct ld_beside {
	struct ld_link copy;
	ld_pass_fn *pass;
	const char *name;
	struct ld_span span;
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

static void *run(void *arg)
{
	struct ld_beside *b = arg;
	jmp_buf oom;

	b->copy.arena.oom = &oom;
	b->span = ld_span_begin(b->name, NULL);
	if (setjmp(oom))
		b->failed = true;
	else
		b->pass(&b->copy);
	ld_span_end(&b->span);
	return NULL;
}

void ld_begin_beside(struct ld_link *l, const char *name, ld_pass_fn *pass)
{
	struct ld_beside *b = LD_NEW(&l->arena, struct ld_beside);

	b->pass = pass;
	b->name = name;
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
	if (ran) {
		LD_PUSH(&l->arena, &l->spans, b->span);
		return &b->copy;
	}
	b->span = ld_span_begin(b->name, NULL);
	b->pass(l);
	ld_span_end(&b->span);
	LD_PUSH(&l->arena, &l->spans, b->span);
	return l;
}

void ld_drop_beside(struct ld_link *l)
{
	if (l->beside)
		wait_for(l, l->beside);
}
