/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Directories and pins in a BPF file system. Its root has mode 1777 by default: any user can create
 * directories and links there, under any name. So each function here
 *
 *   - resolves a path one component at a time, with openat(), and does not follow symbolic links;
 *   - requires that root or the caller owns each directory in the BPF file system, and that others
 *     cannot write to it. Parent directories may be sticky and world-writable: checking the owner
 *     of their entries is then sufficient;
 *   - operates relative to the file descriptor that it has checked.
 *
 * Functions return a negative errno value on error; -EPERM and -EXDEV set *why. Only
 * runtime/loader/ and llvm-plugin/bpfld/ include this header.
 */
#ifndef LD_LOADER_BPFFS_H
#define LD_LOADER_BPFFS_H

#include <stdbool.h>

/* Why an operation was refused. */
struct ld_refusal {
	const char *id; /* of the diagnostic; NULL: errno explains the error */
	const char *help;
	char text[512];
};

/* Whether name is a valid name of a directory entry. */
bool ld_bpffs_is_name(const char *name);

/* Opens a directory, to read or lock it. */
int ld_bpffs_open(const char *dir, struct ld_refusal *why);

/* Creates a directory with mode 0700. -EEXIST: the name exists, and was not checked. */
int ld_bpffs_mkdir(const char *dir, struct ld_refusal *why);

int ld_bpffs_pin(int fd, const char *path, struct ld_refusal *why);

/* Opens the pinned object. */
int ld_bpffs_get(const char *path, struct ld_refusal *why);

enum ld_bpffs_kind { LD_BPFFS_DIR, LD_BPFFS_PIN };

/* The kind of the entry; others are refused. */
int ld_bpffs_kind(const char *path, struct ld_refusal *why);

/* Refuses an entry that no loader creates. Returns -EPERM. */
int ld_bpffs_refuse(const char *path, struct ld_refusal *why);

/* Removes a pin or an empty directory. */
int ld_bpffs_remove(const char *path, struct ld_refusal *why);

/*
 * The same for pins in a directory that may be sticky and world-writable. Root or the caller must
 * own the pin.
 */
int ld_bpffs_pin_shared(int fd, const char *path, struct ld_refusal *why);
int ld_bpffs_get_shared(const char *path, struct ld_refusal *why);
int ld_bpffs_remove_shared(const char *path, struct ld_refusal *why);

/* Fails with -EEXIST if to exists. */
int ld_bpffs_rename(const char *from, const char *to, struct ld_refusal *why);

#endif
