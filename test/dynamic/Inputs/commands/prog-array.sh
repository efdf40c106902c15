# What has a function in the place of its stub can't be put into a prog_array, until that goes.
cd "$FILES"
bpfld load --dynamic tail.o -lby -Llibs >/dev/null
put() { bpftool map update pinned /sys/fs/bpf/bpfld/tail/maps/jump key 0 0 0 0 value pinned /sys/fs/bpf/bpfld/tail/programs/target; }
if put >/tmp/out 2>&1; then exit 1; fi
grep 'Device or resource busy' /tmp/out
bpfld unload --force libby
sleep 0.3
put
bpfld unload tail
