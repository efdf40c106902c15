/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Runs a fuzz target without libFuzzer: on files as they are, or on mutants of them.
 *
 *	TARGET [--mutants N] [--seed S] FILE...
 *	TARGET --join FILE FILE >PAIR
 *
 * The mutants follow from the files and the seed. Where one of them ends the program, its bytes
 * are in ./mutant.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

#define MAX_SIZE ((size_t)1 << 20)
#define TIMEOUT 60 /* seconds for one input, on a machine that may be busy */

static uint8_t input[MAX_SIZE];
static size_t input_size;
static uint64_t state;

static void save_and_die(int sig)
{
	int fd = open("mutant", O_WRONLY | O_CREAT | O_TRUNC, 0666);

	if (fd >= 0 && write(fd, input, input_size) < 0)
		sig = SIGABRT;
	signal(sig, SIG_DFL);
	raise(sig);
}

static uint64_t next(void)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return state >> 33;
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
	if (!size || (size < max_size && !(next() % 8))) {
		data[size] = (uint8_t)next();
		return size + 1;
	}
	if (!(next() % 4))
		return next() % size;
	data[next() % size] ^= (uint8_t)(1u << next() % 8);
	return size;
}

static void run(void)
{
	/* The target gets a block of just that size, so that a sanitizer sees its end. */
	uint8_t *copy = malloc(input_size ? input_size : 1);

	memcpy(copy, input, input_size);
	alarm(TIMEOUT);
	LLVMFuzzerTestOneInput(copy, input_size);
	alarm(0);
	free(copy);
}

static void read_input(const char *path)
{
	FILE *f = fopen(path, "rb");

	if (!f) {
		perror(path);
		exit(2);
	}
	input_size = fread(input, 1, sizeof(input), f);
	fclose(f);
}

static int join(const char *a, const char *b)
{
	uint8_t head[4];

	read_input(a);
	for (int i = 0; i < 4; i++)
		head[i] = (uint8_t)(input_size >> 8 * i);
	fwrite(head, 1, 4, stdout);
	fwrite(input, 1, input_size, stdout);
	read_input(b);
	fwrite(input, 1, input_size, stdout);
	return fflush(stdout) != 0;
}

int main(int argc, char **argv)
{
	static const int deadly[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM};
	unsigned long mutants = 0, seed = 1, runs = 0;
	int i = 1;

	fuzz_thorough = !getenv("FUZZ_QUICK");
	if (argc == 4 && !strcmp(argv[1], "--join"))
		return join(argv[2], argv[3]);
	for (; i + 1 < argc && argv[i][0] == '-'; i += 2)
		*(strcmp(argv[i], "--mutants") ? &seed : &mutants) = strtoul(argv[i + 1], NULL, 0);
	for (size_t k = 0; k < sizeof(deadly) / sizeof(deadly[0]); k++)
		signal(deadly[k], save_and_die);
	for (int k = i; k < argc; k++, runs++) {
		read_input(argv[k]);
		run();
	}
	state = seed;
	for (unsigned long n = 0; n < mutants && i < argc; n++, runs++) {
		read_input(argv[i + (int)(n % (unsigned long)(argc - i))]);
		/* Some are mutated more than once. */
		do
			input_size = LLVMFuzzerCustomMutator(input, input_size, sizeof(input),
							     (unsigned int)next());
		while (!(next() % 3));
		run();
	}
	printf("%lu inputs\n", runs);
	return 0;
}
