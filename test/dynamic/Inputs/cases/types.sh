# One function in the place of a stub in programs of eight types; its variable counts for all.
cd "$FILES"
dynrun main types.o lib zero.o load types.o run types.o of_socket 0 link show \
	run types.o of_socket 0 run types.o of_xdp 0 run types.o of_tc 0 run types.o of_cgroup_skb 0 \
	get zero.o zero.bss 4 pin /sys/fs/bpf/types >out || { cat out; false; }
cat out
grep 'types.o: int zero(int), default 0: live, zero of zero.o' out
for program in socket xdp tc cgroup_skb raw_tp tp kprobe syscall; do
	test -e "/sys/fs/bpf/types/types-of_$program-zero"
done
rm -r /sys/fs/bpf/types
