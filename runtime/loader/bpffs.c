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
	struct user user;

	snprintf(user.text, sizeof(user.text), "uid %u", uid);
#ifndef BPFLD_STATIC /* glibc loads libraries for getpwuid_r() */
	struct passwd pw, *found = NULL;
	char names[2048];

	if (!getpwuid_r(uid, &pw, names, sizeof(names), &found) && found)
		snprintf(user.text, sizeof(user.text), "%.64s (uid %u)", found->pw_name, uid);
#endif
	return user;
}

/* ---- directories ---- */

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

/* shared: it may be world-writable if it is sticky. */
static int check_dir(int fd, const char *path, bool shared, struct ld_refusal *why)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (!is_bpffs(fd))
		return 0;
	if (!is_trusted(st.st_uid))
		return refuse(why, "untrusted-pins", "remove it as root",
			      "%s is owned by %s, who is neither root nor the caller", path,
			      user_of(st.st_uid).text);
	if (st.st_mode & 022 && !(shared && st.st_mode & S_ISVTX))
		return refuse(why, "untrusted-pins", "run chmod go-w on it",
			      "%s is writable by users other than its owner %s (mode %04o)", path,
			      user_of(st.st_uid).text, st.st_mode & 07777);
	return 0;
}

/* Explains why the entry could not be opened as a directory. */
static int not_a_dir(int at, const char *entry, const char *path, int err, struct ld_refusal *why)
{
	struct stat st;

	if ((err != -ENOTDIR && err != -ELOOP) || fstatat(at, entry, &st, AT_SYMLINK_NOFOLLOW))
		return err;
	if (S_ISLNK(st.st_mode))
		return refuse(why, "untrusted-pins",
			      "remove it as root, or use the path that it points to",
			      "%s is a symbolic link owned by %s: links to pins are not followed",
			      path, user_of(st.st_uid).text);
	return refuse(why, "untrusted-pins", "remove it as root",
		      "%s, owned by %s, is not a directory", path, user_of(st.st_uid).text);
}

/*
 * Opens the directory named by the first n bytes of path, one component at a time. shared: the last
 * one may be sticky and world-writable.
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

/* The same for a directory that must be in a BPF file system. */
static int walk_bpffs(const char *path, size_t n, bool shared, struct ld_refusal *why)
{
	int dir;

	why->id = NULL;
	dir = walk(path, n, shared, why);
	if (dir < 0 || is_bpffs(dir))
		return dir;
	close(dir);
	refuse(why, "no-bpffs", "mount -t bpf bpf /sys/fs/bpf", "%.*s is not in a BPF file system",
	       (int)n, path);
	return -EXDEV;
}

/* Opens the directory that contains path; *base is the last component. */
static int walk_to(const char *path, const char **base, bool shared, struct ld_refusal *why)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash > path ? (size_t)(slash - path) : 1;

	why->id = NULL;
	*base = slash ? slash + 1 : path;
	if (!ld_bpffs_is_name(*base))
		return -EINVAL;
	return walk_bpffs(slash ? path : ".", n, shared, why);
}

int ld_bpffs_open(const char *dir, struct ld_refusal *why)
{
	int at = walk_bpffs(dir, strlen(dir), false, why), fd;

	if (at < 0)
		return at;
	fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = fd < 0 ? -errno : fd;
	close(at);
	return fd;
}

int ld_bpffs_mkdir(const char *path, struct ld_refusal *why)
{
	const char *base;
	int dir = walk_to(path, &base, true, why), err;

	/* path may be the root of the file system. */
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
 * bpf(2) takes the descriptor of a directory since Linux 6.5, and libbpf may not support that yet.
 * On older kernels a path in /proc names the same directory.
 */
static int bpf_obj_at(int cmd, int fd, int dir, const char *name)
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
	err = bpf_obj_at(BPF_OBJ_PIN, fd, dir, base);
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

/* The kind of the entry, if loaders create such entries. */
static int kind_of(int dir, const char *base, const char *path, struct ld_refusal *why)
{
	struct stat st;

	if (fstatat(dir, base, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return LD_BPFFS_DIR;
	if (S_ISREG(st.st_mode))
		return LD_BPFFS_PIN;
	return refuse(why, "untrusted-pins", "remove it as root",
		      "%s, owned by %s, is %s, not a pin", path, user_of(st.st_uid).text,
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
	return refuse(why, "untrusted-pins", "move or remove it as root",
		      "%s, owned by %s, is not a pin of this loader", path,
		      user_of(st.st_uid).text);
}

/* In a sticky directory only the owner can replace a file. */
static int check_owner(int dir, const char *base, const char *path, struct ld_refusal *why)
{
	struct stat st;

	if (fstatat(dir, base, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	if (is_trusted(st.st_uid))
		return 0;
	return refuse(why, "untrusted-pins", "remove it as root",
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
		fd = bpf_obj_at(BPF_OBJ_GET, 0, dir, base);
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

/* The parent of a directory may be shared: others cannot replace the directory, and only an empty
 * one can be removed. */
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
