# One library, loaded once, serves mains of other processes; ls tells so; unload goes by it.
cd "$FILES"
runs() { head -c 64 /dev/zero | bpftool prog run pinned "/sys/fs/bpf/bpfld/$1/programs/$2" data_in - | grep -o 'Return value: [0-9]*'; }

bpfld load --dynamic main.o -L libs -llib >/tmp/loaded
cat /tmp/loaded
grep -xE '  import verdict: verdict of liblib, replaces the stub in prog, program id [0-9]+' /tmp/loaded
grep -x '  import count: its stub runs' /tmp/loaded
grep -xE '  function verdict: for xdp, id [0-9]+, serves verdict of prog in main' /tmp/loaded
test "$(runs main prog)" = 'Return value: 30'

# What it lacks for tc programs is loaded beside it, and has its variables.
BPFLD_LIBRARY_PATH=nowhere:libs bpfld load --dynamic -n second main2.o -llib -j >/tmp/second
cat /tmp/second
grep -q '^\[{"name":"second",' /tmp/second
grep -qF '"imports":[{"name":"tick","served":"live","library":"liblib","function":"tick","program":"ticks","program_id":' /tmp/second
test "$(bpftool -j map show | grep -o '"name":"lib[a-z]*.bss"' | wc -l)" = 1
test "$(runs second second)" = 'Return value: 10'
test "$(runs second ticks)" = 'Return value: 1'
test "$(runs second ticks_tc)" = 'Return value: 11'
test "$(runs second ticks)" = 'Return value: 12'
bpfld ls liblib >/tmp/lib
cat /tmp/lib
test "$(grep -c '^  function tick: for ' /tmp/lib)" = 2
grep -qE '^  function verdict: .* serves verdict of prog in main, verdict of second in second$' /tmp/lib
bpfld ls -j liblib | grep -F '"serves":[{"name":"main","program":"prog","import":"verdict"},{"name":"second","program":"second","import":"verdict"}]'

# It serves: refused, and nothing changes, also with one of the two mains.
bpfld ls >/tmp/before
if bpfld unload liblib 2>/tmp/errors; then exit 1; fi
cat /tmp/errors
grep -x "bpfld: error: 'liblib' serves 'verdict' of prog in main \[still-serving\]" /tmp/errors
test "$(grep -c still-serving /tmp/errors)" = 4
bpfld ls | diff /tmp/before -
if bpfld unload liblib main 2>/tmp/errors; then exit 1; fi
test "$(grep -c still-serving /tmp/errors)" = 3
test "$(bpfld ls | grep -v '^ ' | tr '\n' ' ')" = 'liblib second '
test "$(runs second second)" = 'Return value: 10'

# Forced: the stubs answer.
bpfld unload --force liblib
test "$(runs second second)" = 'Return value: 4'
test "$(bpfld ls | grep -c 'its stub runs')" = 2
bpfld unload second
test ! -e /sys/fs/bpf/bpfld
