/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Compiles bitcode to an object with LLVM's C API. It runs in a child process (lto.c) that exits
 * afterwards, so memory is not freed.
 */
#include "lto/compiler.h"

#include <errno.h>
#include <llvm-c/Analysis.h>
#include <llvm-c/BitReader.h>
#include <llvm-c/BitWriter.h>
#include <llvm-c/ErrorHandling.h>
#include <llvm-c/Support.h>
#include <llvm-c/Target.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <llvm/Config/llvm-config.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Global: LLVM's handler of fatal errors takes no context. */
static struct compiler compiler;

/*
 * LLVM calls abort() when it runs out of memory, like for other crashes. Then another optimization
 * level might be tried and produce different code, so the handlers of failed allocations are
 * replaced. They are C++ functions, referred to by their mangled names, and weak: an LLVM may lack
 * them.
 */
extern void (*set_new_handler(void (*handler)(void)))(void) __asm__("_ZSt15set_new_handlerPFvvE")
    __attribute__((weak));
extern void install_bad_alloc_error_handler(
    void (*handler)(void *, const char *, bool),
    void *data) __asm__("_ZN4llvm31install_bad_alloc_error_handlerEPFvPvPKcbES0_")
    __attribute__((weak));

static void on_bad_alloc(void *data, const char *reason, bool crash)
{
	(void)data;
	(void)reason;
	(void)crash;
	out_of_memory();
}

static void handle_bad_alloc(void)
{
	if (set_new_handler)
		set_new_handler(out_of_memory);
	if (install_bad_alloc_error_handler)
		install_bad_alloc_error_handler(on_bad_alloc, NULL);
}

/* ---- diagnostics of LLVM ---- */

static void on_fatal_error(const char *reason)
{
	struct compiler *c = &compiler;

	report_error(c, "lto-failed", "%s%sLLVM: %s", c->module ? c->module : "",
		     c->module ? ": " : "", reason);
	_exit(LTO_FAILED);
}

/* The fix for a message of the BPF backend of LLVM 14 to 23, or NULL. */
static const char *help_for(const char *message)
{
	static const char *const rows[][2] = {
	    {"too many arg", "pass a pointer to a struct instead of more than five arguments"},
	    {"stack arguments", "pass a pointer to a struct instead of more than five arguments"},
	    {"VarArgs or StructRet", "return a number, and declare all parameters"},
	    {"aggregate returns", "return a number, or store through a pointer"},
	    {"small returns", "use numbers of at most 64 bits, or store through a pointer"},
	    {"variadic", "declare all parameters"},
	    {"df3'", "use integers: BPF has no floating-point numbers"},
	    {"sf3'", "use integers: BPF has no floating-point numbers"},
	    {"ti3'", "divide numbers of at most 64 bits"},
	    {"'mem", "use a constant size, or a loop"},
	    {"'abort'", "avoid __builtin_trap() and undefined behavior"},
	    {"dynamic stack", "use arrays of constant size"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strstr(message, rows[i][0]))
			return rows[i][1];
	return NULL;
}

/*
 * Reports an error of the backend, "FILE:LINE:COLUMN: in function NAME TYPE: MESSAGE", where FILE
 * is <unknown> without debug information. Returns false for another one.
 */
static bool report_backend_error(struct compiler *c, const char *text)
{
	static const char in[] = ": in function ", unknown[] = "<unknown>";
	const char *name = strstr(text, in), *message = name ? strstr(name, "): ") : NULL, *help;
	bool known = strncmp(text, unknown, strlen(unknown)) != 0;
	int place, size;

	if (!message)
		return false;
	place = known ? (int)(name - text) : 0;
	/* Without the column. */
	while (place && text[--place] != ':')
		;
	name += strlen(in);
	message += strlen("): ");
	for (size = (int)strlen(message); size && strchr(".\n", message[size - 1]); size--)
		;
	help = help_for(message);
	report_error(c, "lto-failed", "%s%scannot compile function '%.*s': %.*s%s%.*s%s%s",
		     c->module ? c->module : "", c->module ? ": " : "", (int)strcspn(name, " "),
		     name, size, message, place ? "\n>>> at " : "", place, text,
		     help ? "\n>>> help: " : "", help ? help : "");
	return true;
}

static void on_diagnostic(LLVMDiagnosticInfoRef info, void *ctx)
{
	struct compiler *c = ctx;
	LLVMDiagnosticSeverity severity = LLVMGetDiagInfoSeverity(info);
	bool error = severity == LLVMDSError;
	char *description, *text;

	if (c->lenient || (!error && (severity != LLVMDSWarning || c->repeated)))
		return;
	description = LLVMGetDiagInfoDescription(info);
	if (error && report_backend_error(c, description))
		return;
	text = print("%s%s%s%s", c->module ? c->module : "", c->module ? ": " : "",
		     c->reading && error ? "invalid bitcode: " : "", description);
	if (error)
		report_error(c, "lto-failed", "%s", text);
	/* rustc and clang write different ones; either works. */
	else if (!strstr(text, "linking module flags 'Dwarf Version'"))
		report_text(c, BPFLD_WARNING, "lto-warning", text);
}

/* ---- code ---- */

static void keep_temporary(struct compiler *c, LLVMModuleRef m, const char *suffix)
{
	const char *prefix = c->r->options->temporaries;
	LLVMMemoryBufferRef ir;
	size_t size;
	char *path;
	FILE *f;

	if (!prefix)
		return;
	show_types(c, m);
	ir = LLVMWriteBitcodeToMemoryBuffer(m);
	size = LLVMGetBufferSize(ir);
	path = print("%s.%s.bc", prefix, suffix);
	f = fopen(path, "we");
	if (!f || fwrite(LLVMGetBufferStart(ir), 1, size, f) != size || fclose(f))
		report_error(c, "cannot-write", "cannot write %s: %s", path, strerror(errno));
}

static void put_output(struct compiler *c, LLVMMemoryBufferRef buffer, size_t number)
{
	c->r->put(c->r, LTO_MADE, number, LLVMGetBufferStart(buffer), LLVMGetBufferSize(buffer));
}

static void put_text(struct compiler *c, LLVMModuleRef m)
{
	char *text = LLVMPrintModuleToString(m);

	c->r->put(c->r, LTO_MADE, 0, text, strlen(text));
	LLVMDisposeMessage(text);
}

/* ---- optimizing ---- */

/* Below level 2 there is no inliner, but always_inline must be honoured, as in clang -O0. */
#define LEVEL(n) "always-inline,lto<O" #n ">"

/*
 * Inlining avoids calls, both for the verifier and at run time, but duplicates code, and the number
 * of instructions of a program is limited. So level 2 tries three ways: LLVM's default, a threshold
 * at which only functions shorter than a call are inlined, and level 1.
 */
static LLVMModuleRef optimize_best(struct compiler *c, LLVMModuleRef m, LLVMMemoryBufferRef *object)
{
	static const struct way ways[] = {{LEVEL(2), NULL}, {LEVEL(2), "25"}, {LEVEL(1), NULL}};
	static const struct way levels[] = {
	    {LEVEL(0), NULL}, {LEVEL(1), NULL}, {0}, {LEVEL(3), NULL}};
	static const struct way one_file = {"default<O2>", NULL};
	const struct lto_plan *plan = c->r->options->plan;
	int level = c->r->options->level;
	struct way way = levels[level];

	switch (plan ? plan->order : LTO_SHORTEST) {
	case LTO_O2: way = ways[0]; break;
	case LTO_O2_SHORT: way = ways[1]; break;
	case LTO_O1: way = ways[2]; break;
	case LTO_ONE_FILE: way = c->unoptimized ? one_file : ways[0]; break;
	default:
		if (level == 2)
			return optimize_ways(c, m, ways, sizeof(ways) / sizeof(*ways), object);
	}
	show_types(c, m);
	return optimize(c, m, way) ? NULL : m;
}

/* Whether more is needed of the optimized module than its code. */
static bool needs_module(const struct compiler *c)
{
	const struct lto_options *o = c->r->options;

	return c->r->job->want == BPFLD_LTO_IR || c->r->job->want == BPFLD_LTO_TEXT ||
	       c->r->job->want == BPFLD_LTO_ASM || o->temporaries ||
	       (o->plan && o->plan->nr_entries);
}

static int compile_all(struct compiler *c)
{
	LLVMModuleRef m = merge_modules(c);
	LLVMMemoryBufferRef code = NULL;
	char *message = NULL;

	if (!m)
		return 1;
	if (LLVMVerifyModule(m, LLVMReturnStatusAction, &message))
		return report_error(c, "lto-failed", "invalid merged module: %s", message);
	keep_temporary(c, m, LTO_MERGED);
	m = optimize_best(c, m, needs_module(c) ? NULL : &code);
	if (code)
		put_output(c, code, 0);
	if (!m || c->failed)
		return !code || c->failed;
	keep_temporary(c, m, LTO_OPTIMIZED);
	check_plan(c, m);
	switch (c->r->job->want) {
	case BPFLD_LTO_IR: put_output(c, LLVMWriteBitcodeToMemoryBuffer(m), 0); break;
	case BPFLD_LTO_TEXT: put_text(c, m); break;
	default:
		code =
		    make_code(c, m,
			      c->r->job->want == BPFLD_LTO_ASM ? LLVMAssemblyFile : LLVMObjectFile);
		if (code)
			put_output(c, code, 0);
	}
	return c->failed;
}

/* Writes modules with hidden types, to be read again when all are compiled. */
static void put_small(struct compiler *c, const struct lto_types *types, size_t first, size_t end)
{
	LLVMMemoryBufferRef ir;

	for (size_t i = first; i < end; i++) {
		ir = LLVMWriteBitcodeToMemoryBuffer(c->parsed[i].module);
		c->r->put(c->r, LTO_SMALL, i, LLVMGetBufferStart(ir), LLVMGetBufferSize(ir));
	}
	ir = write_types(c, types);
	c->r->put(c->r, LTO_TYPES, 0, LLVMGetBufferStart(ir), LLVMGetBufferSize(ir));
}

static int compile_one(struct compiler *c, size_t number)
{
	LLVMMemoryBufferRef code;

	prepare_alone(c, number);
	code = make_code(c, c->parsed[number].module, LLVMObjectFile);
	if (!code)
		return 1;
	put_output(c, code, number);
	c->lenient = false;
	return 0;
}

/*
 * Compiles modules for their symbols and types only. Errors in code are found later, if it is used.
 */
static int compile_each(struct compiler *c, size_t first, size_t end)
{
	struct lto_types *types;

	if (read_some(c, first, end))
		return 1;
	/* A cache keeps what is made of each module. */
	types = c->r->options->cache || end - first < 2 ? NULL : unify_types(c, first, end);
	if (types)
		put_small(c, types, first, end);
	for (size_t i = first; i < end; i++)
		restore_types(c, types, c->parsed[i].module);
	/* The linker needs DWARF for the lines of variables only. */
	for (size_t i = first; i < end; i++)
		if (has_variables(c->parsed[i].module) && compile_one(c, i))
			return 1;
	for (size_t i = first; i < end; i++) {
		if (has_variables(c->parsed[i].module))
			continue;
		drop_dwarf(c, c->parsed[i].module);
		if (compile_one(c, i))
			return 1;
	}
	return 0;
}

/*
 * The output of LLVM's --help-list-hidden. The C API cannot report unknown options: LLVM prints a
 * message and exits.
 */
static char *list_llvm_options(void)
{
	static const char *const argv[] = {"", "--help-list-hidden", NULL};
	int fd = memfd_create("options", MFD_CLOEXEC);
	pid_t child = fd < 0 ? -1 : fork();
	struct stat st;
	char *list;

	if (child == 0) {
		if (dup2(fd, STDOUT_FILENO) < 0)
			_exit(1);
		LLVMParseCommandLineOptions(2, argv, "");
		_exit(1);
	}
	if (child < 0 || waitpid(child, NULL, 0) < 0 || fstat(fd, &st))
		return NULL;
	list = calloc(1, (size_t)st.st_size + 1);
	if (list && pread(fd, list, (size_t)st.st_size, 0) != st.st_size)
		list[0] = '\0';
	close(fd);
	return list;
}

/* Whether the list has a row for "--NAME" or "-NAME", where option is NAME or NAME=VALUE. */
static bool is_listed(const char *list, const char *option)
{
	const char *name = option + strspn(option, "-");
	size_t len = strcspn(name, "=");

	for (const char *line = list; line; line = strchr(line + 1, '\n')) {
		const char *s = line + strspn(line, "\n ");

		if (*s == '-' && !strncmp(s + strspn(s, "-"), name, len) &&
		    strchr(" =\n", s[strspn(s, "-") + len]))
			return true;
	}
	return false;
}

/* The plan's settings, as options; those that this LLVM lacks are reported. NULL: the end. */
static const char **list_settings(struct compiler *c, const struct lto_plan *plan, const char *list)
{
	const char **v = calloc(LTO_NR_SETTINGS + 1, sizeof(*v));
	size_t nr = 0;

	if (!v)
		out_of_memory();
	for (size_t i = 0; plan && i < LTO_NR_SETTINGS; i++) {
		const struct lto_setting *set = &plan->set[i];

		if (!set->line)
			continue;
		v[nr] = print("-%s=%u", set->name, set->value);
		if (is_listed(list, v[nr]))
			nr++;
		else
			report_text(c, BPFLD_WARNING, "plan-not-applied",
				    print("%s:%u: 'set %s' is ignored: LLVM %d lacks it\n"
					  ">>> help: remove the line",
					  plan->path, set->line, set->name, LLVM_VERSION_MAJOR));
	}
	v[nr] = NULL;
	return v;
}

static int parse_llvm_options(struct compiler *c)
{
	static const char *const none[] = {NULL};
	const char *const *mllvm = c->r->options->mllvm ? c->r->options->mllvm : none;
	const struct lto_plan *plan =
	    c->r->job->want == BPFLD_LTO_EACH ? NULL : c->r->options->plan;
	const char *const *settings;
	const char **argv, *list;
	bool any = *mllvm;
	int argc = 1;

	for (size_t i = 0; plan && i < LTO_NR_SETTINGS; i++)
		any |= plan->set[i].line;
	if (!any)
		return 0;
	list = list_llvm_options();
	settings = list ? list_settings(c, plan, list) : none;
	while (mllvm[argc - 1])
		argc++;
	argv = calloc((size_t)argc + LTO_NR_SETTINGS + 1, sizeof(*argv));
	if (!argv || !list)
		out_of_memory();
	argv[0] = "ld.bpf";
	for (int i = 1; i < argc; i++) {
		argv[i] = mllvm[i - 1];
		if (argv[i][0] == '-' && !is_listed(list, argv[i]))
			report_error(c, "unknown-option", "LLVM has no option '%s'", argv[i]);
	}
	while (*settings)
		argv[argc++] = *settings++;
	if (!c->failed)
		LLVMParseCommandLineOptions(argc, argv, "");
	free(argv);
	return c->failed;
}

static enum lto_status run(const struct lto_request *r)
{
	struct compiler *c = &compiler;
	int err;

	c->r = r;
	handle_bad_alloc();
	LLVMInstallFatalErrorHandler(on_fatal_error);
	LLVMInitializeBPFTargetInfo();
	LLVMInitializeBPFTarget();
	LLVMInitializeBPFTargetMC();
	LLVMInitializeBPFAsmPrinter();
	LLVMInitializeBPFAsmParser();
	if (parse_llvm_options(c))
		return LTO_FAILED;
	c->context = LLVMContextCreate();
#if LLVM_VERSION_MAJOR == 15
	/* By default the first module decides, and one of LLVM 14 has typed pointers. */
	LLVMContextSetOpaquePointers(c->context, 1);
#endif
	LLVMContextSetDiagnosticHandler(c->context, on_diagnostic, c);
	err = r->job->want == BPFLD_LTO_EACH ? run_parts(c, r->job->nr_modules, compile_each)
					     : compile_all(c);
	return err || c->failed ? LTO_FAILED : LTO_DONE;
}

const struct lto_module bpfld_lto_module __attribute__((visibility("default"))) = {LTO_ABI, run};
