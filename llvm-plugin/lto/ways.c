/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Runs passes in processes of their own.
 *
 * A module is optimized in several ways, of which the one with the shortest code is taken. So the
 * ways use all processors, and LLVM may fail on the output of its own passes, which then costs no
 * more than that way.
 *
 * Modules that are compiled alone are shared out among processes, too.
 *
 * BPF's pass for CO-RE has a global table of the placeholders that it made. In a process that has
 * run it for another module, it would use the placeholder of that module for an access whose name,
 * offset and path are the same.
 */
#include "lto/compiler.h"

#include <errno.h>
#include <llvm-c/BitWriter.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_WAYS 4

struct
try {
	pid_t pid;
	int fd; /* records: LTO_IR, then LTO_MADE, whose number is the size of the code */
	int status;
	const char *records;
	size_t size;
};

/*
 * Digests of what the ways made of the module, in memory that their processes share. A way that
 * makes the same as an earlier one need not generate code: it would lose.
 */
struct shared {
	_Atomic uint64_t made[MOST_WAYS]; /* 0: not yet known */
};

static bool is_made(struct shared *shared, unsigned way, LLVMMemoryBufferRef ir)
{
	uint64_t made = lto_hash(LLVMGetBufferStart(ir), LLVMGetBufferSize(ir)) | 1;

	shared->made[way] = made;
	for (unsigned i = 0; i < way; i++)
		if (shared->made[i] == made)
			return true;
	return false;
}

static void put_buffer(const struct compiler *c, enum lto_record kind, size_t number,
		       LLVMMemoryBufferRef data)
{
	c->r->put(c->r, kind, number, LLVMGetBufferStart(data), LLVMGetBufferSize(data));
}

/* number: of the way. whole: generate all, not only code that has the same size. */
static _Noreturn void be_child(struct compiler *c, LLVMModuleRef m, struct way way, unsigned number,
			       bool whole, struct shared *shared)
{
	LLVMMemoryBufferRef ir, object;
	uint64_t code;

	if (optimize(c, m, way))
		_exit(LTO_FAILED);
	ir = LLVMWriteBitcodeToMemoryBuffer(m);
	if (is_made(shared, number, ir))
		_exit(LTO_FAILED);
	if (whole)
		show_types(c, m);
	else
		drop_dwarf(c, m);
	object = make_code(c, m, LLVMObjectFile);
	if (!object)
		_exit(LTO_FAILED);
	code = measure(c, m, object);
	put_buffer(c, LTO_IR, 0, ir);
	c->r->put(c->r, LTO_MADE, code, LLVMGetBufferStart(object),
		  whole ? LLVMGetBufferSize(object) : 0);
	_exit(LTO_DONE);
}

/* Returns true in the new process, whose records go to t->fd. */
static bool fork_try(struct compiler *c, struct try *t)
{
	static struct lto_request request;

	t->fd = memfd_create("way", MFD_CLOEXEC);
	t->pid = t->fd < 0 ? -1 : fork();
	if (t->pid < 0)
		out_of_memory();
	if (t->pid > 0)
		return false;
	request = *c->r;
	request.fd = t->fd;
	c->r = &request;
	return true;
}

static void finish(struct try *t)
{
	struct stat st;
	void *map = NULL;

	while (waitpid(t->pid, &t->status, 0) < 0)
		if (errno != EINTR)
			out_of_memory();
	/* Code must not depend on how much memory there is. */
	if (WIFEXITED(t->status) && WEXITSTATUS(t->status) == LTO_NO_MEMORY)
		out_of_memory();
	if (fstat(t->fd, &st))
		out_of_memory();
	if (st.st_size)
		map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, t->fd, 0);
	if (map == MAP_FAILED)
		out_of_memory();
	t->records = map;
	t->size = (size_t)st.st_size;
	close(t->fd);
}

/* The next complete record, with its data; NULL: there is none. */
static const char *next_record(const struct try *t, size_t *at, struct lto_header *h)
{
	const char *record;

	if (t->size - *at < sizeof(*h))
		return NULL;
	record = t->records + *at;
	memcpy(h, record, sizeof(*h));
	if (h->size > t->size - *at - sizeof(*h))
		return NULL;
	*at += sizeof(*h) + h->size;
	return record + sizeof(*h);
}

/* Sends the diagnostics on, and with all also what was made. */
static void send_records(const struct compiler *c, const struct try *t, bool all)
{
	struct lto_header h;
	const char *data;
	size_t at = 0;

	while ((data = next_record(t, &at, &h)))
		if (all || h.kind == LTO_REPORT || h.kind == LTO_STEP)
			c->r->put(c->r, (enum lto_record)h.kind, h.number, data, h.size);
}

/* The output of a process. */
struct made {
	LLVMMemoryBufferRef ir, object; /* ir: NULL on failure; object: NULL if it was not kept */
	uint64_t code;                  /* size in bytes */
};

static LLVMMemoryBufferRef buffer(const char *data, size_t size)
{
	return LLVMCreateMemoryBufferWithMemoryRange(data, size, "lto", 0);
}

static struct made made_by(const struct try *t)
{
	struct made v = {0};
	struct lto_header h;
	const char *data;
	size_t at = 0;

	if (!WIFEXITED(t->status) || WEXITSTATUS(t->status) != LTO_DONE)
		return v;
	while ((data = next_record(t, &at, &h))) {
		if (h.kind == LTO_IR)
			v.ir = buffer(data, h.size);
		if (h.kind == LTO_MADE) {
			v.object = h.size ? buffer(data, h.size) : NULL;
			v.code = h.number;
		}
	}
	return v;
}

/* This process ends as the other did, whose records have been sent on. */
static void fail(struct compiler *c, const struct try *t)
{
	c->failed = true;
	if (WIFSIGNALED(t->status)) {
		signal(WTERMSIG(t->status), SIG_DFL);
		raise(WTERMSIG(t->status));
	}
}

static unsigned count_processors(const struct compiler *c)
{
	cpu_set_t set;
	int nr = sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set);

	return c->r->options->threads && (int)c->r->options->threads < nr ? c->r->options->threads
									  : (unsigned)nr;
}

/* Starts passes on a module, in another process. */
static void start_passes(struct compiler *c, struct try *t, LLVMModuleRef m, const char *passes)
{
	LLVMTargetMachineRef machine;

	step(c, "optimizing");
	if (!fork_try(c, t))
		return;
	machine = make_machine(c, m);
	if (!machine || run_passes(c, m, machine, passes))
		_exit(LTO_FAILED);
	put_buffer(c, LTO_IR, 0, LLVMWriteBitcodeToMemoryBuffer(m));
	_exit(LTO_DONE);
}

/* Waits for it, and replaces the module. */
static int end_passes(struct compiler *c, struct try *t, LLVMModuleRef *m)
{
	struct made v;

	finish(t);
	v = made_by(t);
	send_records(c, t, false);
	if (!v.ir) {
		fail(c, t);
		return 1;
	}
	LLVMDisposeModule(*m);
	*m = parse_again(c, v.ir);
	return !*m;
}

int run_passes_apart(struct compiler *c, const size_t *numbers, size_t nr, const char *passes)
{
	unsigned processors = count_processors(c);
	struct try *tries = grow(NULL, nr + 1, sizeof(*tries));
	size_t started = 0;
	int err = 0;

	signal(SIGCHLD, SIG_DFL);
	for (size_t ended = 0; !err && ended < nr; ended++) {
		for (; started < nr && started < ended + processors; started++) {
			c->module = c->r->job->modules[numbers[started]].name;
			start_passes(c, &tries[started], c->parsed[numbers[started]].module,
				     passes);
		}
		c->module = c->r->job->modules[numbers[ended]].name;
		err = end_passes(c, &tries[ended], &c->parsed[numbers[ended]].module);
	}
	free(tries);
	return err;
}

int run_parts(struct compiler *c, size_t nr, part_fn *run)
{
	enum { MOST = 16 };
	unsigned parts = count_processors(c);
	struct try tries[MOST] = {0};

	parts = parts < MOST ? parts : MOST;
	if (parts > nr)
		parts = (unsigned)nr;
	if (parts == 1)
		return run(c, 0, nr);
	signal(SIGCHLD, SIG_DFL);
	for (unsigned i = 0; i < parts; i++)
		if (fork_try(c, &tries[i]))
			_exit(run(c, nr * i / parts, nr * (i + 1) / parts) ? LTO_FAILED : LTO_DONE);
	for (unsigned i = 0; i < parts; i++)
		finish(&tries[i]);
	for (unsigned i = 0; i < parts; i++) {
		send_records(c, &tries[i], true);
		if (!WIFEXITED(tries[i].status) || WEXITSTATUS(tries[i].status) != LTO_DONE) {
			fail(c, &tries[i]);
			return 1;
		}
	}
	return 0;
}

/* One of these whose process has ended. All children of this process are among them. */
static struct try *wait_for_any(struct try *tries, unsigned nr)
{
	siginfo_t info;

	while (waitid(P_ALL, 0, &info, WEXITED | WNOWAIT))
		if (errno != EINTR)
			out_of_memory();
	while (nr && tries[nr - 1].pid != info.si_pid)
		nr--;
	if (!nr)
		abort();
	return &tries[nr - 1];
}

LLVMModuleRef optimize_ways(struct compiler *c, LLVMModuleRef m, const struct way *ways,
			    unsigned nr, LLVMMemoryBufferRef *object)
{
	unsigned processors = count_processors(c), started = 0;
	struct try tries[MOST_WAYS] = {0};
	struct made best = {0};
	struct shared *shared =
	    mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		out_of_memory();
	hide_types(c, m);
	signal(SIGCHLD, SIG_DFL);
	for (unsigned ended = 0; ended < nr; ended++) {
		for (; started < nr && started < ended + processors; started++) {
			/* The second one, which often makes what the first one does, is last. */
			unsigned i = started ? nr - started : 0;

			if (fork_try(c, &tries[i]))
				be_child(c, m, ways[i], i, object && !i, shared);
		}
		finish(wait_for_any(tries, nr));
	}
	munmap(shared, sizeof(*shared));
	for (unsigned i = 0; i < nr; i++) {
		struct made v = made_by(&tries[i]);

		/* The diagnostics are those of the first way that works. */
		if (v.ir && !best.ir)
			send_records(c, &tries[i], false);
		if (v.ir && (!best.ir || v.code < best.code))
			best = v;
	}
	if (!best.ir) {
		send_records(c, &tries[0], false);
		fail(c, &tries[0]);
		return NULL;
	}
	if (best.object) {
		*object = best.object;
		return NULL;
	}
	c->repeated = true;
	m = parse_again(c, best.ir);
	if (m)
		show_types(c, m);
	return m;
}
