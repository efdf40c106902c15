# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Rules for GNU make to build BPF programs and libraries from several files.
#
#	include $(shell pkg-config --variable=makefile bpfld)
#	$(eval $(call bpfld_library,flow,count.c limit.c))
#	$(eval $(call bpfld_object,prog,a.bpf.c b.bpf.c,libflow.a))
#
# make libflow.a and, where a rule needs it, flow.subskel.h; prog.bpf.o and, where a rule needs it, prog.skel.h.
# Objects are in flow.dir/ and prog.dir/, with their dependencies on headers. An option for one of them:
#
#	flow.dir/%: BPF_CFLAGS += -Iinclude
#	prog.bpf.o: BPF_LDFLAGS += --gc-sections
#
# Projects with their own pattern rules do not need this: they can run ld.bpf a.o b.o -o prog.o.

CLANG ?= clang
LD_BPF ?= ld.bpf
BPFLD ?= $(patsubst %ld.bpf,%bpfld,$(LD_BPF))
BPF_AR ?= ar
BPF_CFLAGS ?= -g -O2 -Wall
BPF_LDFLAGS ?=

bpfld_machine := $(shell uname -m)
# As named by libbpf's headers.
bpfld_arch := $(shell echo $(bpfld_machine) | sed 's/x86_64/x86/; s/aarch64/arm64/; \
	s/ppc64.*/powerpc/; s/^arm[^6].*/arm/; s/^mips.*/mips/; s/^riscv.*/riscv/; s/s390x/s390/; s/loongarch.*/loongarch/')
# Debian has <asm/types.h> there.
bpfld_asm := $(addprefix -isystem ,$(wildcard /usr/include/$(bpfld_machine)-linux-gnu))
bpfld_compile = $(CLANG) -target bpf -D__TARGET_ARCH_$(bpfld_arch) $(bpfld_asm) $(BPF_CFLAGS)
bpfld_identifier = $(subst .,_,$(subst -,_,$(1)))
bpfld_objects = $(patsubst %.c,$(1).dir/%.o,$(2))

# $(call bpfld_check,FUNCTION,NAME,SOURCES,MORE): stops at mistakes in the arguments.
bpfld_check = $(if $(and $(strip $(2)),$(strip $(3))),,$(error $(1) needs a name and sources))$(if \
	$(word 2,$(2)),$(error $(1),$(2): a name has no spaces))$(if \
	$(filter-out %.c,$(3)),$(error $(1),$(2): not C sources: $(filter-out %.c,$(3))))$(if \
	$(strip $(4)),$(error $(1),$(2): unknown arguments: $(4)))

# $(call bpfld_compiled,NAME,SOURCES)
define bpfld_compiled
$(1).dir/%.o: %.c
	@mkdir -p $$(@D)
	$$(bpfld_compile) -MD -MP -c $$< -o $$@

-include $(patsubst %.o,%.d,$(call bpfld_objects,$(1),$(2)))
endef

# $(call bpfld_object,NAME,SOURCES[,LIBRARIES])
define bpfld_object
$(call bpfld_check,bpfld_object,$(1),$(2),$(4))
$(1).bpf.o: $(call bpfld_objects,$(1),$(2)) $(3)
	$$(LD_BPF) $$(BPF_LDFLAGS) $$^ -o $$@

$(1).skel.h: $(1).bpf.o
	$$(BPFLD) gen skeleton $$< name $(call bpfld_identifier,$(1)) >$$@.tmp && mv $$@.tmp $$@

$(call bpfld_compiled,$(1),$(2))
endef

# $(call bpfld_library,NAME,SOURCES[,LIBRARIES]): LIBRARIES are those that it uses.
define bpfld_library
$(call bpfld_check,bpfld_library,$(1),$(2),$(4))
lib$(1).a: $(call bpfld_objects,$(1),$(2))
	@rm -f $$@
	$$(BPF_AR) rcD $$@ $$^

$(1).subskel.h: lib$(1).a $(3)
	$$(LD_BPF) -r --whole-archive $$< --no-whole-archive $(3) -o $(1).dir/$(1).bpf.o \
		--subskeleton=$$@ --skeleton-name=$(call bpfld_identifier,$(1))

$(call bpfld_compiled,$(1),$(2))
endef
