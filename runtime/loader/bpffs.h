/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Directories and pins in a BPF file system. Its root has mode 1777 by default: any user may make
 * directories and links there, under any name. So each function here
 *
 *   - walks the path by open descriptors and follows no symbolic link in it;
 *   - requires of each directory in the BPF file system that root or the caller owns it, and that
 *     nobody else can write to it. A directory above the one that is worked in may be writable by
 *     all if it is sticky: the owner check of what lies in it then suffices;
 *   - works relative to the descriptor that was checked.
 *
 * Functions return a negative errno value on error. -EPERM and -EXDEV come with a refusal. Only the
 * files of runtime/loader/ and the command bpfld include this header.
 */
#ifndef LD_LOADER_BPFFS_H
#define LD_LOADER_BPFFS_H

#include <stdbool.h>

/* Why a path was not touched. */
struct ld_refusal {
	const char *id; /* of the diagnostic; NULL: errno says it all */
	const char *help;
	char text[512];
};

/* Whether name can be that of a directory entry: not empty, without '/', neither "." nor "..". */
bool ld_bpffs_is_name(const char *name);

/* A descriptor of the directory, to read it and to lock it. */
int ld_bpffs_open(const char *dir, struct ld_refusal *why);

/* Makes a directory with mode 0700. -EEXIST: there is something of that name, not checked. */
int ld_bpffs_mkdir(const char *dir, struct ld_refusal *why);

/* Pins what fd is. */
int ld_bpffs_pin(int fd, const char *path, struct ld_refusal *why);

/* A descriptor of what is pinned there. */
int ld_bpffs_get(const char *path, struct ld_refusal *why);

enum ld_bpffs_kind { LD_BPFFS_DIR, LD_BPFFS_PIN };

/* What lies there, or a negative errno value; anything but these two is refused. */
int ld_bpffs_kind(const char *path, struct ld_refusal *why);

/* Refuses what lies there because no loader makes it. Returns -EPERM. */
int ld_bpffs_refuse(const char *path, struct ld_refusal *why);

/* Removes a pin or an empty directory. */
int ld_bpffs_remove(const char *path, struct ld_refusal *why);

/*
 * The same for pins in a directory that may be sticky and writable by all: what is opened there has
 * to be pinned by root or the caller.
 */
int ld_bpffs_pin_shared(int fd, const char *path, struct ld_refusal *why);
int ld_bpffs_get_shared(const char *path, struct ld_refusal *why);
int ld_bpffs_remove_shared(const char *path, struct ld_refusal *why);

/* Fails with -EEXIST if there is something at to. */
int ld_bpffs_rename(const char *from, const char *to, struct ld_refusal *why);

#endif
