/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "kernel/targets.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/arena.h"
#include "base/text.h"
#include "kernel/limits.h"

#define MAX_PART 9999 /* of a version, as in 6.12 */

struct version {
	unsigned int major, minor;
};

/* Reads digits up to MAX_PART. Returns the character after them, or NULL. */
static const char *read_part(const char *at, unsigned int *part)
{
	const char *start = at;

	for (*part = 0; *at >= '0' && *at <= '9' && *part <= MAX_PART; at++)
		*part = *part * 10 + (unsigned int)(*at - '0');
	return at == start || *part > MAX_PART ? NULL : at;
}

/*
 * Reads "6.12" or "6.12.3"; all releases of a series have the same rules. In the release of a
 * running kernel, anything may follow.
 */
static bool read_version(const char *text, bool running, struct version *v)
{
	unsigned int release;

	text = read_part(text, &v->major);
	if (!text || *text != '.')
		return false;
	text = read_part(text + 1, &v->minor);
	if (text && !running && *text == '.')
		text = read_part(text + 1, &release);
	return text && (running || !*text);
}

static int compare(struct version a, struct version b)
{
	if (a.major != b.major)
		return a.major < b.major ? -1 : 1;
	return a.minor < b.minor ? -1 : a.minor > b.minor;
}

/* The number of series before the version. *known: the version is that of the next one. */
static int find_series(struct version v, bool *known)
{
	int i;

	*known = false;
	for (i = 0; i < LD_NR_KERNELS; i++) {
		struct version series = {0, 0};

		read_version(ld_kernels[i], false, &series);
		if (compare(series, v) >= 0) {
			*known = !compare(series, v);
			break;
		}
	}
	return i;
}

static const char *not_known(struct ld_arena *a, const char *what, struct version v, int next)
{
	if (!next || next == LD_NR_KERNELS)
		return ld_printf(a, "%s %u.%u is unknown; the nearest known series is %s", what,
				 v.major, v.minor, ld_kernels[next ? next - 1 : 0]);
	return ld_printf(a, "%s %u.%u is unknown; the nearest known series are %s and %s", what,
			 v.major, v.minor, ld_kernels[next - 1], ld_kernels[next]);
}

static const char *read_series(struct ld_arena *a, const char *text, int *series)
{
	struct version v;
	bool known;

	if (!read_version(text, false, &v))
		return ld_printf(a, "'%s' is not a version such as 6.12", text);
	*series = find_series(v, &known);
	return known ? NULL : not_known(a, "Linux", v, *series);
}

static const char *add_running(struct ld_arena *a, uint32_t *kernels)
{
	struct utsname host;
	struct version v;
	bool known;
	int series;

	if (uname(&host) || !read_version(host.release, true, &v))
		return "the version of the running kernel cannot be determined";
	series = find_series(v, &known);
	if (!known)
		return not_known(a, "the running Linux", v, series);
	*kernels |= 1u << series;
	return NULL;
}

static const char *add_range(struct ld_arena *a, const char *from, const char *to,
			     uint32_t *kernels)
{
	const char *error;
	int first, last;

	if ((error = read_series(a, from, &first)) || (error = read_series(a, to, &last)))
		return error;
	if (first > last)
		return ld_printf(a, "the range '%s..%s' is empty", from, to);
	for (; first <= last; first++)
		*kernels |= 1u << first;
	return NULL;
}

static const char *add_word(struct ld_arena *a, char *word, uint32_t *kernels)
{
	char *dots = strstr(word, "..");

	if (!*word)
		return "a version is missing";
	if (!strcmp(word, "running"))
		return add_running(a, kernels);
	if (!dots)
		return add_range(a, word, word, kernels);
	*dots = '\0';
	return add_range(a, word, dots + 2, kernels);
}

const char *ld_parse_kernels(struct ld_arena *a, const char *text, uint32_t *kernels)
{
	char *words = ld_strdup(a, text), *comma;
	const char *error;

	*kernels = 0;
	do {
		comma = strchr(words, ',');
		if (comma)
			*comma = '\0';
		if ((error = add_word(a, words, kernels)))
			return error;
		words = comma ? comma + 1 : words;
	} while (comma);
	return NULL;
}

const char *ld_kernel_names(struct ld_arena *a, uint32_t kernels)
{
	const char *text = "Linux";

	for (int i = 0, nr = 0; i < LD_NR_KERNELS; i++) {
		if (!(kernels & 1u << i))
			continue;
		text = ld_printf(a, "%s%s %s", text,
				 !nr++                ? ""
				 : kernels >> (i + 1) ? ","
						      : " and",
				 ld_kernels[i]);
	}
	return text;
}
