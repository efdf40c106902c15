# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# command-static.sh BPFLD: with a BPF file system of its own on fs.
bpfld=$1
mount -t bpf none fs
fails() { if "$@"; then echo "did not fail: $*"; exit 1; fi; }
load() { "$bpfld" load --root=fs/pins "$@"; }
runs() { head -c 64 /dev/zero | bpftool prog run pinned "fs/pins/$1/programs/$2" data_in - | grep Return; }

load --dynamic=static -n main main.o -llib -L libs
runs main prog
# The folders of the environment; a name that differs, and both libraries have it.
BPFLD_LIBRARY_PATH=nowhere::libs load --dynamic=static main2.o -llib -lfifty \
	--bind main2.o:verdict=libfifty.o:sixty --bind main2.o:tick=liblib.o:tick -j >main2.json
python3 -c '
import json
[e] = json.load(open("main2.json"))
assert e["name"] == "main2" and len(e["programs"]) == 3 and not e["functions"]
assert e["imports"] == [
    {"name": "tick", "served": "static", "library": "liblib", "function": "tick"},
    {"name": "verdict", "served": "static", "library": "libfifty", "function": "sixty"}], e'
"$bpfld" ls --root=fs/pins -j main2 | cmp - main2.json
runs main2 second
"$bpfld" unload --root=fs/pins main2

# What fails leaves nothing.
find fs/pins >before
fails load --dynamic=static main2.o -lnone -Llibs
fails load --dynamic=static main2.o -lfifty -Llibs
fails load --dynamic=static -a main2.o -llib -Llibs
fails load --dynamic=static main.o -llib -Llibs
cp main.o main.bpf.o
fails load --dynamic=static main.o main.bpf.o -llib -Llibs
fails load --dynamic=static main.o live.o -llib -Llibs --bind main.o:verdict=live.o:x
fails load --dynamic=static main.o -llib -Llibs --bind main.o:verdict=gone.o:x
find fs/pins | diff before -
"$bpfld" unload --root=fs/pins main
test ! -e fs/pins
echo done
