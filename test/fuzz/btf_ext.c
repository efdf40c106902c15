/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Any bytes as .BTF and .BTF.ext of an object that is sound otherwise. */
#include <stdlib.h>

#include "fuzz.h"

const enum fuzz_form fuzz_form = FUZZ_BTF_EXT;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes parts[2], object;

	fuzz_split(data, size, parts);
	object = fuzz_wrap(FUZZ_AS_OBJECT, parts[0], parts[1]);
	fuzz_link(&object, 1);
	free((void *)(uintptr_t)object.data);
	return 0;
}
