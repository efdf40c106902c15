# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Sets BPFLD_LIBELF_ARCHIVES to libelf.a, its dependencies and the libraries for compressed DWARF, or to nothing
# if they do not link: the libelf.a of some distributions refers to functions that no library defines.
set(BPFLD_LIBELF_ARCHIVES "")

find_library(LIBELF_ARCHIVE libelf.a HINTS ${LIBELF_LIBRARY_DIRS} ${LIBELF_LIBDIR})
mark_as_advanced(LIBELF_ARCHIVE)
if(NOT LIBELF_ARCHIVE)
  message(STATUS "libelf: shared, there is no libelf.a")
  return()
endif()

set(needed "")
set(names ${LIBELF_STATIC_LIBRARIES} ${ZLIB_LIBRARIES} ${ZSTD_LIBRARIES})
list(REMOVE_DUPLICATES names)
foreach(name ${names})
  if(NOT name STREQUAL "elf")
    find_library(LIBELF_NEEDS_${name} NAMES lib${name}.a ${name}
                 HINTS ${LIBELF_STATIC_LIBRARY_DIRS} ${LIBELF_LIBDIR})
    mark_as_advanced(LIBELF_NEEDS_${name})
    list(APPEND needed ${LIBELF_NEEDS_${name}})
  endif()
endforeach()

# Link all members, so that those that ld.bpf needs are tested.
try_compile(links SOURCE_FROM_CONTENT main.c "int main(void) { return 0; }"
            LINK_LIBRARIES -Wl,--whole-archive ${LIBELF_ARCHIVE} -Wl,--no-whole-archive ${needed}
            OUTPUT_VARIABLE log NO_CACHE)
if(links)
  set(BPFLD_LIBELF_ARCHIVES ${LIBELF_ARCHIVE} ${needed})
  list(JOIN BPFLD_LIBELF_ARCHIVES ", " list)
  message(STATUS "libelf: static, with ${list}")
else()
  string(REGEX MATCH "undefined reference to [^\n]+|cannot find [^\n]+" reason "${log}")
  message(STATUS "libelf: shared, ${LIBELF_ARCHIVE} does not link: ${reason}")
endif()
