# A program that is loaded already, here by another process, as an import's function.
cd "$FILES"
dynrun lib fifty.o load fifty.o pin-prog verdict__entry /sys/fs/bpf/fifty
dynrun main main2.o lib lib.o bind-pin main2.o verdict /sys/fs/bpf/fifty link run main2.o second 48
rm /sys/fs/bpf/fifty
