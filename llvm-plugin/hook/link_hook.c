/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * ld.bpf called as gcc.
 *
 * To link BPF objects, clang executes gcc with gcc's syntax. ld.bpf under that name translates the
 * command to its own syntax. But gcc is also executed to compile, to print its version or to link
 * for the host, since COMPILER_PATH affects all targets. Such commands are executed unchanged by
 * the next gcc in PATH.
 */
#include "base/text.h"
#include "common/path.h"
#include "hook/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EM_BPF 247

/* The value is "DEPTH:PATH" of the gcc that was executed. */
#define PASSED_ON "BPFLD_PASSED_ON"
#define MAX_DEPTH 16

enum match { GCC_EXACT, GCC_PREFIX, GCC_SEPARATE, GCC_EITHER };

enum action {
	GCC_TAKE,
	GCC_IGNORE,
	GCC_REFUSE,
	GCC_PASS,
	GCC_WL,
	GCC_XLINKER,
	GCC_LANGUAGE,
	GCC_VERBOSE,
	GCC_COMPRESS,
};

static const struct gcc_option {
	const char *name;
	enum match match;
	enum action action;
	const char *reason; /* of GCC_REFUSE */
} gcc_options[] = {
#define GCC(name, match, action, reason) {name, GCC_##match, GCC_##action, reason},
#include "hook/gcc.def"
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Iterates over a gcc command. */
struct walk {
	const struct words *args;
	size_t next;

	/* The current word: */
	const char *arg;
	const struct gcc_option *opt; /* NULL: an input, or unknown if arg starts with '-' */
	const char *value;            /* NULL: none, or missing */
};

static bool match_option(struct walk *w, const struct gcc_option *opt)
{
	size_t len = strlen(opt->name);
	bool joined;

	if (strncmp(w->arg, opt->name, len))
		return false;
	joined = w->arg[len];
	w->value = joined ? w->arg + len : NULL;
	switch (opt->match) {
	case GCC_EXACT: return !joined;
	case GCC_PREFIX: return true;
	case GCC_SEPARATE:
		if (joined)
			return false;
		break;
	case GCC_EITHER: break;
	}
	if (!joined && w->next < w->args->n)
		w->value = w->args->v[w->next++];
	return true;
}

static bool next_option(struct walk *w)
{
	if (w->next == w->args->n)
		return false;
	w->arg = w->args->v[w->next++];
	w->opt = NULL;
	w->value = NULL;
	if (w->arg[0] != '-')
		return true;
	for (size_t i = 0; i < COUNT(gcc_options) && !w->opt; i++)
		if (match_option(w, &gcc_options[i]))
			w->opt = &gcc_options[i];
	return true;
}

static bool ends_with(const char *s, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len >= n && !memcmp(s + len - n, end, n);
}

/* The length of base without a version suffix, as in bpf-gcc-12. */
static size_t length_without_version(const char *base)
{
	size_t len = strlen(base), n = len;

	while (n && ((base[n - 1] >= '0' && base[n - 1] <= '9') || base[n - 1] == '.'))
		n--;
	return n < len && n && base[n - 1] == '-' ? n - 1 : len;
}

enum personality personality_of(const char *argv0)
{
	const char *base = base_name(argv0);
	size_t len = length_without_version(base);

	if (!strcmp(base, "real-ld"))
		return CALLED_COLLECT2;
	if (ends_with(base, len, "bpf-linker"))
		return CALLED_BPF_LINKER;
	if (ends_with(base, len, "-gcc") || ends_with(base, len, "-g++"))
		return CALLED_GCC;
	if (len == 3 && (!memcmp(base, "gcc", 3) || !memcmp(base, "g++", 3)))
		return CALLED_GCC;
	return CALLED_LD;
}

enum kind { KIND_UNKNOWN, KIND_BPF, KIND_FOREIGN };

static enum kind kind_of_header(const unsigned char h[20])
{
	unsigned machine;

	if (memcmp(h, "\177ELF", 4))
		return KIND_UNKNOWN;
	machine = h[5] == 2 ? h[18] << 8 | h[19] : h[19] << 8 | h[18];
	return machine == EM_BPF ? KIND_BPF : KIND_FOREIGN;
}

/* The kind of the first ELF member. */
static enum kind kind_of_archive(int fd)
{
	char header[61] = {0};
	unsigned char elf[20];
	off_t at = 8;

	/* Terminates: each iteration advances by at least a header. */
	while (pread(fd, header, 60, at) == 60) {
		long long size = atoll(header + 48);
		enum kind kind;

		/* Not a header: for example a hole of a sparse file. */
		if (memcmp(header + 58, "`\n", 2))
			break;
		if (pread(fd, elf, sizeof(elf), at + 60) == sizeof(elf)) {
			kind = kind_of_header(elf);
			if (kind != KIND_UNKNOWN)
				return kind;
		}
		if (size < 0 || size > INT_MAX)
			break;
		at += 60 + size + (size & 1);
	}
	return KIND_UNKNOWN;
}

static enum kind kind_of(const char *path)
{
	unsigned char h[20] = {0};
	enum kind kind = KIND_UNKNOWN;
	struct stat st;
	int fd;

	/* Reading a pipe would consume the bytes of the input. */
	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return KIND_UNKNOWN;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return KIND_UNKNOWN;
	if (pread(fd, h, sizeof(h), 0) == sizeof(h))
		kind = memcmp(h, "!<arch>\n", 8) ? kind_of_header(h) : kind_of_archive(fd);
	close(fd);
	return kind;
}

static bool is_source(const char *path)
{
	static const char *const endings[] = {".c", ".cc",  ".cp", ".cpp", ".cxx", ".c++", ".C",
					      ".i", ".ii",  ".m",  ".mm",  ".s",   ".S",   ".sx",
					      ".h", ".hpp", ".f",  ".f90", ".d",   ".go"};

	for (size_t i = 0; i < COUNT(endings); i++)
		if (ends_with(path, strlen(path), endings[i]))
			return true;
	return false;
}

/*
 * Why the next gcc must execute the command, or NULL. base is the name of this program: for a BPF
 * gcc, objects of another machine are an error, and not a link for the host.
 */
static const char *not_ours(struct pool *pool, const struct words *args, const char *base)
{
	struct walk w = {.args = args};
	size_t inputs = 0, foreign = 0, bpf = 0;
	bool verbose = false;

	while (next_option(&w)) {
		enum kind kind;

		if (w.opt && w.opt->action == GCC_PASS)
			return pool_printf(pool, "'%s' requires a compiler", w.arg);
		if (w.opt && w.opt->action == GCC_LANGUAGE && w.value && strcmp(w.value, "none"))
			return pool_printf(pool, "'-x %s' requires a compiler", w.value);
		verbose |= w.opt && w.opt->action == GCC_VERBOSE;
		if (w.opt || w.arg[0] == '-')
			continue;
		if (is_source(w.arg))
			return pool_printf(pool, "source file '%s' requires a compiler", w.arg);
		kind = kind_of(w.arg);
		inputs++;
		foreign += kind == KIND_FOREIGN;
		bpf += kind == KIND_BPF;
	}
	if (verbose && !inputs)
		return "'-v' without an input requires a compiler";
	if (foreign && !bpf && strncmp(base, "bpf", 3))
		return "no input is a BPF object";
	return NULL;
}

/* A search for the next gcc in PATH, after the candidate resume. */
struct search {
	const char *resume; /* result of the previous search, or NULL */
	struct stat self;
	bool resumed;      /* resume was found */
	const char *first; /* first candidate, in case resume is not found */
};

/* Returns the candidate to execute, or NULL. */
static const char *search_path(struct search *s, struct pool *pool, const char *name)
{
	const char *path = getenv("PATH"), *file;
	struct stat st;

	while (path && (file = next_in_path(pool, &path, name, &st))) {
		if (s->resume && !s->resumed) {
			s->resumed = !strcmp(file, s->resume);
			if (!s->first && !is_same_file(&s->self, &st))
				s->first = file;
		} else if (!is_same_file(&s->self, &st)) {
			return file;
		}
	}
	return NULL;
}

/*
 * Executes the next gcc in PATH that is not this program. Two installations may find each other, or
 * a wrapper script may find this one again: the environment records the last candidate, and the
 * next search continues after it.
 */
static int run_next_gcc(struct pool *pool, struct report *r, char **argv, const char *why)
{
	const char *note = getenv(PASSED_ON), *base = base_name(argv[0]);
	const char *colon = note ? strchr(note, ':') : NULL;
	int depth = note ? atoi(note) : 0;
	struct search s = {.resume = colon ? colon + 1 : NULL};
	const char *file = NULL;

	if (!find_self(&s.self))
		return report_error(r, "no-other-gcc",
				    "%s, and without /proc another %s cannot be distinguished from "
				    "this program" LD_HELP "mount /proc",
				    why, base);
	if (depth < MAX_DEPTH)
		file = search_path(&s, pool, base);
	/* bpfel-gcc and bpfeb-gcc are names of ld.bpf only; Debian's gcc-bpf has bpf-gcc. */
	if (!file && depth < MAX_DEPTH && !strncmp(base, "bpf", 3))
		file = search_path(&s, pool,
				   ends_with(base, strlen(base), "g++") ? "bpf-g++" : "bpf-gcc");
	if (!file && depth < MAX_DEPTH && !s.resumed)
		file = s.first;
	if (!file)
		return report_error(r, "no-other-gcc", "%s, and there is no other %s in PATH", why,
				    base);
	setenv(PASSED_ON, pool_printf(pool, "%d:%s", depth + 1, file), 1);
	argv[0] = (char *)(uintptr_t)file;
	execv(file, argv);
	return report_error(r, "no-other-gcc", "%s, and cannot execute '%s': %s", why, file,
			    strerror(errno));
}

static void add_commas(struct words *out, struct pool *pool, const char *list)
{
	for (;;) {
		size_t len = strcspn(list, ",");

		if (len)
			words_add(out, pool_strndup(pool, list, len));
		if (!list[len])
			return;
		list += len + 1;
	}
}

static int translate_option(struct words *out, struct pool *pool, struct report *r,
			    const struct walk *w)
{
	bool valued = w->opt->match == GCC_SEPARATE || w->opt->match == GCC_EITHER;

	if (valued && !w->value)
		return report_error(r, "missing-value", "'%s' requires a value", w->opt->name);
	switch (w->opt->action) {
	case GCC_TAKE:
		words_add(out, w->opt->name);
		if (valued)
			words_add(out, w->value);
		return 0;
	case GCC_WL: add_commas(out, pool, w->value ? w->value : ""); return 0;
	case GCC_XLINKER: words_add(out, w->value); return 0;
	case GCC_VERBOSE: words_add(out, "-v"); return 0;
	case GCC_COMPRESS:
		words_add(out, pool_printf(pool, "--compress-debug-sections=%s",
					   w->value ? w->value : "zlib"));
		return 0;
	case GCC_REFUSE:
		return report_error(r, "unsupported-option", "'%s' is not supported: %s",
				    w->opt->name, w->opt->reason);
	case GCC_IGNORE:
	case GCC_LANGUAGE:
	case GCC_PASS: return 0;
	}
	return 0;
}

int translate_gcc(struct words *out, struct pool *pool, struct report *r, const struct words *args,
		  char **argv)
{
	const char *why = not_ours(pool, args, base_name(argv[0]));
	struct walk w = {.args = args};
	int err = 0;

	if (why)
		return run_next_gcc(pool, r, argv, why);
	while (next_option(&w)) {
		if (w.opt)
			err |= translate_option(out, pool, r, &w);
		else if (w.arg[0] != '-')
			words_add(out, w.arg);
		else
			err |= report_error(
			    r, "unknown-option",
			    "unknown option '%s'" LD_HELP
			    "pass options of the linker with -Wl, as in -Wl,-Map=out.map",
			    w.arg);
	}
	return err;
}

static bool in_temporary_directory(const char *path)
{
	static const char *const variables[] = {"TMPDIR", "TMP", "TEMP", "TEMPDIR"};
	size_t len = (size_t)(base_name(path) - path);

	while (len && path[len - 1] == '/')
		len--;
	for (size_t i = 0; i < COUNT(variables); i++) {
		const char *dir = getenv(variables[i]);
		size_t n = dir ? strlen(dir) : 0;

		while (n && dir[n - 1] == '/')
			n--;
		if (n && n == len && !memcmp(dir, path, n))
			return true;
	}
	return len == 4 && !memcmp(path, "/tmp", 4);
}

/* clang uses names like NAME-123abc.o, gcc ccAb12Xy.o. */
bool is_temporary(const char *path)
{
	const char *base = base_name(path);
	size_t len = strlen(base);

	if (!in_temporary_directory(path) || len < 10 || !ends_with(base, len, ".o"))
		return false;
	len -= 2;
	if (len >= 8 && base[len - 7] == '-' && strspn(base + len - 6, "0123456789abcdef") == 6)
		return true;
	return len == 8 && !memcmp(base, "cc", 2) && !memchr(base, '.', len);
}
