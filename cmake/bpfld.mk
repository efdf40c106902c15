# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Rules for GNU make to build BPF programs from several files.
#
#	include $(shell pkg-config --variable=makefile bpfld)
#	$(eval $(call bpfld_object,prog,a.bpf.c b.bpf.c,libflow.a))
#
# builds prog.bpf.o from sources and libraries, and prog.skel.h from prog.bpf.o. Objects are in
# prog.dir/, with their dependencies on headers. Projects with their own pattern rules do not need this:
# they can run ld.bpf a.o b.o -o prog.o.

CLANG ?= clang
LD_BPF ?= ld.bpf
BPF_CFLAGS ?= -g -O2 -Wall
BPF_LDFLAGS ?=

bpfld_machine := $(shell uname -m)
# As named by libbpf's headers.
bpfld_arch := $(shell echo $(bpfld_machine) | sed 's/x86_64/x86/; s/aarch64/arm64/; \
	s/ppc64.*/powerpc/; s/^arm[^6].*/arm/; s/^mips.*/mips/; s/^riscv.*/riscv/; s/s390x/s390/; s/loongarch.*/loongarch/')
# Debian has <asm/types.h> there.
bpfld_asm := $(addprefix -isystem ,$(wildcard /usr/include/$(bpfld_machine)-linux-gnu))
bpfld_compile = $(CLANG) -target bpf -D__TARGET_ARCH_$(bpfld_arch) $(bpfld_asm) $(BPF_CFLAGS)

# $(call bpfld_object,NAME,SOURCES[,LIBRARIES])
define bpfld_object
$(1).bpf.o $(1).skel.h &: $(patsubst %.c,$(1).dir/%.o,$(2)) $(3)
	$$(LD_BPF) $$(BPF_LDFLAGS) $$^ --skeleton=$(1).skel.h --skeleton-name=$(1) -o $(1).bpf.o

$(1).dir/%.o: %.c
	@mkdir -p $$(@D)
	$$(bpfld_compile) -MD -MP -c $$< -o $$@

-include $(patsubst %.c,$(1).dir/%.d,$(2))
endef
