# What fails leaves what was there as it was.
cd "$FILES"
bpfld load --dynamic main.o -llib -Llibs >/dev/null
state() { bpfld ls; find /sys/fs/bpf | sort; }
state >/tmp/before
fails() { if bpfld load "$@" 2>/tmp/errors; then echo "did not fail: $*"; exit 1; fi; cat /tmp/errors; state | diff /tmp/before -; }

# Two more functions of liblib have been loaded and pinned when it fails.
fails --dynamic -a main2.o -llib -Llibs
grep "XDP program 'second' requires a network interface" /tmp/errors
fails --dynamic -a main2.o -llib -lcount -Llibs
fails --dynamic main.o -llib -Llibs
grep "'main' is already loaded" /tmp/errors
fails --dynamic main2.o -lmain -L.
fails --dynamic main2.o -lfifty -Llibs
grep "no function for 'tick' of main2.o: no library defines it: searched libfifty.o" /tmp/errors
mkdir /tmp/named
cp libs/libfifty.o /tmp/named/main.o
fails --dynamic main2.o -l:main.o -L/tmp/named
grep "'main' is loaded, but is not a library" /tmp/errors
bpfld unload main liblib
