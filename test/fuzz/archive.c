/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Any bytes as an object and an archive that it takes members from; and the archive with all
 * members. */
#include <bpfld/bpfld.h>

#include "fuzz.h"

const enum fuzz_form fuzz_form = FUZZ_ARCHIVE;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes parts[2];

	fuzz_split(data, size, parts);
	fuzz_link(parts, 2);
	fuzz_link_mode(&parts[1], 1, BPFLD_WHOLE_ARCHIVE);
	return 0;
}
