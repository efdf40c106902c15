/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The directory of pins, and changes to it.
 *
 * Loads and unloads are atomic: a load creates ROOT/~/NAME and renames it to ROOT/NAME; an unload
 * renames it back and then removes it. Both hold a lock on ROOT/~. The kernel releases the lock if
 * its holder dies, so entries found after acquiring it are leftovers of a killed bpfld, and are
 * removed first. Signals are blocked during a change; one that arrives before the first rename
 * undoes it.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bpfld/command.h"

/*
 * The directories in NAME, in the order of removal: hooks are detached before stubs are restored,
 * so that no event runs a stub. Other entries are never removed.
 */
static const struct kind {
	const char *name;
	int depth;  /* 2: its entries are directories */
	bool pins;  /* holds pins */
	bool marks; /* holds empty directories */
} kinds[] = {
    {"links", 1, true, false},     {"imports", 2, true, true}, {"programs", 1, true, false},
    {"functions", 2, true, false}, {"maps", 1, true, false},   {"file", 1, false, true},
};

#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* ---- names and paths ---- */

bool is_name(const char *name)
{
	if (!*name)
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && *name != '_' && *name != '-')
			return false;
	return true;
}

enum exit_status check_name(struct request *q, const char *name)
{
	if (is_name(name))
		return EXIT_DONE;
	return usage_error(q, "invalid name '%s': use letters, digits, '_' and '-'; see --name",
			   name);
}

const char *name_of(struct request *q, const char *path)
{
	const char *base = base_name(path);

	return pool_strndup(q->pool, base, strcspn(base, "."));
}

const char *dir_of(struct request *q, const char *name, const char *kind)
{
	return pool_printf(q->pool, "%s/%s%s%s", q->root, name, kind ? "/" : "", kind ? kind : "");
}

const char *new_dir_of(struct request *q, const char *name, const char *kind)
{
	return dir_of(q, pool_printf(q->pool, "~/%s", name), kind);
}

/* ---- looking ---- */

bool exists(struct request *q, const char *name, const char *kind)
{
	struct ld_refusal why;

	return ld_bpffs_kind(dir_of(q, name, kind), &why) == LD_BPFFS_DIR;
}

bool is_library(struct request *q, const char *name)
{
	return is_name(name) && exists(q, name, "functions");
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum exit_status read_dir(struct request *q, const char *path, struct words *names)
{
	struct ld_refusal why;
	int fd = ld_bpffs_open(path, &why);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (fd == -ENOENT)
		return EXIT_DONE;
	if (!dir)
		return refused(q, "read", path, fd < 0 ? fd : -errno, &why);
	while ((entry = readdir(dir)))
		if (ld_bpffs_is_name(entry->d_name))
			words_add(names,
				  pool_strndup(q->pool, entry->d_name, strlen(entry->d_name)));
	closedir(dir);
	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), compare_words);
	return EXIT_DONE;
}

int get_pin(struct request *q, const char *path)
{
	struct ld_refusal why;
	int fd = ld_bpffs_get(path, &why);

	if (fd < 0)
		refused(q, "open", path, fd, &why);
	return fd;
}

/* ---- removing ---- */

/* Reports an entry that bpfld did not create. */
static enum exit_status foreign(struct request *q, const char *path)
{
	struct ld_refusal why;

	ld_bpffs_refuse(path, &why);
	return refused(q, "remove", path, -EPERM, &why);
}

enum exit_status remove_entry(struct request *q, const char *path)
{
	struct ld_refusal why;
	int err = ld_bpffs_remove(path, &why);

	return err && err != -ENOENT ? refused(q, "remove", path, err, &why) : EXIT_DONE;
}

static bool is_empty(struct request *q, const char *path)
{
	struct words names = {0};
	enum exit_status status = read_dir(q, path, &names);
	size_t n = names.n;

	words_free(&names);
	return !status && !n;
}

/* Checks the entries of a directory or, with remove, removes them and the directory. */
static enum exit_status visit(struct request *q, const char *dir, const struct kind *kind,
			      int depth, bool remove)
{
	struct words names = {0};
	enum exit_status status = read_dir(q, dir, &names);

	for (size_t i = 0; i < names.n; i++) {
		const char *path = pool_printf(q->pool, "%s/%s", dir, names.v[i]);
		struct ld_refusal why;
		int found = ld_bpffs_kind(path, &why);

		if (found < 0)
			status |= refused(q, "remove", path, found, &why);
		else if (depth > 1 && found == LD_BPFFS_DIR)
			status |= visit(q, path, kind, depth - 1, remove);
		else if (depth > 1 || (found == LD_BPFFS_PIN && !kind->pins) ||
			 (found == LD_BPFFS_DIR && (!kind->marks || !is_empty(q, path))))
			status |= foreign(q, path);
		else if (remove)
			status |= remove_entry(q, path);
	}
	words_free(&names);
	return !status && remove ? remove_entry(q, dir) : status;
}

static bool is_kind(const char *name)
{
	for (size_t i = 0; i < NR_KINDS; i++)
		if (!strcmp(kinds[i].name, name))
			return true;
	return false;
}

/* Fails if the directory of a loaded object has an entry that a load does not create. */
static enum exit_status check_loaded(struct request *q, const char *dir)
{
	struct words names = {0};
	enum exit_status status = read_dir(q, dir, &names);

	for (size_t i = 0; i < names.n; i++)
		if (!is_kind(names.v[i]))
			status |= foreign(q, pool_printf(q->pool, "%s/%s", dir, names.v[i]));
	words_free(&names);
	for (size_t i = 0; i < NR_KINDS; i++)
		status |= visit(q, pool_printf(q->pool, "%s/%s", dir, kinds[i].name), &kinds[i],
				kinds[i].depth, false);
	return status;
}

/* Removes all of the directory, or nothing. */
static enum exit_status remove_loaded(struct request *q, const char *dir)
{
	enum exit_status status = check_loaded(q, dir);

	for (size_t i = 0; i < NR_KINDS && !status; i++)
		status = visit(q, pool_printf(q->pool, "%s/%s", dir, kinds[i].name), &kinds[i],
			       kinds[i].depth, true);
	return status ? status : remove_entry(q, dir);
}

/* Removes leftovers. */
static enum exit_status sweep(struct request *q)
{
	const char *changes = dir_of(q, "~", NULL);
	struct words names = {0};
	enum exit_status status = read_dir(q, changes, &names);

	for (size_t i = 0; i < names.n; i++)
		status |= remove_loaded(q, pool_printf(q->pool, "%s/%s", changes, names.v[i]));
	words_free(&names);
	return status;
}

/* ---- changes ---- */

/* Signals whose default action terminates the process, except for those that a fault raises. */
static void deadly_signals(sigset_t *set)
{
	static const int others[] = {SIGCHLD, SIGCONT, SIGURG, SIGWINCH, SIGTSTP, SIGTTIN, SIGTTOU,
				     SIGSEGV, SIGBUS,  SIGFPE, SIGILL,   SIGTRAP, SIGABRT, SIGSYS};

	sigfillset(set);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		sigdelset(set, others[i]);
}

/* Whether a signal is pending that will terminate the process. */
static bool interrupted(void)
{
	sigset_t deadly, pending;

	deadly_signals(&deadly);
	sigpending(&pending);
	for (int sig = 1; sig <= SIGRTMAX; sig++) {
		struct sigaction sa;

		if (sigismember(&deadly, sig) == 1 && sigismember(&pending, sig) == 1 &&
		    !sigaction(sig, NULL, &sa) && sa.sa_handler != SIG_IGN)
			return true;
	}
	return false;
}

/* Acquires the lock if it is free. Fails if its last holder has removed the directory. */
static bool try_lock(int fd)
{
	struct stat st;

	return !flock(fd, LOCK_EX | LOCK_NB) && !fstat(fd, &st) && st.st_nlink;
}

void note_unfinished(struct request *q)
{
	const char *changes = dir_of(q, "~", NULL);
	struct words names = {0};
	struct ld_refusal why;
	int fd = ld_bpffs_open(changes, &why);

	if (fd < 0)
		return;
	if (try_lock(fd) && !read_dir(q, changes, &names) && names.n)
		report_note(q->report, "unfinished-change",
			    "%s contains leftovers of a killed bpfld: the next load or unload "
			    "removes them",
			    changes);
	words_free(&names);
	close(fd);
}

/* Opens and locks ROOT/~. */
static enum exit_status lock(struct request *q)
{
	const char *changes = dir_of(q, "~", NULL);
	struct ld_refusal why;

	for (unsigned int tries = 1;; tries++) {
		const struct timespec pause = {.tv_nsec = 10000000};
		int err = ld_bpffs_mkdir(q->root, &why);

		if (err && err != -EEXIST)
			return refused(q, "create", q->root, err, &why);
		err = ld_bpffs_mkdir(changes, &why);
		if (!err || err == -EEXIST)
			q->lock = err = ld_bpffs_open(changes, &why);
		/* Another process may have removed either in the meantime. */
		if (err < 0 && err != -ENOENT)
			return refused(q, "lock", q->root, err, &why);
		if (err >= 0 && try_lock(q->lock))
			return EXIT_DONE;
		if (err >= 0)
			close(q->lock);
		if (interrupted())
			return EXIT_FAILED;
		if (tries == 200)
			report_note(q->report, "waiting-for-lock",
				    "waiting for another bpfld that is changing %s", q->root);
		nanosleep(&pause, NULL);
	}
}

/* Also removes the directories that are empty. */
static void unlock(struct request *q)
{
	struct ld_refusal why;

	ld_bpffs_remove(dir_of(q, "~", NULL), &why);
	ld_bpffs_remove(q->root, &why);
	close(q->lock);
	sigprocmask(SIG_SETMASK, &q->signals, NULL);
}

enum exit_status begin_change(struct request *q)
{
	sigset_t deadly;

	deadly_signals(&deadly);
	sigprocmask(SIG_BLOCK, &deadly, &q->signals);
	if (lock(q)) {
		sigprocmask(SIG_SETMASK, &q->signals, NULL);
		return EXIT_FAILED;
	}
	if (!sweep(q))
		return EXIT_DONE;
	unlock(q);
	return EXIT_FAILED;
}

enum exit_status end_change(struct request *q, enum exit_status status)
{
	if (status)
		sweep(q);
	unlock(q);
	return status;
}

enum exit_status add_dir(struct request *q, const char *path)
{
	struct ld_refusal why;
	int err = ld_bpffs_mkdir(path, &why);

	return err ? refused(q, "create", path, err, &why) : EXIT_DONE;
}

enum exit_status make_dirs(struct request *q, const char *name)
{
	if (add_dir(q, new_dir_of(q, name, NULL)) || add_dir(q, new_dir_of(q, name, "links")) ||
	    add_dir(q, new_dir_of(q, name, "programs")))
		return EXIT_FAILED;
	return add_dir(q, new_dir_of(q, name, "maps"));
}

enum exit_status add_pin(struct request *q, int fd, const char *dir, const char *name)
{
	char *path = pool_printf(q->pool, "%s/%s", dir, name);
	struct ld_refusal why;
	int err;

	if (!ld_bpffs_is_name(name))
		return fail(q, "cannot-pin", "cannot pin '%s' in %s: not a valid file name", name,
			    dir);
	/* Names in a BPF file system have no dots. */
	for (char *c = path + strlen(dir); *c; c++)
		*c = *c == '.' ? '_' : *c;
	err = ld_bpffs_pin(fd, path, &why);
	return err ? refused(q, "pin", path, err, &why) : EXIT_DONE;
}

enum exit_status publish(struct request *q, const char *name)
{
	struct ld_refusal why;
	int err = interrupted()
		      ? -EINTR
		      : ld_bpffs_rename(new_dir_of(q, name, NULL), dir_of(q, name, NULL), &why);

	if (err == -EEXIST)
		return already_loaded(q, name);
	if (err == -EINTR)
		return EXIT_FAILED;
	return err ? refused(q, "create", dir_of(q, name, NULL), err, &why) : EXIT_DONE;
}

bool is_new(struct request *q, const char *name)
{
	return exists(q, pool_printf(q->pool, "~/%s", name), NULL);
}

void unpublish(struct request *q, const char *name)
{
	struct ld_refusal why;

	ld_bpffs_rename(dir_of(q, name, NULL), new_dir_of(q, name, NULL), &why);
}

enum exit_status remove_pins(struct request *q, const char *name)
{
	enum exit_status status = check_loaded(q, dir_of(q, name, NULL));
	struct ld_refusal why;
	int err;

	if (status || interrupted())
		return EXIT_FAILED;
	err = ld_bpffs_rename(dir_of(q, name, NULL), new_dir_of(q, name, NULL), &why);
	if (err)
		return refused(q, "remove", dir_of(q, name, NULL), err, &why);
	return remove_loaded(q, new_dir_of(q, name, NULL));
}
