/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Guests that stay up. The script guest boots each kernel once and passes objects on to it through
 * a serial port; guest-init has the protocol. All guests work at the same time: each is a state
 * machine that moves with each line that the guest prints.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "bpfld/tune.h"

#define BOOT_SECONDS 90
#define BOOTS 3 /* under emulation on a busy host, a kernel may hang before it has booted */
#define TRIES 2 /* of an object whose guest dies */
#define PROGRAM_LIMIT 120 /* seconds for the verifier in a guest */
#define SKIPPED 77        /* exit status of the script */
#define PART 16384        /* bytes of an object at a time: see guest-init */

struct tune_guest {
	const char *kernel;
	pid_t script; /* 0: it does not run */
	int to, from; /* pipes */
	int errors;   /* memfd */
	bool ready;
	unsigned boots;    /* without a ready guest */
	double deadline;   /* of what it does now */
	char *text;        /* received, and not yet a line */
	size_t size, cap;  /* of text */
	const char *error; /* why it is not used, or NULL */
	/* The current batch. */
	struct candidate **v;
	const char **answers; /* JSON by object; NULL: none */
	size_t n, at;         /* objects */
	size_t sent;          /* bytes of the current one */
	unsigned tries;       /* of the current one */
};

/* ---- the script ---- */

/* Returns whether the script ended because it cannot boot a guest here. */
static bool stop(struct tune_guest *g)
{
	int status = 0;

	if (!g->script)
		return false;
	kill(g->script, SIGTERM);
	while (waitpid(g->script, &status, 0) < 0 && errno == EINTR)
		;
	close(g->to);
	close(g->from);
	g->script = 0;
	g->ready = false;
	g->size = 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED;
}

static _Noreturn void run_script(const struct tune_guest *g, char *const argv[], int in, int out,
				 pid_t parent)
{
	/* Ctrl-C is for this program, which stops the guest. */
	setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() == parent && dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
	    dup2(g->errors, STDERR_FILENO) >= 0)
		execvp("bash", argv);
	dprintf(STDERR_FILENO, "cannot run bash: %s\n", strerror(errno));
	_exit(1);
}

static void start(struct tune *t, struct tune_guest *g)
{
	const char *program, *script;
	int in[2], out[2];
	pid_t parent = getpid();

	g->error = find_guest_script(t->q, &program, &script);
	if (g->error)
		return;
	if (ftruncate(g->errors, 0) || pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		out_of_memory();
	fflush(NULL);
	g->script = fork();
	if (g->script < 0)
		out_of_memory();
	if (!g->script) {
		const char *limit = pool_printf(t->q->pool, "--timeout=%d", PROGRAM_LIMIT);
		const char *const argv[] = {"bash",      script,     "--kernel", g->kernel,
					    "--serve",   program,    "--find",   "--option",
					    "--numbers", "--option", limit,      NULL};

		run_script(g, (char *const *)argv, in[0], out[1], parent);
	}
	setpgid(g->script, g->script);
	close(in[0]);
	close(out[1]);
	g->to = in[1];
	g->from = out[0];
	g->boots++;
	g->deadline = tune_now() + BOOT_SECONDS;
}

/* ---- the protocol ---- */

static void begin_object(struct tune *t, struct tune_guest *g)
{
	g->sent = 0;
	if (g->at == g->n)
		return;
	g->deadline = tune_now() + PROGRAM_LIMIT * (double)(t->nr_programs + 1);
	dprintf(g->to, "%zu\n", g->v[g->at]->size);
}

static void next_object(struct tune *t, struct tune_guest *g)
{
	g->at++;
	g->tries = 0;
	begin_object(t, g);
}

static void send_part(struct tune_guest *g)
{
	const struct candidate *c = g->v[g->at];
	size_t size = c->size - g->sent < PART ? c->size - g->sent : PART;

	/* If the guest is gone, the next read fails. */
	(void)!ld_write_all(g->to, c->image + g->sent, size);
	g->sent += size;
}

static void take_line(struct tune *t, struct tune_guest *g, const char *line)
{
	if (!strncmp(line, "@@ ready", 8)) {
		g->ready = true;
		g->boots = 0;
		begin_object(t, g);
	} else if (g->at == g->n) {
		return;
	} else if (!strncmp(line, "@@ more", 7)) {
		send_part(g);
	} else if (!strncmp(line, "@@ done", 7)) {
		next_object(t, g);
	} else if (*line == '[') {
		g->answers[g->at] = pool_printf(t->q->pool, "%s", line);
	}
}

/* The last line of the script's errors, or NULL. */
static const char *last_error(struct tune *t, struct tune_guest *g)
{
	const char *line;
	size_t size;
	char *text;

	if (lseek(g->errors, 0, SEEK_SET) || ld_read_all(g->errors, &text, &size))
		return NULL;
	line = last_guest_line(pool_strndup(t->q->pool, text, size));
	free(text);
	return *line ? line : NULL;
}

/* The guest has ended, or takes too long: boots it again, unless there is no use. */
static void restart(struct tune *t, struct tune_guest *g)
{
	bool was_ready = g->ready, skipped = stop(g);

	if (tune_interrupted)
		return;
	if (!was_ready && (skipped || g->boots >= BOOTS)) {
		g->error = last_error(t, g);
		if (!g->error)
			g->error = "the kernel does not boot";
		return;
	}
	if (was_ready && ++g->tries == TRIES) {
		g->at++;
		g->tries = 0;
	}
	if (g->at < g->n)
		start(t, g);
}

/* Returns false at the end of the script's output. */
static bool receive(struct tune *t, struct tune_guest *g)
{
	size_t begin = 0;
	ssize_t n;
	char *end;

	if (g->cap - g->size < PART) {
		g->cap += 4 * PART;
		g->text = realloc(g->text, g->cap);
		if (!g->text)
			out_of_memory();
	}
	n = read(g->from, g->text + g->size, g->cap - g->size);
	if (n <= 0)
		return n < 0 && errno == EINTR;
	g->size += (size_t)n;
	while ((end = memchr(g->text + begin, '\n', g->size - begin))) {
		*end = '\0';
		take_line(t, g, g->text + begin);
		begin = (size_t)(end - g->text) + 1;
	}
	memmove(g->text, g->text + begin, g->size - begin);
	g->size -= begin;
	return true;
}

static bool is_busy(const struct tune_guest *g)
{
	return g->at < g->n && g->script;
}

/* Waits a moment for guests that are busy. Returns false if there are none. */
static bool wait_for_guests(struct tune *t)
{
	struct pollfd fds[MAX_KERNELS];
	struct tune_guest *by_fd[MAX_KERNELS];
	nfds_t nr = 0;

	for (size_t k = 0; k < t->q->kernels.n; k++)
		if (t->guests[k] && is_busy(t->guests[k])) {
			by_fd[nr] = t->guests[k];
			fds[nr++] = (struct pollfd){.fd = t->guests[k]->from, .events = POLLIN};
		}
	if (!nr || tune_interrupted)
		return false;
	poll(fds, nr, 200);
	for (nfds_t i = 0; i < nr; i++)
		if ((fds[i].revents && !receive(t, by_fd[i])) || tune_now() > by_fd[i]->deadline)
			restart(t, by_fd[i]);
	return true;
}

/* ---- batches ---- */

static struct tune_guest *new_guest(struct tune *t, const char *kernel)
{
	struct tune_guest *g = (struct tune_guest *)pool_alloc(t->q->pool, sizeof(*g));

	*g = (struct tune_guest){.kernel = kernel};
	g->errors = memfd_create("errors", MFD_CLOEXEC);
	if (g->errors < 0)
		out_of_memory();
	return g;
}

void tune_ask_guest(struct tune *t, size_t k, struct candidate **v, size_t n)
{
	struct tune_guest *g = t->guests[k];

	if (!g)
		t->guests[k] = g = new_guest(t, t->q->kernels.v[k]);
	g->v = v;
	g->n = n;
	g->at = 0;
	g->tries = 0;
	g->answers = (const char **)pool_alloc(t->q->pool, (n + 1) * sizeof(*g->answers));
	memset(g->answers, 0, (n + 1) * sizeof(*g->answers));
	if (g->error || !n)
		return;
	if (g->ready)
		begin_object(t, g);
	else
		start(t, g);
}

void tune_await_guests(struct tune *t)
{
	while (wait_for_guests(t))
		tune_progress(t, "loading in guests");
}

const char *tune_guest_answer(const struct tune *t, size_t k, size_t i)
{
	return t->guests[k]->answers[i];
}

const char *tune_guest_error(const struct tune *t, size_t k)
{
	return t->guests[k]->error;
}

void tune_stop_guests(struct tune *t)
{
	for (size_t k = 0; k < t->q->kernels.n; k++) {
		if (!t->guests[k])
			continue;
		stop(t->guests[k]);
		close(t->guests[k]->errors);
		free(t->guests[k]->text);
	}
}
