/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Loaders and linkers recognize sections by name. This is the only place that compares such names:
 * a name gives a role, and a role its traits.
 */
#include <string.h>
#include <strings.h>

#include "base/near.h"
#include "model/model.h"

enum match {
	EXACT,
	DOTTED, /* the name, alone or followed by '.' and more */
	PREFIX,
};

#define ROW(name, match, role)                                                                     \
	{                                                                                          \
		name, sizeof(name) - 1, match, LD_ROLE_##role                                      \
	}

/* The first row that matches decides. */
static const struct {
	const char *name;
	size_t len;
	enum match match;
	enum ld_role role;
} rows[] = {
    ROW(".text", DOTTED, TEXT),
    ROW(".maps", EXACT, MAPS),
    ROW("license", EXACT, LICENSE),
    ROW("version", EXACT, VERSION),
    ROW(".data", DOTTED, DATA),
    ROW(".bss", DOTTED, DATA),
    ROW(".rodata", DOTTED, RODATA),
    ROW(".struct_ops", PREFIX, STRUCT_OPS),
    ROW("?.struct_ops", PREFIX, STRUCT_OPS), /* libbpf: not loaded by default */
    ROW(".jumptables", EXACT, JUMP_TABLES),
    ROW(".ksyms", EXACT, KSYMS),
    ROW(".kconfig", EXACT, KCONFIG),
    ROW(".BTF", EXACT, BTF),
    ROW(".BTF.ext", EXACT, BTF_EXT),
    ROW(".debug_", PREFIX, DEBUG),
    ROW(".zdebug_", PREFIX, DEBUG), /* compressed, by older GNU tools */
    ROW(".deplibs", EXACT, DEPLIBS),
    ROW("__llvm_prf_", PREFIX, PROFILE),
    ROW(".gnu.lto_", PREFIX, GCC_LTO),
    ROW(".gnu.debuglto_", PREFIX, GCC_LTO),
    ROW(".llvmbc", EXACT, TOOLS),
    ROW(".llvmcmd", EXACT, TOOLS),
    ROW(".comment", EXACT, TOOLS),
    ROW(".note", PREFIX, TOOLS),
    ROW(".eh_frame", PREFIX, TOOLS),
};

static const uint8_t traits[LD_NR_ROLES] = {
    [LD_ROLE_LICENSE] = LD_TRAIT_SINGLE | LD_TRAIT_ROOT | LD_TRAIT_DATA,
    [LD_ROLE_VERSION] = LD_TRAIT_SINGLE | LD_TRAIT_ROOT | LD_TRAIT_DATA,
    [LD_ROLE_MAPS] = LD_TRAIT_POINTERS | LD_TRAIT_DATA,
    [LD_ROLE_STRUCT_OPS] = LD_TRAIT_POINTERS | LD_TRAIT_ROOT,
    [LD_ROLE_JUMP_TABLES] = LD_TRAIT_POINTERS,
    [LD_ROLE_DATA] = LD_TRAIT_BECOMES_MAP,
    [LD_ROLE_RODATA] = LD_TRAIT_BECOMES_MAP,
    [LD_ROLE_DEPLIBS] = LD_TRAIT_ROOT,
    [LD_ROLE_GCC_LTO] = LD_TRAIT_IGNORED,
    [LD_ROLE_TOOLS] = LD_TRAIT_IGNORED,
};

enum ld_role ld_role_of(const char *name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		/* Two characters first: a link asks this for each section of each input. */
		if (name[0] != rows[i].name[0] || name[1] != rows[i].name[1] ||
		    strncmp(name, rows[i].name, rows[i].len) != 0)
			continue;
		if (rows[i].match == PREFIX || !name[rows[i].len] ||
		    (rows[i].match == DOTTED && name[rows[i].len] == '.'))
			return rows[i].role;
	}
	return LD_ROLE_NONE;
}

const char *ld_near_data_section(const char *name)
{
	struct ld_near near = {.typed = name, .max = strlen(name) < 8 ? 1 : 2};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!strcasecmp(name, rows[i].name))
			return rows[i].name;
		/* Data that is not a map is no reason to suggest .maps; "license2" is no license.
		 */
		if (rows[i].role != LD_ROLE_MAPS && strncmp(name, rows[i].name, rows[i].len) != 0)
			ld_near_try(&near, rows[i].name);
	}
	return near.name;
}

bool ld_role_has(enum ld_role role, unsigned int trait)
{
	return traits[role] & trait;
}
