#include "bpf_test.h"
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, int);
	__uint(pinning, 1);
} bpfld_test_kept SEC(".maps");
SEC("xdp") int drop(void *ctx)
{
	int key = 0;

	return bpf_map_lookup_elem(&bpfld_test_kept, &key) ? 2 : 1;
}
char _license[] SEC("license") = "GPL";
