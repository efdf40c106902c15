/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
static void *(*const lookup)(void *map, const void *key) = (void *)1;
struct {
	int (*type)[2];
	int *key, *value;
	int (*max_entries)[1];
} counts __attribute__((section(".maps"), used));

__attribute__((section("socket"), used)) int count(void *ctx)
{
	int key = 0, *value = lookup(&counts, &key);

	return value ? ++*value : -1;
}
char _license[] __attribute__((section("license"), used)) = "GPL";
