/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The functions and tracepoints of the kernel that programs attach to, found as by libbpf 1.7. */
#include <string.h>

#include "core/core.h"

static const struct {
	const char *section, *prefix;
	uint32_t kind;
} attachments[] = {
    {"fentry", "", BTF_KIND_FUNC},        {"fexit", "", BTF_KIND_FUNC},
    {"fmod_ret", "", BTF_KIND_FUNC},      {"fsession", "", BTF_KIND_FUNC},
    {"lsm", "bpf_lsm_", BTF_KIND_FUNC},   {"lsm_cgroup", "bpf_lsm_", BTF_KIND_FUNC},
    {"iter", "bpf_iter_", BTF_KIND_FUNC}, {"tp_btf", "btf_trace_", BTF_KIND_TYPEDEF},
};

bool ld_core_attach_of(struct ld_arena *a, const char *section, struct ld_core_attach *attach)
{
	const char *target = section + strcspn(section, "/"), *colon;
	size_t len;

	section += *section == '?';
	len = strcspn(section, "/");
	if (!*target++ || !*target)
		return false;
	if (len > 2 && !strncmp(section + len - 2, ".s", 2))
		len -= 2;
	*attach = (struct ld_core_attach){0};
	colon = strchr(target, ':');
	if (colon) {
		attach->module = ld_printf(a, "%.*s", (int)(colon - target), target);
		target = colon + 1;
	}
	for (size_t i = 0; i < sizeof(attachments) / sizeof(attachments[0]); i++) {
		if (strlen(attachments[i].section) != len ||
		    strncmp(section, attachments[i].section, len) != 0)
			continue;
		attach->name = ld_printf(a, "%s%s", attachments[i].prefix, target);
		attach->kind = attachments[i].kind;
		return true;
	}
	return false;
}

bool ld_core_has_attach(const struct ld_core_kernel *k, const struct ld_core_attach *attach)
{
	const struct ld_core_ids *ids = ld_core_named(k, attach->name);

	for (size_t i = 0; ids && i < ids->nr; i++) {
		const char *module;

		if (ld_btf_kind(ld_btf_type(&k->btf, ids->v[i])) != attach->kind ||
		    strcmp(ld_btf_name(&k->btf, ids->v[i]), attach->name) != 0)
			continue;
		ld_core_own_id(k, ids->v[i], &module);
		if (!attach->module || !strcmp(attach->module, module ? module : "vmlinux"))
			return true;
	}
	return false;
}
