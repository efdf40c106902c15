/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Any bytes as two objects, and the second one as all there is. */
#include "fuzz.h"

const enum fuzz_form fuzz_form = FUZZ_PAIR;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes objects[2];

	fuzz_split(data, size, objects);
	fuzz_link(objects, 2);
	return 0;
}
