# Stubs answer before; the library's functions after; whichever was loaded first.
cd "$FILES"
dynrun mode | grep -x 'replaces functions'
dynrun lib count.o '!load' count.o | grep 'count.o: cannot infer a program type: no function takes a context'
dynrun lib lib.o lib count.o load lib.o main main.o load main.o run main.o prog 2 \
	link run main.o prog 42 run main.o prog 42 detach main.o verdict run main.o prog 14
dynrun main main.o lib count.o open main.o load main.o run main.o prog 2 \
	lib lib.o load lib.o link run main.o prog 42
