# Of fentry, iter and tp_btf programs no kernel replaces functions: such mains are linked statically,
# beside others that are not.
cd "$FILES"
dynrun main trace.o main live.o lib by.o link show get trace.o trace.bss 0 \
	'!detach' trace.o by >out || { cat out; false; }
cat out
grep 'trace.o: int by(int), default 0: linked, by of by.o' out
grep 'live.o: int by(int), default 0: live, by of by.o' out
grep "error: 'by' of trace.o was linked statically: no kernel can replace functions of programs like of_" out
dynrun --mode replace main trace.o lib by.o '!link' >out
cat out
grep 'error: trace.o: no kernel can replace functions of programs like of_[a-z_]* (section ' out
# A program that is loaded can't serve it either.
dynrun main live.o lib by.o link pin-prog by /sys/fs/bpf/by
dynrun main trace.o bind-pin trace.o by /sys/fs/bpf/by '!link' >out
cat out
grep "error: no function for 'by' of trace.o: .*no kernel can replace functions" out
rm /sys/fs/bpf/by
