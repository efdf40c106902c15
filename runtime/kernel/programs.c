/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "kernel/programs.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/near.h"
#include "kernel/helpers.h"
#include "kernel/limits.h"

#define UNKNOWN 1 /* no reason for a warning */

/* In the order of enum bpf_prog_type. */
#define TYPES(X)                                                                                   \
	X(UNSPEC)                                                                                  \
	X(SOCKET_FILTER)                                                                           \
	X(KPROBE)                                                                                  \
	X(SCHED_CLS)                                                                               \
	X(SCHED_ACT)                                                                               \
	X(TRACEPOINT)                                                                              \
	X(XDP)                                                                                     \
	X(PERF_EVENT)                                                                              \
	X(CGROUP_SKB)                                                                              \
	X(CGROUP_SOCK)                                                                             \
	X(LWT_IN)                                                                                  \
	X(LWT_OUT)                                                                                 \
	X(LWT_XMIT)                                                                                \
	X(SOCK_OPS)                                                                                \
	X(SK_SKB)                                                                                  \
	X(CGROUP_DEVICE)                                                                           \
	X(SK_MSG)                                                                                  \
	X(RAW_TRACEPOINT)                                                                          \
	X(CGROUP_SOCK_ADDR)                                                                        \
	X(LWT_SEG6LOCAL)                                                                           \
	X(LIRC_MODE2)                                                                              \
	X(SK_REUSEPORT)                                                                            \
	X(FLOW_DISSECTOR)                                                                          \
	X(CGROUP_SYSCTL)                                                                           \
	X(RAW_TRACEPOINT_WRITABLE)                                                                 \
	X(CGROUP_SOCKOPT)                                                                          \
	X(TRACING)                                                                                 \
	X(STRUCT_OPS)                                                                              \
	X(EXT)                                                                                     \
	X(LSM)                                                                                     \
	X(SK_LOOKUP)                                                                               \
	X(SYSCALL)                                                                                 \
	X(NETFILTER)

#define NUMBER(name) TYPE_##name,
enum { TYPES(NUMBER) };

#define NAME(name) #name,
static const char *const type_names[] = {TYPES(NAME)};

static const struct ld_section_type sections[] = {
#define SECTION(name, type, sleepable, v61, v612, v618, v72)                                       \
	{name, TYPE_##type, sleepable, LD_ZEROS(v61, v612, v618, v72)},
#include "kernel/sections.def"
};

static const struct ld_map_type map_types[] = {
#define MAP_TYPE(number, name, v61, v612, v618, v72, s61, s612, s618, s72)                         \
	[number] = {name, LD_ZEROS(v61, v612, v618, v72), LD_ZEROS(s61, s612, s618, s72)},
#include "kernel/map_types.def"
};

/* By helper: types of programs, for each series whose sources are known. */
static const uint64_t helper_types[][3] = {
#define HELPER(number, name, types61, types612, types72) [number] = {types61, types612, types72},
#include "kernel/helpers.def"
};

#define COUNT(a) ((uint32_t)(sizeof(a) / sizeof((a)[0])))

static bool matches(const char *name, const char *section)
{
	size_t len = strlen(name);

	if (name[len - 1] != '+')
		return !strcmp(name, section);
	len--;
	return !strncmp(name, section, len) && (!section[len] || section[len] == '/');
}

const struct ld_section_type *ld_section_type(const char *section)
{
	section += section[0] == '?';
	for (uint32_t i = 0; i < COUNT(sections); i++)
		if (matches(sections[i].name, section))
			return &sections[i];
	return NULL;
}

/* "xdp1" and "xdp_drop" are names of their own, for loaders to which users give the type. */
static bool continues(const char *name, const char *known)
{
	size_t len = strlen(known);

	return !strncmp(name, known, len) && name[len] && strchr("0123456789_-", name[len]);
}

/* The known name that is most like name, of lower case letters; or NULL. */
static const char *near_section(struct ld_arena *a, const char *name)
{
	struct ld_near near = {.typed = name, .max = strlen(name) < 8 ? 1 : 2};

	for (uint32_t i = 0; i < COUNT(sections); i++) {
		const char *known = sections[i].name;
		size_t len = strcspn(known, "+");

		if (len == strlen(name) && !strncmp(known, name, len))
			return name;
		known = known[len] ? ld_printf(a, "%.*s", (int)len, known) : known;
		if (continues(name, known))
			return NULL;
		ld_near_try(&near, known);
	}
	return near.name;
}

const char *ld_near_program_section(struct ld_arena *a, const char *section)
{
	bool optional = section[0] == '?';
	char *name = ld_strdup(a, section + optional);
	char *slash = strchr(name, '/');
	const char *near;

	for (char *c = name; *c && c != slash; c++)
		*c = (char)tolower((unsigned char)*c);
	near = near_section(a, name);
	if (!near && slash) {
		*slash = '\0';
		near = near_section(a, name);
		near = near ? ld_printf(a, "%s/%s", near, slash + 1) : NULL;
	}
	if (!near || !ld_section_type(near))
		return NULL;
	return optional ? ld_printf(a, "?%s", near) : near;
}

const char *ld_program_type_name(uint32_t type)
{
	return type_names[type];
}

bool ld_is_tracing(uint32_t type)
{
	return type == TYPE_KPROBE || type == TYPE_TRACEPOINT || type == TYPE_PERF_EVENT ||
	       type == TYPE_RAW_TRACEPOINT || type == TYPE_RAW_TRACEPOINT_WRITABLE;
}

bool ld_is_socket_filter(uint32_t type)
{
	return type == TYPE_SOCKET_FILTER;
}

/* The types of programs that may call a helper in a series. */
static uint64_t types_of(int32_t id, int kernel)
{
	static const int column[LD_NR_KERNELS] = {0, 1, -1, 2};
	const uint64_t *types;

	if (id <= 0 || (uint32_t)id >= COUNT(helper_types))
		return UINT64_MAX;
	types = helper_types[id];
	/* 6.18 is between two series that are known. */
	return column[kernel] < 0 ? types[1] | types[2] : types[column[kernel]];
}

/* Sections whose programs may not call a helper: by series whose sources are known. */
static const struct {
	int32_t helper;
	const char *sections; /* names, with spaces between them */
	bool refused[3];
} not_in[] = {
#define SOURCE(rule, series, file, line, text)
#define NOT_IN(rule, helper, sections, v61, v612, v72) {helper, sections, {v61, v612, v72}},
#include "kernel/helper_sections.def"
};

static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at += len)
		if ((at == words || at[-1] == ' ') && (!at[len] || at[len] == ' '))
			return true;
	return false;
}

static uint32_t refused_in(int32_t id, const char *section)
{
	uint32_t kernels = 0;

	for (uint32_t i = 0; i < COUNT(not_in); i++) {
		const bool *refused = not_in[i].refused;

		if (not_in[i].helper == id && has_word(not_in[i].sections, section))
			kernels |= LD_ZEROS(!refused[0], !refused[1], !(refused[1] && refused[2]),
					    !refused[2]);
	}
	return kernels;
}

uint32_t ld_kernels_without_helper(int32_t id, const struct ld_section_type *section)
{
	uint32_t kernels = refused_in(id, section->name), type = section->type;

	for (int i = 0; i < LD_NR_KERNELS; i++)
		kernels |= (uint32_t)(!(types_of(id, i) >> type & 1)) << i;
	return kernels;
}

uint32_t ld_kernels_without_sleep(int32_t id, const struct ld_section_type *section)
{
	bool may_sleep = section->sleepable || section->type == TYPE_EXT;

	return ld_helper_flags(id) & LD_HELPER_SLEEPS && !may_sleep ? LD_ALL_KERNELS : 0;
}

uint32_t ld_kernels_before_helper(int32_t id)
{
	uint32_t kernels = 0;

	for (int i = 0; i < LD_NR_KERNELS; i++)
		kernels |= (uint32_t)!types_of(id, i) << i;
	return kernels;
}

const struct ld_map_type *ld_map_type(uint32_t number)
{
	return number < COUNT(map_types) && map_types[number].name ? &map_types[number] : NULL;
}
