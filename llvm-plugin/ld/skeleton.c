/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * --skeleton and --subskeleton: bpftool generates headers from the image in memory, before the
 * object is written. So if bpftool fails, the link fails and writes no files.
 */
#include "base/text.h"
#include "common/path.h"
#include "ld/ld.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"

/* bpftool's default name for a file: prog_bpf for out/prog.bpf.o. */
static const char *default_name(struct pool *pool, const char *path)
{
	const char *base = base_name(path);
	size_t len = strlen(base);
	char *name;

	if (!strcmp(path, "-"))
		return "prog";
	if (len > 2 && !strcmp(base + len - 2, ".o"))
		len -= 2;
	name = pool_strndup(pool, base, len);
	for (char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c))
			*c = '_';
	return isdigit((unsigned char)*name) ? pool_printf(pool, "_%s", name) : name;
}

/* Returns an inheritable memfd with the image, or -1 and errno. */
static int share_image(const struct bpfld *l)
{
	size_t size = 0;
	const void *image = bpfld_image(l, &size);
	int fd = memfd_create("linked", 0);
	int err = fd < 0 ? -errno : ld_write_all(fd, image, size);

	if (!err)
		return fd;
	if (fd >= 0)
		close(fd);
	errno = -err;
	return -1;
}

/* Runs argv with standard output to f. Returns the status of waitpid(), or -1 and errno. */
static int run(const char *const *argv, FILE *f)
{
	int status;
	pid_t pid;

	fflush(f);
	pid = fork();
	if (pid < 0)
		return -1;
	if (!pid) {
		if (dup2(fileno(f), STDOUT_FILENO) >= 0)
			execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

int write_skeleton(const struct options *o, struct pool *pool, struct report *r,
		   const struct bpfld *l, enum skeleton which, struct output *out)
{
	const char *kind = which == SUBSKELETON ? "subskeleton" : "skeleton";
	const char *bpftool = find_bpftool(pool, r, pool_printf(pool, "--%s", kind));
	const char *name = o->skeleton_name ? o->skeleton_name : default_name(pool, o->output);
	int fd, status;

	if (!bpftool)
		return 1;
	fd = share_image(l);
	if (fd < 0)
		return report_error(r, "no-skeleton", "cannot pass the object to bpftool: %s",
				    strerror(errno));
	const char *argv[] = {bpftool, "gen", kind, pool_printf(pool, "/proc/self/fd/%d", fd),
			      "name",  name,  NULL};

	status = run(argv, out->f);
	close(fd);
	if (status == -1)
		return report_error(r, "no-skeleton", "cannot run %s: %s", bpftool,
				    strerror(errno));
	if (status)
		return report_error(r, "no-skeleton",
				    "%s gen %s failed for this object" LD_HELP
				    "see its output above; the BTF may require a newer bpftool",
				    bpftool, kind);
	return 0;
}
