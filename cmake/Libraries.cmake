# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Finds the libraries of the core. Sets BPFLD_LIBRARIES to those in use, of LIBELF, ZLIB and ZSTD, with targets
# PkgConfig::NAME; BPFLD_CODECS to those for compressed DWARF; BPFLD_MODULES to their names for pkg-config.
set(BPFLD_LIBRARIES "")
set(BPFLD_CODECS "")
set(BPFLD_MODULES "")

# For BPFLD_STATIC: only archives, with all that they need.
if(BPFLD_STATIC)
  set(PKG_CONFIG_ARGN --static)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
endif()
find_package(PkgConfig REQUIRED)

# find_module(NAME MODULE HEADER FUNCTION): pkg_check_modules(). For BPFLD_STATIC, NAME_FOUND also means that a
# static executable with FUNCTION links: what pkg-config finds may be of another C library than the compiler's,
# and Debian 13's libelf.a refers to functions that no library defines.
macro(find_module name module header function)
  pkg_check_modules(${name} IMPORTED_TARGET GLOBAL ${module})
  if(BPFLD_STATIC AND ${name}_FOUND)
    try_compile(links SOURCE_FROM_CONTENT main.c "#include <stdio.h>\n#include <${header}>\nvoid *volatile used = ${function}; int main(void) { return !used; }"
      CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${${name}_INCLUDE_DIRS}"
      LINK_OPTIONS -static -no-pie
      LINK_LIBRARIES ${${name}_LINK_LIBRARIES} NO_CACHE)
    if(NOT links)
      message(STATUS "${module}: no archive for static executables of this compiler")
      set(${name}_FOUND FALSE)
    endif()
  endif()
endmacro()

# find_optional(NAME MODULE HEADER FUNCTION PACKAGE WITHOUT): PACKAGE is its name in Debian.
macro(find_optional name module header function package without)
  set(${name}_FOUND FALSE)
  if(BPFLD_${name})
    find_module(${name} ${module} ${header} ${function})
  endif()
  if(${name}_FOUND)
    list(APPEND BPFLD_LIBRARIES ${name})
    list(APPEND BPFLD_MODULES ${module})
  elseif(BPFLD_${name} AND NOT BPFLD_${name} STREQUAL "AUTO")
    message(FATAL_ERROR "BPFLD_${name} needs ${module} (Debian: ${package})")
  else()
    message(STATUS "No ${module} (Debian: ${package}): ${without}")
  endif()
endmacro()

find_optional(LIBELF libelf libelf.h elf_memory libelf-dev "--verify reads outputs with bpfld's own parser only")
find_optional(ZLIB zlib zlib.h uncompress zlib1g-dev "DWARF that is compressed with it cannot be read")
find_optional(ZSTD libzstd zstd.h ZSTD_decompress libzstd-dev "DWARF that is compressed with it cannot be read")
set(BPFLD_CODECS ${BPFLD_LIBRARIES})
list(REMOVE_ITEM BPFLD_CODECS LIBELF)
