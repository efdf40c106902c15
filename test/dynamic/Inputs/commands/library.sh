# A library before any main; named in any order, all goes; another file under the name is refused.
cd "$FILES"
bpfld load --dynamic -llib -Llibs | tee /tmp/loaded
test "$(head -n 1 /tmp/loaded)" = liblib
test "$(grep -c '^  function .*, id [0-9]*$' /tmp/loaded)" = 2
bpfld load --dynamic main.o -llib -Llibs | grep 'import verdict: verdict of liblib, replaces the stub'
mkdir /tmp/other
cp libs/libfifty.o /tmp/other/liblib.o
if bpfld load --dynamic main2.o -llib -L/tmp/other 2>/tmp/errors; then exit 1; fi
grep -x 'bpfld: error: the library pinned in /sys/fs/bpf/bpfld/liblib was loaded from another file than liblib.o \[other-library\]' /tmp/errors
bpfld unload liblib main
test ! -e /sys/fs/bpf/bpfld

# One function by another name; in a static link, on demand.
bpfld load --dynamic main.o -lfifty -Llibs --bind main.o:verdict=libfifty.o:sixty | grep 'import verdict: sixty of libfifty, replaces the stub'
bpfld unload main libfifty
bpfld load --dynamic=static main.o -llib -Llibs 2>/tmp/errors | grep 'import verdict: verdict of liblib, linked statically'
grep 'libraries were linked statically into main.o: requested by --dynamic=static' /tmp/errors
bpfld unload main
