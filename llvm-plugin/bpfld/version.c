/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The command version. Build systems that run bpfld as bpftool read the first version number that
 * it prints, and compare it with what they need. As the installed bpftool does all that bpfld
 * leaves to it, such as skeletons, the number is that of this bpftool.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpfld/command.h"
#include "common/path.h"

/* The newest bpftool whose `gen object` bpfld is compared with. */
#define NEWEST_MINOR 8

/* Set for bpftool: a bpftool that is a script may run bpfld again. */
#define ASKING "BPFLD_ASKS_BPFTOOL"

struct version {
	const char *bpftool, *libbpf;
	char *features; /* "a, b", or NULL if there are none */
};

/* Starts `bpftool version`. Returns its standard output, or NULL. */
static FILE *start(const char *bpftool, pid_t *pid)
{
	int ends[2];

	if (pipe(ends))
		return NULL;
	*pid = fork();
	if (!*pid) {
		setenv(ASKING, "1", 1);
		if (dup2(ends[1], STDOUT_FILENO) >= 0 && freopen("/dev/null", "w", stderr))
			execl(bpftool, bpftool, "version", (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	if (*pid > 0)
		return fdopen(ends[0], "r");
	close(ends[0]);
	return NULL;
}

/* The version number after mark in a line of bpftool, or otherwise. */
static const char *number_after(struct pool *pool, const char *line, const char *mark,
				const char *otherwise)
{
	const char *at = strstr(line, mark);
	size_t len = at ? strspn(at + strlen(mark), "0123456789.") : 0;

	return len ? pool_strndup(pool, at + strlen(mark), len) : otherwise;
}

static void read_line(struct version *v, struct pool *pool, char *line)
{
	static const char features[] = "features: ";

	line[strcspn(line, "\n")] = '\0';
	v->bpftool = number_after(pool, line, "bpftool v", v->bpftool);
	v->libbpf = number_after(pool, line, "libbpf v", v->libbpf);
	if (!strncmp(line, features, strlen(features)))
		v->features = pool_strndup(pool, line + strlen(features), strlen(line));
}

/* Asks the installed bpftool. Leaves *v alone if there is none that works. */
static void ask_bpftool(struct version *v, struct pool *pool)
{
	const char *bpftool = getenv(ASKING) ? NULL : look_for_bpftool(pool);
	struct version said = {0};
	char line[4096];
	int status = -1;
	pid_t pid = -1;
	FILE *f = bpftool ? start(bpftool, &pid) : NULL;

	while (f && fgets(line, sizeof(line), f))
		read_line(&said, pool, line);
	if (f)
		fclose(f);
	if (pid > 0 && waitpid(pid, &status, 0) == pid && !status && said.bpftool)
		*v = said;
}

static void print_json(const struct version *v)
{
	struct json j = {.f = stdout};
	char *feature, *rest = v->features;

	json_open(&j, NULL, '{');
	json_string(&j, "version", v->bpftool);
	if (v->libbpf)
		json_string(&j, "libbpf_version", v->libbpf);
	json_open(&j, "features", '{');
	while ((feature = strsep(&rest, ", ")))
		if (*feature)
			json_true(&j, feature);
	json_close(&j, '}');
	json_string(&j, "bpfld_version", bpfld_version());
	json_close(&j, '}');
	putchar('\n');
}

enum exit_status command_version(struct request *q)
{
	const char *newest = pool_printf(q->pool, "7.%d.0", NEWEST_MINOR);
	struct version v = {.bpftool = newest};
	int major = 0, minor = 0;

	ask_bpftool(&v, q->pool);
	if (sscanf(v.bpftool, "%d.%d", &major, &minor) != 2 ||
	    (major == 7 ? minor > NEWEST_MINOR : major > 7))
		v.bpftool = newest;
	if (q->json) {
		print_json(&v);
		return EXIT_DONE;
	}
	printf("bpftool v%s\n", v.bpftool);
	if (v.libbpf)
		printf("using libbpf v%s\n", v.libbpf);
	printf("features:%s%s\n", v.features ? " " : "", v.features ? v.features : "");
	printf("bpfld %s\n", bpfld_version());
	return EXIT_DONE;
}
