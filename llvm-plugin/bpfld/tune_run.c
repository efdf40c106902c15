/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Compares how two objects run, on the running kernel: the results, the packets or contexts, and
 * then the maps of programs that get a packet, the arguments of a tracepoint, a context, or a
 * connection. The first object is loaded twice, and what differs between its copies is not
 * compared: such programs depend on time or chance.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpfld/tune.h"

#define PACKETS 256
#define MAX_PACKET 512
#define MAX_ARGUMENTS 12 /* of a tracepoint */
#define ROOM 4096        /* bytes for an output packet */
#define TIMED 8          /* packets */
#define ROUNDS 7
#define REPEAT 2000
#define MAX_ENTRIES 4096 /* of a map that are compared */

/* BPF_PROG_TYPE_NETFILTER, which headers before Linux 6.4 lack. */
#define PROG_TYPE_NETFILTER 32

/* The input of programs that the kernel can run. */
enum input_kind { NO_INPUT, PACKET, ARGUMENTS, CONTEXT, LOOKUP };

static enum input_kind kind_of(const struct bpf_program *prog)
{
	switch ((unsigned)bpf_program__type(prog)) {
	case BPF_PROG_TYPE_SOCKET_FILTER:
	case BPF_PROG_TYPE_SCHED_CLS:
	case BPF_PROG_TYPE_SCHED_ACT:
	case BPF_PROG_TYPE_XDP:
	case BPF_PROG_TYPE_CGROUP_SKB:
	case BPF_PROG_TYPE_LWT_IN:
	case BPF_PROG_TYPE_LWT_OUT:
	case BPF_PROG_TYPE_LWT_XMIT:
	case BPF_PROG_TYPE_LWT_SEG6LOCAL:
	case BPF_PROG_TYPE_FLOW_DISSECTOR:
	case PROG_TYPE_NETFILTER: return PACKET;
	case BPF_PROG_TYPE_RAW_TRACEPOINT:
	case BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE: return ARGUMENTS;
	case BPF_PROG_TYPE_SYSCALL: return CONTEXT;
	case BPF_PROG_TYPE_SK_LOOKUP: return LOOKUP;
	default: return NO_INPUT;
	}
}

/* ---- inputs ---- */

static uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

static void put16(unsigned char *p, unsigned value)
{
	p[0] = (unsigned char)(value >> 8);
	p[1] = (unsigned char)value;
}

/* Random bytes behind headers that are mostly well-formed. Returns the size. */
static unsigned make_packet(unsigned char *p, unsigned number)
{
	static const unsigned char protocols[] = {6, 17, 1, 58, 4, 41, 47, 6};
	uint64_t state = number * 2654435761u + 1;
	unsigned size = 64 + next_random(&state) % (MAX_PACKET - 64);
	unsigned char protocol = protocols[next_random(&state) % sizeof(protocols)];
	unsigned kind = next_random(&state) % 8, at;

	for (unsigned i = 0; i < size; i++)
		p[i] = (unsigned char)next_random(&state);
	if (kind == 7)
		return size;
	put16(p + 12, kind < 5 ? 0x0800 : 0x86dd);
	at = kind < 5 ? 34 : 54;
	if (kind < 5) {
		p[14] = 0x45;
		put16(p + 16, size - 14);
		put16(p + 20, kind ? 0 : 0x2000);
		p[22] = 64;
		p[23] = protocol;
	} else {
		p[14] = 0x60;
		put16(p + 18, size - 54);
		p[20] = protocol;
		p[21] = 64;
	}
	/* Ports that programs often look for, and the length of TCP's header. */
	if (kind & 1)
		put16(p + at + 2, number & 1 ? 80 : 443);
	if (protocol == 6)
		p[at + 12] = kind & 2 ? 0x50 : 0x80;
	if (protocol == 1 || protocol == 58)
		p[at] = kind & 2 ? 8 : 3;
	return size;
}

/* Numbers of 64 bits: small ones, which programs compare with constants, and any. */
static unsigned make_numbers(unsigned char *p, unsigned number, unsigned count)
{
	uint64_t state = number * 2654435761u + 1;

	for (unsigned i = 0; i < count; i++) {
		uint64_t value = next_random(&state), kind = next_random(&state) % 4;

		value = kind < 2 ? value % (kind ? 300 : 4) : value << (kind == 3 ? 32 : 0) | value;
		memcpy(p + i * sizeof(value), &value, sizeof(value));
	}
	return count * (unsigned)sizeof(uint64_t);
}

/* A connection to look up. The kernel requires zeros behind the local port. */
static unsigned make_lookup(unsigned char *p, unsigned number)
{
	static const unsigned ports[] = {80, 443, 53, 8080};
	uint64_t state = number * 2654435761u + 1;
	struct bpf_sk_lookup lookup = {.family = number % 3 ? AF_INET : AF_INET6};
	uint32_t remote = next_random(&state);

	lookup.protocol = next_random(&state) % 3 ? IPPROTO_TCP : IPPROTO_UDP;
	lookup.local_port = number & 1 ? ports[next_random(&state) % 4] : remote >> 16;
	memcpy((char *)&lookup + offsetof(struct bpf_sk_lookup, remote_port), &remote, 2);
	/* 127.0.0.0/24 and any. */
	lookup.remote_ip4 = number & 2 ? htonl(0x7f000000 | (remote & 0xff)) : remote;
	lookup.local_ip4 = number & 4 ? htonl(0x7f000000 | (number & 0xff)) : ~remote;
	for (int i = 0; i < 4 && lookup.family == AF_INET6; i++) {
		lookup.remote_ip6[i] = number & 2 ? 0 : next_random(&state);
		lookup.local_ip6[i] = number & 4 ? htonl(i == 3) : next_random(&state);
	}
	memcpy(p, &lookup, sizeof(lookup));
	return sizeof(lookup);
}

static unsigned make_input(enum input_kind kind, unsigned char *p, unsigned number)
{
	if (kind == PACKET)
		return make_packet(p, number);
	if (kind == LOOKUP)
		return make_lookup(p, number);
	return make_numbers(p, number, kind == ARGUMENTS ? MAX_ARGUMENTS : MAX_PACKET / 8);
}

struct run {
	int err;
	uint32_t retval, size;
	unsigned char out[ROOM];
};

static void run_once(int fd, enum input_kind kind, const unsigned char *input, unsigned size,
		     struct run *r)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	if (kind == PACKET) {
		opts.data_in = input;
		opts.data_size_in = size;
		opts.data_out = r->out;
		opts.data_size_out = sizeof(r->out);
		opts.repeat = 1;
	} else {
		/* A context is changed in place. */
		memcpy(r->out, input, size);
		opts.ctx_in = r->out;
		opts.ctx_size_in = size;
		if (kind == LOOKUP) {
			opts.ctx_out = r->out;
			opts.ctx_size_out = size;
			opts.repeat = 1;
		}
	}
	r->err = bpf_prog_test_run_opts(fd, &opts) ? errno : 0;
	r->retval = opts.retval;
	r->size = r->err ? 0 : kind == PACKET ? opts.data_size_out : size;
}

static bool is_same_run(const struct run *a, const struct run *b)
{
	return a->err == b->err && a->retval == b->retval && a->size == b->size &&
	       !memcmp(a->out, b->out, a->size);
}

/* ---- maps ---- */

static bool is_comparable(const struct bpf_map *map)
{
	switch (bpf_map__type(map)) {
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_ARRAY:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
	case BPF_MAP_TYPE_LPM_TRIE: return true;
	default: return false;
	}
}

static bool is_per_cpu(const struct bpf_map *map)
{
	enum bpf_map_type type = bpf_map__type(map);

	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static bool is_same_map(const struct bpf_map *a, const struct bpf_map *b)
{
	size_t key_size = bpf_map__key_size(a), value_size = bpf_map__value_size(a), nr = 0;
	char *key = calloc(2, key_size + 1), *values;
	bool same = key_size == bpf_map__key_size(b) && value_size == bpf_map__value_size(b);
	int fa = bpf_map__fd(a), fb = bpf_map__fd(b);
	size_t counts[2] = {0};

	if (is_per_cpu(a))
		value_size = (value_size + 7) / 8 * 8 * (size_t)libbpf_num_possible_cpus();
	values = calloc(2, value_size + 1);
	if (!key || !values)
		out_of_memory();
	for (int side = 0; same && side < 2; side++) {
		int fd = side ? fb : fa;
		bool first = true;

		for (nr = 0; nr < MAX_ENTRIES; nr++, first = false) {
			if (bpf_map_get_next_key(fd, first ? NULL : key, key))
				break;
			counts[side]++;
			if (side)
				continue;
			memset(values, 0, 2 * value_size);
			if (!bpf_map_lookup_elem(fa, key, values))
				same &= !bpf_map_lookup_elem(fb, key, values + value_size) &&
					!memcmp(values, values + value_size, value_size);
		}
	}
	free(key);
	free(values);
	return same && counts[0] == counts[1];
}

/* ---- objects ---- */

static struct bpf_object *load(const struct tune *t, const struct candidate *c,
			       const struct candidate *plain)
{
	struct bpf_object *obj = bpf_object__open_mem(c->image, c->size, NULL);
	struct bpf_program *prog;
	struct bpf_map *map;

	if (!obj)
		return NULL;
	bpf_object__for_each_map(map, obj)
	{
		bpf_map__set_pin_path(map, NULL);
	}
	/* Only those that load everywhere, without the plan, too. */
	bpf_object__for_each_program(prog, obj)
	{
		size_t i = tune_program(t, bpf_program__name(prog));
		bool loads = i < t->nr_programs;

		for (size_t k = 0; loads && k < t->q->kernels.n; k++)
			loads = plain->costs[k].insns[i] != REFUSED_COST &&
				c->costs[k].insns[i] != REFUSED_COST;
		bpf_program__set_autoload(prog, loads);
	}
	if (bpf_object__load(obj)) {
		bpf_object__close(obj);
		return NULL;
	}
	return obj;
}

struct trio {
	struct bpf_object *a, *again, *b;
	struct run *runs; /* three */
};

static int fd_of(struct bpf_object *obj, const char *name)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(obj, name);

	return prog ? bpf_program__fd(prog) : -1;
}

static void compare_program(struct tune *t, struct trio *o, const struct bpf_program *prog,
			    struct run_comparison *r)
{
	const char *name = bpf_program__name(prog);
	enum input_kind kind = kind_of(prog);
	int fds[3] = {fd_of(o->a, name), fd_of(o->again, name), fd_of(o->b, name)};
	unsigned char input[MAX_PACKET];

	if (fds[0] < 0 || fds[1] < 0 || fds[2] < 0)
		return;
	r->programs++;
	for (unsigned i = 0; i < PACKETS && !r->differs; i++) {
		unsigned size = make_input(kind, input, i);

		for (int k = 0; k < 3; k++)
			run_once(fds[k], kind, input, size, &o->runs[k]);
		if (!is_same_run(&o->runs[0], &o->runs[1]))
			continue;
		if (!o->runs[0].err)
			r->compared++;
		if (!is_same_run(&o->runs[0], &o->runs[2]))
			r->differs = pool_printf(t->q->pool,
						 "program '%s' returns %u instead of %u, or "
						 "another %s, for %s %u",
						 name, o->runs[2].retval, o->runs[0].retval,
						 kind == PACKET ? "packet" : "context",
						 kind == PACKET ? "packet" : "input", i);
	}
}

/*
 * In a process of its own: such programs may send signals to the current process, or close its
 * files.
 */
static void compare_apart(struct tune *t, struct trio *o, const struct bpf_program *prog,
			  struct run_comparison *r)
{
	struct shared {
		struct run_comparison r;
		char differs[512];
	} *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child;

	if (s == MAP_FAILED)
		out_of_memory();
	fflush(NULL);
	child = fork();
	if (!child) {
		compare_program(t, o, prog, &s->r);
		if (s->r.differs)
			snprintf(s->differs, sizeof(s->differs), "%s", s->r.differs);
		_exit(0);
	}
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	r->programs += s->r.programs;
	r->compared += s->r.compared;
	if (*s->differs)
		r->differs = pool_printf(t->q->pool, "%s", s->differs);
	munmap(s, sizeof(*s));
}

static void compare_maps(struct tune *t, struct trio *o, struct run_comparison *r)
{
	struct bpf_map *a;

	bpf_object__for_each_map(a, o->a)
	{
		const char *name = bpf_map__name(a);
		struct bpf_map *again = bpf_object__find_map_by_name(o->again, name);
		struct bpf_map *b = bpf_object__find_map_by_name(o->b, name);

		/* Constants are where the compiler puts them. */
		if (!is_comparable(a) || !again || !b || strstr(name, ".rodata"))
			continue;
		if (is_same_map(a, again) && !is_same_map(a, b) && !r->differs)
			r->differs = pool_printf(t->q->pool, "contents of map '%s' differ", name);
	}
}

/* ---- time ---- */

/* Nanoseconds for a run, on average; 0 if it does not run. */
static uint32_t time_runs(int fd, enum input_kind kind, const unsigned char *input, unsigned size)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .repeat = REPEAT);

	if (kind == PACKET) {
		opts.data_in = input;
		opts.data_size_in = size;
	} else {
		opts.ctx_in = input;
		opts.ctx_size_in = size;
	}
	return bpf_prog_test_run_opts(fd, &opts) ? 0 : opts.duration;
}

/* Adds the shortest times of several rounds, which take turns. */
static void time_program(struct trio *o, const char *name, enum input_kind kind, double sums[2])
{
	int fds[2] = {fd_of(o->a, name), fd_of(o->b, name)};
	unsigned char input[MAX_PACKET];

	for (unsigned i = 0; i < TIMED && fds[0] >= 0 && fds[1] >= 0; i++) {
		unsigned size = make_input(kind, input, 3 * i);
		uint32_t best[2] = {UINT32_MAX, UINT32_MAX};

		for (int round = 0; round < ROUNDS && !tune_interrupted; round++)
			for (int k = 0; k < 2; k++) {
				uint32_t ns = time_runs(fds[k], kind, input, size);

				if (ns < best[k])
					best[k] = ns;
			}
		if (best[0] == UINT32_MAX || best[1] == UINT32_MAX)
			continue;
		sums[0] += best[0];
		sums[1] += best[1];
	}
}

void tune_run(struct tune *t, const struct candidate *a, const struct candidate *b,
	      struct run_comparison *r)
{
	struct trio o = {load(t, a, a), load(t, a, a), load(t, b, a), NULL};
	struct bpf_program *prog;
	double sums[2] = {0};

	*r = (struct run_comparison){0};
	o.runs = calloc(3, sizeof(*o.runs));
	if (!o.runs)
		out_of_memory();
	if (o.a && o.again && o.b) {
		bpf_object__for_each_program(prog, o.a)
		{
			enum input_kind kind = kind_of(prog);

			if (tune_interrupted || r->differs)
				break;
			if (kind == PACKET || kind == LOOKUP)
				compare_program(t, &o, prog, r);
			else if (kind != NO_INPUT)
				compare_apart(t, &o, prog, r);
		}
		compare_maps(t, &o, r);
		bpf_object__for_each_program(prog, o.a)
		{
			enum input_kind kind = kind_of(prog);

			/* The kernel does not repeat others. */
			if ((kind == PACKET || kind == LOOKUP) && !r->differs)
				time_program(&o, bpf_program__name(prog), kind, sums);
		}
	}
	r->ratio = sums[0] > 0 ? sums[1] / sums[0] : 0;
	free(o.runs);
	bpf_object__close(o.a);
	bpf_object__close(o.again);
	bpf_object__close(o.b);
}
