# A live main goes on when the command has ended, with the function of an archive's member.
cd "$FILES"
bpfld load --dynamic -a live.o -lby -Llibs
value() { bpftool map dump pinned "/sys/fs/bpf/bpfld/live/maps/live_bss" | tr -d ' \n' | grep -o '"total":[0-9]*' | grep -o '[0-9]*$'; }
one=$(value)
two=$(value)
echo "$one $two"
test "$one" -gt 0
test "$two" -ge "$((one + 100))"
bpfld ls live | grep -E '^  link on_enter: perf_event, '
bpfld unload --force libby
one=$(value)
sleep 0.2
test "$(value)" = "$one"
bpfld unload live
