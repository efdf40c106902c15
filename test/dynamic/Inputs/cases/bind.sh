# Names that differ, and one name in two libraries.
cd "$FILES"
dynrun main main.o main main2.o lib lib.o lib fifty.o bind main.o verdict fifty.o sixty \
	bind main2.o verdict lib.o verdict link run main.o prog 60 run main2.o second 10
dynrun main main.o lib fifty.o '!bind' main.o verdict fifty.o nothing >out
grep "no function for 'verdict' of main.o: fifty.o has no global function 'nothing'" out
dynrun main main.o lib fifty.o '!bind' main.o nothing fifty.o sixty | grep "main.o does not import 'nothing'"
# One function for two imports.
dynrun main twice.o lib by.o bind twice.o first by.o by bind twice.o other by.o by load twice.o \
	run twice.o sums 2001 link run twice.o sums 200100 detach twice.o other run twice.o sums 2100
