# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Compiler and linker flags of all targets.
include(CheckCCompilerFlag)
include(CheckPIESupported)

add_compile_options(-Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes)
# getline, memfd_create, ... in addition to C11; 64-bit file offsets on all hosts.
add_compile_definitions(_GNU_SOURCE _FILE_OFFSET_BITS=64)
if(BPFLD_WERROR)
  add_compile_options(-Werror)
endif()

check_pie_supported(LANGUAGES C)

# One file that is copied around: half of it is other libraries.
if(BPFLD_STATIC)
  add_compile_options($<$<CONFIG:Release>:-Os> -fno-asynchronous-unwind-tables)
endif()

if(BPFLD_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "BPFLD_FUZZ needs clang: -DCMAKE_C_COMPILER=clang-N, for example")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link) # coverage guides the fuzzer
endif()

# Stages of a link check what they promise to later ones: see runtime/model/check_model.h.
if(BPFLD_SANITIZE OR CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_definitions(BPFLD_CHECK_MODEL)
endif()

if(BPFLD_SANITIZE)
  add_compile_options(-fsanitize=${BPFLD_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all -UNDEBUG)
  add_link_options(-fsanitize=${BPFLD_SANITIZE})
elseif(BPFLD_HARDEN)
  add_compile_options(-fstack-protector-strong -Wformat -Werror=format-security)
  foreach(flag -fstack-clash-protection -fcf-protection)
    string(MAKE_C_IDENTIFIER "HAVE${flag}" var)
    check_c_compiler_flag(${flag} ${var})
    if(${var})
      add_compile_options(${flag})
    endif()
  endforeach()
  # It requires optimization; keep the level that a packager sets.
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT CMAKE_C_FLAGS MATCHES "_FORTIFY_SOURCE")
    add_compile_definitions(_FORTIFY_SOURCE=2)
  endif()
  add_link_options(-Wl,-z,relro,-z,now)
endif()
add_link_options(-Wl,--as-needed)
