/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * bpfrun: load a BPF object with libbpf, run its programs, read its variables.
 *
 * The tests use it in two ways: to prove by return values and variables that a linked program
 * reaches the right function, map and string, and (--each) to tell which programs of an object
 * the running kernel takes, so that the outputs of two linkers can be compared where half of
 * the programs fail for reasons that have nothing to do with linking.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* linkrun: what it opens is linked by libbpfld-loader then. */
#ifdef BPFRUN_LINKS
#include "loaders/open_linked.h"
#endif

enum exit_code {
	EXIT_OK,
	EXIT_OPEN,   /* libbpf refused the file */
	EXIT_LOAD,   /* libbpf or the kernel refused to load it */
	EXIT_RUN,    /* a program could not be run, a map or variable is not there */
	EXIT_BADARG, /* usage */
	EXIT_VALUE,  /* --expect or --get NAME=VALUE does not hold */
};

enum action_kind { ACT_RUN, ACT_GET, ACT_TAGS, ACT_LOOKUP, ACT_UPDATE, ACT_ATTACH };

/* What the command line asks for after the load, in its order. */
struct action {
	enum action_kind kind;
	const char *name;    /* program, variable or map */
	const char *expect;  /* value or return value that must come out, or NULL */
	const char *data;    /* hex: test data of a run, key of a lookup */
	const char *ctx;     /* hex: context of a run, value of an update */
	unsigned long times; /* how often a program is run */
};

struct setting {
	const char *name;
	size_t name_len;
	const char *value;
};

#define MAX_ACTIONS 256

static struct {
	const char *path;
	struct action actions[MAX_ACTIONS];
	size_t action_count;
	struct setting settings[MAX_ACTIONS];
	size_t setting_count;
	bool open_only;
	bool each;
	bool list;
	bool cost;
	bool size;
	bool stack;
	bool verbose;
} cmd;

/* ---- libbpf's messages: kept, and shown only when something fails ---- */

static char *messages;
static size_t messages_len, messages_cap;

static int keep_message(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	if (level == LIBBPF_DEBUG)
		return 0;
	if (cmd.verbose)
		return vfprintf(stderr, fmt, ap);

	va_list copy;
	va_copy(copy, ap);
	int len = vsnprintf(NULL, 0, fmt, copy);
	va_end(copy);
	if (len < 0)
		return 0;
	if (messages_len + len + 1 > messages_cap) {
		size_t cap = 2 * (messages_len + len + 1);
		char *grown = realloc(messages, cap);
		if (!grown)
			return 0;
		messages = grown;
		messages_cap = cap;
	}
	vsnprintf(messages + messages_len, len + 1, fmt, ap);
	messages_len += len;
	return 0;
}

/* The end of what libbpf said: there stands the reason, below thousands of verifier lines. */
static void show_messages(void)
{
	const char *from = messages + messages_len;
	int lines = 0;

	if (!messages)
		return;
	while (from > messages && (from[-1] != '\n' || ++lines <= 40))
		from--;
	fwrite(from, 1, messages + messages_len - from, stderr);
}

static int fail(enum exit_code code, const char *fmt, ...)
{
	va_list ap;

	if (code != EXIT_BADARG)
		show_messages();
	fprintf(stderr, "bpfrun: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return code;
}

/* ---- bytes written in hex ---- */

/* Returns malloc'ed bytes; NULL if text is not hex. */
static unsigned char *parse_hex(const char *text, size_t *len)
{
	size_t digits = strlen(text);
	unsigned char *bytes = malloc(digits / 2 + 1);

	*len = digits / 2;
	for (size_t i = 0; bytes && i < *len; i++) {
		if (digits % 2 || sscanf(text + 2 * i, "%2hhx", &bytes[i]) != 1) {
			free(bytes);
			return NULL;
		}
	}
	return bytes;
}

static void print_hex(const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		printf("%02x", bytes[i]);
}

/* ---- variables, found as a skeleton finds them: by the DATASECs of the object's BTF ---- */

struct variable {
	struct bpf_map *map;
	__u32 off;  /* bytes into the map's only value */
	__u32 size; /* bytes */
	__u32 type; /* id in the object's BTF */
};

static int find_variable(struct bpf_object *obj, const char *name, size_t name_len,
			 struct variable *var)
{
	const struct btf *btf = bpf_object__btf(obj);

	for (__u32 id = 1; btf && id < btf__type_cnt(btf); id++) {
		const struct btf_type *sec = btf__type_by_id(btf, id);
		const struct btf_var_secinfo *vsi = btf_var_secinfos(sec);

		for (int i = 0; btf_is_datasec(sec) && i < btf_vlen(sec); i++, vsi++) {
			const struct btf_type *t = btf__type_by_id(btf, vsi->type);
			const char *n = btf__name_by_offset(btf, t->name_off);

			if (!btf_is_var(t) || strlen(n) != name_len || memcmp(n, name, name_len))
				continue;
			var->map =
			    bpf_object__find_map_by_name(obj,
							 btf__name_by_offset(btf, sec->name_off));
			if (!var->map)
				continue;
			var->off = vsi->offset;
			var->size = vsi->size;
			var->type = t->type;
			return 0;
		}
	}
	return -ENOENT;
}

struct text {
	char buf[65536];
	size_t len;
};

static void put(struct text *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(out->buf + out->len, sizeof(out->buf) - out->len, fmt, ap);
	va_end(ap);
	if (n > 0)
		out->len += (size_t)n < sizeof(out->buf) - out->len ? (size_t)n : 0;
}

static void put_integer(struct text *out, const unsigned char *p, __u32 size, bool is_signed)
{
	unsigned long long value = 0;

	memcpy(&value, p, size < sizeof(value) ? size : sizeof(value));
	if (is_signed && size < sizeof(value)) {
		int shift = 64 - 8 * size;
		put(out, "%lld", (long long)(value << shift) >> shift);
	} else if (is_signed) {
		put(out, "%lld", (long long)value);
	} else {
		put(out, "%llu", value);
	}
}

static void put_value(struct text *out, const struct btf *btf, __u32 type, const unsigned char *p);

static void put_array(struct text *out, const struct btf *btf, const struct btf_type *t,
		      const unsigned char *p)
{
	const struct btf_array *a = btf_array(t);
	long long elem_size = btf__resolve_size(btf, a->type);
	const struct btf_type *elem = btf__type_by_id(btf, btf__resolve_type(btf, a->type));

	if (btf_is_int(elem) && elem->size == 1 && memchr(p, 0, a->nelems) && isprint(p[0])) {
		put(out, "\"%s\"", (const char *)p);
		return;
	}
	put(out, "{");
	for (__u32 i = 0; i < a->nelems; i++) {
		put(out, i ? ", " : "");
		put_value(out, btf, a->type, p + i * elem_size);
	}
	put(out, "}");
}

static void put_members(struct text *out, const struct btf *btf, const struct btf_type *t,
			const unsigned char *p)
{
	const struct btf_member *m = btf_members(t);

	put(out, "{");
	for (int i = 0; i < btf_vlen(t); i++, m++) {
		put(out, "%s.%s = ", i ? ", " : "", btf__name_by_offset(btf, m->name_off));
		if (btf_member_bitfield_size(t, i))
			put(out, "?");
		else
			put_value(out, btf, m->type, p + btf_member_bit_offset(t, i) / 8);
	}
	put(out, "}");
}

static void put_value(struct text *out, const struct btf *btf, __u32 type, const unsigned char *p)
{
	const struct btf_type *t = btf__type_by_id(btf, type);

	while (btf_is_mod(t) || btf_is_typedef(t) || btf_is_type_tag(t))
		t = btf__type_by_id(btf, t->type);
	if (btf_is_int(t))
		put_integer(out, p, t->size, btf_int_encoding(t) & BTF_INT_SIGNED);
	else if (btf_is_any_enum(t))
		put_integer(out, p, t->size, true);
	else if (btf_is_array(t))
		put_array(out, btf, t, p);
	else if (btf_is_composite(t))
		put_members(out, btf, t, p);
	else
		put_integer(out, p, 8, false);
}

static int set_variable(struct bpf_object *obj, const struct setting *s)
{
	struct variable var;
	size_t size;

	if (find_variable(obj, s->name, s->name_len, &var))
		return fail(EXIT_RUN, "no variable '%.*s'", (int)s->name_len, s->name);
	unsigned char *image = (unsigned char *)bpf_map__initial_value(var.map, &size);
	if (!image || var.off + var.size > size)
		return fail(EXIT_RUN, "'%s' lies outside its map", s->name);
	long long value = strtoll(s->value, NULL, 0);
	memcpy(image + var.off, &value, var.size < sizeof(value) ? var.size : sizeof(value));
	return EXIT_OK;
}

static int get_variable(struct bpf_object *obj, const struct action *a)
{
	struct variable var;
	struct text *out = calloc(1, sizeof(*out));
	__u32 zero = 0;
	int err = EXIT_OK;

	if (!out)
		return fail(EXIT_RUN, "out of memory");
	if (find_variable(obj, a->name, strlen(a->name), &var)) {
		free(out);
		return fail(EXIT_RUN, "no variable '%s'", a->name);
	}
	unsigned char *value = calloc(1, bpf_map__value_size(var.map) + 8);
	if (!value || var.off + var.size > bpf_map__value_size(var.map)) {
		err = fail(EXIT_RUN, "'%s' lies outside its map", a->name);
	} else if (bpf_map_lookup_elem(bpf_map__fd(var.map), &zero, value)) {
		err = fail(EXIT_RUN, "can't read the map of '%s': %s", a->name, strerror(errno));
	} else {
		put_value(out, bpf_object__btf(obj), var.type, value + var.off);
		printf("%s = %s\n", a->name, out->buf);
		if (a->expect && strcmp(a->expect, out->buf))
			err = fail(EXIT_VALUE, "'%s' is %s, not %s", a->name, out->buf, a->expect);
	}
	free(value);
	free(out);
	return err;
}

/* ---- programs ---- */

static int prog_tag(int fd, char *hex, size_t size)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	int err = bpf_obj_get_info_by_fd(fd, &info, &len);
	for (size_t i = 0; !err && i < BPF_TAG_SIZE; i++)
		snprintf(hex + 2 * i, size - 2 * i, "%02x", info.tag[i]);
	return err;
}

static int show_tags(struct bpf_object *obj)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj)
	{
		char tag[2 * BPF_TAG_SIZE + 1] = "-";

		if (bpf_program__fd(prog) >= 0 && prog_tag(bpf_program__fd(prog), tag, sizeof(tag)))
			return fail(EXIT_RUN, "%s: no program info", bpf_program__name(prog));
		printf("%s: tag %s\n", bpf_program__name(prog), tag);
	}
	return EXIT_OK;
}

/* Program types whose test run takes a packet and refuses a run without one. */
static bool wants_packet(enum bpf_prog_type type)
{
	switch (type) {
	case BPF_PROG_TYPE_RAW_TRACEPOINT:
	case BPF_PROG_TYPE_SYSCALL:
	case BPF_PROG_TYPE_TRACING:
	case BPF_PROG_TYPE_SK_LOOKUP: return false;
	default: return true;
	}
}

static int run_program(struct bpf_object *obj, const struct action *a)
{
	unsigned char packet[64] = {[12] = 0x08, [14] = 0x45};
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct bpf_program *prog = bpf_object__find_program_by_name(obj, a->name);
	unsigned char *data = NULL, *ctx = NULL;
	size_t data_len = 0, ctx_len = 0;
	int err = EXIT_OK;

	if (!prog)
		return fail(EXIT_RUN, "no program '%s'", a->name);
	if (a->data && !(data = parse_hex(a->data, &data_len)))
		return fail(EXIT_BADARG, "--data wants hex digits");
	if (a->ctx && !(ctx = parse_hex(a->ctx, &ctx_len))) {
		free(data);
		return fail(EXIT_BADARG, "--ctx wants hex digits");
	}
	if (data) {
		opts.data_in = data;
		opts.data_size_in = data_len;
	} else if (wants_packet(bpf_program__type(prog))) {
		opts.data_in = packet;
		opts.data_size_in = sizeof(packet);
	}
	opts.ctx_in = ctx;
	opts.ctx_size_in = ctx_len;
	for (unsigned long i = 0; i < a->times && !err; i++) {
		if (bpf_prog_test_run_opts(bpf_program__fd(prog), &opts))
			err = fail(EXIT_RUN, "%s: test run: %s", a->name, strerror(errno));
	}
	if (!err) {
		printf("%s: retval %d\n", a->name, (int)opts.retval);
		if (a->expect && strtol(a->expect, NULL, 0) != (int)opts.retval)
			err = fail(EXIT_VALUE, "%s returned %d, not %s", a->name, (int)opts.retval,
				   a->expect);
	}
	free(data);
	free(ctx);
	return err;
}

/*
 * Destroyed before the object is closed: a registered struct_ops map holds a reference to itself
 * and would outlive this process.
 */
static struct bpf_link *links[MAX_ACTIONS];
static size_t link_count;

static int attach(struct bpf_object *obj, const char *name)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(obj, name);
	struct bpf_map *map = bpf_object__find_map_by_name(obj, name);
	struct bpf_link *link;

	if (!prog && !map)
		return fail(EXIT_RUN, "no program or struct_ops map '%s'", name);
	link = prog ? bpf_program__attach(prog) : bpf_map__attach_struct_ops(map);
	if (!link)
		return fail(EXIT_RUN, "%s: attach: %s", name, strerror(errno));
	links[link_count++] = link;
	printf("%s: attached\n", name);
	return EXIT_OK;
}

/* ---- maps ---- */

static int access_map(struct bpf_object *obj, const struct action *a)
{
	struct bpf_map *map = bpf_object__find_map_by_name(obj, a->name);
	unsigned char *key = NULL, *value = NULL;
	size_t key_len, value_len;
	int err = EXIT_OK;

	if (!map)
		return fail(EXIT_RUN, "no map '%s'", a->name);
	key = parse_hex(a->data, &key_len);
	if (!key || key_len != bpf_map__key_size(map)) {
		err = fail(EXIT_BADARG, "%s: the key is %u bytes", a->name, bpf_map__key_size(map));
	} else if (a->kind == ACT_UPDATE) {
		value = parse_hex(a->ctx, &value_len);
		if (!value || value_len != bpf_map__value_size(map))
			err = fail(EXIT_BADARG, "%s: the value is %u bytes", a->name,
				   bpf_map__value_size(map));
		else if (bpf_map_update_elem(bpf_map__fd(map), key, value, BPF_ANY))
			err = fail(EXIT_RUN, "%s: update: %s", a->name, strerror(errno));
	} else {
		value = calloc(1, bpf_map__value_size(map));
		if (!value || bpf_map_lookup_elem(bpf_map__fd(map), key, value)) {
			err = fail(EXIT_RUN, "%s: lookup: %s", a->name, strerror(errno));
		} else {
			printf("%s[%s] = ", a->name, a->data);
			print_hex(value, bpf_map__value_size(map));
			putchar('\n');
		}
	}
	free(key);
	free(value);
	return err;
}

/* ---- open and load ---- */

static struct bpf_object *open_object(void)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "bpfrun");
#ifdef BPFRUN_LINKS
	struct bpf_object *obj = open_linked(cmd.path, &opts);
#else
	struct bpf_object *obj = bpf_object__open_file(cmd.path, &opts);
#endif
	struct bpf_map *map;

	/* A test must leave nothing behind in bpffs. */
	if (obj) {
		bpf_object__for_each_map(map, obj) bpf_map__set_pin_path(map, NULL);
	}
	return obj;
}

/*
 * Asks the verifier for its summary only. Else libbpf loads a program that is refused a second
 * time, for the whole log, and a program at the limit of a million instructions takes long.
 */
static struct bpf_object *open_for_verdicts(void)
{
	struct bpf_object *obj = open_object();
	struct bpf_program *prog;

	if (obj) {
		bpf_object__for_each_program(prog, obj) bpf_program__set_log_level(prog, 4);
	}
	return obj;
}

static int list_object(struct bpf_object *obj)
{
	struct bpf_program *prog;
	struct bpf_map *map;

	bpf_object__for_each_program(prog, obj)
	    printf("program %s %s\n", bpf_program__name(prog), bpf_program__section_name(prog));
	bpf_object__for_each_map(map, obj)
	    printf("map %s type %u key %u value %u entries %u\n", bpf_map__name(map),
		   bpf_map__type(map), bpf_map__key_size(map), bpf_map__value_size(map),
		   bpf_map__max_entries(map));
	return EXIT_OK;
}

/* How many instructions the verifier has looked at, on all paths. */
static __u32 verified_insns(int fd)
{
	struct bpf_prog_info info = {0};
	__u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &len) ? 0 : info.verified_insns;
}

static void print_verdict(const char *name, struct bpf_program *prog, int err)
{
	char tag[2 * BPF_TAG_SIZE + 1] = "-";

	if (err) {
		printf("%s fail %d\n", name, -err);
	} else {
		prog_tag(bpf_program__fd(prog), tag, sizeof(tag));
		printf("%s ok %s", name, tag);
		if (cmd.cost)
			printf(" %u", verified_insns(bpf_program__fd(prog)));
		if (cmd.size)
			printf(" %zu", bpf_program__insn_cnt(prog));
		putchar('\n');
	}
}

#define MAX_TOGETHER 64

/* Names of programs that are loaded together. */
struct group {
	char names[MAX_TOGETHER][128];
	size_t count;
};

static bool in_group(const struct group *g, const char *name)
{
	for (size_t i = 0; i < g->count; i++) {
		if (!strcmp(g->names[i], name))
			return true;
	}
	return false;
}

/*
 * An initial element of a program array is a program. Where that is not loaded, libbpf says so of
 * one element and gives up; then its program joins the group.
 */
static bool add_element(struct group *g)
{
	const char *said = messages ? strstr(messages, "failed to initialize slot") : NULL;
	char *name = g->names[g->count];

	if (g->count + 1 >= MAX_TOGETHER || !said ||
	    sscanf(said, "failed to initialize slot [%*d] to prog '%127[^']'", name) != 1 ||
	    in_group(g, name))
		return false;
	g->count++;
	return true;
}

/* An error, or 0 and *prog, the first of the group, loaded in *obj. */
static int load_group(const struct group *g, struct bpf_object **obj, struct bpf_program **prog)
{
	messages_len = 0;
	if (messages)
		messages[0] = '\0';
	*obj = open_for_verdicts();
	if (!*obj)
		return -errno;
	bpf_object__for_each_program(*prog, *obj)
	    bpf_program__set_autoload(*prog, in_group(g, bpf_program__name(*prog)));
	*prog = bpf_object__find_program_by_name(*obj, g->names[0]);
	return bpf_object__load(*obj);
}

/* Loads one program in an object of its own, with those that it takes for program arrays. */
static void load_one(const char *name)
{
	struct group group = {.count = 1};
	struct bpf_program *prog = NULL;
	struct bpf_object *obj = NULL;
	int err;

	snprintf(group.names[0], sizeof(group.names[0]), "%s", name);
	err = load_group(&group, &obj, &prog);
	while (err && add_element(&group)) {
		bpf_object__close(obj);
		err = load_group(&group, &obj, &prog);
	}
	print_verdict(name, prog, err);
	bpf_object__close(obj);
}

#define MAX_PROGRAMS 1024

/* The programs of an object, in its order. */
struct programs {
	size_t count;
	struct {
		bool wanted; /* loaded by default */
		enum { ALONE, TAKEN, REFUSED } verdict;
		int err;
	} of[MAX_PROGRAMS];
};

/* The index of the program at which the last load ended, or count. libbpf loads them in their
 * order. */
static size_t ended_at(const struct programs *p, struct bpf_object *names)
{
	const char *said = NULL;
	struct bpf_program *prog;
	char name[128];
	size_t i = 0;

	for (const char *at = messages; at && (at = strstr(at, "prog '")); at++) {
		if (strstr(at, "': failed to load: ") == at + strcspn(at + 6, "'") + 6)
			said = at;
	}
	if (!said || sscanf(said, "prog '%127[^']'", name) != 1)
		return p->count;
	bpf_object__for_each_program(prog, names)
	{
		if (!strcmp(bpf_program__name(prog), name))
			return i;
		i++;
	}
	return p->count;
}

/* Loads the wanted programs from a number on, or those that were taken. Forgets earlier messages.
 */
static int load_some(const struct programs *p, struct bpf_object **obj, size_t from, bool taken)
{
	struct bpf_program *prog;
	size_t i = 0;

	messages_len = 0;
	if (messages)
		messages[0] = '\0';
	*obj = open_for_verdicts();
	if (!*obj)
		return -errno;
	bpf_object__for_each_program(prog, *obj)
	{
		bool take = taken ? p->of[i].verdict == TAKEN : p->of[i].wanted && i >= from;

		bpf_program__set_autoload(prog, take);
		i++;
	}
	return bpf_object__load(*obj);
}

/*
 * The object as a whole ended with err. Each load tells of one program that is refused, and that
 * those before it were taken: the next goes on behind it. What can't be told so is tried alone.
 */
static void find_refused(struct programs *p, struct bpf_object *names, int err)
{
	/* No map depends on which programs are loaded. */
	bool maps = messages && strstr(messages, "': failed to create: ");
	struct bpf_object *obj;

	for (size_t from = 0; from < p->count;) {
		size_t at = err ? ended_at(p, names) : p->count;

		if (err && at == p->count && !maps)
			return;
		for (size_t i = from; i < p->count && i <= at; i++) {
			p->of[i].verdict = maps || i == at ? REFUSED : TAKEN;
			p->of[i].err = err;
		}
		from = at + 1;
		if (from < p->count) {
			err = load_some(p, &obj, from, false);
			bpf_object__close(obj);
		}
	}
}

/*
 * One verdict for each program. Where the object loads as a whole, that is the verdict of each
 * program in it; else that of the object with those programs only that are not refused. What is not
 * loaded by default is tried alone.
 */
static int load_each(void)
{
	struct bpf_object *obj = open_for_verdicts();
	static struct programs p;
	struct bpf_program *prog;
	size_t i = 0;

	if (!obj)
		return fail(EXIT_OPEN, "%s: open: %s", cmd.path, strerror(errno));
	struct bpf_object *names = open_object(); /* a failed load may not be asked any more */
	if (!names) {
		bpf_object__close(obj);
		return fail(EXIT_OPEN, "%s: open: %s", cmd.path, strerror(errno));
	}
	bpf_object__for_each_program(prog, names)
	{
		if (p.count < MAX_PROGRAMS)
			p.of[p.count++].wanted = bpf_program__autoload(prog);
	}
	int err = bpf_object__load(obj);

	/* Without BTF some programs load all the same: libbpf goes on unless they need it. */
	bool refused = messages && strstr(messages, "Error loading .BTF into kernel");
	printf("load %s %d%s\n", err ? "fail" : "ok", -err, refused ? " without BTF" : "");
	find_refused(&p, names, err);
	if (err) {
		bpf_object__close(obj);
		err = load_some(&p, &obj, 0, true);
	}
	bpf_object__for_each_program(prog, names)
	{
		const char *name = bpf_program__name(prog);
		bool alone = i >= p.count || !p.of[i].wanted || p.of[i].verdict == ALONE;

		if (alone || (err && p.of[i].verdict == TAKEN))
			load_one(name);
		else
			print_verdict(name, bpf_object__find_program_by_name(obj, name),
				      p.of[i].verdict == REFUSED ? p.of[i].err : 0);
		fflush(stdout);
		i++;
	}
	bpf_object__close(names);
	bpf_object__close(obj);
	return EXIT_OK;
}

static int act(struct bpf_object *obj, const struct action *a)
{
	switch (a->kind) {
	case ACT_RUN: return run_program(obj, a);
	case ACT_GET: return get_variable(obj, a);
	case ACT_TAGS: return show_tags(obj);
	case ACT_ATTACH: return attach(obj, a->name);
	case ACT_LOOKUP:
	case ACT_UPDATE: return access_map(obj, a);
	}
	return EXIT_BADARG;
}

/* ---- the verifier's summary ---- */

#define LOG_SIZE 65536 /* bytes of a program's log; the summary is some lines */

static char *logs;

/* Before the load: a place for each program's log. */
static int ask_for_logs(struct bpf_object *obj)
{
	struct bpf_program *prog;
	size_t nr = 0;

	bpf_object__for_each_program(prog, obj) nr++;
	logs = calloc(nr ? nr : 1, LOG_SIZE);
	if (!logs)
		return fail(EXIT_LOAD, "out of memory");
	nr = 0;
	bpf_object__for_each_program(prog, obj)
	{
		bpf_program__set_log_level(prog, 4);
		bpf_program__set_log_buf(prog, logs + nr++ * LOG_SIZE, LOG_SIZE);
	}
	return EXIT_OK;
}

/* "prog stack 16+8": the bytes of each function, the program first. */
static void print_stacks(struct bpf_object *obj)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj)
	{
		size_t size;
		const char *log = bpf_program__log_buf(prog, &size);
		const char *depth = log ? strstr(log, "stack depth ") : NULL;

		if (depth)
			printf("%s stack %.*s\n", bpf_program__name(prog),
			       (int)strspn(depth + strlen("stack depth "), "0123456789+"),
			       depth + strlen("stack depth "));
	}
}

static int load_and_act(void)
{
	struct bpf_object *obj = open_object();
	int result = EXIT_OK;

	if (!obj)
		return fail(EXIT_OPEN, "%s: open: %s", cmd.path, strerror(errno));
	for (size_t i = 0; i < cmd.setting_count && !result; i++)
		result = set_variable(obj, &cmd.settings[i]);
	if (!result && cmd.list)
		result = list_object(obj);
	if (!result && !cmd.open_only) {
		int err = cmd.stack && ask_for_logs(obj) ? -ENOMEM : bpf_object__load(obj);
		if (err)
			result = fail(EXIT_LOAD, "%s: load: %s", cmd.path, strerror(-err));
		else if (cmd.stack)
			print_stacks(obj);
		/* All actions run even if one fails: a test sees every wrong value at once. */
		for (size_t i = 0; !err && i < cmd.action_count; i++) {
			int one = act(obj, &cmd.actions[i]);
			result = result ? result : one;
		}
	}
	while (link_count)
		bpf_link__destroy(links[--link_count]);
	bpf_object__close(obj);
	free(logs);
	return result;
}

/* ---- command line ---- */

static const char usage_text[] =
    "usage: bpfrun OBJ [OPTION]...\n"
    "Opens a BPF object, loads it, and does what the options say, in their order.\n"
    "linkrun is the same, but for OBJ: it takes A.o,B.o,... and links them as it opens them.\n"
    "\n"
    "  --open-only          don't load\n"
    "  --load-only          load and do nothing more (the default)\n"
    "  --list               print programs and maps\n"
    "  --each               print for each program whether it loads: 'NAME ok TAG' or\n"
    "                       'NAME fail ERRNO', after a line for the object as a whole\n"
    "  --cost               with --each: and how many instructions the verifier processed\n"
    "  --size               with --each: and how many it has, with the functions it calls\n"
    "  --set VAR=VALUE      store an integer before the load\n"
    "  --run PROG           BPF_PROG_TEST_RUN; prints 'PROG: retval N'. May be followed by\n"
    "    --times N          run so many times\n"
    "    --data HEX         the packet (default: 64 bytes with an IPv4 header's start)\n"
    "    --ctx HEX          the context\n"
    "    --expect N         fail unless this is returned\n"
    "  --get VAR[=VALUE]    print a global variable; fail unless it has the value\n"
    "  --stack              print 'PROG stack A+B+C', the stack bytes of each function\n"
    "  --tags               print each program's tag\n"
    "  --lookup MAP KEY     print an element; key in hex\n"
    "  --update MAP KEY VAL store an element; both in hex\n"
    "  --attach NAME        attach a program or a struct_ops map until bpfrun ends\n"
    "  --verbose            show libbpf's messages as they come\n"
    "  --help\n"
    "\n"
    "Exit: 0 good, 1 open failed, 2 load failed, 3 run failed, 4 usage, 5 a value is wrong\n";

static struct action *add_action(enum action_kind kind, const char *name)
{
	struct action *a = &cmd.actions[cmd.action_count++];

	if (cmd.action_count == MAX_ACTIONS) {
		fail(EXIT_BADARG, "too many options");
		exit(EXIT_BADARG);
	}
	*a = (struct action){.kind = kind, .name = name, .times = 1};
	return a;
}

static int add_setting(const char *arg)
{
	const char *eq = strchr(arg, '=');

	if (!eq || cmd.setting_count == MAX_ACTIONS)
		return -1;
	cmd.settings[cmd.setting_count++] = (struct setting){arg, eq - arg, eq + 1};
	return 0;
}

/* arg is cut at its '=': VAR=VALUE */
static void add_get(char *arg)
{
	struct action *a = add_action(ACT_GET, arg);
	char *eq = strchr(arg, '=');

	if (eq) {
		*eq = '\0';
		a->expect = eq + 1;
	}
}

/* Options of the run before them. */
static int run_option(const char *opt, const char *arg)
{
	struct action *a = cmd.action_count ? &cmd.actions[cmd.action_count - 1] : NULL;

	if (!a || a->kind != ACT_RUN)
		return -1;
	if (!strcmp(opt, "--times"))
		a->times = strtoul(arg, NULL, 0);
	else if (!strcmp(opt, "--data"))
		a->data = arg;
	else if (!strcmp(opt, "--ctx"))
		a->ctx = arg;
	else if (!strcmp(opt, "--expect"))
		a->expect = arg;
	else
		return -1;
	return 0;
}

/* Options without an argument. */
static bool flag(const char *opt)
{
	if (!strcmp(opt, "--open-only"))
		cmd.open_only = true;
	else if (!strcmp(opt, "--each") || !strcmp(opt, "--autoload-none"))
		cmd.each = true;
	else if (!strcmp(opt, "--cost"))
		cmd.cost = true;
	else if (!strcmp(opt, "--size"))
		cmd.size = true;
	else if (!strcmp(opt, "--list"))
		cmd.list = true;
	else if (!strcmp(opt, "--stack"))
		cmd.stack = true;
	else if (!strcmp(opt, "--verbose"))
		cmd.verbose = true;
	else if (!strcmp(opt, "--tags"))
		add_action(ACT_TAGS, NULL);
	else if (strcmp(opt, "--load-only"))
		return false;
	return true;
}

/* Options with arguments; returns how many it took, or -1. */
static int option(char **argv, int left)
{
	const char *opt = argv[0];
	struct action *a;

	if (left < 1)
		return -1;
	if (!strcmp(opt, "--set"))
		return add_setting(argv[1]) ? -1 : 1;
	if (!strcmp(opt, "--run"))
		return add_action(ACT_RUN, argv[1]), 1;
	if (!strcmp(opt, "--attach"))
		return add_action(ACT_ATTACH, argv[1]), 1;
	if (!strcmp(opt, "--get"))
		return add_get(argv[1]), 1;
	if (!strcmp(opt, "--lookup") && left >= 2) {
		add_action(ACT_LOOKUP, argv[1])->data = argv[2];
		return 2;
	}
	if (!strcmp(opt, "--update") && left >= 3) {
		a = add_action(ACT_UPDATE, argv[1]);
		a->data = argv[2];
		a->ctx = argv[3];
		return 3;
	}
	return run_option(opt, argv[1]) ? -1 : 1;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help")) {
			fputs(usage_text, stdout);
			return EXIT_OK;
		}
		if (argv[i][0] != '-' && !cmd.path) {
			cmd.path = argv[i];
		} else if (!flag(argv[i])) {
			int taken = option(argv + i, argc - i - 1);
			if (taken < 0)
				return fail(EXIT_BADARG, "bad option '%s' (see --help)", argv[i]);
			i += taken;
		}
	}
	if (!cmd.path) {
		fputs(usage_text, stderr);
		return EXIT_BADARG;
	}
	libbpf_set_print(keep_message);
	int result = cmd.each ? load_each() : load_and_act();
	free(messages);
	return result;
}
