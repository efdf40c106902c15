/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdlib.h>
#include <string.h>

#include "bpfld/command.h"

static const struct request *request;

/* Messages of libbpf contain untrusted names and the verifier's log. Each line gets a prefix, so
 * that none can pass for a message of bpfld. */
static int print_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	char *text, *rest, *line;

	if (level == LIBBPF_DEBUG || (level == LIBBPF_INFO && !request->verbose))
		return 0;
	if (vasprintf(&text, format, args) < 0)
		return -1;
	for (rest = text; (line = strsep(&rest, "\n")) && (rest || *line);)
		if (request->report->json)
			print_json_text(stderr, "libbpf", line);
		else
			print_text(stderr, "%s%s\n", strncmp(line, "libbpf: ", 8) ? "libbpf: " : "",
				   line);
	free(text);
	return 0;
}

void take_messages(const struct request *q)
{
	request = q;
	libbpf_set_print(print_libbpf);
}
