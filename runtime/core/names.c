/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <string.h>

#include "core/core.h"

const char *const ld_core_kind_names[LD_CORE_NR_KINDS] = {
    [LD_CORE_BYTE_OFFSET] = "byte_off",
    [LD_CORE_BYTE_SIZE] = "byte_sz",
    [LD_CORE_FIELD_EXISTS] = "field_exists",
    [LD_CORE_SIGNED] = "signed",
    [LD_CORE_LSHIFT] = "lshift_u64",
    [LD_CORE_RSHIFT] = "rshift_u64",
    [LD_CORE_ID_LOCAL] = "local_type_id",
    [LD_CORE_ID_TARGET] = "target_type_id",
    [LD_CORE_TYPE_EXISTS] = "type_exists",
    [LD_CORE_TYPE_SIZE] = "type_size",
    [LD_CORE_ENUMVAL_EXISTS] = "enumval_exists",
    [LD_CORE_ENUMVAL_VALUE] = "enumval_value",
    [LD_CORE_TYPE_MATCHES] = "type_matches",
};

size_t ld_core_name_len(const char *name)
{
	size_t len = strlen(name);

	/* The last "___" with another character on each side. */
	for (size_t i = len < 5 ? 0 : len - 4; i; i--)
		if (!strncmp(name + i, "___", 3) && name[i - 1] != '_' && name[i + 3] != '_')
			return i;
	return len;
}

bool ld_core_same_name(const char *a, const char *b)
{
	size_t len = ld_core_name_len(a);

	return len == ld_core_name_len(b) && !strncmp(a, b, len);
}
