/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Finds the LLVM that wrote a module. Bitcode begins with an identification block that names its
 * producer ("LLVM19.1.7"), for readers that are too old for the rest. Bitcode is a bitstream of
 * blocks and records; abbreviations define the encoding of records.
 */
#include "lto/lto.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { END_BLOCK, ENTER_SUBBLOCK, DEFINE_ABBREV, UNABBREV_RECORD, FIRST_ABBREV };

#define IDENTIFICATION_BLOCK 13
#define IDENTIFICATION_STRING 1
#define MAX_OPERANDS 8
#define MAX_ABBREVS 8

struct bits {
	const uint8_t *data;
	uint64_t at, end; /* bits */
	bool bad;         /* invalid, or read past the end */
};

struct operand {
	enum { LITERAL, FIXED = 1, VBR = 2, ARRAY = 3, CHAR6 = 4, BLOB = 5 } encoding;
	uint64_t value; /* of a literal, or the width */
};

struct abbrev {
	struct operand ops[MAX_OPERANDS];
	unsigned nr;
};

static uint64_t read_fixed(struct bits *b, unsigned width)
{
	uint64_t value = 0;

	if (width > 64 || b->end - b->at < width) {
		b->bad = true;
		return 0;
	}
	for (unsigned i = 0; i < width; i++, b->at++)
		value |= (uint64_t)(b->data[b->at / 8] >> b->at % 8 & 1) << i;
	return value;
}

/* Groups of width bits, least significant first. The top bit of a group: more follow. */
static uint64_t read_vbr(struct bits *b, unsigned width)
{
	uint64_t value = 0, more;
	unsigned shift = 0;

	if (width < 2 || width > 32)
		b->bad = true;
	do {
		uint64_t group = b->bad || shift > 63 ? 0 : read_fixed(b, width);

		b->bad |= shift > 63;
		more = b->bad ? 0 : group >> (width - 1);
		if (!b->bad)
			value |= (group & (((uint64_t)1 << (width - 1)) - 1)) << shift;
		shift += width - 1;
	} while (more);
	return value;
}

static void define_abbrev(struct bits *b, struct abbrev *abbrevs, unsigned *nr)
{
	struct abbrev a = {.nr = (unsigned)read_vbr(b, 5)};

	if (a.nr > MAX_OPERANDS || *nr == MAX_ABBREVS)
		b->bad = true;
	for (unsigned i = 0; i < a.nr && !b->bad; i++) {
		struct operand *op = &a.ops[i];

		if (read_fixed(b, 1)) {
			*op = (struct operand){LITERAL, read_vbr(b, 8)};
			continue;
		}
		op->encoding = (unsigned)read_fixed(b, 3);
		if (op->encoding == FIXED || op->encoding == VBR)
			op->value = read_vbr(b, 5);
	}
	if (!b->bad)
		abbrevs[(*nr)++] = a;
}

static uint64_t read_operand(struct bits *b, const struct operand *op)
{
	static const char char6[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._";

	switch (op->encoding) {
	case LITERAL: return op->value;
	case FIXED: return op->value ? read_fixed(b, (unsigned)op->value) : 0;
	case VBR: return read_vbr(b, (unsigned)op->value);
	case CHAR6: return (unsigned char)char6[read_fixed(b, 6)];
	case ARRAY:
	case BLOB: break;
	}
	b->bad = true;
	return 0;
}

struct record {
	uint64_t code;
	char text[32]; /* operands as characters, truncated */
	size_t nr;
};

static void add_operand(struct record *r, uint64_t value, bool first)
{
	if (first)
		r->code = value;
	else if (r->nr < sizeof(r->text) - 1)
		r->text[r->nr++] = (char)value;
}

static void read_abbreviated(struct bits *b, const struct abbrev *a, struct record *r)
{
	for (unsigned i = 0; i < a->nr && !b->bad; i++) {
		uint64_t nr;

		if (a->ops[i].encoding != ARRAY) {
			add_operand(r, read_operand(b, &a->ops[i]), i == 0);
			continue;
		}
		nr = read_vbr(b, 6);
		if (i + 1 >= a->nr)
			b->bad = true;
		for (uint64_t k = 0; k < nr && !b->bad; k++)
			add_operand(r, read_operand(b, &a->ops[i + 1]), false);
		return;
	}
}

static void read_unabbreviated(struct bits *b, struct record *r)
{
	uint64_t nr;

	add_operand(r, read_vbr(b, 6), true);
	nr = read_vbr(b, 6);
	for (uint64_t k = 0; k < nr && !b->bad; k++)
		add_operand(r, read_vbr(b, 6), false);
}

/* Finds the release in the identification block. width: bits of abbreviation ids. */
static int read_block(struct bits *b, unsigned width)
{
	struct abbrev abbrevs[MAX_ABBREVS];
	unsigned nr = 0;

	while (!b->bad) {
		uint64_t id = read_fixed(b, width);
		struct record r = {0};

		if (id == END_BLOCK || id == ENTER_SUBBLOCK)
			return 0;
		if (id == DEFINE_ABBREV) {
			define_abbrev(b, abbrevs, &nr);
			continue;
		}
		if (id == UNABBREV_RECORD)
			read_unabbreviated(b, &r);
		else if (id - FIRST_ABBREV < nr)
			read_abbreviated(b, &abbrevs[id - FIRST_ABBREV], &r);
		else
			return 0;
		if (!b->bad && r.code == IDENTIFICATION_STRING && !strncmp(r.text, "LLVM", 4)) {
			int release = 0;

			for (size_t i = 4; r.text[i] >= '0' && r.text[i] <= '9' && release < 1000;
			     i++)
				release = release * 10 + (r.text[i] - '0');
			return release;
		}
	}
	return 0;
}

int bitcode_release(const void *data, size_t size)
{
	struct bits b = {.data = data, .end = (uint64_t)size * 8, .at = 32};
	unsigned width;

	/* The wrapper header has the offset of the bitcode. */
	if (size >= 20 && !memcmp(data, "\xde\xc0\x17\x0b", 4)) {
		uint64_t off = b.data[8] | b.data[9] << 8 | b.data[10] << 16;

		if (off + 4 > size)
			return 0;
		b.at = off * 8 + 32;
	}
	if (b.end < b.at || read_fixed(&b, 2) != ENTER_SUBBLOCK ||
	    read_vbr(&b, 8) != IDENTIFICATION_BLOCK)
		return 0;
	width = (unsigned)read_vbr(&b, 4);
	b.at = (b.at + 31) / 32 * 32 + 32; /* skip the size of the block */
	return b.bad || b.at > b.end || width > 32 ? 0 : read_block(&b, width);
}
