/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <string.h>

#include "bpfld/command.h"

static const struct row {
	const char *words;
	struct refusal r;
} rows[] = {
#define REFUSAL(words, meaning, help) {words, {meaning, help}},
#include "bpfld/refusals.def"
};

const struct refusal *find_refusal(const char *line)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strstr(line, rows[i].words))
			return &rows[i].r;
	return NULL;
}
