# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a command as root of a user namespace whose /sys/fs/bpf delegates the right to load programs.

token.py PROGRAM-TYPES COMMAND...

PROGRAM-TYPES is what the mount option delegate_progs takes. Exits with the status of the command.
"""
import ctypes
import os
import socket
import sys

MOVE_MOUNT, FSOPEN, FSCONFIG, FSMOUNT = 429, 430, 431, 432  # of all architectures
SET_STRING, CREATE = 1, 6  # enum fsconfig_command in linux/mount.h
AT_FDCWD, FROM_DESCRIPTOR = -100, 4
NEW_USER, NEW_MOUNTS = 0x10000000, 0x20000
PRIVATE = 0x40000 | 0x4000  # and all mounts below

libc = ctypes.CDLL(None, use_errno=True)


def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def call(number, *args):
    return check(libc.syscall(number, *args))


def child(parent, command):
    check(libc.unshare(NEW_USER | NEW_MOUNTS))
    parent.send(b"?")
    parent.recv(1)
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    # A file system belongs to the user namespace in which it was opened.
    socket.send_fds(parent, [b"!"], [call(FSOPEN, b"bpf", 0)])
    mount = socket.recv_fds(parent, 1, 1)[1][0]
    check(libc.mount(None, b"/", None, PRIVATE, None))
    call(MOVE_MOUNT, mount, b"", AT_FDCWD, b"/sys/fs/bpf", FROM_DESCRIPTOR)
    os.execvp(command[0], command)


def serve(pid, conn, types):
    conn.recv(1)
    for ids in "uid_map", "gid_map":
        with open("/proc/%d/%s" % (pid, ids), "w") as f:
            f.write("0 100000 1000")
    conn.send(b"!")
    fs = socket.recv_fds(conn, 1, 1)[1][0]
    for option, value in (("cmds", "any"), ("maps", "any"), ("progs", types), ("attachs", "any")):
        call(FSCONFIG, fs, SET_STRING, b"delegate_" + option.encode(), value.encode(), 0)
    call(FSCONFIG, fs, CREATE, None, None, 0)
    socket.send_fds(conn, [b"!"], [call(FSMOUNT, fs, 0, 0)])


ours, theirs = socket.socketpair()
pid = os.fork()
if not pid:
    ours.close()
    try:
        child(theirs, sys.argv[2:])
    finally:
        os._exit(125)
theirs.close()
serve(pid, ours, sys.argv[1])
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
