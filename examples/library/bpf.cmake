# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# cmake --toolchain bpf.cmake [-D BPFLD_HOOK=<prefix>/lib/bpfld/hook]: without BPFLD_HOOK, clang finds
# the linker where `bpfld-hook install` has put it.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR bpf)
if(NOT CMAKE_C_COMPILER)
  find_program(CMAKE_C_COMPILER NAMES clang clang-22 clang-21 clang-20 clang-19 REQUIRED)
endif()
set(CMAKE_C_COMPILER_TARGET bpf)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_C_FLAGS_INIT "-g -O2")
set(CMAKE_EXECUTABLE_SUFFIX_C .bpf.o)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES BPFLD_HOOK)
if(BPFLD_HOOK)
  set(CMAKE_EXE_LINKER_FLAGS_INIT "-B${BPFLD_HOOK}")
endif()
