# The same by static linking, on demand: each main has a library of its own.
cd "$FILES"
dynrun --mode static main main.o main main2.o lib lib.o lib count.o link run main.o prog 42 \
	run main2.o ticks 1 run main2.o ticks_tc 11 '!detach' main.o verdict show >out
cat out
grep 'main.o: int verdict(struct xdp_md \*, int), default 2: linked, verdict of lib.o' out
grep "'verdict' of main.o was linked statically" out
