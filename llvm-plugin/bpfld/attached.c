/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Where programs are attached: the kernel's list of links, and for programs that were attached
 * without one, XDP and tc of each network interface, and each cgroup.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bpfld/command.h"

#define CGROUPS "/sys/fs/cgroup"
#define MAX_NAME 128 /* of a tracepoint, or a function with a probe */

/* A program at a place. Strings are NULL if they do not apply. */
struct attachment {
	__u32 program, link; /* ids; link may be 0 */
	const char *kind;    /* "xdp", "tc", "cgroup", or a type of links */
	const char *point;   /* "ingress", "sys_enter", ... */
	const char *device, *cgroup;
	__u32 priority, handle; /* of a tc filter */
};

struct attachments {
	struct request *q;
	struct attachment *v; /* in the pool */
	size_t n, cap;
};

static void add(struct attachments *all, struct attachment a)
{
	if (all->n == all->cap) {
		struct attachment *old = all->v;

		all->cap = all->cap ? 2 * all->cap : 16;
		all->v = (struct attachment *)pool_alloc(all->q->pool, all->cap * sizeof(*all->v));
		if (all->n)
			memcpy(all->v, old, all->n * sizeof(*old));
	}
	all->v[all->n++] = a;
}

static const char *device_name(struct pool *pool, __u32 ifindex)
{
	char name[IF_NAMESIZE];

	if (if_indextoname(ifindex, name))
		return pool_strndup(pool, name, strlen(name));
	return pool_printf(pool, "number %u of another network namespace", ifindex);
}

static const char *attach_type(struct pool *pool, __u32 type)
{
	const char *name = libbpf_bpf_attach_type_str((enum bpf_attach_type)type);

	return name ? name : pool_printf(pool, "attach type %u", type);
}

/* ---- cgroups ---- */

/* The walk of nftw() has no argument. */
static struct {
	struct attachments *all;
	__u64 id;
	const char *found;
} walk;

static __u64 cgroup_id(const char *path)
{
	struct {
		struct file_handle handle;
		__u64 id;
	} h = {.handle.handle_bytes = sizeof(h.id)};
	int mount;

	return name_to_handle_at(AT_FDCWD, path, &h.handle, &mount, 0) ? 0 : h.id;
}

static int compare_cgroup(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	if (type != FTW_D || cgroup_id(path) != walk.id)
		return 0;
	walk.found = pool_strndup(walk.all->q->pool, path, strlen(path));
	return 1;
}

static const char *cgroup_path(struct attachments *all, __u64 id)
{
	walk.all = all;
	walk.id = id;
	walk.found = NULL;
	nftw(CGROUPS, compare_cgroup, 16, FTW_PHYS);
	return walk.found ? walk.found
			  : pool_printf(all->q->pool, "with id %llu", (unsigned long long)id);
}

/* ---- links ---- */

/* As in <linux/bpf.h> of the newest kernel, whose members older headers lack. */
struct link_info {
	__u32 type, id, prog_id;
	union {
		struct {
			__u64 name;
			__u32 name_len;
		} __attribute__((aligned(8))) raw_tracepoint;
		struct {
			__u64 cgroup_id;
			__u32 attach_type;
		} __attribute__((aligned(8))) cgroup;
		struct {
			__u32 attach_type;
		} tracing;
		struct {
			__u32 netns_ino, attach_type;
		} netns;
		struct {
			__u32 ifindex, attach_type; /* XDP has no attach_type */
		} device;
		struct {
			__u32 type, pad;
			__u64 name; /* of a function, file or tracepoint */
			__u32 name_len, offset;
		} perf_event;
		__u8 all[64];
	} __attribute__((aligned(8)));
};

enum { RAW_TRACEPOINT = 1, TRACING, CGROUP, NETNS = 5, XDP, PERF_EVENT, TCX = 11, NETKIT = 13 };

static const char *link_kind(__u32 type)
{
	const char *name = libbpf_bpf_link_type_str((enum bpf_link_type)type);

	return name ? name : type == TCX ? "tcx" : type == NETKIT ? "netkit" : "link";
}

static bool get_link(int fd, struct link_info *info)
{
	__u32 size = sizeof(*info);

	return !bpf_obj_get_info_by_fd(fd, info, &size);
}

/* The name of the event of a perf link or raw tracepoint; the kernel writes it to a buffer. */
static const char *event_name(struct pool *pool, int fd, __u32 type)
{
	char name[MAX_NAME] = "";
	struct link_info info = {0};

	if (type == RAW_TRACEPOINT) {
		info.raw_tracepoint.name = (__u64)(uintptr_t)name;
		info.raw_tracepoint.name_len = sizeof(name);
	} else {
		info.perf_event.name = (__u64)(uintptr_t)name;
		info.perf_event.name_len = sizeof(name);
	}
	return get_link(fd, &info) && *name ? pool_strndup(pool, name, strlen(name)) : NULL;
}

static void add_link(struct attachments *all, int fd)
{
	struct pool *pool = all->q->pool;
	struct link_info info = {0};
	struct attachment a = {0};

	if (!get_link(fd, &info) || !info.prog_id)
		return;
	a.program = info.prog_id;
	a.link = info.id;
	a.kind = link_kind(info.type);
	switch (info.type) {
	case RAW_TRACEPOINT:
	case PERF_EVENT: a.point = event_name(pool, fd, info.type); break;
	case TRACING: a.point = attach_type(pool, info.tracing.attach_type); break;
	case CGROUP:
		a.point = attach_type(pool, info.cgroup.attach_type);
		a.cgroup = cgroup_path(all, info.cgroup.cgroup_id);
		break;
	case NETNS: a.point = attach_type(pool, info.netns.attach_type); break;
	case TCX:
	case NETKIT: a.point = attach_type(pool, info.device.attach_type); /* fall through */
	case XDP: a.device = device_name(pool, info.device.ifindex); break;
	default: break;
	}
	add(all, a);
}

static void find_links(struct attachments *all)
{
	__u32 id = 0;

	while (!bpf_link_get_next_id(id, &id)) {
		int fd = bpf_link_get_fd_by_id(id);

		if (fd < 0)
			continue;
		add_link(all, fd);
		close(fd);
	}
}

/* ---- network interfaces ---- */

static bool is_known_link(const struct attachments *all, __u32 program, const char *device)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].program == program && all->v[i].device &&
		    !strcmp(all->v[i].device, device))
			return true;
	return false;
}

static void find_xdp(struct attachments *all, __u32 ifindex, const char *device)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, opts);
	const struct {
		const __u32 *id;
		const char *point;
	} modes[] = {{&opts.drv_prog_id, "driver"},
		     {&opts.skb_prog_id, "generic"},
		     {&opts.hw_prog_id, "offload"}};

	if (bpf_xdp_query((int)ifindex, 0, &opts))
		return;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (*modes[i].id && !is_known_link(all, *modes[i].id, device))
			add(all, (struct attachment){.program = *modes[i].id,
						     .kind = "xdp",
						     .point = modes[i].point,
						     .device = device});
}

/* The attribute of that type in a list, or NULL. */
static struct rtattr *attribute(struct rtattr *a, size_t size, int type)
{
	for (; RTA_OK(a, size); a = RTA_NEXT(a, size))
		if ((a->rta_type & NLA_TYPE_MASK) == type)
			return a;
	return NULL;
}

static void add_filter(struct attachments *all, struct nlmsghdr *message, const char *device,
		       const char *point)
{
	struct tcmsg *tc = NLMSG_DATA(message);
	struct rtattr *kind, *options, *id;

	if (message->nlmsg_type != RTM_NEWTFILTER || message->nlmsg_len < NLMSG_LENGTH(sizeof(*tc)))
		return;
	kind = attribute(TCA_RTA(tc), TCA_PAYLOAD(message), TCA_KIND);
	options = attribute(TCA_RTA(tc), TCA_PAYLOAD(message), TCA_OPTIONS);
	if (!kind || !options || strcmp(RTA_DATA(kind), "bpf") != 0)
		return;
	id = attribute(RTA_DATA(options), RTA_PAYLOAD(options), TCA_BPF_ID);
	if (id)
		add(all, (struct attachment){.program = *(const __u32 *)RTA_DATA(id),
					     .kind = "tc",
					     .point = point,
					     .device = device,
					     .priority = TC_H_MAJ(tc->tcm_info) >> 16,
					     .handle = tc->tcm_handle});
}

/* The filters of a hook of an interface: the kernel sends them in several messages. */
static void find_filters(struct attachments *all, int fd, __u32 ifindex, const char *device,
			 __u32 parent, const char *point)
{
	struct {
		struct nlmsghdr head;
		struct tcmsg tc;
	} ask = {.head = {sizeof(ask), RTM_GETTFILTER, NLM_F_REQUEST | NLM_F_DUMP, 0, 0},
		 .tc = {.tcm_ifindex = (int)ifindex, .tcm_parent = parent}};
	static char buffer[64 << 10] __attribute__((aligned(NLMSG_ALIGNTO)));

	if (send(fd, &ask, sizeof(ask), 0) < 0)
		return;
	for (;;) {
		ssize_t size = recv(fd, buffer, sizeof(buffer), 0);
		struct nlmsghdr *m = (struct nlmsghdr *)buffer;

		if (size <= 0)
			return;
		for (; NLMSG_OK(m, size); m = NLMSG_NEXT(m, size)) {
			if (m->nlmsg_type == NLMSG_DONE || m->nlmsg_type == NLMSG_ERROR)
				return;
			add_filter(all, m, device, point);
		}
	}
}

static void find_on_devices(struct attachments *all)
{
	struct if_nameindex *devices = if_nameindex();
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	for (size_t i = 0; devices && devices[i].if_index; i++) {
		const char *device = device_name(all->q->pool, devices[i].if_index);

		find_xdp(all, devices[i].if_index, device);
		if (fd < 0)
			continue;
		find_filters(all, fd, devices[i].if_index, device,
			     TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), "ingress");
		find_filters(all, fd, devices[i].if_index, device,
			     TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS), "egress");
	}
	if (fd >= 0)
		close(fd);
	if (devices)
		if_freenameindex(devices);
}

/* ---- programs of cgroups without links ---- */

#define MAX_PROGRAMS 64 /* of a cgroup and type */

static void query_cgroup(struct attachments *all, int fd, const char *path,
			 enum bpf_attach_type type)
{
	__u32 ids[MAX_PROGRAMS], nr = MAX_PROGRAMS;

	if (bpf_prog_query(fd, type, 0, NULL, ids, &nr))
		return;
	for (__u32 i = 0; i < nr; i++) {
		const char *point = attach_type(all->q->pool, type);
		size_t k = 0;

		while (k < all->n &&
		       (all->v[k].program != ids[i] || !all->v[k].cgroup ||
			strcmp(all->v[k].cgroup, path) != 0 || strcmp(all->v[k].point, point) != 0))
			k++;
		if (k == all->n)
			add(all, (struct attachment){.program = ids[i],
						     .kind = "cgroup",
						     .point = point,
						     .cgroup = path});
	}
}

static int query_directory(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct pool *pool = walk.all->q->pool;
	int fd = type == FTW_D ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	(void)st;
	(void)ftw;
	if (fd < 0)
		return 0;
	/* Types of other programs are refused. */
	for (int t = 0; t <= BPF_CGROUP_INET_SOCK_RELEASE; t++) {
		const char *name = libbpf_bpf_attach_type_str((enum bpf_attach_type)t);

		if (name && !strncmp(name, "cgroup_", 7))
			query_cgroup(walk.all, fd, pool_strndup(pool, path, strlen(path)),
				     (enum bpf_attach_type)t);
	}
	close(fd);
	return 0;
}

/* ---- all of an object's ---- */

static const struct attachments *find_all(struct request *q)
{
	struct attachments *all = (struct attachments *)pool_alloc(q->pool, sizeof(*all));

	*all = (struct attachments){.q = q};
	find_links(all);
	find_on_devices(all);
	walk.all = all;
	nftw(CGROUPS, query_directory, 16, FTW_PHYS);
	return all;
}

static void print_text_line(const char *name, const struct attachment *a)
{
	/* Names of attach points of cgroups begin with the kind. */
	print_text(stdout, "  attached %s: %s", name, a->cgroup && a->point ? a->point : a->kind);
	if (a->point && !a->cgroup)
		print_text(stdout, " %s", a->point);
	if (a->device)
		print_text(stdout, ", device %s", a->device);
	if (a->cgroup)
		print_text(stdout, ", cgroup %s", a->cgroup);
	if (a->priority)
		printf(", priority %u, handle 0x%x", a->priority, a->handle);
	if (a->link)
		printf(", link id %u", a->link);
	putchar('\n');
}

static void print_json(struct json *j, const char *name, const struct attachment *a)
{
	json_open(j, NULL, '{');
	json_string(j, "program", name);
	json_number(j, "program_id", a->program);
	json_string(j, "kind", a->kind);
	if (a->point)
		json_string(j, "point", a->point);
	if (a->device)
		json_string(j, "device", a->device);
	if (a->cgroup)
		json_string(j, "cgroup", a->cgroup);
	if (a->priority) {
		json_number(j, "priority", a->priority);
		json_number(j, "handle", a->handle);
	}
	if (a->link)
		json_number(j, "link_id", a->link);
	json_close(j, '}');
}

void print_attached(struct request *q, struct json *j, const char *name, unsigned int program)
{
	if (!q->attached)
		q->attached = find_all(q);
	for (size_t i = 0; i < q->attached->n; i++) {
		if (q->attached->v[i].program != program)
			continue;
		if (q->json)
			print_json(j, name, &q->attached->v[i]);
		else
			print_text_line(name, &q->attached->v[i]);
	}
}
