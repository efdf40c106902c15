/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/text.h"
#include "bpfld/command.h"

static void put_text(void *ctx, const char *text, size_t size)
{
	fwrite(text, 1, size, ctx);
}

static void begin(struct json *j, const char *key)
{
	if (j->more)
		fputc(',', j->f);
	if (key) {
		ld_text_json(put_text, j->f, key);
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
	ld_text_json(put_text, j->f, value);
}

void json_number(struct json *j, const char *key, unsigned long long value)
{
	begin(j, key);
	fprintf(j->f, "%llu", value);
}

void json_true(struct json *j, const char *key)
{
	begin(j, key);
	fputs("true", j->f);
}
