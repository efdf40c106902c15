/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * ld.bpf called as bpf-linker: rustc runs a linker of that name for its BPF targets. Inputs are
 * bitcode, and rlibs of bitcode. Only the symbols that rustc lists stay global.
 */
#include "base/text.h"
#include "common/args.h"
#include "hook/hook.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum action {
	BL_TAKE,    /* the linker has the same option */
	BL_IGNORE,  /* has no meaning here */
	BL_BOOL,    /* the same; true or false may follow */
	BL_REPLACE, /* the replacement is the linker's option */
	BL_CPU,
	BL_FEATURES,
	BL_TARGET,
	BL_EMIT,
	BL_EXPORT,
	BL_EXPORT_FILE,
	BL_LLVM_ARGS,
	BL_LEVEL,
	BL_LOG_LEVEL,
	BL_UNROLL,
	BL_HELP,
};

static const struct bpf_linker_option {
	const char *name;
	const char *value; /* placeholder in --help; NULL: takes none */
	enum action action;
	const char *help;
	const char *replacement; /* of BL_REPLACE */
} options[] = {
    {"-o", "FILE", BL_TAKE, "write the output to FILE", NULL},
    {"--output", "FILE", BL_TAKE, "same as above", NULL},
    {"-L", "DIR", BL_TAKE, "search DIR for -l", NULL},
    {"-l", "NAME", BL_TAKE, "link libNAME.a", NULL},
    {"-O", "LEVEL", BL_LEVEL, "optimization level: 3; or 0, 1, 2, s or z, which mean 2", NULL},
    {"--cpu", "CPU", BL_CPU, "generate code for CPU: generic, probe, or v1 to v4", NULL},
    {"--cpu-features", "LIST", BL_FEATURES, "enable or disable CPU features: +alu32,...", NULL},
    {"--target", "TRIPLE", BL_TARGET, "ignored: the inputs determine the target", NULL},
    {"--emit", "KIND", BL_EMIT, "output format: obj, asm, llvm-bc or llvm-ir", NULL},
    {"--export", "LIST", BL_EXPORT, "symbols to keep global, separated by commas", NULL},
    {"--export-symbols", "FILE", BL_EXPORT_FILE, "file of symbols to keep global, one per line",
     NULL},
    {"--llvm-args", "LIST", BL_LLVM_ARGS, "options of LLVM, separated by commas", NULL},
    {"--ignore-inline-never", NULL, BL_REPLACE, "inline functions even if they are marked noinline",
     "--plugin-opt=ignore-inline-never"},
    {"--dump-module", "DIR", BL_REPLACE, "keep OUTPUT.lto.merged.bc", "--save-temps"},
    {"--btf", NULL, BL_IGNORE, "BTF is always kept with debug information", NULL},
    {"--debug", NULL, BL_IGNORE, "same as above", NULL},
    {"--unroll-loops", NULL, BL_UNROLL, "unroll loops, for kernels before 5.3", NULL},
    {"--log-file", "FILE", BL_IGNORE, "there is no log", NULL},
    {"--log-level", "LEVEL", BL_LOG_LEVEL, "there is no log", NULL},
    {"--disable-memory-builtins", NULL, BL_IGNORE, "no calls of memory functions are added", NULL},
    {"--disable-expand-memcpy-in-order", NULL, BL_IGNORE, "this is the default", NULL},
    {"--disable-bpf-throw", NULL, BL_REPLACE, "keep endless loops of panic handlers in functions",
     "--plugin-opt=keep-loops"},
    {"--allow-bpf-trap", NULL, BL_IGNORE, "always", NULL},
    {"--fatal-errors", "BOOL", BL_BOOL, "errors are always fatal", NULL},
    {"-V", NULL, BL_REPLACE, "print the version", "--version"},
    {"--version", NULL, BL_TAKE, "same as above", NULL},
    {"-h", NULL, BL_HELP, "print this help", NULL},
    {"--help", NULL, BL_HELP, "same as above", NULL},
};

struct translation {
	struct words *out;
	struct pool *pool;
	struct report *r;
	const struct words *args;
	size_t next; /* index in args */
	bool emits;  /* --emit was seen: the first one counts */
	bool unroll; /* --unroll-loops */
	int err;
};

static bool is_one_of(const char *value, const char *const *list)
{
	while (*list && strcmp(value, *list) != 0)
		list++;
	return *list;
}

static bool is_bool(const char *value)
{
	static const char *const values[] = {"true", "false", NULL};

	return is_one_of(value, values);
}

/* Matches "--name VALUE", "--name=VALUE", "-n VALUE" and "-nVALUE"; *value is NULL if missing. */
static const struct bpf_linker_option *match(struct translation *t, const char *arg,
					     const char **value)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const struct bpf_linker_option *opt = &options[i];
		size_t len = strlen(opt->name);
		bool letter = len == 2;

		if (strncmp(arg, opt->name, len) != 0)
			continue;
		*value = NULL;
		if (opt->value && letter && arg[len])
			*value = arg + len;
		else if (opt->value && !letter && arg[len] == '=')
			*value = arg + len + 1;
		else if (arg[len])
			continue;
		else if (opt->value && t->next < t->args->n &&
			 (opt->action != BL_BOOL || is_bool(t->args->v[t->next])))
			*value = t->args->v[t->next++];
		return opt;
	}
	return NULL;
}

static void put(struct translation *t, const char *option, const char *value)
{
	if (option)
		words_add(t->out, option);
	if (value)
		words_add(t->out, value);
}

/* Adds an option for each part of a list with separators. */
static void put_list(struct translation *t, const char *option, const char *list,
		     const char *separators)
{
	for (; *list; list += strspn(list, separators)) {
		size_t len = strcspn(list, separators);

		if (len)
			put(t, option, pool_strndup(t->pool, list, len));
		list += len;
	}
}

/* Symbols that stay global stay in the output, too, whether a program needs them or not. */
static void put_exports(struct translation *t, const char *list, const char *separators)
{
	put_list(t, "--export", list, separators);
	put_list(t, "--keep", list, separators);
}

static int export_file(struct translation *t, const char *path)
{
	size_t size;
	char *text = read_text(t->pool, path, &size);

	if (!text)
		return report_error(t->r, "cannot-open", "cannot open %s: %s", path,
				    strerror(errno));
	put_exports(t, text, "\r\n");
	return 0;
}

static int invalid(struct translation *t, const char *option, const char *value,
		   const char *expected)
{
	return report_error(t->r, "invalid-value", "invalid value '%s' for '%s', expected %s",
			    value, option, expected);
}

static int emit(struct translation *t, const char *kind)
{
	static const struct {
		const char *kind, *option;
	} kinds[] = {
	    {"obj", NULL},
	    {"asm", "--lto-emit-asm"},
	    {"llvm-bc", "--lto-emit-llvm"},
	    {"llvm-ir", "--plugin-opt=emit-llvm-ir"},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kind, kinds[i].kind) != 0)
			continue;
		if (!t->emits)
			put(t, kinds[i].option, NULL);
		t->emits = true;
		return 0;
	}
	return invalid(t, "--emit", kind, "obj, asm, llvm-bc or llvm-ir");
}

static int cpu(struct translation *t, const char *name)
{
	static const char *const cpus[] = {"generic", "probe", "v1", "v2", "v3", "v4", NULL};

	if (!is_one_of(name, cpus))
		return invalid(t, "--cpu", name, "generic, probe, or v1 to v4");
	put(t, pool_printf(t->pool, "--mcpu=%s", strcmp(name, "generic") ? name : "v1"), NULL);
	return 0;
}

static int log_level(struct translation *t, const char *value)
{
	static const char *const levels[] = {"off",   "error", "warn", "info",
					     "debug", "trace", NULL};

	if (is_one_of(value, levels))
		return 0;
	return invalid(t, "--log-level", value, "error, warn, info, debug or trace");
}

static int level(struct translation *t, const char *value)
{
	if (strlen(value) != 1 || !strchr("0123sz", *value))
		return invalid(t, "-O", value, "0 to 3, s or z");
	/* Without inlining, Rust does not compile: functions return structs, for example. */
	put(t, *value == '3' ? "--lto-O3" : "--lto-O2", NULL);
	return 0;
}

static int help(struct translation *t)
{
	printf("Usage: bpf-linker [options] file...\n\n"
	       "ld.bpf under this name links for rustc: bitcode, rlibs and objects.\n\nOptions:\n");
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		print_row(stdout,
			  pool_printf(t->pool, "  %s%s%s", options[i].name,
				      options[i].value ? " " : "",
				      options[i].value ? options[i].value : ""),
			  options[i].help);
	printf("\nOptions of ld.bpf follow -Wl, as in -Wl,-Map=out.map.\n");
	return fflush(stdout) || ferror(stdout) ? -1 : 1;
}

static int take(struct translation *t, const struct bpf_linker_option *opt, const char *value)
{
	if (opt->value && !value && opt->action != BL_BOOL)
		return report_error(t->r, "missing-value", "'%s' requires a value: %s %s",
				    opt->name, opt->name, opt->value);
	switch (opt->action) {
	case BL_TAKE: put(t, opt->name, value); return 0;
	case BL_REPLACE: put(t, opt->replacement, NULL); return 0;
	case BL_CPU: return cpu(t, value);
	case BL_FEATURES:
		if (*value)
			put(t, pool_printf(t->pool, "--plugin-opt=mattr=%s", value), NULL);
		return 0;
	case BL_TARGET:
		if (!strncmp(value, "bpf", 3))
			return 0;
		return invalid(t, "--target", value, "bpfel-unknown-none or bpfeb-unknown-none");
	case BL_EMIT: return emit(t, value);
	case BL_EXPORT: put_exports(t, value, ","); return 0;
	case BL_EXPORT_FILE: return export_file(t, value);
	case BL_LLVM_ARGS: put_list(t, "--mllvm", value, ","); return 0;
	case BL_LEVEL: return level(t, value);
	case BL_LOG_LEVEL: return log_level(t, value);
	case BL_UNROLL:
		put_list(t, "--mllvm",
			 "-unroll-runtime,-unroll-runtime-multi-exit,"
			 "-unroll-max-upperbound=4294967295,-unroll-threshold=4294967295",
			 ",");
		t->unroll = true;
		return 0;
	case BL_BOOL:
		return !value || is_bool(value) ? 0 : invalid(t, opt->name, value, "true or false");
	case BL_IGNORE:
	case BL_HELP: return 0;
	}
	return 0;
}

int translate_bpf_linker(struct words *out, struct pool *pool, struct report *r,
			 const struct words *args)
{
	struct translation t = {.out = out, .pool = pool, .r = r, .args = args};

	/* Options that the command may override come first. */
	put(&t, "--lto-internalize", NULL);
	put(&t, "--gc-sections", NULL);
	put(&t, "--plugin-opt=for-rust", NULL);
	while (t.next < args->n) {
		const char *arg = args->v[t.next++], *value;
		const struct bpf_linker_option *opt = arg[0] == '-' ? match(&t, arg, &value) : NULL;

		if (opt && opt->action == BL_HELP)
			return help(&t);
		if (opt)
			t.err |= take(&t, opt, value);
		else if (!strncmp(arg, "-Wl,", 4))
			put_list(&t, NULL, arg + 4, ",");
		else if (arg[0] == '-' && arg[1])
			t.err |= report_error(r, "unknown-option",
					      "unknown option '%s'" LD_HELP
					      "bpf-linker --help lists all options; pass options "
					      "of ld.bpf with -Wl, as in -Wl,-Map=out.map",
					      arg);
		else
			words_add(out, arg);
	}
	/* Level 2 would use the shortest code, without unrolled loops. */
	if (t.unroll)
		put(&t, "--lto-O3", NULL);
	return t.err ? -1 : 0;
}
