# A thread runs the main all the time: it sees the stub, then each function, and nothing else. While
# one function goes and the other comes the stub may answer.
cd "$FILES"
dynrun main main2.o lib lib.o lib fifty.o bind main2.o verdict lib.o verdict load main2.o \
	start main2.o second link run main2.o second 10 stop 4 10 \
	start main2.o second replace main2.o verdict fifty.o verdict run main2.o second 48 stop 10 48 4? \
	start main2.o second detach main2.o verdict run main2.o second 4 stop 48 4 \
	start main2.o second replace main2.o verdict lib.o verdict run main2.o second 10 stop 4 10
