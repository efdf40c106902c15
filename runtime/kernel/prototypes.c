/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* btf_prepare_func_args() of kernel/bpf/btf.c: see the rules of global functions in rules.def. */
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

bool ld_returns_number(const struct ld_btf *btf, uint32_t in_func)
{
	const struct btf_type *proto = ld_btf_type(btf, ld_btf_type(btf, in_func)->type);
	uint32_t id = ld_btf_strip(btf, proto->type);

	return is_scalar(btf, id) && ld_btf_type(btf, id)->size <= sizeof(uint64_t);
}

uint32_t ld_nr_params(const struct ld_btf *btf, uint32_t in_func)
{
	const struct btf_type *proto = ld_btf_type(btf, ld_btf_type(btf, in_func)->type);

	return ld_btf_kind(proto) == BTF_KIND_FUNC_PROTO ? ld_btf_vlen(proto) : 0;
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

/* Why a prototype is bad, for these kernels. */
struct reason {
	const char *why;
	uint32_t kernels;
};

static struct reason check_return(const struct ld_btf *btf, uint32_t type)
{
	uint32_t id = ld_btf_strip(btf, type);

	if (is_scalar(btf, id))
		return (struct reason){NULL, 0};
	if (!id)
		return (struct reason){"it returns void", ld_kernels_below(LD_RULE_GLOBAL_VOID, 1)};
	if (ld_btf_kind(ld_btf_type(btf, id)) != BTF_KIND_PTR)
		return (struct reason){"it does not return a scalar", LD_ALL_KERNELS};
	return (struct reason){"it returns a pointer", is_arena(btf, id)
							   ? ld_kernels_below(LD_RULE_ARENA_TAGS, 1)
							   : LD_ALL_KERNELS};
}

uint32_t ld_accepting_tags(const struct ld_btf *btf, uint32_t in_func, uint32_t index)
{
	uint32_t kernels = 0;

	for (uint32_t i = 0; i < btf->nr_decls; i++) {
		const struct btf_type *t = ld_btf_type(btf, btf->decls[i]);
		const char *name = ld_btf_str(btf, t->name_off);
		const struct btf_decl_tag *tag = ld_btf_tail(t);

		if (ld_btf_kind(t) != BTF_KIND_DECL_TAG || t->type != in_func ||
		    tag->component_idx != (int32_t)index)
			continue;
		/* libbpf replaces the type for kernels that do not read this tag. */
		if (!strcmp(name, "arg:ctx"))
			return LD_ALL_KERNELS;
		kernels |= ~ld_kernels_below(strcmp(name, "arg:untrusted") ? LD_RULE_ARG_TAGS
									   : LD_RULE_ARG_UNTRUSTED,
					     1);
	}
	return kernels;
}

static struct reason check_param(const struct ld_btf *btf, uint32_t in_func, uint32_t index,
				 uint32_t type)
{
	uint32_t id = ld_btf_strip(btf, type), kind, to;
	struct reason r = {NULL, LD_ALL_KERNELS};

	if (!id || is_scalar(btf, id))
		return r;
	kind = ld_btf_kind(ld_btf_type(btf, id));
	if (kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION)
		r.why = "is a struct or union passed by value";
	if (kind != BTF_KIND_PTR)
		return r;
	to = ld_btf_strip(btf, ld_btf_type(btf, id)->type);
	if (!to)
		r.why = "points to void, whose size is unknown";
	else if (ld_btf_kind(ld_btf_type(btf, to)) == BTF_KIND_FUNC_PROTO)
		r.why = "points to a function";
	if (r.why && is_arena(btf, id))
		r.kernels = ld_kernels_below(LD_RULE_ARENA_TAGS, 1);
	if (r.why)
		r.kernels &= ~ld_accepting_tags(btf, in_func, index);
	return r;
}

static uint32_t count_kernels(uint32_t kernels)
{
	return (uint32_t)__builtin_popcount(kernels);
}

/* Keeps the reason that holds for more of the kernels. */
static void add_reason(struct reason *best, uint32_t *kernels, const struct reason *r, uint32_t of)
{
	if (!r->why || !(r->kernels & of))
		return;
	if (count_kernels(r->kernels & of) > count_kernels(best->kernels & of))
		*best = *r;
	*kernels |= r->kernels & of;
}

const char *ld_bad_prototype(struct ld_arena *a, const struct ld_btf *btf, uint32_t in_func,
			     uint32_t *kernels)
{
	const struct btf_type *proto = ld_btf_type(btf, ld_btf_type(btf, in_func)->type);
	const struct btf_param *params = ld_btf_tail(proto);
	struct reason best = {NULL, 0}, r;
	uint32_t of = *kernels;

	*kernels = 0;
	if (ld_btf_kind(proto) != BTF_KIND_FUNC_PROTO)
		return NULL;
	if (ld_btf_vlen(proto) > LD_KERNEL_ARGS) {
		*kernels = of;
		return "it has more than five parameters";
	}
	r = check_return(btf, proto->type);
	add_reason(&best, kernels, &r, of);
	for (uint32_t i = 0; i < ld_btf_vlen(proto); i++) {
		r = check_param(btf, in_func, i, params[i].type);
		if (r.why)
			r.why = ld_printf(a, "parameter %u %s", i + 1, r.why);
		add_reason(&best, kernels, &r, of);
	}
	return best.why;
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
