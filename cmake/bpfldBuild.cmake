# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#[[
bpfld_add_object(NAME prog SOURCES a.bpf.c b.bpf.c
                 [OUTPUT_NAME name]             of the object and the skeleton, instead of NAME
                 [SKELETON]                     also generate prog.skel.h
                 [LIBRARIES file|target...]     objects and archives to link with
                 [INCLUDE_DIRECTORIES dir...]
                 [COMPILE_OPTIONS option...]    for clang
                 [LINK_OPTIONS option...]       for ld.bpf, such as --gc-sections
                 [DEPENDS file|target...])      generated headers

Compiles C sources for BPF and links them into prog.bpf.o in the current binary directory. With SKELETON, a
target that links with library `prog_skeleton` by target_link_libraries() can include "prog.skel.h".

bpfld_add_library(NAME flow SOURCES count.c limit.c
                  [HEADERS flow.h...]           for programs that use the library
                  [SUBSKELETON]                 also generate flow.subskel.h
                  [LIBRARIES file|target...]    what the library uses
                  [INCLUDE_DIRECTORIES dir...] [COMPILE_OPTIONS option...] [DEPENDS file|target...])

Compiles C sources for BPF and archives them as libflow.a in the current binary directory. Where LIBRARIES names
target `flow`, sources can include HEADERS by their file names, and the object is linked with what the library
uses. With SUBSKELETON, a target that links with library `flow_subskeleton` can include "flow.subskel.h".

Property BPFLD_OBJECT of target `prog` or `flow` is the path of the object or archive, for install(FILES).
LIBRARIES also takes targets of static libraries, such as imported ones; their include directories are used.

Write an option and its value as one argument: -DNAME, --export=NAME. Name libraries in LIBRARIES, not by -l in
LINK_OPTIONS: the object is linked again when they change.

Variables: BPFLD_CLANG, BPFLD_LINKER, BPFLD_COMPILE_OPTIONS (default: -g;-O2;-Wall).
]]
include_guard()
include(${CMAKE_CURRENT_LIST_DIR}/bpfldArguments.cmake)

set(BPFLD_COMPILE_OPTIONS -g -O2 -Wall CACHE STRING "Options for compiling BPF programs")
set(bpfld_clangs clang)
foreach(release RANGE 40 13 -1)
  list(APPEND bpfld_clangs clang-${release})
endforeach()
find_program(BPFLD_CLANG NAMES ${bpfld_clangs} DOC "clang for BPF programs")
# For bpf/bpf_helpers.h outside of the compiler's own directories.
find_path(BPFLD_bpf_INCLUDE bpf/libbpf.h)
mark_as_advanced(BPFLD_bpf_INCLUDE)

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

# Stops unless PROGRAM prints a version that matches REGEX. Each path is run once.
function(_bpfld_check_program variable regex what)
  if(NOT ${variable})
    message(FATAL_ERROR "${variable}: ${what} is not in PATH; set -D${variable}=PATH")
  endif()
  get_property(checked GLOBAL PROPERTY ${variable}_CHECKED)
  if(NOT checked STREQUAL "${${variable}}")
    execute_process(COMMAND ${${variable}} --version OUTPUT_VARIABLE text ERROR_VARIABLE text RESULT_VARIABLE status)
    if(NOT status EQUAL 0 OR NOT text MATCHES "${regex}")
      message(FATAL_ERROR "${variable}=${${variable}} is not ${what}")
    endif()
    set_property(GLOBAL PROPERTY ${variable}_CHECKED ${${variable}})
    set_property(GLOBAL PROPERTY ${variable}_VERSION ${CMAKE_MATCH_1})
  endif()
  get_property(version GLOBAL PROPERTY ${variable}_VERSION)
  set(version ${version} PARENT_SCOPE)
endfunction()

function(_bpfld_check_programs needs_bpftool)
  _bpfld_check_program(BPFLD_CLANG "clang version ([0-9.]+)" "clang")
  if(version VERSION_LESS 13)
    message(FATAL_ERROR "BPFLD_CLANG=${BPFLD_CLANG} is clang ${version}; 13 or later is needed")
  endif()
  _bpfld_check_program(BPFLD_LINKER "^ld\\.bpf \\(bpfld\\) ([0-9.]+)" "ld.bpf")
  if(bpfld_VERSION AND version VERSION_LESS bpfld_VERSION)
    message(FATAL_ERROR "BPFLD_LINKER=${BPFLD_LINKER} is bpfld ${version}; this package is ${bpfld_VERSION}")
  endif()
  if(needs_bpftool)
    find_program(_bpfld_bpftool bpftool PATHS /usr/sbin /sbin NO_CACHE)
    if(NOT _bpfld_bpftool)
      message(FATAL_ERROR "SKELETON and SUBSKELETON need bpftool in PATH (Debian and Fedora: bpftool)")
    endif()
  endif()
endfunction()

# Resolves LIBRARIES. Sets libraries to the files, depends to the files and targets that make them, and
# library_includes to the directories of their headers.
function(_bpfld_resolve_libraries caller)
  set(libraries "")
  set(depends "")
  set(includes "")
  foreach(library ${arg_LIBRARIES})
    if(NOT TARGET ${library})
      cmake_path(ABSOLUTE_PATH library OUTPUT_VARIABLE file)
      if(NOT library MATCHES "[./$]" AND NOT EXISTS ${file})
        message(FATAL_ERROR "${caller}: '${library}' in LIBRARIES is neither a file nor a target that exists here")
      endif()
      list(APPEND libraries ${file})
      list(APPEND depends ${file})
      continue()
    endif()
    get_target_property(type ${library} TYPE)
    get_target_property(object ${library} BPFLD_OBJECT)
    if(object)
      get_target_property(more_libraries ${library} BPFLD_LIBRARIES)
      get_target_property(more_includes ${library} BPFLD_INCLUDE_DIRECTORIES)
      list(APPEND libraries ${object} ${more_libraries})
      list(APPEND depends ${object} ${more_libraries})
      list(APPEND includes ${more_includes})
    elseif(type MATCHES "^(STATIC|UNKNOWN)_LIBRARY$")
      list(APPEND libraries $<TARGET_FILE:${library}>)
      list(APPEND depends $<TARGET_FILE:${library}>)
      get_target_property(more_includes ${library} INTERFACE_INCLUDE_DIRECTORIES)
      if(more_includes)
        list(APPEND includes ${more_includes})
      endif()
    else()
      message(FATAL_ERROR "${caller}: target '${library}' in LIBRARIES is neither of bpfld_add_library() or "
                          "bpfld_add_object() nor a static library")
    endif()
    list(APPEND depends ${library})
  endforeach()
  set(libraries ${libraries} PARENT_SCOPE)
  set(depends ${depends} PARENT_SCOPE)
  set(library_includes ${includes} PARENT_SCOPE)
endfunction()

# Adds commands that compile arg_SOURCES, and sets objects to their outputs.
function(_bpfld_compile caller)
  _bpfld_target_arch(arch)
  set(flags -target bpf -D__TARGET_ARCH_${arch} ${BPFLD_COMPILE_OPTIONS} ${arg_COMPILE_OPTIONS})
  foreach(dir ${arg_INCLUDE_DIRECTORIES} ${library_includes})
    if(NOT dir MATCHES "^\\$<")
      cmake_path(ABSOLUTE_PATH dir)
    endif()
    list(APPEND flags -I${dir})
  endforeach()
  # <linux/types.h> includes <asm/types.h>, which Debian has in a multiarch directory.
  if(CMAKE_C_LIBRARY_ARCHITECTURE AND EXISTS /usr/include/${CMAKE_C_LIBRARY_ARCHITECTURE}/asm)
    list(APPEND flags -isystem /usr/include/${CMAKE_C_LIBRARY_ARCHITECTURE})
  endif()
  if(BPFLD_bpf_INCLUDE AND NOT BPFLD_bpf_INCLUDE STREQUAL "/usr/include")
    list(APPEND flags -isystem ${BPFLD_bpf_INCLUDE})
  endif()

  set(directory ${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}.dir)
  file(MAKE_DIRECTORY ${directory})
  set(objects "")
  foreach(source ${arg_SOURCES})
    cmake_path(ABSOLUTE_PATH source NORMALIZE)
    cmake_path(GET source FILENAME file)
    set(object ${directory}/${file}.o)
    if(object IN_LIST objects)
      message(FATAL_ERROR "${caller}: two sources have the name ${file}")
    endif()
    add_custom_command(OUTPUT ${object}
      COMMAND ${BPFLD_CLANG} ${flags} -MD -MF ${object}.d -MQ ${object} -c ${source} -o ${object}
      DEPENDS ${source} ${arg_DEPENDS} DEPFILE ${object}.d COMMENT "Compiling ${file} for BPF"
      VERBATIM COMMAND_EXPAND_LISTS)
    list(APPEND objects ${object})
  endforeach()
  set(objects ${objects} PARENT_SCOPE)
endfunction()

# Adds library ${arg_NAME}_KIND, which gives programs the directory of the header that was generated.
function(_bpfld_add_header_library kind)
  add_library(${arg_NAME}_${kind} INTERFACE)
  target_include_directories(${arg_NAME}_${kind} INTERFACE ${CMAKE_CURRENT_BINARY_DIR})
  add_dependencies(${arg_NAME}_${kind} ${arg_NAME})
endfunction()

function(bpfld_add_object)
  set(files SOURCES LIBRARIES INCLUDE_DIRECTORIES DEPENDS)
  set(words COMPILE_OPTIONS LINK_OPTIONS)
  cmake_parse_arguments(PARSE_ARGV 0 arg "SKELETON" "NAME;OUTPUT_NAME" "${files};${words}")
  _bpfld_check_arguments(bpfld_add_object "OUTPUT_NAME;SKELETON" "${files}" "${words}")
  set(name "${arg_NAME}")
  if(DEFINED arg_OUTPUT_NAME OR OUTPUT_NAME IN_LIST arg_KEYWORDS_MISSING_VALUES)
    set(name "${arg_OUTPUT_NAME}")
    if(NOT name MATCHES "^[A-Za-z0-9_.+-]+$")
      message(FATAL_ERROR "bpfld_add_object(NAME ${arg_NAME}): OUTPUT_NAME '${name}' is not a name for a file")
    endif()
  endif()
  _bpfld_check_programs(${arg_SKELETON})
  _bpfld_resolve_libraries("bpfld_add_object(NAME ${arg_NAME})")
  _bpfld_compile("bpfld_add_object(NAME ${arg_NAME})")

  set(output ${CMAKE_CURRENT_BINARY_DIR}/${name}.bpf.o)
  set(outputs ${output})
  set(header_options "")
  if(arg_SKELETON)
    set(header ${CMAKE_CURRENT_BINARY_DIR}/${name}.skel.h)
    list(APPEND outputs ${header})
    string(MAKE_C_IDENTIFIER ${name} identifier)
    set(header_options --skeleton=${header} --skeleton-name=${identifier})
  endif()
  add_custom_command(OUTPUT ${outputs}
    COMMAND ${BPFLD_LINKER} ${header_options} ${arg_LINK_OPTIONS} ${objects} ${libraries} -o ${output}
    DEPENDS ${objects} ${depends} ${BPFLD_LINKER}
    COMMENT "Linking ${name}.bpf.o" VERBATIM COMMAND_EXPAND_LISTS)
  add_custom_target(${arg_NAME} ALL DEPENDS ${outputs})
  set_target_properties(${arg_NAME} PROPERTIES BPFLD_OBJECT ${output} BPFLD_LIBRARIES ""
    BPFLD_INCLUDE_DIRECTORIES "")
  if(arg_SKELETON)
    _bpfld_add_header_library(skeleton)
  endif()
endfunction()

function(bpfld_add_library)
  set(files SOURCES HEADERS LIBRARIES INCLUDE_DIRECTORIES DEPENDS)
  cmake_parse_arguments(PARSE_ARGV 0 arg "SUBSKELETON" "NAME" "${files};COMPILE_OPTIONS")
  _bpfld_check_arguments(bpfld_add_library SUBSKELETON "${files}" COMPILE_OPTIONS)
  _bpfld_check_programs(${arg_SUBSKELETON})
  set(header_directories "")
  foreach(header ${arg_HEADERS})
    cmake_path(ABSOLUTE_PATH header NORMALIZE)
    cmake_path(GET header PARENT_PATH directory)
    list(APPEND header_directories ${directory})
  endforeach()
  list(REMOVE_DUPLICATES header_directories)
  list(APPEND arg_INCLUDE_DIRECTORIES ${header_directories})
  _bpfld_resolve_libraries("bpfld_add_library(NAME ${arg_NAME})")
  _bpfld_compile("bpfld_add_library(NAME ${arg_NAME})")

  set(archive ${CMAKE_CURRENT_BINARY_DIR}/lib${arg_NAME}.a)
  find_program(BPFLD_AR NAMES ${CMAKE_AR} ar llvm-ar DOC "Archiver for libraries of BPF programs" REQUIRED)
  mark_as_advanced(BPFLD_AR)
  # ar keeps members of sources that are no longer there.
  add_custom_command(OUTPUT ${archive}
    COMMAND ${CMAKE_COMMAND} -E rm -f ${archive}
    COMMAND ${BPFLD_AR} rcD ${archive} ${objects}
    DEPENDS ${objects} COMMENT "Archiving lib${arg_NAME}.a" VERBATIM)
  set(outputs ${archive})
  if(arg_SUBSKELETON)
    set(header ${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}.subskel.h)
    list(APPEND outputs ${header})
    string(MAKE_C_IDENTIFIER ${arg_NAME} identifier)
    # libbpf opens it: no symbol may be undefined.
    add_custom_command(OUTPUT ${header}
      COMMAND ${BPFLD_LINKER} -r --whole-archive ${archive} --no-whole-archive ${libraries}
              --subskeleton=${header} --skeleton-name=${identifier}
              -o ${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}.dir/${arg_NAME}.o
      DEPENDS ${archive} ${depends} ${BPFLD_LINKER} COMMENT "Generating ${arg_NAME}.subskel.h" VERBATIM)
  endif()
  add_custom_target(${arg_NAME} ALL DEPENDS ${outputs})
  set_target_properties(${arg_NAME} PROPERTIES BPFLD_OBJECT ${archive} BPFLD_LIBRARIES "${libraries}"
    BPFLD_INCLUDE_DIRECTORIES "${header_directories};${library_includes}")
  if(arg_SUBSKELETON)
    _bpfld_add_header_library(subskeleton)
  endif()
endfunction()
