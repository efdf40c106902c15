/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "command.h"

static void put_string(FILE *f, const char *s)
{
	fputc('"', f);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			fprintf(f, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			fprintf(f, "\\u%04x", c);
		else
			fputc(c, f);
	}
	fputc('"', f);
}

static void begin(struct json *j, const char *key)
{
	if (j->more)
		fputc(',', j->f);
	if (key) {
		put_string(j->f, key);
		fputc(':', j->f);
	}
	j->more = true;
}

void json_open(struct json *j, const char *key, char bracket)
{
	begin(j, key);
	fputc(bracket, j->f);
	j->more = false;
}

void json_close(struct json *j, char bracket)
{
	fputc(bracket, j->f);
	j->more = true;
}

void json_string(struct json *j, const char *key, const char *value)
{
	begin(j, key);
	put_string(j->f, value);
}

void json_number(struct json *j, const char *key, unsigned long long value)
{
	begin(j, key);
	fprintf(j->f, "%llu", value);
}
