# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Rules of GNU make for BPF programs of several files.
#
#	include $(shell pkg-config --variable=makefile bpfld)
#	$(eval $(call bpfld_object,prog,a.bpf.c b.bpf.c,libflow.a))
#
# makes prog.bpf.o of the sources and of libraries, if there are any, and prog.skel.h of that. Objects
# stand in prog.dir/, with what headers they depend on. A project that builds by plain pattern rules
# needs none of this: ld.bpf a.o b.o -o prog.o is all there is to it.

CLANG ?= clang
LD_BPF ?= ld.bpf
BPF_CFLAGS ?= -g -O2 -Wall
BPF_LDFLAGS ?=

bpfld_machine := $(shell uname -m)
# As libbpf's headers call it.
bpfld_arch := $(shell echo $(bpfld_machine) | sed 's/x86_64/x86/; s/aarch64/arm64/; \
	s/ppc64.*/powerpc/; s/^arm[^6].*/arm/; s/^mips.*/mips/; s/^riscv.*/riscv/; s/s390x/s390/; s/loongarch.*/loongarch/')
# Where Debian has <asm/types.h>.
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
