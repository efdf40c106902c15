/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/near.h"

#include <ctype.h>
#include <string.h>

#define MAX_NAME 128 /* longer ones are ignored */

/*
 * The number of characters to replace, insert, delete or swap with the next one. Any result over
 * max is not exact.
 */
static uint32_t edits(const char *a, size_t la, const char *b, size_t lb, uint32_t max)
{
	uint32_t rows[3][MAX_NAME + 1], *before = rows[0], *last = rows[1], *row = rows[2];

	for (size_t j = 0; j <= lb; j++)
		last[j] = (uint32_t)j;
	for (size_t i = 1; i <= la; i++) {
		uint32_t *free = before, least = row[0] = (uint32_t)i;

		for (size_t j = 1; j <= lb; j++) {
			row[j] = last[j - 1] + (a[i - 1] != b[j - 1]);
			if (last[j] + 1 < row[j])
				row[j] = last[j] + 1;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
			if (row[j] < least)
				least = row[j];
		}
		if (least > max)
			return least;
		before = last;
		last = row;
		row = free;
	}
	return last[lb];
}

int ld_near_try(struct ld_near *n, const char *name)
{
	size_t la = strlen(n->typed), lb = strlen(name);
	uint32_t most = n->name ? n->distance - 1 : n->max, distance;

	if (!most || la > MAX_NAME || lb > MAX_NAME || la > lb + most || lb > la + most)
		return 0;
	distance = edits(n->typed, la, name, lb, most);
	/* Too many short names are similar. */
	if (!distance || distance > most || distance * 2 >= lb)
		return 0;
	n->name = name;
	n->distance = distance;
	return 1;
}

int ld_near_digits(const char *a, const char *b)
{
	while (*a && (*a == *b || (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)))) {
		a++;
		b++;
	}
	return !*a && !*b;
}
