# What a library needs itself is linked into it.
cd "$FILES"
dynrun main main.o lib needs.o lib by.o link run main.o prog 330
