# Each thing that can be wrong, its message, and that nothing is left (the harness looks).
cd "$FILES"
report() { echo "== $1"; cat out; }

dynrun main main.o lib wrong.o '!link' >out; report "wrong types"
grep "error: no function for 'verdict' of main.o: the types differ: parameter 2 differs: int and long" out
grep "note: no function for 'count' of main.o: the types differ: different layouts of struct flow" out
grep '>>> defined as   int count(struct flow \*) in wrong.o' out
grep '>>> declared as  int count(struct flow \*)' out

dynrun main main.o '!link' >out; report "no library"
grep "error: no function for 'verdict' of main.o: no library was added" out

dynrun main main.o lib empty.o lib count.o '!link' '!link' '!attach' >out; report "an older version"
grep "error: no function for 'verdict' of main.o: no library defines it: searched empty.o, count.o" out

dynrun main main.o lib lib.o lib fifty.o '!link' >out; report "two libraries"
grep "both lib.o and fifty.o define it: select one with bpfld_dyn_bind()" out

# What was made is gone before the process ends: here a library of two functions, and the anchor that
# they are tied to until they are first put somewhere.
dynrun lib lib.o lib fifty.o load fifty.o progs 3 main main2.o '!link' progs 0 >out; report "undone"

dynrun main main2.o lib empty.o '!link' >out; report "several at once"
grep "no function for 'verdict' of main2.o" out
grep "no function for 'tick' of main2.o" out

dynrun main main.o lib lib.o '!detach' main.o verdict '!replace' main.o verdict lib.o verdict >out
report "not loaded"
test "$(grep -c 'main.o is not loaded' out)" = 2

dynrun main main.o lib lib.o open main.o lib count.o link run main.o prog 30 >out; report "too late"
grep "note: no function for 'count' of main.o: main.o was opened before count.o was added" out

dynrun main main.o lib lib.o link '!replace' main.o verdict wrong.o verdict 2>/dev/null && exit 1
dynrun main main.o lib lib.o lib wrong.o bind main.o verdict lib.o verdict link \
	'!replace' main.o verdict wrong.o verdict run main.o prog 30 '!main' main.o >out
report "a replacement that does not fit"
grep "the types differ: parameter 2 differs" out
grep "module 'main.o' already exists" out
