/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Values of registers in words. The verifier prints "scalar(smin=0,smax=umax=255)",
 * "map_value(map=m, ks=4,vs=16,off=8)" or "trusted_ptr_task_struct()"; older kernels print
 * "map_value(id=0,off=8,ks=4, vs=16,imm=0)" and "P16".
 */
#include <stdlib.h>
#include <string.h>

#include "bpfld/check.h"

/* The value of an attribute, which is in parentheses between commas, or NULL. "smax=umax=7" gives 7
 * for both. */
static const char *attribute(const char *value, const char *name)
{
	size_t len = strlen(name);
	const char *at = strchr(value, '(');

	for (; at && *at; at++) {
		if (!strchr("(,=", *at) || strncmp(at + 1, name, len) || at[1 + len] != '=')
			continue;
		at += len + 2;
		while (at[strcspn(at, ",()=")] == '=')
			at = strchr(at, '=') + 1;
		return at;
	}
	return NULL;
}

static const char *number_in_words(struct pool *pool, const char *value)
{
	const char *low = attribute(value, "umin"), *high = attribute(value, "umax");
	const char *sign = "";

	if (!low && !high) {
		low = attribute(value, "smin");
		high = attribute(value, "smax");
		if (!low && !high)
			return "an unknown number";
		sign = "signed ";
	}
	if (!low && *sign)
		return pool_printf(pool, "a signed number of at most %lld", strtoll(high, NULL, 0));
	if (!high)
		return pool_printf(pool, "a %snumber of at least %lld", sign,
				   strtoll(low, NULL, 0));
	if (*sign)
		return pool_printf(pool, "a signed number from %lld to %lld",
				   (long long)strtoull(low, NULL, 0),
				   (long long)strtoull(high, NULL, 0));
	return pool_printf(pool, "a number from %llu to %llu", low ? strtoull(low, NULL, 0) : 0,
			   strtoull(high, NULL, 0));
}

static const struct {
	const char *start, *words;
} kinds[] = {
    {"map_value", "a pointer to a value of the map"},
    {"map_ptr", "the map"},
    {"map_key", "a pointer to a key of a map"},
    {"ctx", "the program's context"},
    {"fp", "a pointer to the stack"},
    {"pkt_meta", "a pointer to the metadata of the packet"},
    {"pkt_end", "the end of the packet"},
    {"pkt", "a pointer to the packet"},
    {"flow_keys", "a pointer to flow keys"},
    {"sock_common", "a pointer to a socket"},
    {"sock", "a pointer to a socket"},
    {"tcp_sock", "a pointer to a TCP socket"},
    {"xdp_sock", "a pointer to an XDP socket"},
    {"ringbuf_mem", "a pointer to a record of a ring buffer"},
    {"rdonly_mem", "a pointer to read-only memory"},
    {"rdwr_buf", "a pointer to a buffer"},
    {"rdonly_buf", "a pointer to a read-only buffer"},
    {"mem", "a pointer to memory"},
    {"alloc_mem", "a pointer to memory of a helper, such as a record of a ring buffer"},
    {"dynptr_ptr", "a dynptr"},
    {"func", "a function"},
    {"arena", "a pointer to the arena"},
};

/* "a pointer to struct task_struct" for "trusted_ptr_task_struct(off=8)". */
static const char *struct_in_words(struct pool *pool, const char *value)
{
	const char *name = strstr(value, "ptr_");
	const char *or_null = "", *trust = "";

	while (name && name > value && name[-1] != '_')
		name = strstr(name + 1, "ptr_");
	if (!name || name > value + strcspn(value, "(="))
		return NULL;
	if (!strncmp(value, "untrusted_", 10))
		trust = ", which may be invalid";
	name += 4;
	if (!strncmp(name, "or_null_", 8)) {
		name += 8;
		or_null = ", or NULL";
	}
	return pool_printf(pool, "a pointer to struct %.*s%s%s", (int)strcspn(name, "(=,"), name,
			   or_null, trust);
}

/* "of map 'm'", or of the section that libbpf made a map of. */
static const char *map_in_words(struct pool *pool, const char *value)
{
	const char *name = attribute(value, "map"), *dot;
	int len = name ? (int)strcspn(name, ",)") : 0;

	if (!len)
		return "";
	dot = memchr(name, '.', (size_t)len);
	if (dot)
		return pool_printf(pool, " that contains the variables of %.*s",
				   len - (int)(dot - name), dot);
	return pool_printf(pool, " '%.*s'", len, name);
}

static const char *size_in_words(struct pool *pool, const char *value)
{
	static const char *const names[] = {"vs", "sz", "mem_size"};
	const char *range = attribute(value, "r");

	if (range)
		return pool_printf(pool, ", with %lld byte%s checked", strtoll(range, NULL, 0),
				   strtoll(range, NULL, 0) == 1 ? "" : "s");
	for (int i = 0; i < 3; i++) {
		const char *size = attribute(value, names[i]);

		if (size && *size != '0')
			return pool_printf(pool, ", %lld bytes in size", strtoll(size, NULL, 0));
	}
	return "";
}

static const char *offset_in_words(struct pool *pool, const char *value)
{
	const char *fixed = attribute(value, "off"), *words = "";

	if (!strncmp(value, "fp-", 3))
		words = pool_printf(pool, ", %d bytes below the top of the frame", atoi(value + 3));
	else if (fixed && *fixed != '0')
		words = pool_printf(pool, ", at offset %lld", strtoll(fixed, NULL, 0));
	if (attribute(value, "umax") || attribute(value, "smax") || attribute(value, "umin") ||
	    attribute(value, "smin"))
		return pool_printf(pool, "%s, plus %s", words, number_in_words(pool, value));
	return words;
}

static const char *pointer_in_words(struct pool *pool, const char *value)
{
	bool or_null = memmem(value, strcspn(value, "(="), "_or_null", 8) != NULL;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strncmp(value, kinds[i].start, strlen(kinds[i].start)))
			return pool_printf(pool, "%s%s%s%s%s", kinds[i].words,
					   map_in_words(pool, value),
					   strncmp(value, "map_ptr", 7) ? size_in_words(pool, value)
									: "",
					   offset_in_words(pool, value),
					   or_null ? ", or NULL" : "");
	return NULL;
}

const char *describe_value(struct pool *pool, const char *value)
{
	const char *digits = value + (*value == 'P');
	const char *words;
	char *end;

	/* "inv" is a number in kernels before 5.18. */
	if (!strncmp(value, "inv", 3))
		digits = value + 3;
	if (*digits && strchr("-0123456789", *digits)) {
		long long number = (long long)strtoull(digits, &end, 0);

		if (!*end)
			return pool_printf(pool, "the number %lld", number);
	}
	if (!strncmp(value, "scalar", 6) || !strncmp(value, "inv", 3))
		return number_in_words(pool, value);
	words = struct_in_words(pool, value);
	return words ? words : pointer_in_words(pool, value);
}
