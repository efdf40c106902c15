# What is pinned goes on when the process has ended, and ends when the pins go.
cd "$FILES"
# The first field of the value is "total" or "calls", as each library has one variable.
value() { bpftool map dump name "$1.bss" | tr -d ' \n' | grep -o '"value":{".bss":\[{"[a-z]*":[0-9]*' | grep -o '[0-9]*$'; }
dynrun main live.o lib by.o link attach pin /sys/fs/bpf/app
ls /sys/fs/bpf/app
bpftool map
test -e /sys/fs/bpf/app/live-on_enter
test -e /sys/fs/bpf/app/live-on_enter-by
one=$(value by)
two=$(value by)
echo "calls: $one, $two; total $(value live)"
test "$two" -gt "$one"
test "$(value live)" -ge "$((one * 100))"
rm /sys/fs/bpf/app/live-on_enter-by
sleep 0.5
one=$(value live)
sleep 0.2
test "$(value live)" = "$one"
rm -r /sys/fs/bpf/app
