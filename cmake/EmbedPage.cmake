# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# cmake -D DIRECTORY=... -D OUTPUT=page.c -P EmbedPage.cmake: embeds the parts of the report page in C.
# Texts are converted to hexadecimal digits: brackets would break CMake lists.
function(read_hex name path)
  file(READ ${path} hex HEX)
  set(${name} ${hex} PARENT_SCOPE)
endfunction()

function(cut before after hex mark)
  string(HEX ${mark} digits)
  string(FIND ${hex} ${digits} at)
  if(at EQUAL -1)
    message(FATAL_ERROR "page.html has no ${mark}")
  endif()
  string(LENGTH ${digits} length)
  math(EXPR rest "${at} + ${length}")
  string(SUBSTRING ${hex} 0 ${at} first)
  string(SUBSTRING ${hex} ${rest} -1 second)
  set(${before} ${first} PARENT_SCOPE)
  set(${after} ${second} PARENT_SCOPE)
endfunction()

function(define out name hex)
  string(REGEX REPLACE "(................................)" "\\1\n\t" lines ${hex})
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1, " bytes ${lines})
  set(${out} "const uint8_t ${name}[] = {\n\t${bytes}\n};\nconst size_t ${name}_size = sizeof(${name});\n"
      PARENT_SCOPE)
endfunction()

read_hex(html ${DIRECTORY}/page.html)
read_hex(css ${DIRECTORY}/page.css)
read_hex(graph ${DIRECTORY}/page_graph.js)
read_hex(js ${DIRECTORY}/page.js)
cut(head rest ${html} "@STYLE@")
cut(middle rest ${rest} "@FACTS@")
cut(third tail ${rest} "@SCRIPT@")
define(before ld_page_before "${head}${css}${middle}")
define(after ld_page_after "${third}${graph}${js}${tail}")
file(WRITE ${OUTPUT} "#include \"report/page.h\"\n\n${before}\n${after}")
