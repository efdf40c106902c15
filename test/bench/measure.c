/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * measure [--cold] N COMMAND...: runs it N times and prints, as one line, the wall time and the CPU
 * time of a run in seconds and the peak memory in KiB. A program of its own, since a process begins
 * with the peak of the one that it was forked from, and an interpreter's is larger than a linker's.
 *
 * With --cold, no processor cache holds the memory that the kernel gives to the command, nor the
 * files that it reads: before each run a larger amount of memory is written and freed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

#define MORE_THAN_CACHES ((size_t)256 << 20)

static void empty_caches(void)
{
	void *p = mmap(NULL, MORE_THAN_CACHES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);

	if (p == MAP_FAILED)
		return;
	memset(p, 1, MORE_THAN_CACHES);
	munmap(p, MORE_THAN_CACHES);
}

int main(int argc, char **argv)
{
	int cold = argc > 1 && !strcmp(argv[1], "--cold"), n, status;
	struct rusage usage;
	double start, wall = 0;

	argv += cold;
	argc -= cold;
	n = argc > 2 ? atoi(argv[1]) : 0;
	if (n < 1) {
		fprintf(stderr, "Usage: measure [--cold] N COMMAND...\n");
		return 2;
	}
	for (int i = 0; i < n; i++) {
		pid_t pid;

		if (cold)
			empty_caches();
		start = now();
		pid = fork();
		if (!pid) {
			execvp(argv[2], argv + 2);
			perror(argv[2]);
			_exit(127);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid) {
			perror("measure");
			return 2;
		}
		if (!WIFEXITED(status) || WEXITSTATUS(status)) {
			fprintf(stderr, "measure: %s failed\n", argv[2]);
			return 1;
		}
		wall += now() - start;
	}
	getrusage(RUSAGE_CHILDREN, &usage);
	printf("%.9f %.9f %ld\n", wall / n, (seconds(usage.ru_utime) + seconds(usage.ru_stime)) / n,
	       usage.ru_maxrss);
	return 0;
}
