// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Loads the BPF program that go generate has compiled, runs it on packets of several sizes, prints the counts.
package main

import (
	"fmt"
	"log"

	"github.com/cilium/ebpf/rlimit"
)

//go:generate go run github.com/cilium/ebpf/cmd/bpf2go -cc bpfld-cc sizes bpf/sizes.bpf.c -- bpf/bucket.bpf.c

func main() {
	if err := rlimit.RemoveMemlock(); err != nil {
		log.Fatal(err)
	}
	var objs sizesObjects
	if err := loadSizesObjects(&objs, nil); err != nil {
		log.Fatal(err)
	}
	defer objs.Close()
	for _, size := range []int{64, 200, 650, 1500} {
		if _, _, err := objs.CountSizes.Test(make([]byte, size)); err != nil {
			log.Fatal(err)
		}
	}
	for bucket := uint32(0); bucket < 3; bucket++ {
		var count uint64
		if err := objs.Packets.Lookup(bucket, &count); err != nil {
			log.Fatal(err)
		}
		fmt.Println(count)
	}
}
