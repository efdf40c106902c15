/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The parts of btf_dedup_test.c that read objects: comparison with the oracle, and times. */
#ifndef BPFLD_TEST_BTF_FILES_H
#define BPFLD_TEST_BTF_FILES_H

#include <fcntl.h>
#include <gelf.h>
#include <time.h>
#include <unistd.h>

#include "btf_build.h"

/* The .BTF of an object, or of a file that is nothing else. */
static inline char *read_btf(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY);
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
	Elf_Scn *scn = NULL;
	char *data = NULL;
	size_t names;

	if (elf && !elf_getshdrstrndx(elf, &names)) {
		while ((scn = elf_nextscn(elf, scn))) {
			GElf_Shdr sh;
			Elf_Data *d = elf_rawdata(scn, NULL);

			if (!gelf_getshdr(scn, &sh) || !d ||
			    strcmp(elf_strptr(elf, names, sh.sh_name), ".BTF"))
				continue;
			data = ld_memdup(&arena, d->d_buf, d->d_size);
			*size = d->d_size;
		}
	}
	elf_end(elf);
	close(fd);
	return data;
}

struct text {
	LD_VEC(char) s;
	LD_VEC(char *) defs;
};

__attribute__((format(printf, 2, 0))) static void append(void *ctx, const char *fmt, va_list args)
{
	struct text *t = ctx;
	const char *s = ld_vprintf(&arena, fmt, args);

	for (; *s; s++)
		LD_PUSH(&arena, &t->s, *s);
}

static inline int compare_str(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A block per definition, without the suffixes that tell apart what has one name. */
static inline void split_text(struct text *t)
{
	char *s, *next, *from, *to;

	LD_PUSH(&arena, &t->s, '\0');
	for (s = t->s.v; *s; s = next) {
		next = strstr(s, "\n\n");
		if (next) {
			*next = 0;
			next += 2;
		} else {
			next = s + strlen(s);
		}
		for (from = to = s; *from;) {
			if (!strncmp(from, "___", 3) && from[3] >= '0' && from[3] <= '9') {
				from += 4;
				while (*from >= '0' && *from <= '9')
					from++;
				continue;
			}
			*to++ = *from++;
		}
		*to = 0;
		/* Where declarations stand depends on the order of types. */
		if (strchr(s, '{') || !strncmp(s, "typedef", 7))
			LD_PUSH(&arena, &t->defs, s);
	}
	if (t->defs.nr)
		qsort(t->defs.v, t->defs.nr, sizeof(char *), compare_str);
}

static inline void dump(const struct btf *btf, struct text *t)
{
	struct btf_dump *d = btf_dump__new(btf, append, t, NULL);
	uint32_t i;

	for (i = 1; i < btf__type_cnt(btf); i++)
		if (!left_out(ld_btf_kind(btf__type_by_id(btf, i))))
			btf_dump__dump_type(d, i);
	btf_dump__free(d);
	split_text(t);
}

static inline void compare_dumps(const struct text *a, const struct text *b)
{
	size_t i = 0, j = 0, missing = 0, more = 0;

	while (i < a->defs.nr || j < b->defs.nr) {
		int order = i == a->defs.nr   ? 1
			    : j == b->defs.nr ? -1
					      : strcmp(a->defs.v[i], b->defs.v[j]);

		if (order && missing + more < 6)
			printf("%s: %s\n", order < 0 ? "ours only" : "oracle only",
			       order < 0 ? a->defs.v[i] : b->defs.v[j]);
		more += order < 0;
		missing += order > 0;
		i += order <= 0;
		j += order >= 0;
	}
	check(!missing && !more, "C dumps differ: %zu definitions more, %zu missing", more,
	      missing);
}

static inline void test_files(int argc, char **argv)
{
	struct link *l = new_link(), *r;
	struct text ours = {0}, theirs = {0};
	uint32_t nr = 0;
	struct btf *all, *mine;
	struct out o;
	size_t size;
	char *data;
	int i;

	for (i = 0; i < argc; i++) {
		data = read_btf(argv[i], &size);
		if (data && l->nr < MAX_IN)
			check(add_raw(l, data, size), "%s", argv[i]);
	}
	dedup(l, 2);
	r = reversed(l);
	check(r->graph.nr == l->graph.nr, "files: %u types, in reverse %u", l->graph.nr,
	      r->graph.nr);
	check_idempotent(l, "files");
	all = oracle(l, &nr);
	printf("%u files: %u types, the oracle has %u\n", l->nr, l->graph.nr - 1, nr);
	check(l->graph.nr - 1 <= nr, "files: more types than the oracle");
	write_graph(l, &o);
	data = finish(&o, &size);
	mine = btf__new(data, (uint32_t)size);
	dump(mine, &ours);
	dump(all, &theirs);
	compare_dumps(&ours, &theirs);
	btf__free(mine);
	btf__free(all);
}

/* Of this process alone; the machine may be busy. */
static inline double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* QQQQ in the string section becomes the input's number, so that some types are its own. */
static inline void make_own(char *data, size_t size, uint32_t number)
{
	size_t i, k;

	for (i = 0; i + 4 <= size; i++) {
		if (memcmp(data + i, "QQQQ", 4))
			continue;
		for (k = 0; k < 4; k++)
			data[i + 3 - k] = "0123456789abcdef"[number >> 4 * k & 15];
	}
}

static inline void bench(uint32_t nr, int argc, char **argv)
{
	struct link *l = new_link();
	double start, parsed, digested, merged;
	size_t size = 0, bytes = 0;
	uint64_t types = 0;
	uint32_t i;
	char *data;

	for (i = 0; i < nr && i < MAX_IN; i++) {
		data = read_btf(argv[i % (uint32_t)argc], &size);
		make_own(data, size, i);
		l->raw[i].data = data;
		l->raw[i].size = size;
		bytes += size;
	}
	start = now();
	for (i = 0; i < nr; i++)
		add_raw(l, l->raw[i].data, l->raw[i].size);
	parsed = now();
	for (i = 0; i < l->nr; i++)
		types += l->btf[i].nr_types;
	digest_all(l);
	digested = now();
	ld_btf_dedup(&arena, &arena, l->in, l->nr, 1, &l->graph);
	merged = now();
	printf("%u inputs, %llu types, %zu bytes -> %u types\n", l->nr, (unsigned long long)types,
	       bytes, l->graph.nr - 1);
	printf("parse %.1f ms, digest %.1f ms, dedup %.1f ms; digest "
	       "and dedup %.0f ns per type\n",
	       (parsed - start) * 1e3, (digested - parsed) * 1e3, (merged - digested) * 1e3,
	       (merged - parsed) / (double)types * 1e9);
}

#endif
