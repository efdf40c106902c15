#include "bpf_test.h"
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, int);
} calls SEC(".maps");
SEC("raw_tp/sys_enter") int first(void *ctx)
{
	int key = 0;

	return bpf_map_lookup_elem(&calls, &key) ? 0 : 1;
}
SEC("raw_tp/sys_exit") int second(void *ctx)
{
	return 0;
}
char _license[] SEC("license") = "GPL";
