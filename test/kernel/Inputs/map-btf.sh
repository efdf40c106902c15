# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# map-btf.sh BPFTOOL OBJECT MAP: loads OBJECT, and prints what the kernel says about its map.
mkdir -p fs
mount -t bpf bpf fs
mkdir fs/maps
"$1" prog loadall "$2" fs/progs pinmaps fs/maps
ls fs/maps
"$1" -j map show pinned "fs/maps/$3"
umount fs
