# One library serves two mains and three programs of two types, and is one: its variable counts for
# all of them.
cd "$FILES"
dynrun lib lib.o load lib.o main main.o main main2.o link show \
	run main.o prog 30 run main2.o second 10 run main2.o ticks 1 run main2.o ticks_tc 11 \
	run main2.o ticks 12 >out
cat out
grep 'main2.o: int tick(int), default 1: live, tick of lib.o' out
test "$(grep -c ': live' out)" = 3
grep 'note: no function for .count. of main.o: no library defines it: searched lib.o' out
