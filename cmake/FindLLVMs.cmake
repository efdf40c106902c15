# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Finds all LLVM releases that can compile for BPF, with C headers and a shared library.
# Sets BPFLD_LLVM_RELEASES, ascending, and for each N BPFLD_LLVM_N_INCLUDE and BPFLD_LLVM_N_LIBRARY.
set(BPFLD_LLVM_RELEASES "")
set(BPFLD_LLVM_CONFIGS "" CACHE STRING
    "llvm-config programs of the LLVMs to build link-time optimization for (default: all found)")

set(configs ${BPFLD_LLVM_CONFIGS})
if(NOT configs)
  foreach(n RANGE 14 29)
    find_program(LLVM_CONFIG_${n} NAMES llvm-config-${n} llvm-config${n}
                 HINTS /usr/lib/llvm-${n}/bin /usr/lib64/llvm${n}/bin)
    mark_as_advanced(LLVM_CONFIG_${n})
    if(LLVM_CONFIG_${n})
      list(APPEND configs ${LLVM_CONFIG_${n}})
    endif()
  endforeach()
  find_program(LLVM_CONFIG llvm-config)
  mark_as_advanced(LLVM_CONFIG)
  if(LLVM_CONFIG)
    list(APPEND configs ${LLVM_CONFIG})
  endif()
endif()

function(ask_llvm config out)
  execute_process(COMMAND ${config} ${ARGN} OUTPUT_VARIABLE answer ERROR_QUIET
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(${out} "${answer}" PARENT_SCOPE)
endfunction()

foreach(config ${configs})
  ask_llvm(${config} version --version)
  ask_llvm(${config} include --includedir)
  ask_llvm(${config} targets --targets-built)
  ask_llvm(${config} library --link-shared --libfiles)
  string(REGEX MATCH "^[0-9]+" release "${version}")
  # llvm-config may be installed without headers, which are in the -dev package.
  if(release AND NOT release IN_LIST BPFLD_LLVM_RELEASES AND EXISTS "${include}/llvm-c/Core.h" AND
     EXISTS "${library}" AND targets MATCHES "(^| )BPF( |$)")
    list(APPEND BPFLD_LLVM_RELEASES ${release})
    set(BPFLD_LLVM_${release}_INCLUDE ${include})
    set(BPFLD_LLVM_${release}_LIBRARY ${library})
  endif()
endforeach()
list(SORT BPFLD_LLVM_RELEASES COMPARE NATURAL)
