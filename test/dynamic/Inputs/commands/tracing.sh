# A main of which the kernel replaces no functions has its library linked in, and it is said.
cd "$FILES"
bpfld load --dynamic trace.o live.o -lby -Llibs >/tmp/loaded 2>/tmp/errors
cat /tmp/loaded /tmp/errors
test "$(cat /tmp/errors | wc -l)" = 1
grep -E 'bpfld: note: libraries were linked statically into trace.o: no kernel can replace functions of programs like of_.* \[linked-statically\]' /tmp/errors
grep -x '  import by: by of libby, linked statically' /tmp/loaded
grep 'import by: by of libby, replaces the stub in on_enter' /tmp/loaded
bpfld unload trace live libby
