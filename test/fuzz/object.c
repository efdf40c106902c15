/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Any bytes as one object. */
#include "fuzz.h"

const enum fuzz_form fuzz_form = FUZZ_OBJECT;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes object = {data, size};

	fuzz_link(&object, 1);
	return 0;
}
