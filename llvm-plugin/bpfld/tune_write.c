/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpfld/tune.h"

/* A word of a plan: names of files may have blanks. */
static const char *quote(struct tune *t, const char *word)
{
	return word[strcspn(word, " \t#")] ? pool_printf(t->q->pool, "\"%s\"", word) : word;
}

const char *tune_describe(struct tune *t, const struct choice *c, size_t function)
{
	const struct tunable *fn = &t->functions[function];

	return pool_printf(t->q->pool, "%s %s%s%s", lto_decisions[c->decisions[function]], fn->name,
			   fn->file ? " in " : "", fn->file ? quote(t, fn->file) : "");
}

static void write_cost(FILE *f, unsigned long long insns)
{
	if (insns == REFUSED_COST)
		fputs(" rejected", f);
	else
		fprintf(f, " %llu", insns);
}

static void write_facts(struct tune *t, FILE *f)
{
	fprintf(f, "bpfld-plan 1\n\nllvm %d\n", t->release);
	for (size_t i = 0; i < t->nr_inputs; i++)
		fprintf(f, "input %016" PRIx64 " %s\n", t->inputs[i].hash,
			quote(t, t->inputs[i].name));
	fputs("\n# Instructions that the verifier processes, without the plan and with it:\n", f);
	for (size_t k = 0; k < t->q->kernels.n; k++)
		for (size_t i = 0; i < t->nr_programs; i++) {
			fprintf(f, "measured %s %s", quote(t, t->releases[k]), t->programs[i]);
			write_cost(f, t->plain.costs[k].insns[i]);
			write_cost(f, t->best.costs[k].insns[i]);
			fputc('\n', f);
		}
}

static void write_choice(struct tune *t, FILE *f)
{
	const struct choice *c = &t->best.choice;

	fprintf(f, "\noptimize %s\n", lto_orders[c->plain ? LTO_SEPARATE : c->order]);
	if (c->keep_branches)
		fprintf(f, "set %s 0\n", lto_settings[0]);
	for (size_t i = 0; c->decisions && i < t->nr_functions; i++)
		if (c->decisions[i] != AS_IN_SOURCE)
			fprintf(f, "%s\n", tune_describe(t, c, i));
}

enum exit_status tune_write(struct tune *t, const char *path)
{
	const char *temporary = pool_printf(t->q->pool, "%s.tmp%d", path, (int)getpid());
	FILE *f = fopen(temporary, "we");
	int err = 0;

	if (!f)
		return cannot(t->q, "write", path, errno);
	write_facts(t, f);
	write_choice(t, f);
	if (ferror(f))
		err = EIO;
	if (fclose(f) && !err)
		err = errno;
	if (!err && rename(temporary, path))
		err = errno;
	if (!err)
		return EXIT_DONE;
	unlink(temporary);
	return cannot(t->q, "write", path, err);
}
