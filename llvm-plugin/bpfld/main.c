/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

#define ROOT "/sys/fs/bpf/bpfld"

static const struct {
	const char *name;
	enum exit_status (*run)(struct request *q);
} commands[] = {
    {"gen", command_gen}, {"link", command_link},     {"load", command_load},
    {"ls", command_ls},   {"unload", command_unload},
};

static const char help[] =
    "Usage: bpfld link OUTPUT INPUT...\n"
    "       bpfld gen object OUTPUT INPUT...\n"
    "       bpfld load [OPTION]... OBJECT...\n"
    "       bpfld ls [NAME]...\n"
    "       bpfld unload NAME...\n"
    "\n"
    "Links BPF objects, and loads what comes of it. What is loaded stays, under a name, until it "
    "is\n"
    "unloaded: its programs, maps and links are pinned in " ROOT "/NAME.\n"
    "\n"
    "link takes what `bpftool gen object` takes, and makes a file to load or to link again. gen "
    "object\n"
    "is the same, and all else of gen, and btf, is handed on to bpftool: BPFTOOL=bpfld does for "
    "make.\n"
    "\n"
    "  -j, --json           print JSON\n"
    "  -n, --name=NAME      load: under this name (default: the first object's, to its first dot)\n"
    "  -a, --attach         load: attach all programs, as their sections say\n"
    "      --device=IFACE   load: the interface for XDP programs\n"
    "      --dynamic        load: each object by itself, with functions of libraries put into "
    "mains;\n"
    "                       linked statically where the kernel can't: --dynamic=replace fails\n"
    "                       then, --dynamic=static always does that\n"
    "      --force          unload: a library that still serves mains, too\n"
    "      --bind=A.o:f=B.o:g\n"
    "                       link, load: what A.o calls f is g of B.o\n"
    "  -L, --library-path=DIR\n"
    "                       link, load: look for libraries in DIR\n"
    "  -lNAME               link, load: link with libNAME.a; --dynamic: libNAME.bpf.o, libNAME.o\n"
    "                       or libNAME.a is a library\n"
    "      --root=DIR       load, ls, unload: pins are here, in a BPF file system\n"
    "      --verbose        say what libbpf says\n"
    "      --help, --version\n"
    "\n"
    "load looks for libraries in the folders of BPFLD_LIBRARY_PATH, separated by ':', too.\n"
    "\n"
    "Exit status: 0 if all went well, 1 if not, 2 for a command line that makes no sense.\n";

enum exit_status fail(struct request *q, const char *what, const char *path, int error)
{
	report_error(q->report, "failed", "cannot %s %s: %s", what, path, strerror(error));
	return EXIT_FAILED;
}

static bool verbose;

static int print_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	/* The verifier's log is a warning. */
	if (level == LIBBPF_DEBUG || (level == LIBBPF_INFO && !verbose))
		return 0;
	return vfprintf(stderr, format, args);
}

/* ---- the command line ---- */

static int wrong(struct request *q, const char *what, const char *arg)
{
	report_error(q->report, "usage", "%s '%s'; see bpfld --help", what, arg);
	return -1;
}

/* The value of an option: after '=', or after its letter, or the next word. NULL: not this option.
 */
static const char *value_of(struct request *q, const char *option, const char *letter, char **argv,
			    int *i)
{
	const char *arg = argv[*i];
	size_t len = strlen(option), one = letter ? strlen(letter) : 0;

	if (!strncmp(arg, option, len) && arg[len] == '=')
		return arg + len + 1;
	if (one && !strncmp(arg, letter, one) && arg[one])
		return arg + one;
	if (strcmp(arg, option) != 0 && (!one || strcmp(arg, letter) != 0))
		return NULL;
	if (argv[*i + 1])
		return argv[++*i];
	wrong(q, "a value is missing after", arg);
	return NULL;
}

static int take_bind(struct request *q, const char *text)
{
	struct bind b;

	if (!split_bind(q->pool, text, &b))
		return wrong(q, "OBJECT:NAME=OBJECT:NAME is wanted, not", text);
	words_add(&q->binds, b.object);
	words_add(&q->binds, b.name);
	words_add(&q->binds, b.to_object);
	words_add(&q->binds, b.target);
	return 0;
}

static int take_mode(struct request *q, const char *arg)
{
	static const char *const modes[] = {
	    [BPFLD_DYN_AUTO] = "auto",
	    [BPFLD_DYN_REPLACE] = "replace",
	    [BPFLD_DYN_STATIC] = "static",
	};

	q->dynamic = true;
	if (!arg[strlen("--dynamic")])
		return 0;
	for (unsigned int i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!strcmp(arg + strlen("--dynamic="), modes[i])) {
			q->mode = i;
			return 0;
		}
	return wrong(q, "auto, replace or static is wanted, not", arg);
}

/* Folders of the environment come after those of the command line. */
static void take_environment(struct request *q)
{
	const char *path = getenv("BPFLD_LIBRARY_PATH");

	while (path && *path) {
		size_t len = strcspn(path, ":");

		if (len)
			words_add(&q->library_paths, pool_strndup(q->pool, path, len));
		path += len + (path[len] == ':');
	}
}

static int parse_option(struct request *q, char **argv, int *i)
{
	const char *arg = argv[*i], *value;
	size_t errors = q->report->errors;

	if (!strcmp(arg, "-j") || !strcmp(arg, "--json"))
		q->json = true;
	else if (!strcmp(arg, "-a") || !strcmp(arg, "--attach"))
		q->attach = true;
	else if (!strcmp(arg, "--force"))
		q->force = true;
	else if (!strcmp(arg, "--dynamic") || !strncmp(arg, "--dynamic=", 10))
		return take_mode(q, arg);
	else if (!strcmp(arg, "--verbose"))
		verbose = true;
	else if ((value = value_of(q, "--name", "-n", argv, i)))
		q->name = value;
	else if ((value = value_of(q, "--device", NULL, argv, i)))
		q->device = value;
	else if ((value = value_of(q, "--root", NULL, argv, i)))
		q->root = value;
	else if ((value = value_of(q, "--bind", NULL, argv, i)))
		return take_bind(q, value);
	else if ((value = value_of(q, "--library-path", "-L", argv, i)))
		words_add(&q->library_paths, value);
	else if (!strncmp(arg, "-l", 2) && arg[2])
		words_add(&q->args, arg);
	else
		return q->report->errors > errors ? -1 : wrong(q, "unknown option", arg);
	return 0;
}

static int parse(struct request *q, char **argv, const char **command)
{
	for (int i = 1; argv[i]; i++) {
		if (!strcmp(argv[i], "--")) {
			while (argv[++i])
				words_add(&q->args, argv[i]);
			return 0;
		}
		if (argv[i][0] == '-' && argv[i][1]) {
			if (parse_option(q, argv, &i))
				return -1;
		} else if (!*command) {
			*command = argv[i];
		} else {
			words_add(&q->args, argv[i]);
		}
	}
	return 0;
}

static enum exit_status run(struct request *q, char **argv)
{
	const char *command = NULL;

	if (parse(q, argv, &command))
		return EXIT_USAGE;
	if (command && !strcmp(command, "load"))
		take_environment(q);
	for (size_t i = 0; command && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(command, commands[i].name))
			return commands[i].run(q);
	if (command)
		wrong(q, "unknown command", command);
	else
		fputs(help, stderr);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	struct report report = {.program = "bpfld", .out = stdout};
	struct pool pool = {0};
	struct request q = {.report = &report, .pool = &pool, .root = ROOT};
	enum exit_status status;

	report_color(&report, COLOR_AUTO);
	libbpf_set_print(print_libbpf);
	catch_truncation(&report, NULL);
	if (argc == 2 && !strcmp(argv[1], "--help"))
		status = fputs(help, stdout) < 0 ? EXIT_FAILED : EXIT_DONE;
	else if (argc == 2 && !strcmp(argv[1], "--version"))
		status = printf("bpfld %s\n", bpfld_version()) < 0 ? EXIT_FAILED : EXIT_DONE;
	else if (is_for_bpftool(argv))
		status = hand_on(&q, argv);
	else
		status = run(&q, argv);
	if (fflush(stdout) || ferror(stdout))
		status = fail(&q, "write", "standard output", errno);
	words_free(&q.library_paths);
	words_free(&q.binds);
	words_free(&q.args);
	pool_free(&pool);
	return (int)status;
}
