# What a thousand calls cost: rounds of each kind in turn, as a guest's clock is not steady.
cd "$FILES"
for round in $(seq "${ROUNDS:-1}"); do
	dynrun --mode static main inline.o link bench inline.o loop inline
	dynrun --mode static main loop.o lib leaf.o link bench loop.o loop static
	dynrun main loop.o load loop.o bench loop.o loop stub
	dynrun main loop.o lib leaf.o link bench loop.o loop replaced
	dynrun main loop.o lib entry.o link bench loop.o loop entry
done
