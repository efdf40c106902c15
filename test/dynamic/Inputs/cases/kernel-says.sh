# What only the kernel can tell, in its words.
cd "$FILES"
case $(uname -r) in
6.1.*) dynrun main main.o lib packet.o link run main.o prog 3 ;;
*)
	dynrun main main.o lib packet.o '!link' >out
	cat out
	grep 'error: cannot load packet.o: Invalid argument' out
	grep '>>> verifier: Extension program changes packet data' out
	grep "error: no function for 'verdict' of main.o: cannot load its library for prog" out
	;;
esac
