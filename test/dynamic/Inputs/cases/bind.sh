# Names that differ, and one name in two libraries.
cd "$FILES"
dynrun main main.o main main2.o lib lib.o lib fifty.o bind main.o verdict fifty.o sixty \
	bind main2.o verdict lib.o verdict link run main.o prog 60 run main2.o second 10
dynrun main main.o lib fifty.o '!bind' main.o verdict fifty.o nothing >out
grep "no function for 'verdict' of main.o: fifty.o has no global function 'nothing'" out
dynrun main main.o lib fifty.o '!bind' main.o nothing fifty.o sixty | grep "main.o does not import 'nothing'"
