/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What the fuzz targets share. A target is a libFuzzer one; replay.c stands in for libFuzzer where
 * files are to be run again, and for a short run of mutants in the suite.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	const uint8_t *data;
	size_t size;
};

/* Each input in all ways, each output held against all promises: replay.c's way. Else a choice of
 * them, by the bytes of the input. */
extern bool fuzz_thorough;

/* A number for choices: of the bytes alone, so that what is found is found again. */
uint32_t fuzz_choose(const struct bytes *in, size_t nr);

/*
 * Links the objects in some ways and aborts where a promise is broken: a refusal says an error,
 * an output is the same each time, passes the linker's own check, links to itself, and opens in
 * libbpf if the objects do.
 */
void fuzz_link(const struct bytes *objects, size_t nr);

/* The same with the input mode (enum bpfld_input_mode) that is given for all but the first. */
void fuzz_link_mode(const struct bytes *objects, size_t nr, unsigned int mode);

enum fuzz_wrap {
	FUZZ_AS_OBJECT,  /* two functions, a map, two variables; rest is .BTF.ext, if not empty */
	FUZZ_AS_MAIN,    /* two weak functions, a program, a variable; rest is .bpfld.imports */
	FUZZ_AS_LIBRARY, /* two functions */
};

/* The object around .BTF, to be freed. */
struct bytes fuzz_wrap(enum fuzz_wrap as, struct bytes btf, struct bytes rest);

/* Two byte strings in one: a 4-byte size (little-endian), the first, the second. */
void fuzz_split(const uint8_t *data, size_t size, struct bytes parts[2]);

/* libFuzzer's interface, which the targets and mutate.c implement. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

/* What of an input the mutator understands. */
enum fuzz_form {
	FUZZ_OBJECT,
	FUZZ_PAIR,
	FUZZ_BTF,
	FUZZ_BTF_EXT,
	FUZZ_ARCHIVE, /* an object and an archive, as a pair */
	FUZZ_IMPORTS, /* .BTF and a table of imports, as a pair */
	FUZZ_COMMAND, /* words that end in NUL, and the contents of a response file, as a pair */
};
extern const enum fuzz_form fuzz_form;

/* libFuzzer's own mutation of plain bytes, or replay.c's. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

#endif
