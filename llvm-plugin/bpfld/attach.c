/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <errno.h>
#include <net/if.h>
#include <unistd.h>

#include "bpfld/command.h"

static enum exit_status cannot_attach(struct request *q, const struct bpf_program *prog, int error)
{
	if (error != EOPNOTSUPP)
		return cannot(q, "attach", bpf_program__name(prog), error);
	return fail(q, "cannot-attach",
		    "cannot attach program '%s': section '%s' does not name its target" LD_HELP
		    "omit --attach, and attach it to a network interface, a cgroup or a map in a "
		    "program of your own, or with bpftool or tc",
		    bpf_program__name(prog), bpf_program__section_name(prog));
}

enum exit_status attach(struct request *q, const char *name, struct bpf_program *prog)
{
	enum exit_status status;
	struct bpf_link *link;

	if (bpf_program__type(prog) == BPF_PROG_TYPE_XDP) {
		unsigned int ifindex = q->device ? if_nametoindex(q->device) : 0;

		if (!q->device)
			return fail(q, "no-device",
				    "XDP program '%s' requires a network interface" LD_HELP
				    "add --device=INTERFACE; `ip link` lists interfaces",
				    bpf_program__name(prog));
		if (!ifindex)
			return fail(q, "no-device",
				    "no network interface '%s' for XDP program '%s'" LD_HELP
				    "run `ip link` to list interfaces",
				    q->device, bpf_program__name(prog));
		link = bpf_program__attach_xdp(prog, (int)ifindex);
	} else {
		link = bpf_program__attach(prog);
	}
	if (!link)
		return cannot_attach(q, prog, errno);
	status =
	    add_pin(q, bpf_link__fd(link), new_dir_of(q, name, "links"), bpf_program__name(prog));
	/* bpf_link__destroy() would disable a perf event, and so detach the pinned link. */
	if (!status) {
		close(bpf_link__fd(link));
		bpf_link__disconnect(link);
	}
	bpf_link__destroy(link);
	return status;
}
