/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "loader/bpffs.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

/* ---- refusals ---- */

static int refuse(struct ld_refusal *why, const char *id, const char *help, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static int refuse(struct ld_refusal *why, const char *id, const char *help, const char *fmt, ...)
{
	va_list args;

	why->id = id;
	why->help = help;
	va_start(args, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, args);
	va_end(args);
	return -EPERM;
}

struct user {
	char text[96];
};

static struct user user_of(uid_t uid)
{
	struct passwd pw, *found = NULL;
	struct user user;
	char names[2048];

	if (getpwuid_r(uid, &pw, names, sizeof(names), &found) || !found)
		snprintf(user.text, sizeof(user.text), "uid %u", uid);
	else
		snprintf(user.text, sizeof(user.text), "%.64s (uid %u)", found->pw_name, uid);
	return user;
}

/* ---- the way to a directory ---- */

bool ld_bpffs_is_name(const char *name)
{
	return *name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static bool is_trusted(uid_t uid)
{
	return uid == 0 || uid == geteuid();
}

static bool is_bpffs(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && fs.f_type == BPF_FS_MAGIC;
}

/* shared: others may write to it if it is sticky. */
static int check_dir(int fd, const char *path, bool shared, struct ld_refusal *why)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (!is_bpffs(fd))
		return 0;
	if (!is_trusted(st.st_uid))
		return refuse(why, "untrusted-pins", "root can remove it",
			      "%s belongs to %s, who is neither root nor the caller", path,
			      user_of(st.st_uid).text);
	if (st.st_mode & 022 && !(shared && st.st_mode & S_ISVTX))
		return refuse(why, "untrusted-pins", "its owner can run chmod go-w",
			      "other users than %s can write to %s (mode %04o)",
			      user_of(st.st_uid).text, path, st.st_mode & 07777);
	return 0;
}

/* Names the reason why the entry could not be opened as a directory. */
static int not_a_dir(int at, const char *entry, const char *path, int err, struct ld_refusal *why)
{
	struct stat st;

	if ((err != -ENOTDIR && err != -ELOOP) || fstatat(at, entry, &st, AT_SYMLINK_NOFOLLOW))
		return err;
	if (S_ISLNK(st.st_mode))
		return refuse(
		    why, "untrusted-pins",
		    "root can remove it; a directory that it points to has to be named by its own "
		    "path",
		    "%s is a symbolic link of %s, and pins are not looked for behind links", path,
		    user_of(st.st_uid).text);
	return refuse(why, "untrusted-pins", "root can remove it", "%s of %s is no directory", path,
		      user_of(st.st_uid).text);
}

/*
 * Opens the directory at path, of n bytes, by its entries one by one. shared: the last of them may
 * be sticky and writable by all.
 */
static int walk(const char *path, size_t n, bool shared, struct ld_refusal *why)
{
	int dir = open(*path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC), err;
	char so_far[PATH_MAX], entry[NAME_MAX + 1];
	size_t end = strspn(path, "/");

	if (dir < 0 || n >= sizeof(so_far))
		return dir < 0 ? -errno : (close(dir), -ENAMETOOLONG);
	err = check_dir(dir, *path == '/' ? "/" : ".", shared || end < n, why);
	for (size_t len; end < n && !err; end += strspn(path + end, "/")) {
		int next;

		len = strcspn(path + end, "/");
		len = len < n - end ? len : n - end;
		if (len > NAME_MAX) {
			err = -ENAMETOOLONG;
			break;
		}
		memcpy(entry, path + end, len);
		entry[len] = '\0';
		end += len;
		memcpy(so_far, path, end);
		so_far[end] = '\0';
		next = openat(dir, entry, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		err = next < 0 ? not_a_dir(dir, entry, so_far, -errno, why)
			       : check_dir(next, so_far,
					   shared || end + strspn(path + end, "/") < n, why);
		close(dir);
		dir = next;
	}
	if (err && dir >= 0)
		close(dir);
	return err ? err : dir;
}

static int not_bpffs(const char *path, int n, struct ld_refusal *why)
{
	refuse(why, "no-bpffs", "mount -t bpf bpf /sys/fs/bpf", "%.*s is not in a BPF file system",
	       n, path);
	return -EXDEV;
}

/* Opens the directory that path lies in, which is in a BPF file system; *base is path's end. */
static int walk_to(const char *path, const char **base, bool shared, struct ld_refusal *why)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;
	int dir;

	why->id = NULL;
	*base = slash ? slash + 1 : path;
	if (!ld_bpffs_is_name(*base))
		return -EINVAL;
	dir = slash ? walk(n ? path : "/", n ? n : 1, shared, why) : walk(".", 1, shared, why);
	if (dir >= 0 && !is_bpffs(dir)) {
		close(dir);
		return not_bpffs(n ? path : ".", n ? (int)n : 1, why);
	}
	return dir;
}

int ld_bpffs_open(const char *dir, struct ld_refusal *why)
{
	int fd, there;

	why->id = NULL;
	there = walk(dir, strlen(dir), false, why);
	if (there < 0)
		return there;
	if (!is_bpffs(there)) {
		close(there);
		return not_bpffs(dir, (int)strlen(dir), why);
	}
	fd = openat(there, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = fd < 0 ? -errno : fd;
	close(there);
	return fd;
}

int ld_bpffs_mkdir(const char *path, struct ld_refusal *why)
{
	const char *base;
	int dir = walk_to(path, &base, true, why), err;

	/* It may be the root of the file system. */
	if (dir == -EXDEV && !access(path, F_OK))
		return -EEXIST;
	if (dir < 0)
		return dir;
	err = mkdirat(dir, base, 0700) ? -errno : 0;
	close(dir);
	return err;
}

/* ---- pins ---- */

/*
 * bpf(2) takes a directory's descriptor since Linux 6.5, as a flag that libbpf may not know yet.
 * Before that a path by way of /proc names the same directory.
 */
static int by_syscall(int cmd, int fd, int dir, const char *name)
{
	struct {
		uint64_t pathname;
		uint32_t bpf_fd, file_flags;
		int32_t path_fd;
		uint32_t unused;
	} attr = {(uintptr_t)name, (uint32_t)fd, 1U << 14, dir, 0};
	char path[64 + NAME_MAX];
	int ret = (int)syscall(__NR_bpf, cmd, &attr, sizeof(attr));

	if (ret >= 0 || errno != EINVAL)
		return ret < 0 ? -errno : ret;
	if (access("/proc/self/fd", X_OK))
		return -EOPNOTSUPP;
	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", dir, name);
	ret = cmd == BPF_OBJ_PIN ? bpf_obj_pin(fd, path) : bpf_obj_get(path);
	return ret < 0 ? -errno : ret;
}

static int pin(int fd, const char *path, bool shared, struct ld_refusal *why)
{
	const char *base;
	int dir = walk_to(path, &base, shared, why), err;

	if (dir < 0)
		return dir;
	err = by_syscall(BPF_OBJ_PIN, fd, dir, base);
	close(dir);
	return err;
}

int ld_bpffs_pin(int fd, const char *path, struct ld_refusal *why)
{
	return pin(fd, path, false, why);
}

int ld_bpffs_pin_shared(int fd, const char *path, struct ld_refusal *why)
{
	return pin(fd, path, true, why);
}

/* What the entry is, if it is one that a loader makes. */
static int kind_of(int dir, const char *base, const char *path, struct ld_refusal *why)
{
	struct stat st;

	if (fstatat(dir, base, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return LD_BPFFS_DIR;
	if (S_ISREG(st.st_mode))
		return LD_BPFFS_PIN;
	return refuse(why, "untrusted-pins", "root can remove it", "%s of %s is %s, not a pin",
		      path, user_of(st.st_uid).text,
		      S_ISLNK(st.st_mode) ? "a symbolic link" : "a special file");
}

int ld_bpffs_kind(const char *path, struct ld_refusal *why)
{
	const char *base;
	int dir = walk_to(path, &base, true, why), kind;

	if (dir < 0)
		return dir;
	kind = kind_of(dir, base, path, why);
	close(dir);
	return kind;
}

int ld_bpffs_refuse(const char *path, struct ld_refusal *why)
{
	struct stat st = {0};

	if (lstat(path, &st))
		return -errno;
	return refuse(why, "untrusted-pins", "root can move or remove it",
		      "%s of %s is not a pin that this loader makes", path,
		      user_of(st.st_uid).text);
}

/* In a sticky directory nobody but the owner of a file can put another one in its place. */
static int check_owner(int dir, const char *base, const char *path, struct ld_refusal *why)
{
	struct stat st;

	if (fstatat(dir, base, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	if (is_trusted(st.st_uid))
		return 0;
	return refuse(why, "untrusted-pins", "root can remove it",
		      "%s was pinned by %s, who is neither root nor the caller", path,
		      user_of(st.st_uid).text);
}

static int get(const char *path, bool shared, struct ld_refusal *why)
{
	const char *base;
	int dir = walk_to(path, &base, shared, why), fd;

	if (dir < 0)
		return dir;
	fd = kind_of(dir, base, path, why);
	if (fd >= 0 && shared)
		fd = check_owner(dir, base, path, why) ? -EPERM : fd;
	if (fd == LD_BPFFS_PIN)
		fd = by_syscall(BPF_OBJ_GET, 0, dir, base);
	else if (fd == LD_BPFFS_DIR)
		fd = -EISDIR;
	close(dir);
	return fd;
}

int ld_bpffs_get(const char *path, struct ld_refusal *why)
{
	return get(path, false, why);
}

int ld_bpffs_get_shared(const char *path, struct ld_refusal *why)
{
	return get(path, true, why);
}

static int remove_at(const char *path, bool shared, struct ld_refusal *why)
{
	const char *base;
	int dir = walk_to(path, &base, true, why), kind;

	if (dir < 0)
		return dir;
	kind = kind_of(dir, base, path, why);
	if (kind == LD_BPFFS_PIN && !shared)
		kind = check_dir(dir, path, false, why) ? -EPERM : kind;
	else if (kind == LD_BPFFS_PIN)
		kind = check_owner(dir, base, path, why) ? -EPERM : kind;
	if (kind >= 0 && unlinkat(dir, base, kind == LD_BPFFS_DIR ? AT_REMOVEDIR : 0))
		kind = -errno;
	close(dir);
	return kind < 0 ? kind : 0;
}

/* A directory may lie in a shared one: nobody else can have put something else in its place, and
 * only an empty one goes. */
int ld_bpffs_remove(const char *path, struct ld_refusal *why)
{
	return remove_at(path, false, why);
}

int ld_bpffs_remove_shared(const char *path, struct ld_refusal *why)
{
	return remove_at(path, true, why);
}

int ld_bpffs_rename(const char *from, const char *to, struct ld_refusal *why)
{
	const char *from_base, *to_base;
	int from_dir = walk_to(from, &from_base, false, why), to_dir, err;

	if (from_dir < 0)
		return from_dir;
	to_dir = walk_to(to, &to_base, false, why);
	err = to_dir < 0 ? to_dir : 0;
	if (!err && renameat2(from_dir, from_base, to_dir, to_base, RENAME_NOREPLACE))
		err = -errno;
	close(from_dir);
	if (to_dir >= 0)
		close(to_dir);
	return err;
}
