# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Finds the libraries for compressed DWARF. Sets BPFLD_CODECS to those in use: ZLIB, ZSTD, with the targets
# PkgConfig::ZLIB and PkgConfig::ZSTD.
set(BPFLD_CODECS "")
set(BPFLD_CODEC_MODULES "")

# find_codec(NAME MODULE PACKAGE): MODULE is its name for pkg-config, PACKAGE that of Debian.
function(find_codec name module package)
  if(BPFLD_${name})
    pkg_check_modules(${name} IMPORTED_TARGET GLOBAL ${module})
    if(${name}_FOUND)
      set(BPFLD_CODECS ${BPFLD_CODECS} ${name} PARENT_SCOPE)
      set(BPFLD_CODEC_MODULES ${BPFLD_CODEC_MODULES} ${module} PARENT_SCOPE)
      return()
    elseif(NOT BPFLD_${name} STREQUAL "AUTO")
      message(FATAL_ERROR "BPFLD_${name} needs ${module} (Debian: ${package})")
    endif()
  endif()
  message(STATUS "No ${module} (Debian: ${package}): DWARF that is compressed with it cannot be read")
endfunction()

find_codec(ZLIB zlib zlib1g-dev)
find_codec(ZSTD libzstd libzstd-dev)
