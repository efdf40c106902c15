/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * btf_prepare_func_args() of kernel/bpf/btf.c: 6.1 lines 6758 to 6811, 6.12 lines 7640 to 7717,
 * 7.2 lines 7912 to 8171 with the functions before it.
 */
#include "kernel/prototypes.h"

#include <string.h>

#define MAX_TAGS 64 /* tags and qualifiers of one type */

/* Context structs of BPF_PROG_TYPE() in include/linux/bpf_types.h, and typedefs of pt_regs. */
/* clang-format off */
static const char *const contexts[] = {
	"__sk_buff", "bpf_cgroup_dev_ctx", "bpf_nf_ctx", "bpf_perf_event_data",
	"bpf_raw_tracepoint_args", "bpf_sk_lookup", "bpf_sock", "bpf_sock_addr", "bpf_sock_ops",
	"bpf_sockopt", "bpf_sysctl", "bpf_user_pt_regs_t", "pt_regs", "sk_msg_md",
	"sk_reuseport_md", "user_pt_regs", "xdp_md",
};
/* clang-format on */

static bool is_scalar(const struct ld_btf *btf, uint32_t id)
{
	uint32_t kind = id ? ld_btf_kind(ld_btf_type(btf, id)) : BTF_KIND_UNKN;

	return kind == BTF_KIND_INT || kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64;
}

/* Whether a pointer has the type tag "arena", which is between it and the type it points to. */
static bool is_arena(const struct ld_btf *btf, uint32_t pointer)
{
	const struct btf_type *t = ld_btf_type(btf, pointer);

	for (uint32_t i = 0; i < MAX_TAGS && t->type; i++) {
		uint32_t kind = ld_btf_kind(t = ld_btf_type(btf, t->type));

		if (kind == BTF_KIND_TYPE_TAG && !(t->info >> 31) &&
		    !strcmp(ld_btf_str(btf, t->name_off), "arena"))
			return true;
		if (kind != BTF_KIND_TYPE_TAG && kind != BTF_KIND_TYPEDEF &&
		    kind != BTF_KIND_VOLATILE && kind != BTF_KIND_CONST &&
		    kind != BTF_KIND_RESTRICT)
			return false;
	}
	return false;
}

/* Why kernels reject a return type, or NULL; *accepting as in ld_bad_prototype(). */
static const char *bad_return(const struct ld_btf *btf, uint32_t type,
			      const struct ld_kernel **accepting)
{
	uint32_t id = ld_btf_strip(btf, type);

	if (is_scalar(btf, id))
		return NULL;
	if (!id) {
		*accepting = ld_first_kernel_with(LD_KERNEL_GLOBAL_VOID);
		return "it returns void";
	}
	if (ld_btf_kind(ld_btf_type(btf, id)) != BTF_KIND_PTR)
		return "it does not return a scalar";
	if (is_arena(btf, id))
		*accepting = ld_first_kernel_with(LD_KERNEL_ARENA_TAGS);
	return "it returns a pointer";
}

/* The same for a parameter. */
static const char *bad_param(const struct ld_btf *btf, uint32_t type,
			     const struct ld_kernel **accepting)
{
	uint32_t id = ld_btf_strip(btf, type), kind, to;
	const char *why = NULL;

	if (!id || is_scalar(btf, id))
		return NULL;
	kind = ld_btf_kind(ld_btf_type(btf, id));
	if (kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION)
		return "is a struct or union by value";
	if (kind != BTF_KIND_PTR)
		return NULL;
	to = ld_btf_strip(btf, ld_btf_type(btf, id)->type);
	if (!to)
		why = "points to void, whose size is unknown";
	else if (ld_btf_kind(ld_btf_type(btf, to)) == BTF_KIND_FUNC_PROTO)
		why = "points to a function";
	if (why && is_arena(btf, id))
		*accepting = ld_first_kernel_with(LD_KERNEL_ARENA_TAGS);
	return why;
}

const char *ld_bad_prototype(struct ld_arena *a, const struct ld_btf *btf, uint32_t in_func,
			     const struct ld_kernel **accepting)
{
	const struct btf_type *proto = ld_btf_type(btf, ld_btf_type(btf, in_func)->type);
	const struct btf_param *params = ld_btf_tail(proto);
	const struct ld_kernel *some, **first = accepting ? accepting : &some;
	const char *why;

	*first = NULL;
	if (ld_btf_kind(proto) != BTF_KIND_FUNC_PROTO)
		return NULL;
	if (ld_btf_vlen(proto) > LD_KERNEL_ARGS)
		return "it has more than five parameters";
	why = bad_return(btf, proto->type, first);
	/* Prefer a reason that holds for all kernels. */
	for (uint32_t i = 0; (!why || *first) && i < ld_btf_vlen(proto); i++) {
		const struct ld_kernel *accepting_param = NULL;
		const char *bad = bad_param(btf, params[i].type, &accepting_param);

		if (!bad || (why && accepting_param))
			continue;
		why = ld_printf(a, "parameter %u %s", i + 1, bad);
		*first = accepting_param;
	}
	return why;
}

bool ld_is_context(const struct ld_btf *btf, uint32_t type)
{
	uint32_t id = ld_btf_strip(btf, type);

	if (!id || ld_btf_kind(ld_btf_type(btf, id)) != BTF_KIND_PTR)
		return false;
	id = ld_btf_strip(btf, ld_btf_type(btf, id)->type);
	for (size_t i = 0; id && i < sizeof(contexts) / sizeof(contexts[0]); i++)
		if (!strcmp(ld_btf_name(btf, id), contexts[i]))
			return true;
	return false;
}
