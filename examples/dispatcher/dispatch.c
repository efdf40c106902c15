/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * dispatch IFACE OBJECT[=ACTION,...]...: runs the programs xdp_prog of all the objects on an
 * interface, in order, until standard input ends. After each, what it returned decides whether the
 * next one runs: it does after the ACTIONs, or after "pass" where none are given.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <bpfld/loader.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatcher.h"

static const char *const actions[ACTIONS] = {"aborted", "drop", "pass", "tx", "redirect"};

struct slot {
	char *object;
	unsigned int chain_call_actions; /* bits */
	char name[16];                   /* of the input, as two slots may have the same object */
};

static void print_diagnostic(void *ctx, const struct bpfld_diag *diag)
{
	(void)ctx;
	if (diag->severity == BPFLD_ERROR || diag->severity == BPFLD_WARNING)
		fprintf(stderr, "dispatch: %s\n", diag->message);
}

/* "drop.bpf.o=pass,drop" */
static int parse_slot(struct slot *s, char *arg)
{
	char *word = strchr(arg, '='), *rest = NULL;

	s->object = arg;
	if (!word) {
		s->chain_call_actions = 1u << 2; /* XDP_PASS */
		return 0;
	}
	*word++ = '\0';
	for (word = strtok_r(word, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		int i = 0;

		while (i < ACTIONS && strcmp(word, actions[i]) != 0)
			i++;
		if (i == ACTIONS) {
			fprintf(stderr, "dispatch: no action '%s'\n", word);
			return -1;
		}
		s->chain_call_actions |= 1u << i;
	}
	return 0;
}

/* The dispatcher with the programs in its slots, opened. */
static struct bpf_object *link_slots(const char *dispatcher, const struct slot *slots, int nr)
{
	struct bpfld_opts opts = BPFLD_OPTS_INIT;
	struct bpf_object *obj;
	struct bpfld *l;

	opts.diag = print_diagnostic;
	l = bpfld_new(&opts, NULL);
	if (!l)
		return NULL;
	if (!bpfld_add_file(l, dispatcher))
		bpfld_name_input(l, "dispatcher");
	for (int i = 0; i < nr; i++) {
		char function[16];

		snprintf(function, sizeof(function), "prog%d", i);
		if (bpfld_add_file(l, slots[i].object) || bpfld_name_input(l, slots[i].name))
			continue; /* the link fails, once all that is wrong was said */
		bpfld_bind(l, "dispatcher", function, slots[i].name, "xdp_prog");
	}
	obj = bpfld_open_object(l, NULL, NULL);
	bpfld_free(l);
	return obj;
}

static int configure(struct bpf_object *obj, const struct slot *slots, int nr)
{
	struct bpf_map *map = bpf_object__find_map_by_name(obj, ".rodata.dispatcher");
	struct dispatcher_config config = {.nr_programs = (unsigned int)nr};

	for (int i = 0; i < nr; i++)
		config.chain_call_actions[i] = slots[i].chain_call_actions;
	return map ? bpf_map__set_initial_value(map, &config, sizeof(config)) : -ENOENT;
}

static void print_results(struct bpf_object *obj, const struct slot *slots, int nr)
{
	struct bpf_map *map = bpf_object__find_map_by_name(obj, ".data.dispatcher");
	unsigned long long results[SLOTS][ACTIONS] = {0};
	int key = 0;

	bpf_map__lookup_elem(map, &key, sizeof(key), results, sizeof(results), 0);
	for (int i = 0; i < nr; i++) {
		printf("%d %s:", i, slots[i].object);
		for (int k = 0; k < ACTIONS; k++)
			if (results[i][k])
				printf(" %s %llu", actions[k], results[i][k]);
		printf("\n");
	}
	/* Each count.bpf.o has counters of its own: counters, or prog3__counters. */
	bpf_object__for_each_map(map, obj)
	{
		unsigned long long value[2] = {0};

		if (!strstr(bpf_map__name(map), "counters"))
			continue;
		for (key = 0; key < 2; key++)
			bpf_map__lookup_elem(map, &key, sizeof(key), &value[key], sizeof(value[0]),
					     0);
		printf("%s: %llu packets, %llu bytes\n", bpf_map__name(map), value[0], value[1]);
	}
}

static int run(struct bpf_object *obj, int ifindex, const struct slot *slots, int nr)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(obj, "dispatcher");
	struct bpf_link *link;

	if (!prog || configure(obj, slots, nr) || bpf_object__load(obj))
		return -1;
	link = bpf_program__attach_xdp(prog, ifindex);
	if (!link)
		return -1;
	printf("running\n");
	fflush(stdout);
	while (getchar() != EOF)
		;
	bpf_link__destroy(link);
	print_results(obj, slots, nr);
	return 0;
}

int main(int argc, char **argv)
{
	const char *dispatcher = getenv("DISPATCHER");
	struct slot slots[SLOTS] = {0};
	struct bpf_object *obj;
	int ifindex, nr = argc - 2, err;

	if (nr < 0 || nr > SLOTS) {
		fprintf(stderr, "Usage: dispatch IFACE OBJECT[=ACTION,...]... (up to %d)\n", SLOTS);
		return 1;
	}
	ifindex = (int)if_nametoindex(argv[1]);
	if (!ifindex) {
		fprintf(stderr, "dispatch: no interface %s\n", argv[1]);
		return 1;
	}
	for (int i = 0; i < nr; i++) {
		snprintf(slots[i].name, sizeof(slots[i].name), "prog%d", i);
		if (parse_slot(&slots[i], argv[i + 2]))
			return 1;
	}
	obj = link_slots(dispatcher ? dispatcher : "dispatcher.bpf.o", slots, nr);
	if (!obj)
		return 1;
	err = run(obj, ifindex, slots, nr);
	bpf_object__close(obj);
	return err ? 1 : 0;
}
