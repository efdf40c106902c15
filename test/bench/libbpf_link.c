/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* libbpf_link OUT FILE...: what `bpftool gen object` does, with the libbpf that it is built with.
 */
#include <bpf/libbpf.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	struct bpf_linker *linker = argc > 2 ? bpf_linker__new(argv[1], NULL) : NULL;
	int err = !linker;

	for (int i = 2; i < argc && !err; i++)
		err = bpf_linker__add_file(linker, argv[i], NULL);
	if (!err)
		err = bpf_linker__finalize(linker);
	bpf_linker__free(linker);
	return err != 0;
}
