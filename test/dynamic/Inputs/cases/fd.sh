# A program that is loaded already, here by another process, as an import's function.
cd "$FILES"
dynrun lib fifty.o load fifty.o pin-prog verdict__entry /sys/fs/bpf/fifty
dynrun main main2.o lib lib.o bind-pin main2.o verdict /sys/fs/bpf/fifty link run main2.o second 48
rm /sys/fs/bpf/fifty

# Its types are those that the kernel has: what does not fit is said before anything is linked.
dynrun lib wrong.o load wrong.o pin-prog count /sys/fs/bpf/count pin-prog verdict /sys/fs/bpf/verdict
dynrun main main.o lib lib.o '!bind-pin' main.o count /sys/fs/bpf/count \
	'!bind-pin' main.o verdict /sys/fs/bpf/verdict link run main.o prog 30 >out || { cat out; false; }
cat out
grep -F "error: no function for 'count' of main.o: the types differ: different layouts of struct flow" out
grep -x '>>> defined as   int count(struct flow \*) in the program with id [0-9]* \[import-not-served\]' out
grep -F "error: no function for 'verdict' of main.o: the types differ: parameter 2 differs: int and long" out
grep -x '>>> defined as   int verdict(struct xdp_md \*, long) in the program with id [0-9]* \[import-not-served\]' out
rm /sys/fs/bpf/count /sys/fs/bpf/verdict
dynrun lib lib.o load lib.o pin-prog tick /sys/fs/bpf/tick
dynrun main main2.o bind-pin main2.o tick /sys/fs/bpf/tick '!bind-pin' main2.o verdict /sys/fs/bpf/tick >out
cat out
grep "no function for 'verdict' of main2.o: the types differ: parameter count differs: 2 and 1" out
rm /sys/fs/bpf/tick
bpftool prog load main.o /sys/fs/bpf/xdp
dynrun main main2.o '!bind-pin' main2.o verdict /sys/fs/bpf/xdp '!bind-pin' main2.o verdict /sys/fs/bpf/progs.debug >out
cat out
grep 'the program with id [0-9]* has type xdp: only BPF_PROG_TYPE_EXT can replace functions' out
rm /sys/fs/bpf/xdp
