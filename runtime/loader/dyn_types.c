/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Program types. */
#include <stdlib.h>
#include <string.h>

#include "loader/dyn.h"

struct ld_type ld_type_of(const struct bpf_program *prog)
{
	return (struct ld_type){bpf_program__type(prog), bpf_program__expected_attach_type(prog)};
}

struct bpf_program *ld_type_find_fixed(struct bpf_object *obj)
{
	struct bpf_program *prog;

	/* fentry, fexit, tp_btf, iter: the kernel rejects the function or the link. */
	bpf_object__for_each_program(prog, obj)
	{
		if (bpf_program__type(prog) == BPF_PROG_TYPE_TRACING)
			return prog;
	}
	return NULL;
}

char *ld_type_name(struct bpfld_dyn *d, struct ld_type type)
{
	const char *name = libbpf_bpf_prog_type_str(type.prog);

	if (!type.attach)
		return ld_dyn_printf(d, "%s", name);
	return ld_dyn_printf(d, "%s-%u", name, (unsigned int)type.attach);
}

bool ld_type_by_name(const char *name, struct ld_type *type)
{
	size_t len = strcspn(name, "-");
	const char *known;

	for (unsigned int i = 1; (known = libbpf_bpf_prog_type_str(i)); i++)
		if (!strncmp(known, name, len) && !known[len]) {
			type->prog = i;
			type->attach =
			    name[len] ? (unsigned int)strtoul(name + len + 1, NULL, 10) : 0;
			return true;
		}
	return false;
}

/* Contexts that imply a program type. */
static const struct {
	const char *ctx;
	struct ld_type type;
} contexts[] = {
    {"struct xdp_md *", {BPF_PROG_TYPE_XDP, BPF_XDP}},
    {"struct __sk_buff *", {BPF_PROG_TYPE_SCHED_CLS, 0}},
    {"struct bpf_raw_tracepoint_args *", {BPF_PROG_TYPE_RAW_TRACEPOINT, 0}},
    {"struct bpf_sock_ops *", {BPF_PROG_TYPE_SOCK_OPS, BPF_CGROUP_SOCK_OPS}},
    {"struct sk_msg_md *", {BPF_PROG_TYPE_SK_MSG, BPF_SK_MSG_VERDICT}},
    {"struct pt_regs *", {BPF_PROG_TYPE_KPROBE, 0}},
};

struct ld_type ld_type_guess(const struct bpfld_module *lib)
{
	for (size_t i = 0; i < lib->nr_exports; i++)
		for (size_t k = 0; k < sizeof(contexts) / sizeof(contexts[0]); k++)
			if (strstr(lib->exports[i].prototype, contexts[k].ctx))
				return contexts[k].type;
	return (struct ld_type){BPF_PROG_TYPE_UNSPEC, 0};
}
