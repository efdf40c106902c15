/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Any bytes as .BTF of an object that is sound otherwise. */
#include <stdlib.h>

#include "fuzz.h"

const enum fuzz_form fuzz_form = FUZZ_BTF;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes btf = {data, size}, object = fuzz_wrap(FUZZ_AS_OBJECT, btf, (struct bytes){0});

	fuzz_link(&object, 1);
	free((void *)(uintptr_t)object.data);
	return 0;
}
