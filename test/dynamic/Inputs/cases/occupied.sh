# A slot that something else has: the message says so, and everything is taken down.
cd "$FILES"
dynrun lib fifty.o load fifty.o pin-prog verdict__entry /sys/fs/bpf/fifty
dynrun main main2.o lib lib.o load main2.o occupy main2.o second verdict /sys/fs/bpf/fifty \
	run main2.o second 48 '!link' >out
cat out
grep "no function for 'verdict' of main2.o: its stub is already replaced" out
grep '(Device or resource busy, program second)' out
grep '>>> declared as  int verdict(struct xdp_md \*, int)' out
grep '>>> defined as   int verdict(struct xdp_md \*, int) in lib.o' out
test "$(grep -c ^error: out)" = 1
rm /sys/fs/bpf/fifty
