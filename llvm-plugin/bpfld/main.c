/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/near.h"
#include "base/opts.h"
#include "bpfld/command.h"
#include "common/explain.h"
#include "common/place.h"

#define ROOT "/sys/fs/bpf/bpfld"

static const struct command {
	const char *name;
	enum exit_status (*run)(struct request *q);
	const char *operands, *help, *example;
} commands[] = {
#define COMMAND(name, operands, help, example) {#name, command_##name, operands, help, example},
#include "bpfld/options.def"
};

enum id {
#define OPT(id, letter, name, form, value, help, commands) OPT_##id,
#include "bpfld/options.def"
};

static const struct option {
	enum id id;
	enum form form;
	char letter;       /* or 0 */
	const char *name;  /* or NULL */
	const char *value; /* placeholder in --help */
	const char *help, *commands;
} options[] = {
#define OPT(id, letter, name, form, value, help, commands)                                         \
	{OPT_##id, form, letter, name, value, help, commands},
#include "bpfld/options.def"
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define MAX_EDITS 3 /* of a suggestion for an unknown word */

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; name && i < COUNT(commands); i++)
		if (!strcmp(name, commands[i].name))
			return &commands[i];
	return NULL;
}

/* Whether a command takes an option: it is in the option's list, or all commands take it. */
static bool takes(const struct command *command, const struct option *opt)
{
	size_t len = strlen(command->name);

	for (const char *c = opt->commands; *c; c += strspn(c, ", ")) {
		size_t word = strcspn(c, ",");

		if (word == len && !strncmp(c, command->name, len))
			return true;
		c += word;
	}
	return !*opt->commands && opt->id != OPT_version;
}

static enum exit_status print_command_usage(const struct command *command, FILE *out)
{
	fprintf(out, "Usage: bpfld %s [OPTION]...%s%s\n\n%c%s.\n\nOptions:\n", command->name,
		*command->operands ? " " : "", command->operands,
		toupper((unsigned char)*command->help), command->help + 1);
	for (size_t i = 0; i < COUNT(options); i++)
		if (takes(command, &options[i]))
			print_option(out, options[i].letter, options[i].name, options[i].form,
				     options[i].value, options[i].help);
	fprintf(out, "\nExample:\n  %s\n", command->example);
	return EXIT_DONE;
}

static enum exit_status print_usage(struct request *q, FILE *out)
{
	fputs("Usage: bpfld COMMAND [OPTION]... [OPERAND]...\n\n"
	      "Links, loads, lists and unloads BPF objects. Loaded objects stay pinned in\n" ROOT
	      "/NAME until they are unloaded.\n\n"
	      "Commands:\n",
	      out);
	for (size_t i = 0; i < COUNT(commands); i++)
		print_row(out,
			  pool_printf(q->pool, "  bpfld %s %s", commands[i].name,
				      commands[i].operands),
			  commands[i].help);
	fputs("\nOptions, with the commands that take them:\n", out);
	for (size_t i = 0; i < COUNT(options); i++) {
		const struct option *o = &options[i];
		const char *colon = *o->commands ? ": " : "";

		print_option(out, o->letter, o->name, o->form, o->value,
			     pool_printf(q->pool, "%s%s%s", o->commands, colon, o->help));
	}
	fputs("\n`bpfld COMMAND --help` describes one command.\n"
	      "Exit status: 0 for success, 1 for failure, 2 for a usage error; of check: 1 if a "
	      "program is\n"
	      "rejected, 3 if none is, but some have no verdict.\n",
	      out);
	return EXIT_DONE;
}

/* ---- the command line ---- */

static int bad_usage(struct request *q, const char *what, const char *arg)
{
	report_error(q->report, "usage",
		     "%s '%s'" LD_HELP "bpfld --help lists commands and options", what, arg);
	return -1;
}

/* With the candidate that is nearest to what was typed, or a list of all. */
static int unknown(struct request *q, const char *what, const char *arg, const struct ld_near *near,
		   const char *before, const char *rest)
{
	if (!near->name)
		return bad_usage(q, what, arg);
	report_error(q->report, "usage", "%s '%s'" LD_HELP "did you mean '%s%s%s'?", what, arg,
		     before, near->name, rest);
	return -1;
}

static int unknown_option(struct request *q, const char *arg)
{
	const char *typed = arg + strspn(arg, "-");
	size_t len = strcspn(typed, "=");
	struct ld_near near = {.typed = pool_strndup(q->pool, typed, len), .max = MAX_EDITS};

	for (size_t i = 0; len > 1 && i < COUNT(options); i++) {
		const char *name = options[i].name;

		if (name && !strcmp(name, near.typed)) {
			near.name = name; /* with one dash */
			break;
		}
		if (name)
			ld_near_try(&near, name);
	}
	return unknown(q, "unknown option", arg, &near, "--", typed + len);
}

static int unknown_command(struct request *q, const char *command)
{
	struct ld_near near = {.typed = command, .max = MAX_EDITS};

	for (size_t i = 0; i < COUNT(commands); i++)
		ld_near_try(&near, commands[i].name);
	return unknown(q, "unknown command", command, &near, "bpfld ", "");
}

/* Reports options that the command does not take. */
static int check_options(struct request *q, const struct command *command)
{
	int err = 0;

	for (size_t i = 0; i < COUNT(options); i++) {
		const struct option *o = &options[i];

		if (!(q->given & 1ull << o->id) || takes(command, o))
			continue;
		report_error(q->report, "usage",
			     "%s does not accept '%s%s'" LD_HELP
			     "commands that accept it: %s; bpfld %s --help lists the options of %s",
			     command->name, o->name ? "--" : "-",
			     o->name ? o->name : (const char[]){o->letter, 0}, o->commands,
			     command->name, command->name);
		err = -1;
	}
	return err;
}

static int take_bind(struct request *q, const char *text)
{
	struct bind b;

	if (!split_bind(q->pool, text, &b))
		return bad_usage(q, "expected OBJECT:NAME=OBJECT:NAME, got", text);
	words_add(&q->binds, b.object);
	words_add(&q->binds, b.name);
	words_add(&q->binds, b.to_object);
	words_add(&q->binds, b.target);
	return 0;
}

static int take_prefix(struct request *q, const char *text)
{
	if (!ld_is_prefix(text))
		return bad_usage(q, "expected LIB:PFX, with the beginning of a C name as PFX, got",
				 text);
	words_add(&q->prefixes, text);
	return 0;
}

/* value is NULL if arg has none. */
static int take_mode(struct request *q, const char *arg, const char *value)
{
	static const char *const modes[] = {
	    [BPFLD_DYN_AUTO] = "auto",
	    [BPFLD_DYN_REPLACE] = "replace",
	    [BPFLD_DYN_STATIC] = "static",
	};

	q->dynamic = true;
	if (!value)
		return 0;
	for (unsigned int i = 0; i < COUNT(modes); i++)
		if (!strcmp(value, modes[i])) {
			q->mode = i;
			return 0;
		}
	return bad_usage(q, "expected auto, replace or static, got", arg);
}

/* Each kernel once. */
static int take_kernels(struct request *q, const char *list)
{
	while (*list) {
		size_t len = strcspn(list, ","), i = 0;
		const char *kernel = pool_strndup(q->pool, list, len);

		list += len + (list[len] == ',');
		while (i < q->kernels.n && strcmp(q->kernels.v[i], kernel))
			i++;
		if (!len)
			return bad_usage(q, "missing kernel before", list);
		if (i == q->kernels.n)
			words_add(&q->kernels, kernel);
	}
	return q->kernels.n ? 0 : bad_usage(q, "expected kernels, got", list);
}

static int take_number(struct request *q, const char *arg, const char *value, double least,
		       double *number)
{
	char *end;

	*number = strtod(value, &end);
	if (!isdigit((unsigned char)*value) || *end || *number < least || *number > 1000000)
		return bad_usage(q, "expected a number, got", arg);
	return 0;
}

static int take_diagnostics(struct request *q, const char *arg, const char *value)
{
	bool json = !strcmp(value, "json");

	if (!json && strcmp(value, "text"))
		return bad_usage(q, "expected text or json, got", arg);
	report_format(q->report, json);
	return 0;
}

/* Directories from the environment come after those from the command line. */
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

static int take_option(struct request *q, enum id id, const char *arg, const char *value)
{
	q->given |= 1ull << id;
	switch (id) {
	case OPT_json:
	case OPT_pretty: q->json = true; break;
	case OPT_diagnostics: return take_diagnostics(q, arg, value);
	case OPT_name: q->name = value; break;
	case OPT_attach: q->attach = true; break;
	case OPT_device: q->device = value; break;
	case OPT_dynamic: return take_mode(q, arg, value);
	case OPT_force: q->force = true; break;
	case OPT_bind: return take_bind(q, value);
	case OPT_prefix: return take_prefix(q, value);
	case OPT_library_path: words_add(&q->library_paths, value); break;
	case OPT_library: words_add(&q->args, pool_printf(q->pool, "-l%s", value)); break;
	case OPT_target_btf: words_add(&q->target_btf, value); break;
	case OPT_root: q->root = value; break;
	case OPT_target_kernel: q->target_kernels = value; break;
	case OPT_kernel: return take_kernels(q, value);
	case OPT_fetch: q->fetch = true; break;
	case OPT_log: q->log = value; break;
	case OPT_numbers: q->numbers = true; break;
	case OPT_html: q->html = value; break;
	case OPT_baseline: q->baseline = value; break;
	case OPT_max_growth: return take_number(q, arg, value, 0, &q->max_growth);
	case OPT_timeout: return take_number(q, arg, value, 0.001, &q->timeout);
	case OPT_output: q->output = value; break;
	case OPT_budget: q->budget = value; break;
	case OPT_keep_size: return take_number(q, arg, value, 0, &q->keep_size);
	case OPT_keep_speed: return take_number(q, arg, value, 0, &q->keep_speed);
	case OPT_explain: q->explain = true; break;
	case OPT_verbose: q->verbose = true; break;
	case OPT_help: q->want_help = true; break;
	case OPT_version: q->want_version = true; break;
	}
	return 0;
}

/* Whether argv[*i] is the option. Sets *value, and advances *i if the next argument is the value.
 */
static bool match_option(const struct option *opt, char **argv, int *i, const char **value)
{
	const char *arg = argv[*i], *rest = NULL;
	size_t len = opt->name ? strlen(opt->name) : 0;

	*value = NULL;
	if (len && !strncmp(arg, "--", 2) && !strncmp(arg + 2, opt->name, len))
		rest = arg + 2 + len;
	if (rest && *rest == '=' && opt->form != FLAG) {
		*value = rest + 1;
		return true;
	}
	if (!rest && opt->letter && arg[1] == opt->letter)
		rest = arg + 2;
	if (!rest || (*rest && (arg[1] == '-' || opt->form != VALUE)))
		return false;
	if (*rest)
		*value = rest;
	else if (opt->form == VALUE && argv[*i + 1])
		*value = argv[++*i];
	return true;
}

static int parse_option(struct request *q, char **argv, int *i)
{
	const char *arg = argv[*i], *value;

	for (size_t k = 0; k < COUNT(options); k++) {
		if (!match_option(&options[k], argv, i, &value))
			continue;
		if (options[k].form == VALUE && !value)
			return bad_usage(q, "missing value for", arg);
		return take_option(q, options[k].id, arg, value);
	}
	return unknown_option(q, arg);
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

enum exit_status command_explain(struct request *q)
{
	return explain(q->report, q->args.v, q->args.n) ? EXIT_FAILED : EXIT_DONE;
}

/* Whether writing output, which is no object, would destroy the input path. */
static bool would_replace(struct request *q, const char *option, const char *output,
			  const char *path)
{
	struct place to, from;

	if (!output || !path || !find_place(q->pool, output, &to) ||
	    !find_place(q->pool, path, &from) || from.name || !is_same_place(&to, &from))
		return false;
	report_error(q->report, "output-is-input",
		     "%s %s would replace the input %s" LD_HELP "write to another file", option,
		     output, path);
	return true;
}

static bool would_replace_inputs(struct request *q, const struct command *command)
{
	bool gen = command->run == command_gen, links = gen || command->run == command_link;
	const char *object = links && q->args.n > gen ? q->args.v[gen] : NULL, *cache = NULL;
	bool err = would_replace(q, "--html", q->html, q->baseline);

	if (q->output)
		cache = pool_printf(q->pool, "%s.cache", q->output);
	for (size_t i = 0; !links && i < q->args.n; i++) {
		err |= would_replace(q, "--html", q->html, q->args.v[i]);
		err |= would_replace(q, "-o", q->output, q->args.v[i]);
		err |= would_replace(q, "-o", cache, q->args.v[i]);
	}
	for (size_t i = 0; i < q->target_btf.n; i++)
		err |= would_replace(q, "the output", object, q->target_btf.v[i]);
	return err;
}

static enum exit_status run(struct request *q, char **argv)
{
	const char *name = NULL;
	const struct command *command;

	if (parse(q, argv, &name))
		return EXIT_USAGE;
	/* As bpftool accepts it. */
	command = find_command(is_word(name, "version") ? "version" : name);
	if (name && !command) {
		unknown_command(q, name);
		return EXIT_USAGE;
	}
	if (q->want_help)
		return command ? print_command_usage(command, stdout) : print_usage(q, stdout);
	if (q->want_version)
		return command_version(q);
	if (!command) {
		print_usage(q, stderr);
		return EXIT_USAGE;
	}
	if (check_options(q, command))
		return EXIT_USAGE;
	if (would_replace_inputs(q, command))
		return EXIT_FAILED;
	if (command->run == command_load)
		take_environment(q);
	return command->run(q);
}

int main(int argc, char **argv)
{
	struct report report = {.program = "bpfld", .out = stdout};
	struct pool pool = {0};
	struct request q = {
	    .report = &report,
	    .pool = &pool,
	    .root = ROOT,
	    .timeout = 120,
	    .max_growth = -1,
	    .keep_size = 25,
	    .keep_speed = 5,
	};
	enum exit_status status;

	(void)argc;

	report_color(&report, COLOR_AUTO);
	report_format_early(&report, (const char *const *)argv);
	take_messages(&q);
	catch_truncation(&report, NULL);
	if (is_for_bpftool(argv))
		status = run_bpftool(&q, argv);
	else
		status = run(&q, argv);
	note_messages(&q);
	if (fflush(stdout) || ferror(stdout))
		status = cannot(&q, "write", "standard output", errno);
	words_free(&q.library_paths);
	words_free(&q.binds);
	words_free(&q.prefixes);
	words_free(&q.kernels);
	words_free(&q.target_btf);
	words_free(&q.args);
	words_free(&q.messages);
	pool_free(&pool);
	report_end(&report, (int)status);
	return (int)status;
}
