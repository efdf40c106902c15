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
	BL_REPLACE, /* the replacement is the linker's option */
	BL_CPU,
	BL_FEATURES,
	BL_TARGET,
	BL_EMIT,
	BL_EXPORT,
	BL_EXPORT_FILE,
	BL_LLVM_ARGS,
	BL_LEVEL,
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
    {"-O", "LEVEL", BL_LEVEL, "optimization level: 0 to 3; s and z mean 2", NULL},
    {"--cpu", "CPU", BL_CPU, "generate code for CPU: generic, or v1 to v4", NULL},
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
    {"--unroll-loops", NULL, BL_IGNORE, "LLVM decides", NULL},
    {"--log-file", "FILE", BL_IGNORE, "there is no log", NULL},
    {"--log-level", "LEVEL", BL_IGNORE, "there is no log", NULL},
    {"--disable-memory-builtins", NULL, BL_IGNORE, "no calls of memory functions are added", NULL},
    {"--disable-expand-memcpy-in-order", NULL, BL_IGNORE, "this is the default", NULL},
    {"--allow-bpf-trap", NULL, BL_IGNORE, "always", NULL},
    {"--fatal-errors", NULL, BL_IGNORE, "errors are always fatal", NULL},
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
	int err;
};

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
		else if (opt->value && t->next < t->args->n)
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

static int emit(struct translation *t, const char *kind)
{
	if (!strcmp(kind, "asm"))
		put(t, "--lto-emit-asm", NULL);
	else if (!strcmp(kind, "llvm-bc"))
		put(t, "--lto-emit-llvm", NULL);
	else if (!strcmp(kind, "llvm-ir"))
		put(t, "--plugin-opt=emit-llvm-ir", NULL);
	else if (strcmp(kind, "obj") != 0)
		return report_error(t->r, "invalid-value",
				    "invalid value '%s' for '--emit', expected obj, asm, llvm-bc "
				    "or llvm-ir",
				    kind);
	return 0;
}

static int level(struct translation *t, const char *value)
{
	if (!strcmp(value, "s") || !strcmp(value, "z"))
		value = "2";
	if (strlen(value) != 1 || *value < '0' || *value > '3')
		return report_error(t->r, "invalid-value",
				    "invalid value '%s' for '-O', expected 0 to 3, s or z", value);
	put(t, pool_printf(t->pool, "--lto-O%s", value), NULL);
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
	if (opt->value && !value)
		return report_error(t->r, "missing-value", "'%s' requires a value: %s %s",
				    opt->name, opt->name, opt->value);
	switch (opt->action) {
	case BL_TAKE: put(t, opt->name, value); return 0;
	case BL_REPLACE: put(t, opt->replacement, NULL); return 0;
	case BL_CPU:
		put(t, pool_printf(t->pool, "--mcpu=%s", strcmp(value, "generic") ? value : "v1"),
		    NULL);
		return 0;
	case BL_FEATURES:
		if (*value)
			put(t, pool_printf(t->pool, "--plugin-opt=mattr=%s", value), NULL);
		return 0;
	case BL_TARGET:
		if (!strncmp(value, "bpf", 3))
			return 0;
		return report_error(
		    t->r, "invalid-value",
		    "invalid value '%s' for '--target', expected bpfel-unknown-none "
		    "or bpfeb-unknown-none",
		    value);
	case BL_EMIT: return emit(t, value);
	case BL_EXPORT: put_exports(t, value, ","); return 0;
	case BL_EXPORT_FILE: return export_file(t, value);
	case BL_LLVM_ARGS: put_list(t, "--mllvm", value, ","); return 0;
	case BL_LEVEL: return level(t, value);
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
	return t.err ? -1 : 0;
}
