/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * mutate.c as a library for AFL++ (AFL_CUSTOM_MUTATOR_LIBRARY), one for each form of input; the
 * target's own form is not known here, so that it is given when this is compiled: FUZZ_FORM.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

const enum fuzz_form fuzz_form = FUZZ_FORM;

struct mutator {
	unsigned int seed;
	uint8_t *buf;
	size_t cap;
};

void *afl_custom_init(void *afl, unsigned int seed);
size_t afl_custom_fuzz(void *data, uint8_t *buf, size_t size, uint8_t **out, uint8_t *add,
		       size_t add_size, size_t max_size);
void afl_custom_deinit(void *data);

/* AFL++ mutates plain bytes itself, too: one changed byte is enough here. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
	if (size && max_size)
		data[rand() % size] ^= (uint8_t)(1u << rand() % 8);
	return size;
}

void *afl_custom_init(void *afl, unsigned int seed)
{
	struct mutator *m = calloc(1, sizeof(*m));

	(void)afl;
	if (m)
		m->seed = seed;
	return m;
}

size_t afl_custom_fuzz(void *data, uint8_t *buf, size_t size, uint8_t **out, uint8_t *add,
		       size_t add_size, size_t max_size)
{
	struct mutator *m = data;

	(void)add, (void)add_size;
	if (m->cap < size) {
		free(m->buf);
		m->cap = size;
		m->buf = malloc(size);
		if (!m->buf)
			abort();
	}
	memcpy(m->buf, buf, size);
	*out = m->buf;
	return LLVMFuzzerCustomMutator(m->buf, size, size < max_size ? size : max_size, m->seed++);
}

void afl_custom_deinit(void *data)
{
	struct mutator *m = data;

	free(m->buf);
	free(m);
}
