/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Any bytes as a command line, in the linker's own syntax and in gcc's, and as the response file
 * that every @FILE of it means. Nothing is linked, and no file of the machine is read: '/' is
 * replaced.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "ld/ld.h"

const enum fuzz_form fuzz_form = FUZZ_COMMAND;

static void broken(const char *what)
{
	fprintf(stderr, "a promise is broken: %s\n", what);
	abort();
}

static char folder[] = "command-XXXXXX";
static int outside, inside;

static void remove_folder(void)
{
	unlinkat(inside, "r", 0);
	unlinkat(outside, folder, AT_REMOVEDIR);
}

/* A folder with nothing but the response file "r" in it. */
static void make_folder(void)
{
	outside = open(".", O_RDONLY | O_DIRECTORY);
	if (!mkdtemp(folder))
		broken("a folder can be made");
	inside = open(folder, O_RDONLY | O_DIRECTORY);
	atexit(remove_folder);
	setenv("PATH", "", 1); /* so that no other gcc is found to hand the command to */
}

static void go_to(int dir)
{
	if (fchdir(dir))
		broken("a folder can be entered");
}

static void write_response(struct bytes text)
{
	FILE *f = fopen("r", "wb");

	if (!f || fwrite(text.data, 1, text.size, f) != text.size || fclose(f))
		broken("a response file can be written");
}

/* Every @FILE means "r"; what would be a path stays here. */
static void tame(char *s, size_t size, bool files)
{
	for (size_t i = 0; i < size; i++) {
		if (s[i] == '/' || (s[i] == '@' && !files))
			s[i] = '_';
		if (s[i] == '@' && i + 2 < size) {
			s[i + 1] = 'r';
			s[i + 2] = '\n';
		}
	}
}

struct outcome {
	int err;
	size_t inputs, errors;
};

static struct outcome parse(size_t argc, char **argv, bool gcc)
{
	struct words given = {0}, own = {0}, files = {0};
	struct options o = {0};
	struct report r = {0};
	struct pool pool = {0};
	struct outcome out = {0};

	r.out = stderr;
	out.err = expand_args(&given, &files, &pool, &r, 1, argc, (const char *const *)argv);
	if (!out.err && gcc)
		out.err = translate_gcc(&own, &pool, &r, &given, argv);
	if (!out.err)
		out.err =
		    parse_options(&o, &pool, &r, gcc ? &own : &given, gcc ? CALLED_GCC : CALLED_LD);
	out.errors = r.errors;
	out.inputs = o.inputs.n;
	if (!out.err != !r.errors)
		broken("a command is refused if and only if an error is said");
	free_options(&o);
	words_free(&given);
	words_free(&files);
	words_free(&own);
	pool_free(&pool);
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	FILE *said = stderr;
	struct bytes parts[2];
	char *words, *argv[258] = {"bpf-gcc"};
	size_t argc = 1;

	if (!nowhere) {
		make_folder();
		nowhere = fopen("/dev/null", "w");
	}
	go_to(inside);
	fuzz_split(data, size, parts);
	words = malloc(parts[0].size + parts[1].size + 1);
	memcpy(words, parts[0].data, parts[0].size);
	memcpy(words + parts[0].size, parts[1].data, parts[1].size);
	words[parts[0].size + parts[1].size] = '\0';
	tame(words, parts[0].size, true);
	/* One that names itself is read 2,000 times before that is said. */
	tame(words + parts[0].size, parts[1].size,
	     fuzz_thorough || fuzz_choose(parts, 2) % 256 == 0);
	if (memchr(words, '@', parts[0].size))
		write_response((struct bytes){(uint8_t *)words + parts[0].size, parts[1].size});
	words[parts[0].size] = '\0';
	for (char *w = words; w < words + parts[0].size && argc < 257; w += strlen(w) + 1) {
		if (*w == '@')
			w[w[1] ? 2 : 1] = '\0';
		argv[argc++] = w;
	}
	stderr = nowhere;
	for (int gcc = 0; gcc < 2; gcc++) {
		struct outcome once = parse(argc, argv, gcc), again = parse(argc, argv, gcc);

		stderr = said;
		if (once.err != again.err || once.errors != again.errors ||
		    once.inputs != again.inputs)
			broken("the same command is read alike");
		stderr = nowhere;
	}
	stderr = said;
	free(words);
	go_to(outside);
	return 0;
}
