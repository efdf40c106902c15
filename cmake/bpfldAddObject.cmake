# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#[[
bpfld_add_object(NAME prog SOURCES a.bpf.c b.bpf.c
                 [SKELETON]                     also generate prog.skel.h
                 [LIBRARIES file...]            objects and archives to link with
                 [INCLUDE_DIRECTORIES dir...]
                 [COMPILE_OPTIONS option...]    for clang
                 [LINK_OPTIONS option...])      for ld.bpf, such as --gc-sections

Compiles C sources for BPF and links them into prog.bpf.o in the current binary directory. Target `prog`
has its path in property BPFLD_OBJECT. With SKELETON, a target that links with library `prog_skeleton`
by target_link_libraries() can include "prog.skel.h".

Targets of bpfld_add_object() in LIBRARIES denote their objects.

Variables: BPFLD_CLANG, BPFLD_LINKER, BPFLD_COMPILE_OPTIONS (default: -g;-O2;-Wall).
]]
include_guard()

set(BPFLD_COMPILE_OPTIONS -g -O2 -Wall CACHE STRING "Options for compiling BPF programs")
set(bpfld_clangs clang)
foreach(release RANGE 40 13 -1)
  list(APPEND bpfld_clangs clang-${release})
endforeach()
find_program(BPFLD_CLANG NAMES ${bpfld_clangs} DOC "clang for BPF programs")
# Prefer the installation that contains this file.
find_program(BPFLD_LINKER ld.bpf HINTS ${PACKAGE_PREFIX_DIR}/bin DOC "Linker for BPF programs")

# The target architecture, as named by libbpf's headers.
function(_bpfld_target_arch out)
  set(arch ${CMAKE_SYSTEM_PROCESSOR})
  if(arch MATCHES "^(x86_64|AMD64|i[3-6]86)$")
    set(arch x86)
  elseif(arch MATCHES "^(aarch64|arm64)$")
    set(arch arm64)
  elseif(arch MATCHES "^(ppc|powerpc)")
    set(arch powerpc)
  elseif(arch MATCHES "^(arm|mips|riscv|s390|loongarch)")
    set(arch ${CMAKE_MATCH_1})
  endif()
  set(${out} ${arch} PARENT_SCOPE)
endfunction()

function(bpfld_add_object)
  cmake_parse_arguments(PARSE_ARGV 0 arg "SKELETON" "NAME"
    "SOURCES;LIBRARIES;INCLUDE_DIRECTORIES;COMPILE_OPTIONS;LINK_OPTIONS")
  if(NOT arg_NAME OR NOT arg_SOURCES)
    message(FATAL_ERROR "bpfld_add_object() needs NAME and SOURCES")
  endif()
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "bpfld_add_object(NAME ${arg_NAME}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  foreach(program CLANG LINKER)
    if(NOT BPFLD_${program})
      message(FATAL_ERROR "bpfld_add_object(NAME ${arg_NAME}): not found: set -DBPFLD_${program}=")
    endif()
  endforeach()

  _bpfld_target_arch(arch)
  set(flags -target bpf -D__TARGET_ARCH_${arch} ${BPFLD_COMPILE_OPTIONS} ${arg_COMPILE_OPTIONS})
  # <linux/types.h> includes <asm/types.h>, which Debian has in a multiarch directory.
  if(CMAKE_C_LIBRARY_ARCHITECTURE AND EXISTS /usr/include/${CMAKE_C_LIBRARY_ARCHITECTURE}/asm)
    list(APPEND flags -isystem /usr/include/${CMAKE_C_LIBRARY_ARCHITECTURE})
  endif()
  foreach(dir ${arg_INCLUDE_DIRECTORIES})
    cmake_path(ABSOLUTE_PATH dir)
    list(APPEND flags -I${dir})
  endforeach()

  set(objects "")
  foreach(source ${arg_SOURCES})
    cmake_path(ABSOLUTE_PATH source NORMALIZE)
    cmake_path(GET source FILENAME file)
    set(object ${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}.dir/${file}.o)
    if(object IN_LIST objects)
      message(FATAL_ERROR "bpfld_add_object(NAME ${arg_NAME}): two sources have the name ${file}")
    endif()
    file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}.dir)
    add_custom_command(OUTPUT ${object}
      COMMAND ${BPFLD_CLANG} ${flags} -MD -MF ${object}.d -MT ${object} -c ${source} -o ${object}
      DEPENDS ${source} DEPFILE ${object}.d COMMENT "Compiling ${file} for BPF" VERBATIM)
    list(APPEND objects ${object})
  endforeach()

  set(libraries "")
  set(depends "")
  foreach(library ${arg_LIBRARIES})
    if(TARGET ${library})
      list(APPEND depends ${library})
      get_target_property(library ${library} BPFLD_OBJECT)
    endif()
    cmake_path(ABSOLUTE_PATH library)
    list(APPEND libraries ${library})
  endforeach()

  set(output ${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}.bpf.o)
  set(outputs ${output})
  set(header_options "")
  if(arg_SKELETON)
    set(header ${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}.skel.h)
    list(APPEND outputs ${header})
    string(MAKE_C_IDENTIFIER ${arg_NAME} identifier)
    set(header_options --skeleton=${header} --skeleton-name=${identifier})
  endif()
  add_custom_command(OUTPUT ${outputs}
    COMMAND ${BPFLD_LINKER} ${arg_LINK_OPTIONS} ${objects} ${libraries} ${header_options} -o ${output}
    DEPENDS ${objects} ${libraries} ${depends} ${BPFLD_LINKER}
    COMMENT "Linking ${arg_NAME}.bpf.o" VERBATIM)
  add_custom_target(${arg_NAME} ALL DEPENDS ${outputs})
  set_target_properties(${arg_NAME} PROPERTIES BPFLD_OBJECT ${output})
  if(arg_SKELETON)
    add_library(${arg_NAME}_skeleton INTERFACE)
    target_include_directories(${arg_NAME}_skeleton INTERFACE ${CMAKE_CURRENT_BINARY_DIR})
    add_dependencies(${arg_NAME}_skeleton ${arg_NAME})
  endif()
endfunction()
